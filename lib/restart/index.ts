export { Backoff, type BackoffOptions, checkBackoff } from './backoff.ts';
export { checkLimits, Intensity, type Limits } from './intensity.ts';
