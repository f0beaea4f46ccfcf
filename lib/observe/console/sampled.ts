/** A node measures only while somebody looks: its first figures per second are there a moment later. */
import { type Clock, systemClock } from '../../base/world.ts';
import type { Source } from './source.ts';

/** How long, in ms, it has measured by then. */
const firstSample = 1100;

/** Waits until the node knows what happens per second. */
export async function sampled(source: Pick<Source, 'query'>, clock: Clock = systemClock): Promise<void> {
  const { observedFor } = await source.query('overview', {});
  const rest = firstSample - observedFor;
  if (rest > 0) await new Promise<void>(resolve => clock.after(rest, resolve));
}
