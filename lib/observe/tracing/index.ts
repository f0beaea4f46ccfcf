export { type OtelPropagator, type OtelTracerProvider, type TracingOptions, tracing } from './tracing.ts';
