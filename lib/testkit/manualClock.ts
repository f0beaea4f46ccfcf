export { ManualClock } from '../base/manualClock.ts';
