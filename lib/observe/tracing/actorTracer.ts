/** What a node's deliveries and questions are to OpenTelemetry: spans, and the context that ties them together. */
import { isAskPath } from '../../core/ask.ts';
import type { Delivery } from '../../core/delivery.ts';
import { PoisonPill, PrivateNotice } from '../../core/message.ts';
import type { Ref } from '../../core/ref.ts';
import { Tick } from '../../core/timers.ts';
import type { Tracer } from '../../core/tracer.ts';
import { StandInCell } from '../../placement/standIn.ts';
import type { Context, OpenTelemetry, Span, Tracer as Spans } from '../openTelemetry.ts';
import type { Carrier } from './carrier.ts';

export interface ActorTracerParts {
  readonly api: OpenTelemetry;
  readonly spans: Spans;
  readonly carrier: Carrier;
  /** Whether a trace may begin with this message. */
  readonly begins: (message: unknown, to: Ref) => boolean;
  /** Travels with what is told because of a message with which no trace may begin: so that none begins there either. */
  readonly unsampled: Context;
  /** Whether what a tell leads to is a part of the teller's trace, or a trace of its own with a link to that. */
  readonly tells: 'link' | 'child';
  /** What the node is called. */
  readonly node: string | undefined;
}

/** What is kept of a delivery until it ends. */
class Traced {
  /** What the actor's code runs in, and what it tells carries on. */
  readonly context: Context;
  /** Undefined when the delivery is not sampled. */
  readonly span: Span | undefined;

  constructor(context: Context, span: Span | undefined) {
    this.context = context;
    this.span = span;
  }
}

export class ActorTracer implements Tracer {
  readonly #parts: ActorTracerParts;
  /** What all spans have. */
  readonly #common: Readonly<Record<string, string>>;

  constructor(parts: ActorTracerParts) {
    this.#parts = parts;
    const { node } = parts;
    this.#common = { 'messaging.system': 'troupe', ...(node !== undefined && { 'troupe.node': node }) };
  }

  /** What only passes messages on to a thread or process is not the actor. */
  observes({ inlet }: Ref): boolean {
    return !(inlet instanceof StandInCell);
  }

  // ---- what is told -------------------------------------------------------------------------------------------------

  told(_message: unknown, _to: Ref, within: Delivery | undefined): Context | undefined {
    return this.#contextOf(within);
  }

  asked(message: unknown, to: Ref, within: Delivery | undefined) {
    const { api, spans, begins, unsampled } = this.#parts;
    const context = this.#contextOf(within);
    const from = this.#isSampled(context);
    if (from === false) return undefined;
    if (from === undefined && !begins(message, to)) return { baggage: unsampled, ended: () => {} };
    const span = spans.startSpan(
      `ask ${titleOf(to)}`,
      {
        kind: api.SpanKind.CLIENT,
        attributes: {
          ...this.#common,
          'messaging.operation.name': 'ask',
          'messaging.operation.type': 'send',
          'messaging.destination.name': to.address,
        },
      },
      context ?? api.ROOT_CONTEXT,
    );
    return {
      baggage: api.trace.setSpan(context ?? api.ROOT_CONTEXT, span),
      ended: (error: Error | undefined) => this.#end(span, error),
    };
  }

  /** What is active where somebody tells or asks; undefined when nothing is that could travel. */
  #contextOf(within: Delivery | undefined): Context | undefined {
    const { api } = this.#parts;
    const active = api.context.active();
    if (api.trace.getSpanContext(active) !== undefined) return active;
    // Nobody keeps what is active, or this is an async run, in which nobody can change it from message to message.
    const { trace, baggage } = within ?? nowhere;
    const own = trace instanceof Traced ? trace.context : asContext(baggage);
    return own ?? (active === api.ROOT_CONTEXT ? undefined : active);
  }

  /** What the flags say of the span in a context; undefined when there is none. */
  #isSampled(context: Context | undefined): boolean | undefined {
    const { trace, TraceFlags } = this.#parts.api;
    const span = context && trace.getSpanContext(context);
    return span && (span.traceFlags & TraceFlags.SAMPLED) !== 0;
  }

  pack(context: Context): string | undefined {
    return this.#parts.carrier.pack(context);
  }

  unpack(text: string): Context | undefined {
    return this.#parts.carrier.unpack(text);
  }

  // ---- deliveries ---------------------------------------------------------------------------------------------------

  begun(delivery: Delivery): void {
    const { api, begins, unsampled } = this.#parts;
    const { message, ref } = delivery;
    const baggage = asContext(delivery.baggage);
    const from = this.#isSampled(baggage);
    if (message === PoisonPill || message instanceof PrivateNotice) return; // no user's code sees it
    if (from === false) delivery.trace = new Traced(baggage ?? api.ROOT_CONTEXT, undefined);
    else if (from === undefined && !begins(message instanceof Tick ? message.message : message, ref))
      delivery.trace = new Traced(unsampled, undefined);
    else {
      const span = this.#start(delivery, baggage ?? api.ROOT_CONTEXT);
      delivery.trace = new Traced(api.trace.setSpan(baggage ?? api.ROOT_CONTEXT, span), span);
    }
  }

  #start({ ref, className, sender }: Delivery, context: Context): Span {
    const { api, spans, tells } = this.#parts;
    const options = {
      kind: api.SpanKind.CONSUMER,
      attributes: {
        ...this.#common,
        'messaging.operation.name': 'receive',
        'messaging.operation.type': 'process',
        'messaging.destination.name': ref.address,
        'troupe.actor.class': className,
        'troupe.actor.path': ref.path,
      },
    };
    const name = `receive ${className}`;
    const teller = api.trace.getSpanContext(context);
    const isChild = teller === undefined || tells === 'child' || isQuestion(sender);
    if (isChild) return spans.startSpan(name, options, context);
    return spans.startSpan(name, { ...options, root: true, links: [{ context: teller }] }, context);
  }

  run({ trace }: Delivery, receive: () => unknown): unknown {
    const { api } = this.#parts;
    return api.context.with(trace instanceof Traced ? trace.context : api.ROOT_CONTEXT, receive);
  }

  ended({ trace, outcome, error }: Delivery): void {
    const span = trace instanceof Traced ? trace.span : undefined;
    if (span === undefined) return;
    span.setAttribute('troupe.outcome', outcome ?? 'handled');
    if (outcome === 'cut') this.#fault(span, 'cut', 'the actor ended, or was restarted, before it was done');
    this.#end(span, error);
  }

  /** What was active when the first message was told is not active for the actors that have their turns then. */
  outside(turns: () => void): void {
    const { context, ROOT_CONTEXT } = this.#parts.api;
    context.with(ROOT_CONTEXT, turns);
  }

  #end(span: Span, error: Error | undefined): void {
    if (error !== undefined) {
      span.recordException(error);
      this.#fault(span, codeOf(error), error.message);
    }
    span.end();
  }

  #fault(span: Span, type: string, message: string): void {
    span.setAttribute('error.type', type);
    span.setStatus({ code: this.#parts.api.SpanStatusCode.ERROR, message });
  }
}

const nowhere = { trace: undefined, baggage: undefined };

/** What waits may still have with it what another tracer made. */
const asContext = (baggage: unknown): Context | undefined =>
  typeof (baggage as Context | undefined)?.getValue === 'function' ? (baggage as Context) : undefined;

/** A question that a pool, or whoever forwards it, passes on is one still. */
const isQuestion = (sender: Ref | undefined) => sender !== undefined && isAskPath(sender.path);

/** The class of an actor of this node, and the path of another. */
const titleOf = ({ inlet, path }: Ref) => (inlet as { className?: string }).className ?? path;

const codeOf = (error: Error) => {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : error.name;
};
