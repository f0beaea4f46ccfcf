import { isDeepStrictEqual } from 'node:util';
import {
  AggregationTemporality,
  DataPointType,
  type HistogramMetricData,
  InMemoryMetricExporter,
  MeterProvider,
  type MetricData,
  type MetricProducer,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { assert } from 'chai';
import { Actor, type Node } from '../../../lib/index.ts';
import { metrics } from '../../../lib/observe/index.ts';
import { rejection, startNode } from '../../core/support.ts';

describe('metrics(node).otel()', () => {
  it('lets OpenTelemetry read all metrics when it collects', async () => {
    const { node, collect, provider, work } = await started();
    metrics(node, { labels: { service: 'shop' } }).otel(provider);
    await work();
    const found = await collect();
    const handled = only(found, 'troupe.messages.handled');
    assert.equal(handled.dataPointType, DataPointType.SUM);
    assert.isTrue((handled as { isMonotonic?: boolean }).isMonotonic);
    assert.equal(pointOf(handled, { service: 'shop', class: 'Slow' }), 4);
    assert.equal(pointOf(only(found, 'troupe.actors'), { service: 'shop', class: 'Slow' }), 1);
    assert.equal(only(found, 'troupe.actors').dataPointType, DataPointType.GAUGE);
    const rss = only(found, 'process.resident.memory');
    assert.equal(rss.descriptor.unit, 'By');
    assert.isAbove(pointOf(rss, { service: 'shop' }), 1e6);
  });

  it('gives histograms as counters, since there are no observable histograms', async () => {
    const { node, collect, provider, work } = await started();
    metrics(node).otel(provider.getMeter('mine'));
    await work();
    const found = await collect();
    const bucket = only(found, 'troupe.message.wait.bucket');
    const below = (le: string) => pointOf(bucket, { class: 'Slow', le });
    assert.deepEqual(['0.01', '0.025', '0.05', '0.1', '+Inf'].map(below), [1, 2, 3, 4, 4]);
    assert.equal(pointOf(only(found, 'troupe.message.wait.count'), { class: 'Slow' }), 4);
    const sum = only(found, 'troupe.message.wait.sum');
    assert.approximately(pointOf(sum, { class: 'Slow' }), 0.12, 1e-9);
    assert.equal(sum.descriptor.unit, 's');
  });

  it('reads on until it is taken back, or the metrics are closed', async () => {
    const { node, collect, provider, work } = await started();
    const open = metrics(node);
    // The SDK goes on exporting what it has read last.
    const handled = async () => pointOf(only(await collect(), 'troupe.messages.handled'), { class: 'Slow' });
    const leave = open.otel(provider);
    await work();
    assert.equal(await handled(), 4);
    leave();
    leave();
    await work();
    assert.equal(await handled(), 4);
    open.otel(provider);
    assert.equal(await handled(), 8);
    await open.close();
    await work();
    assert.equal(await handled(), 8);
  });

  it('takes nothing else than a meter or a provider', async () => {
    const { node } = await started();
    assert.throws(() => metrics(node).otel({} as never), TypeError, /expected a Meter or MeterProvider/);
    assert.throws(() => metrics(node).otel(undefined as never), TypeError, /not undefined/);
  });
});

describe('metrics(node).otelProducer()', () => {
  it('gives histograms as such, in seconds', async () => {
    const { node, work } = await started();
    const open = metrics(node, { labels: { service: 'shop' } });
    const { collect } = sdk([open.otelProducer()]);
    await work();
    const found = await collect();
    const wait = only(found, 'troupe.message.wait') as HistogramMetricData;
    assert.equal(wait.dataPointType, DataPointType.HISTOGRAM);
    assert.equal(wait.aggregationTemporality, AggregationTemporality.CUMULATIVE);
    assert.equal(wait.descriptor.unit, 's');
    const point =
      wait.dataPoints.find(({ attributes }) =>
        isDeepStrictEqual(attributes, { service: 'shop', class: 'Slow' }),
      ) ?? assert.fail();
    const { buckets, count, sum = 0, max } = point.value;
    assert.equal(count, 4);
    assert.approximately(sum, 0.12, 1e-9);
    assert.equal(max, 0.06);
    const full = buckets.boundaries.filter((_, at) => (buckets.counts[at] as number) > 0);
    assert.deepEqual(full, [0.00001, 0.025, 0.05, 0.1]);
    assert.lengthOf(buckets.counts, buckets.boundaries.length + 1);
    assert.isAtLeast(
      point.endTime[0] * 1e9 + point.endTime[1],
      point.startTime[0] * 1e9 + point.startTime[1],
    );
    assert.equal(pointOf(only(found, 'troupe.messages.handled'), { service: 'shop', class: 'Slow' }), 4);
  });

  it('rejects once the metrics are closed', async () => {
    const { node } = await started();
    const open = metrics(node);
    const producer = open.otelProducer();
    await open.close();
    assert.equal((await rejection(producer.collect())).code, 'NODE_STOPPED');
  });
});

/** A node whose `Slow` takes 20 ms for each of four messages, and the SDK. */
async function started(): Promise<ReturnType<typeof sdk> & { node: Node; work: () => Promise<void> }> {
  const { node, clock } = await startNode();
  class Slow extends Actor {
    override async receive() {
      await new Promise<void>(resolve => clock.after(20, resolve));
    }
  }
  const work = async () => {
    const slow = node.spawn(Slow);
    for (let i = 0; i < 4; i++) slow.tell(i);
    await clock.advance(1000);
  };
  return { node, work, ...sdk() };
}

const providers: MeterProvider[] = [];

afterEach(async () => {
  for (const provider of providers.splice(0)) await provider.shutdown();
});

/** The SDK of OpenTelemetry with an exporter that keeps what it is given. */
function sdk(metricProducers: MetricProducer[] = []) {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e8, metricProducers });
  const provider = new MeterProvider({ readers: [reader] });
  providers.push(provider);
  const collect = async (): Promise<MetricData[]> => {
    exporter.reset();
    await reader.forceFlush();
    return exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics: all }) => all));
  };
  return { provider, collect };
}

function only(all: readonly MetricData[], name: string): MetricData {
  const found = all.filter(({ descriptor }) => descriptor.name === name);
  assert.lengthOf(found, 1, name);
  return found[0] as MetricData;
}

function pointOf({ dataPoints }: MetricData, attributes: Record<string, string>): number {
  const sorted = (of: object) => JSON.stringify(Object.entries(of).sort());
  const found = dataPoints.filter(point => sorted(point.attributes) === sorted(attributes));
  assert.lengthOf(found, 1, JSON.stringify(attributes));
  return found[0]?.value as number;
}
