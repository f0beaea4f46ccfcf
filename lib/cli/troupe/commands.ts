/** The commands of `troupe`: each is loaded when it is used. */
import type { OwnCommand, TroupeCommand } from './command.ts';

export const commands: ReadonlyMap<string, () => Promise<TroupeCommand | OwnCommand>> = new Map<
  string,
  () => Promise<TroupeCommand | OwnCommand>
>([
  ['attach', async () => (await import('./attach.ts')).attach],
  ['top', async () => (await import('./top.ts')).top],
  ['tree', async () => (await import('./tree.ts')).tree],
  ['ps', async () => (await import('./ps.ts')).ps],
  ['inspect', async () => (await import('./inspect.ts')).inspect],
  ['ping', async () => (await import('./ping.ts')).ping],
  ['tell', async () => (await import('./tell.ts')).tell],
  ['ask', async () => (await import('./ask.ts')).ask],
  ['doctor', async () => (await import('./doctor.ts')).doctor],
  ['replay', async () => (await import('./replay.ts')).replay],
]);
