// What instruments cost: a flood and ping-pong on a node that measures, or is observed, beside the same on one that is not.
// `perSecond` is with the instrument, `barePerSecond` without.
import { measure } from './measure.mjs';
import { nothing, pingPong, tell } from './watched.mjs';

const ops = 1_000_000;
const measuring = node => node.instruments.measure();
const observing = node => node.instruments.observe({ ended: nothing });

await measure('tell/measured', ops, tell(ops, measuring), tell(ops, nothing));
await measure('pingPong/measured', ops, pingPong(ops, measuring), pingPong(ops, nothing));
await measure('tell/observed', ops, tell(ops, observing), tell(ops, nothing));
