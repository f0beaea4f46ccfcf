/** The metrics of a node: for Prometheus, as text, and for OpenTelemetry. */
import { NodeStopped, show } from '../../base/errors.ts';
import { systemClock } from '../../base/world.ts';
import type { NodeFace } from '../../core/actor.ts';
import { ErrorIgnored } from '../../core/events.ts';
import { checkMainNode } from '../checkNode.ts';
import { type Family, families, type Labels, ownLabels } from './families.ts';
import {
  type OtelMeter,
  type OtelMeterProvider,
  type OtelProducer,
  observeWith,
  producerOf,
} from './otel.ts';
import { type Handler, handlerOf, type MetricsServer, type ServeOptions, serveMetrics } from './serve.ts';
import { Source } from './source.ts';
import { textOf } from './text.ts';

export interface MetricsOptions {
  /** What the names of the node's metrics begin with, before an underscore (`troupe`). */
  prefix?: string | undefined;
  /** Labels of every metric, such as `{ service: 'shop' }`; none unless given. */
  labels?: Labels | undefined;
  /** Whether the metrics of the process and of Node.js are among them (`true`): not when another library gives them. */
  process?: boolean | undefined;
}

/**
 * Measures a node from now on, until `close()` or the end of the node, and gives what it has found out. Several of one node
 * share what they measure.
 *
 * @param node of the main thread: what its threads and processes do inside is not seen from here
 * @param options.prefix what the names begin with (`troupe`)
 * @param options.labels labels of every metric
 * @param options.process whether the process and Node.js are measured, too (`true`)
 * @throws TypeError; NodeStopped when the node has stopped
 */
export function metrics(node: NodeFace, options: MetricsOptions = {}): Metrics {
  return new Metrics(node, options);
}

export class Metrics {
  /** Answers every GET and HEAD of a server of your own with the metrics: `server.on('request', …)`, or a route of a framework. */
  readonly handler: Handler = handlerOf(() => this.text());
  readonly #node: NodeFace;
  readonly #families: readonly Family[];
  readonly #labels: Labels;
  readonly #source: Source;
  readonly #forgetTask: () => void;
  readonly #servers = new Set<Promise<MetricsServer>>();
  readonly #observed = new Set<() => void>();
  #closed: Promise<void> | undefined;

  /** @internal Use `metrics(node)`. */
  constructor(node: NodeFace, options: MetricsOptions) {
    const { prefix, labels, process } = checked(node, options);
    this.#node = node;
    this.#families = families(prefix, process);
    this.#labels = labels;
    this.#forgetTask = this.#endWith(node);
    this.#source = Source.open(node);
  }

  #endWith(node: NodeFace): () => void {
    try {
      return node.shutdown.addTask('afterStop', 'metrics', () => this.close());
    } catch (error) {
      if (!(error instanceof NodeStopped)) throw error;
      throw new NodeStopped('metrics: this node has stopped, or is about to; measure one that runs');
    }
  }

  /**
   * All metrics, in the text format of Prometheus, version 0.0.4.
   * @throws NodeStopped once they are closed
   */
  text(): string {
    return textOf(this.#families, this.#read(), this.#labels);
  }

  /**
   * Serves the metrics over HTTP, until `close()` of what is returned, of these metrics or the end of the node.
   *
   * @param options.port the port to listen on; 0 takes a free one
   * @param options.host who can reach it (`127.0.0.1`: this machine alone)
   * @param options.path where the metrics are (`/metrics`)
   * @throws TypeError; RemotingError when the port is in use or can't be bound; NodeStopped once they are closed
   */
  async serve(options: ServeOptions = {}): Promise<MetricsServer> {
    this.#checkOpen();
    const onError = (error: Error) =>
      this.#node.events.publish(new ErrorIgnored(undefined, error, 'the server of the metrics'));
    const serving = serveMetrics(this.handler, options, onError);
    this.#servers.add(serving);
    try {
      const server = await serving;
      this.#checkOpen();
      return {
        url: server.url,
        close: () => {
          this.#servers.delete(serving);
          return server.close();
        },
      };
    } catch (error) {
      this.#servers.delete(serving);
      throw error;
    }
  }

  /**
   * Registers an observable instrument for each metric with OpenTelemetry, which reads them when it collects. Histograms are
   * three counters each, since its API has no observable ones: `….bucket` (with the attribute `le`), `….sum` and `….count`.
   *
   * @param to a `Meter`, or a `MeterProvider` such as `metrics.getMeterProvider()` of `@opentelemetry/api`
   * @returns a function that takes them back
   * @throws TypeError; NodeStopped once they are closed
   */
  otel(to: OtelMeter | OtelMeterProvider): () => void {
    this.#checkOpen();
    if (!isMeter(to))
      throw new TypeError(
        `metrics.otel: expected a Meter or MeterProvider of OpenTelemetry, not ${show(to)}`,
      );
    const leave = observeWith(to, this.#collected);
    this.#observed.add(leave);
    return () => {
      if (this.#observed.delete(leave)) leave();
    };
  }

  /**
   * All metrics for a `MetricReader` of the SDK of OpenTelemetry, histograms as such, in place of `otel()`:
   * `new PeriodicExportingMetricReader({ exporter, metricProducers: [metrics.otelProducer()] })`. Its sums are cumulative. Once
   * these metrics are closed its `collect` rejects with `NodeStopped`.
   */
  otelProducer(): OtelProducer {
    return producerOf(this.#collected, () => systemClock.wall());
  }

  /** Ends the servers, takes back the instruments and measures no more; a second call waits for the same. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#forgetTask();
    this.#source.close();
    for (const leave of this.#observed) leave();
    this.#observed.clear();
    const servers = await Promise.allSettled(this.#servers);
    await Promise.all(
      servers.map(server => (server.status === 'fulfilled' ? server.value.close() : undefined)),
    );
  }

  get #collected() {
    return { families: this.#families, labels: this.#labels, read: () => this.#read() };
  }

  #read() {
    this.#checkOpen();
    return this.#source.read();
  }

  #checkOpen(): void {
    if (this.#closed !== undefined)
      throw new NodeStopped('these metrics are closed, since their node has stopped or close() was called');
  }
}

function checked(node: NodeFace, options: MetricsOptions) {
  checkMainNode('metrics', node);
  if (typeof options !== 'object' || options === null)
    throw new TypeError(
      `metrics: options must be an object such as { prefix: 'shop' }, not ${show(options)}`,
    );
  for (const key of Object.keys(options))
    if (!['prefix', 'labels', 'process'].includes(key))
      throw new TypeError(`metrics: there is no option ${show(key)}; there are prefix, labels and process`);
  const { prefix = 'troupe', labels = {}, process = true } = options;
  if (typeof prefix !== 'string' || !/^[a-zA-Z][a-zA-Z0-9_]*$/.test(prefix))
    throw new TypeError(
      `metrics: prefix must be letters, digits and _, and begin with a letter, unlike ${show(prefix)}`,
    );
  if (typeof process !== 'boolean')
    throw new TypeError(`metrics: process must be true or false, not ${show(process)}`);
  return { prefix, labels: checkedLabels(labels), process };
}

function checkedLabels(labels: Labels): Labels {
  if (typeof labels !== 'object' || labels === null)
    throw new TypeError(`metrics: labels must be an object such as { service: 'shop' }, not ${show(labels)}`);
  for (const [name, value] of Object.entries(labels)) {
    if (!/^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/.test(name))
      throw new TypeError(
        `metrics: a label is named with letters, digits and _, and begins with no digit and no __, unlike ${show(name)}`,
      );
    if (ownLabels.includes(name))
      throw new TypeError(
        `metrics: the label ${show(name)} is used by the metrics themselves; choose another name`,
      );
    if (typeof value !== 'string')
      throw new TypeError(`metrics: the label ${show(name)} must be a text, not ${show(value)}`);
  }
  return { ...labels };
}

const isMeter = (to: unknown) =>
  typeof to === 'object' && to !== null && ('getMeter' in to || 'addBatchObservableCallback' in to);
