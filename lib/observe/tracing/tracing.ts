/** Lets OpenTelemetry see what a node's actors do. */
import { show } from '../../base/errors.ts';
import { world } from '../../base/world.ts';
import type { NodeFace } from '../../core/actor.ts';
import type { Ref } from '../../core/ref.ts';
import { checkNode } from '../checkNode.ts';
import {
  type OpenTelemetry,
  openTelemetry,
  type TextMapPropagator,
  type TracerProvider,
} from '../openTelemetry.ts';
import { ActorTracer } from './actorTracer.ts';
import { Carrier } from './carrier.ts';
import { w3c } from './w3c.ts';

/** A `TracerProvider` of `@opentelemetry/api`, of whose types these options know nothing: it need not be installed. */
export interface OtelTracerProvider {
  getTracer(name: string, version?: string): object;
}

/** A `TextMapPropagator` of `@opentelemetry/api`. */
export interface OtelPropagator {
  inject(context: never, carrier: never, setter: never): void;
  extract(context: never, carrier: never, getter: never): object;
  fields(): string[];
}

export interface TracingOptions {
  /** Makes the spans: the one that is registered with OpenTelemetry unless given. */
  tracerProvider?: OtelTracerProvider | undefined;
  /** How a context crosses to other nodes, threads and processes: the W3C's `traceparent` and `tracestate` unless given. */
  propagator?: OtelPropagator | undefined;
  /**
   * Whether a trace may begin with a message that comes from no trace: a share of them from 0 to 1, or a function. All unless
   * given. Then the sampler of the SDK decides.
   */
  sample?: number | ((message: unknown, to: Ref) => boolean) | undefined;
  /**
   * What the receipt of a message that was told is to the span in which it was told: `link`, a trace of its own that has a link to
   * it, as OpenTelemetry wants it for messages; or `child`, a part of the same trace. Questions are always parts of it.
   */
  tells?: 'link' | 'child' | undefined;
  /** What the node is called in the attribute `troupe.node`: its address unless given. */
  name?: string | undefined;
}

/** The nodes that are traced, and how often that was asked for. */
const traced = new WeakMap<object, { users: number; leave: () => void }>();

/**
 * Makes spans of what a node's actors do, `receive Class` for each message and `ask Class` for each question, and lets the context
 * of OpenTelemetry travel with messages: to other actors, and to other nodes, threads and processes that are traced as well.
 *
 * Call it again for the same node, as each actor of a thread may do for its `this.node`, and the first call's options hold until
 * all have stopped.
 *
 * @returns what stops it; a second call does nothing
 * @throws TroupeError with the code `PACKAGE_MISSING` without `@opentelemetry/api`; TypeError when an option is of the wrong
 * kind, or the node has another tracer
 */
export function tracing(
  node: Pick<NodeFace, 'instruments' | 'address'>,
  options: TracingOptions = {},
): () => void {
  checkNode('tracing', node);
  check(options);
  const { instruments } = node;
  const known = traced.get(instruments) ?? { users: 0, leave: begin(node, options) };
  traced.set(instruments, known);
  known.users++;
  let isOpen = true;
  return () => {
    if (!isOpen) return;
    isOpen = false;
    if (--known.users > 0) return;
    traced.delete(instruments);
    known.leave();
  };
}

function begin({ instruments, address }: Pick<NodeFace, 'instruments' | 'address'>, options: TracingOptions) {
  const api = openTelemetry('tracing()');
  const { tracerProvider = api.trace, propagator = w3c(api), sample = 1, tells = 'link', name } = options;
  const { random } = world();
  const tracer = new ActorTracer({
    api,
    spans: (tracerProvider as TracerProvider).getTracer('troupe'),
    carrier: new Carrier(api, propagator as TextMapPropagator),
    begins:
      typeof sample === 'function'
        ? (message, to) => sample(message, to) === true
        : () => sample >= 1 || random() < sample,
    unsampled: unsampledOf(api),
    tells,
    node: name ?? address,
  });
  return instruments.trace(tracer);
}

/** A trace in which nothing is recorded. */
function unsampledOf(api: OpenTelemetry) {
  const digits = world().uuid().replaceAll('-', '');
  const span = { traceId: digits, spanId: digits.slice(16), traceFlags: api.TraceFlags.NONE };
  return api.trace.setSpanContext(api.ROOT_CONTEXT, span);
}

function check({ tracerProvider, propagator, sample, tells, name }: TracingOptions): void {
  if (tracerProvider !== undefined && typeof tracerProvider?.getTracer !== 'function')
    throw new TypeError(
      `tracing: tracerProvider must be a TracerProvider of OpenTelemetry, not ${show(tracerProvider)}`,
    );
  if (
    propagator !== undefined &&
    (typeof propagator?.inject !== 'function' || typeof propagator.extract !== 'function')
  )
    throw new TypeError(
      `tracing: propagator must be a TextMapPropagator of OpenTelemetry, not ${show(propagator)}`,
    );
  const isShare = typeof sample === 'number' && sample >= 0 && sample <= 1;
  if (sample !== undefined && typeof sample !== 'function' && !isShare)
    throw new TypeError(`tracing: sample must be a number from 0 to 1 or a function, not ${show(sample)}`);
  if (tells !== undefined && tells !== 'link' && tells !== 'child')
    throw new TypeError(`tracing: tells must be 'link' or 'child', not ${show(tells)}`);
  if (name !== undefined && typeof name !== 'string')
    throw new TypeError(`tracing: name must be a text, not ${show(name)}`);
}
