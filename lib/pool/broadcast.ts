/** To all. */
import type { Ref } from '../core/ref.ts';
import { type Desk, RoutingStrategy } from './routingStrategy.ts';

/** Tells all members, or if there are none, nobody. */
export function tellAll({ members, nobody }: Desk, message: unknown, sender: Ref | undefined): void {
  const { refs } = members;
  if (refs.length === 0) nobody.tell(message, sender);
  else for (const ref of refs) ref.tell(message, sender);
}

/** Each message goes to all of them. Of their answers to an ask, the first is it. */
export const broadcast = (): RoutingStrategy<unknown> =>
  new RoutingStrategy('broadcast', desk => ({ route: (message, sender) => tellAll(desk, message, sender) }));
