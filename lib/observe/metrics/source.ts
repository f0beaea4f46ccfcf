/** Where the figures of a node come from. All who export them share one source, which measures while there are any. */
import type { NodeFace } from '../../core/actor.ts';
import { Histogram } from '../../core/histogram.ts';
import { forEachActor } from '../../core/inspect.ts';
import type { Measuring } from '../../core/instruments.ts';
import { SharedEventLoop } from './eventLoop.ts';
import type { ClassFigures, Figures } from './figures.ts';
import { processFigures } from './processFigures.ts';

/** The most classes that are told apart, and what the rest is called. */
const mostClasses = 1000;
export const other = 'other';

export class Source {
  static readonly #ofNode = new WeakMap<NodeFace, Source>();
  readonly #node: NodeFace;
  readonly #measuring: Measuring;
  readonly #loop = new SharedEventLoop();
  /** The classes that have a name of their own, in the order in which they were met. */
  readonly #named = new Set<string>();
  #users = 0;

  private constructor(node: NodeFace) {
    this.#node = node;
    this.#measuring = node.instruments.measure();
  }

  /** The source of a node, which measures until all who have opened it have closed it. */
  static open(node: NodeFace): Source {
    let source = Source.#ofNode.get(node);
    if (source === undefined) {
      source = new Source(node);
      Source.#ofNode.set(node, source);
    }
    source.#users++;
    return source;
  }

  close(): void {
    if (--this.#users > 0) return;
    Source.#ofNode.delete(this.#node);
    this.#measuring.stop();
    this.#loop.close();
  }

  read(): Figures {
    const node = this.#node;
    return {
      classes: this.#classes(),
      stats: node.stats(),
      peers: node.peers(),
      loop: this.#loop.look(),
      process: processFigures(),
      node: { address: node.address, incarnation: node.incarnation },
    };
  }

  #classes(): Map<string, ClassFigures> {
    const classes = new Map<string, ClassFigures>();
    const of = (className: string) => {
      const name = this.#nameOf(className);
      const found = classes.get(name) ?? nothing();
      classes.set(name, found);
      return found;
    };
    for (const meter of this.#measuring.classes) {
      const figures = of(meter.className);
      figures.handled += meter.handled;
      figures.failures += meter.failed;
      figures.restarts += meter.restarts;
      figures.busyTime += meter.busyTime;
      merge(figures.wait, meter.wait);
      merge(figures.handling, meter.handling);
    }
    forEachActor(this.#node.guardian, ({ className, load, waiting }, depth) => {
      if (depth === 0) return;
      const figures = of(className);
      figures.actors++;
      figures.waiting += load;
      figures.longest = Math.max(figures.longest, load);
      figures.stashed += waiting.stashed;
    });
    return classes;
  }

  #nameOf(className: string): string {
    if (this.#named.has(className)) return className;
    if (this.#named.size >= mostClasses) return other;
    this.#named.add(className);
    return className;
  }
}

const nothing = (): ClassFigures => ({
  handled: 0,
  failures: 0,
  restarts: 0,
  busyTime: 0,
  wait: new Histogram(),
  handling: new Histogram(),
  actors: 0,
  waiting: 0,
  longest: 0,
  stashed: 0,
});

function merge(sum: Histogram, { counts, count, sum: total, max }: Histogram): void {
  for (const [at, one] of counts.entries()) sum.counts[at] = (sum.counts[at] as number) + one;
  sum.count += count;
  sum.sum += total;
  sum.max = Math.max(sum.max, max);
}
