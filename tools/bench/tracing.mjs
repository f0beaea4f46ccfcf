// What tracing costs: a flood that is told from outside, and a ball between two actors, on a node that is traced, beside the same on
// one that is not. `perSecond` is with tracing, `barePerSecond` without. Spans are made by the SDK of OpenTelemetry and exported nowhere.
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { tracing } from 'troupe/observe';
import { measure } from './measure.mjs';
import { nothing, pingPong, tell } from './watched.mjs';

const ops = 100_000;
const tracerProvider = new BasicTracerProvider();
const unsampled = node => tracing(node, { tracerProvider, sample: 0 });
const sampled = node => tracing(node, { tracerProvider });

await measure('tell/unsampled', ops, tell(ops, unsampled), tell(ops, nothing));
await measure('pingPong/unsampled', ops, pingPong(ops, unsampled), pingPong(ops, nothing));
await measure('tell/sampled', ops, tell(ops, sampled), tell(ops, nothing));
await measure('pingPong/sampled', ops, pingPong(ops, sampled), pingPong(ops, nothing));
