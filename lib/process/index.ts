export { type Awaitable, sleep, withTimeout } from './operations.ts';
export { type GetOptions, Process } from './process.ts';
