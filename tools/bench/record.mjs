// What a flight recorder costs: a flood with every delivery recorded, with none of these actors recorded, and with large
// messages. `perSecond` is with the recorder, `barePerSecond` without.
import { record } from 'troupe/observe';
import { measure } from './measure.mjs';
import { nothing, tell } from './watched.mjs';

const ops = 300_000;
const when = new Date();
const rich = n => ({
  id: n,
  when,
  tags: new Set(['a', 'b']),
  lines: [
    { sku: 'x-1', count: 2 },
    { sku: 'y-2', count: 1 },
  ],
});
const all = node => record(node);
const others = node => record(node, { actors: '/others/**' });

await measure('tell/recorded', ops, tell(ops, all), tell(ops, nothing));
await measure('tell/recordedRich', ops, tell(ops, all, rich), tell(ops, nothing, rich));
await measure('tell/othersRecorded', ops, tell(ops, others), tell(ops, nothing));
