export { Backoff, type BackoffOptions } from './backoff.ts';
export { Intensity, type Limits } from './intensity.ts';
