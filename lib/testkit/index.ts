/** What `import … from 'troupe/testkit'` gives. */
export { captureEvents } from './captureEvents.ts';
export { MemoryNetwork } from '../remoting/memoryTransport.ts';
export { ManualClock } from './manualClock.ts';
export { TestProbe } from './testProbe.ts';
