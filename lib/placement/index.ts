/** What users take from here. */

export { type ChildProcessOptions, childProcess } from './childProcess.ts';
export { admit } from './landlord.ts';
export { measure } from './measure.ts';
export { LocalPlacement } from './placement.ts';
export { remote } from './remote.ts';
export { type ThreadOptions, thread } from './thread.ts';
export { transfer } from './transfer.ts';
export type { ActorVitals, LoopVitals, MemoryVitals, PlaceVitals, Vitals } from './vitals.ts';
export { placeVitals } from './vitals.ts';
