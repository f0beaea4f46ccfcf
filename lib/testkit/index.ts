/** What `import … from 'troupe/testkit'` gives. */

export { MemoryNetwork } from '../remoting/memoryTransport.ts';
export { captureEvents } from './captureEvents.ts';
export { ManualClock } from './manualClock.ts';
export { TestProbe } from './testProbe.ts';
