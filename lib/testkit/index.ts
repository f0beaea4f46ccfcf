/** What `import … from 'troupe/testkit'` gives. */

export { ManualClock } from '../base/manualClock.ts';
export { captureEvents } from './captureEvents.ts';
export type { LinkOptions } from './faults.ts';
export { MemoryNetwork } from './memoryNetwork.ts';
export { Simulation, type SimulationOptions } from './simulation.ts';
export { TestProbe } from './testProbe.ts';
