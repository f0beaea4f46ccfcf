export * from '../command/index.ts';
/** What `import … from 'troupe/pool'` gives. */
export * from './app/index.ts';
export { type BalancingOptions, balancing } from './balancing.ts';
export { broadcast } from './broadcast.ts';
export { type ConsistentHashOptions, consistentHash } from './consistentHash.ts';
export { type GroupOptions, group } from './group.ts';
export { addRoutee, removeRoutee, resize, routees } from './manage.ts';
export { Broadcast } from './messages.ts';
export { type MessagesFor, type Poolable, pool } from './pool.ts';
export type { PoolOptions } from './poolOptions.ts';
export { random } from './random.ts';
export { roundRobin } from './roundRobin.ts';
export type { RoutingStrategy } from './routingStrategy.ts';
export type { ScalingOptions } from './scaling.ts';
export { type ScatterGatherOptions, scatterGather } from './scatterGather.ts';
export { smallestMailbox } from './smallestMailbox.ts';
