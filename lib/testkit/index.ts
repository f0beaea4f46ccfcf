/** What `import … from 'troupe/testkit'` gives. */

export { captureEvents } from './captureEvents.ts';
export type { LinkOptions } from './faults.ts';
export { ManualClock } from './manualClock.ts';
export { MemoryNetwork } from './memoryNetwork.ts';
export { Simulation, type SimulationOptions } from './simulation.ts';
export { TestProbe } from './testProbe.ts';
