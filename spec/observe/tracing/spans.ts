/** What the specs of tracing look at: the spans that a real SDK has made, in the order of their ends. */

import * as api from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

/** A span as plain data, which crosses to other threads. */
export interface Seen {
  readonly name: string;
  readonly kind: string | undefined;
  readonly trace: string;
  readonly id: string;
  readonly parent: string | undefined;
  /** The ids of the spans to which it has links. */
  readonly links: string[];
  readonly attributes: Record<string, unknown>;
  readonly error: string | undefined;
  readonly exceptions: unknown[];
}

const seen = (span: ReadableSpan): Seen => ({
  name: span.name,
  kind: api.SpanKind[span.kind],
  trace: span.spanContext().traceId,
  id: span.spanContext().spanId,
  parent: span.parentSpanContext?.spanId,
  links: span.links.map(({ context }) => context.spanId),
  attributes: { ...span.attributes },
  error: span.status.code === api.SpanStatusCode.ERROR ? span.status.message : undefined,
  exceptions: span.events.map(({ attributes }) => attributes?.['exception.message']),
});

export interface Recording {
  readonly tracerProvider: BasicTracerProvider;
  /** The spans that have ended. */
  readonly spans: Seen[];
  /** The only one with that name. */
  one(name: string): Seen;
  /** How many there are. */
  count(name: string): number;
}

export function recording(sampler?: Sampler): Recording {
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(exporter)],
    ...(sampler && { sampler }),
  });
  const named = (name: string) =>
    exporter
      .getFinishedSpans()
      .map(seen)
      .filter(span => span.name === name);
  return {
    tracerProvider,
    get spans() {
      return exporter.getFinishedSpans().map(seen);
    },
    one(name) {
      const [span, ...more] = named(name);
      if (span === undefined || more.length > 0)
        throw new Error(`there are ${more.length + (span ? 1 : 0)} spans ${name}`);
      return span;
    },
    count: name => named(name).length,
  };
}

/** What is active is kept over `await`, as the SDK for Node.js does it; gives what ends that. */
export function keepActive(): () => void {
  api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  return () => api.context.disable();
}
