/**
 * Metrics for OpenTelemetry, in the two ways that it has for figures that are counted elsewhere: observable instruments, which
 * only need its API and are read when it collects; and a producer, for its SDK. The API has no observable histograms, so there
 * each is three counters.
 */
import { bucketBounds, type Histogram } from '../../core/histogram.ts';
import { version } from '../../node/version.ts';
import type { Family, Labels, NumberFamily, Sample } from './families.ts';
import type { Figures } from './figures.ts';

/** What is used of a `Meter` of `@opentelemetry/api`. */
export interface OtelMeter {
  createObservableCounter(name: string, options?: InstrumentOptions): object;
  createObservableGauge(name: string, options?: InstrumentOptions): object;
  addBatchObservableCallback(callback: (result: OtelResult) => void, instruments: never[]): void;
  removeBatchObservableCallback(callback: (result: OtelResult) => void, instruments: never[]): void;
}

/** What is used of a `MeterProvider` of `@opentelemetry/api`. */
export interface OtelMeterProvider {
  getMeter(name: string, version?: string): OtelMeter;
}

interface InstrumentOptions {
  description?: string;
  unit?: string;
}

interface OtelResult {
  observe(instrument: never, value: number, attributes?: Record<string, string>): void;
}

/** A `MetricProducer` of `@opentelemetry/sdk-metrics`. */
export interface OtelProducer {
  // biome-ignore lint/suspicious/noExplicitAny: its type is the SDK's, which need not be installed
  collect(): Promise<any>;
}

/** What figures are collected from. */
export interface Collected {
  readonly families: readonly Family[];
  read(): Figures;
  /** Of every sample. */
  readonly labels: Labels;
}

const units: Readonly<Record<string, string>> = { seconds: 's', bytes: 'By', ratio: '1' };

/** `troupe_message_wait_seconds` is `troupe.message.wait`, in `s`. */
function otelNameOf(name: string): { name: string; unit: string } {
  const [, base = name, unit] = /^(.*?)(?:_(seconds|bytes|ratio))?(?:_total)?$/.exec(name) ?? [];
  return { name: base.replaceAll('_', '.'), unit: unit === undefined ? '' : (units[unit] as string) };
}

// ---- observable instruments -----------------------------------------------------------------------------------------

/** One instrument, and its values. */
interface Observed {
  readonly instrument: object;
  samples(figures: Figures): Sample<number>[];
}

/**
 * Registers an observable instrument for each metric.
 * @returns a function that takes them back
 */
export function observeWith(
  to: OtelMeter | OtelMeterProvider,
  { families, read, labels }: Collected,
): () => void {
  const meter = 'getMeter' in to ? to.getMeter('troupe', version) : to;
  const observed = families.flatMap(family => observe(family, meter));
  const instruments = observed.map(({ instrument }) => instrument as never);
  const callback = (result: OtelResult): void => {
    const figures = read();
    for (const { instrument, samples } of observed)
      for (const { labels: own, value } of samples(figures))
        result.observe(instrument as never, value, { ...labels, ...own });
  };
  meter.addBatchObservableCallback(callback, instruments);
  return () => meter.removeBatchObservableCallback(callback, instruments);
}

function observe(family: Family, meter: OtelMeter): Observed[] {
  const { name, unit } = otelNameOf(family.name);
  const description = family.help;
  if (family.type === 'histogram') {
    const part = (
      what: string,
      itsUnit: string,
      samplesOf: (sample: Sample<Histogram>) => Sample<number>[],
    ) => ({
      instrument: meter.createObservableCounter(`${name}.${what}`, { description, unit: itsUnit }),
      samples: (figures: Figures) => family.samples(figures).flatMap(samplesOf),
    });
    return [
      part('bucket', '', bucketsOf),
      part('sum', unit, ({ labels, value }) => [{ labels, value: value.sum / 1000 }]),
      part('count', '', ({ labels, value }) => [{ labels, value: value.count }]),
    ];
  }
  const create = family.type === 'counter' ? 'createObservableCounter' : 'createObservableGauge';
  return [{ instrument: meter[create](name, { description, unit }), samples: family.samples }];
}

/** As Prometheus has them: how many values are at most `le` seconds. */
function bucketsOf({ labels, value: { counts, count } }: Sample<Histogram>): Sample<number>[] {
  let below = 0;
  const buckets = bucketBounds.map((bound, at) => {
    below += counts[at] as number;
    return { labels: { ...labels, le: String(bound / 1000) }, value: below };
  });
  return [...buckets, { labels: { ...labels, le: '+Inf' }, value: count }];
}

// ---- the producer ---------------------------------------------------------------------------------------------------

// What the SDK calls them.
const dataPoint = { histogram: 0, gauge: 2, sum: 3 };
const double = 1;
const cumulative = 1;

/** Gives all metrics as data of the SDK, histograms as such. @param now time since the Unix epoch, in ms */
export function producerOf({ families, read, labels }: Collected, now: () => number): OtelProducer {
  const startTime = hrTime(now());
  const metricOf = (family: Family, figures: Figures, endTime: [number, number]) => {
    const { name, unit } = otelNameOf(family.name);
    const samples: Sample<unknown>[] =
      family.type === 'histogram'
        ? family.samples(figures).map(({ labels: own, value }) => ({ labels: own, value: inSeconds(value) }))
        : (family as NumberFamily).samples(figures);
    return {
      descriptor: { name, description: family.help, unit, valueType: double },
      aggregationTemporality: cumulative,
      dataPointType: dataPoint[family.type === 'counter' ? 'sum' : family.type],
      ...(family.type === 'counter' ? { isMonotonic: true } : {}),
      dataPoints: samples.map(sample => ({
        startTime,
        endTime,
        attributes: { ...labels, ...sample.labels },
        value: sample.value,
      })),
    };
  };
  return {
    async collect() {
      const figures = read();
      const metrics = families.map(family => metricOf(family, figures, hrTime(now())));
      const scope = { name: 'troupe', version };
      // The resource is that of the reader: it takes none from a producer.
      return { resourceMetrics: { resource: undefined, scopeMetrics: [{ scope, metrics }] }, errors: [] };
    },
  };
}

const inSeconds = ({ counts, count, sum, max }: Histogram) => ({
  buckets: { boundaries: bucketBounds.map(bound => bound / 1000), counts: [...counts] },
  count,
  sum: sum / 1000,
  ...(count === 0 ? {} : { max: max / 1000 }),
});

const hrTime = (ms: number): [number, number] => [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)];
