/**
 * The Trace Context of the W3C, level 1: `traceparent` and `tracestate`. OpenTelemetry's API defines what a propagator is and has none.
 */
import type { OpenTelemetry, TextMapPropagator } from '../openTelemetry.ts';

const traceparent = 'traceparent';
const tracestate = 'tracestate';
/** A later version may have more behind the flags. */
const form = /^(?!ff)([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;

export function w3c(api: OpenTelemetry): TextMapPropagator {
  const { trace } = api;
  return {
    inject(context, carrier, setter) {
      const span = trace.getSpanContext(context);
      if (span === undefined || !api.isSpanContextValid(span)) return;
      const flags = (span.traceFlags & 0xff).toString(16).padStart(2, '0');
      setter.set(carrier, traceparent, `00-${span.traceId}-${span.spanId}-${flags}`);
      const state = span.traceState?.serialize() ?? '';
      if (state !== '') setter.set(carrier, tracestate, state);
    },
    extract(context, carrier, getter) {
      const [said, version, traceId = '', spanId = '', flags = '', more] =
        form.exec(String(getter.get(carrier, traceparent))) ?? [];
      if (said === undefined || (version === '00' && more !== undefined)) return context;
      const span = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
      if (!api.isSpanContextValid(span)) return context;
      const state = getter.get(carrier, tracestate);
      return trace.setSpanContext(
        context,
        typeof state === 'string' && state !== ''
          ? { ...span, traceState: api.createTraceState(state) }
          : span,
      );
    },
    fields: () => [traceparent, tracestate],
  };
}
