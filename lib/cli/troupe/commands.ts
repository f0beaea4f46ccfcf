/** The commands of `troupe`: each is loaded when it is used. */
import type { TroupeCommand } from './command.ts';

export const commands: ReadonlyMap<string, () => Promise<TroupeCommand>> = new Map([
  ['attach', async () => (await import('./attach.ts')).attach],
  ['top', async () => (await import('./top.ts')).top],
  ['tree', async () => (await import('./tree.ts')).tree],
  ['ps', async () => (await import('./ps.ts')).ps],
  ['inspect', async () => (await import('./inspect.ts')).inspect],
  ['ping', async () => (await import('./ping.ts')).ping],
  ['tell', async () => (await import('./tell.ts')).tell],
  ['ask', async () => (await import('./ask.ts')).ask],
]);
