/** The one door to OpenTelemetry: its API alone. What makes something of it, an SDK, is the user's. */
import type * as Api from '@opentelemetry/api';
import { loadPackage } from '../base/optional.ts';

export type { Context, Span, TextMapPropagator, Tracer, TracerProvider } from '@opentelemetry/api';
export type OpenTelemetry = typeof Api;

/**
 * @param user who needs it, for whoever has not installed it
 * @throws TroupeError with the code `PACKAGE_MISSING` when it is not installed
 */
export const openTelemetry = (user: string): OpenTelemetry =>
  loadPackage<OpenTelemetry>('@opentelemetry/api', user);
