/** The instruments of a node: what can be attached to it to see what its actors do. Without any, they cost nothing. */
import { show } from '../base/errors.ts';
import type { Clock } from '../base/world.ts';
import type { Observer } from './delivery.ts';
import type { Dispatcher } from './dispatcher.ts';
import { ErrorIgnored, type EventStream } from './events.ts';
import type { ClassMeter } from './meter.ts';
import { Monitor } from './monitor.ts';
import type { Tracer } from './tracer.ts';

/** What instruments need of the node. */
export interface Bench {
  readonly clock: Clock;
  readonly dispatcher: Dispatcher;
  readonly events: EventStream;
  /** Made when the first instrument is attached, and kept: messages that wait may carry its marks. */
  monitor: Monitor | undefined;
}

/** What is measured while at least one of these is open. */
export interface Measuring {
  /** The sums for each class of actors, since somebody has measured at all. */
  readonly classes: Iterable<ClassMeter>;
  /** Stops measuring, unless somebody else measures too; a second call does nothing. */
  stop(): void;
}

/** Something that is made of actors and has a shape of its own, such as a flow or a pool: whoever shows the node shows it too. */
export interface Exhibit {
  /** What it is: `flow`, `pool`, ... */
  readonly kind: string;
  readonly name: string;
  /** How it is at this moment, as plain data that can cross to other nodes. */
  view(): unknown;
}

export class Instruments {
  readonly #bench: Bench;
  #measuring = 0;
  readonly #exhibits = new Set<Exhibit>();

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  /**
   * Measures from now on: what each actor and each class of actors handles, and for how long they keep the event loop; and, of all
   * messages when there are few and of one in 2048 when there are very many, how long they waited and were handled.
   */
  measure(): Measuring {
    const monitor = this.#monitor;
    if (this.#measuring++ === 0) monitor.isMeasuring = true;
    let isOpen = true;
    return {
      classes: { [Symbol.iterator]: () => monitor.kinds.values() },
      stop: () => {
        if (isOpen && --this.#measuring === 0) monitor.isMeasuring = false;
        isOpen = false;
      },
    };
  }

  /**
   * Shows every delivery of the actors that it `observes` to an observer, until the function that is returned is called.
   * @throws TypeError when it is none
   */
  observe(observer: Observer): () => void {
    checkObserver('observe', observer);
    return this.#add(observer);
  }

  /**
   * Lets a tracer send something along with every message; until the function that is returned is called.
   * @throws TypeError when it is none, or there is a tracer already
   */
  trace(tracer: Tracer): () => void {
    checkObserver('trace', tracer, ofTracers);
    const monitor = this.#monitor;
    if (monitor.tracer !== undefined)
      throw new TypeError('trace: this node has a tracer already; end that one before the next');
    monitor.tracer = tracer;
    const leave = this.#add(tracer);
    return once(() => {
      monitor.tracer = undefined;
      leave();
    });
  }

  /** The clock of the node: what all times of deliveries are read from. */
  get clock(): Clock {
    return this.#bench.clock;
  }

  #add(observer: Observer): () => void {
    const monitor = this.#monitor;
    monitor.observers = [...monitor.observers, observer];
    return once(() => {
      monitor.observers = monitor.observers.toSpliced(monitor.observers.indexOf(observer), 1);
    });
  }

  /**
   * Lets something be shown, until the function that is returned is called. Costs nothing until somebody looks.
   * @throws TypeError when it is no exhibit
   */
  exhibit(exhibit: Exhibit): () => void {
    checkExhibit(exhibit);
    this.#exhibits.add(exhibit);
    return () => void this.#exhibits.delete(exhibit);
  }

  /** What there is to be shown besides actors, the oldest first. */
  get exhibits(): readonly Exhibit[] {
    return [...this.#exhibits];
  }

  get #monitor(): Monitor {
    const bench = this.#bench;
    if (bench.monitor !== undefined) return bench.monitor;
    bench.monitor = new Monitor(bench.clock, bench.dispatcher, (error, where) =>
      bench.events.publish(new ErrorIgnored(undefined, error, where)),
    );
    return bench.monitor;
  }
}

/** A second call does nothing. */
function once(end: () => void): () => void {
  let isOpen = true;
  return () => {
    if (isOpen) end();
    isOpen = false;
  };
}

const ofObservers = ['begun', 'ended', 'run', 'asking'];
const ofTracers = ['told', 'asked', 'pack', 'unpack'];

function checkObserver(verb: string, observer: unknown, all: readonly string[] = []): void {
  if (typeof observer !== 'object' || observer === null)
    throw new TypeError(
      `${verb}: expected an object such as { begun(delivery) { … } }, not ${show(observer)}`,
    );
  const methods = observer as Record<string, unknown>;
  for (const name of ['observes', 'outside', ...ofObservers, ...ofTracers]) {
    if (methods[name] !== undefined && typeof methods[name] !== 'function')
      throw new TypeError(`${verb}: ${name} must be a function, not ${show(methods[name])}`);
  }
  const missing = all.filter(name => methods[name] === undefined);
  if (missing.length > 0) throw new TypeError(`${verb}: the tracer has no ${missing.join(', ')}`);
  if (all.length === 0 && ofObservers.every(name => methods[name] === undefined))
    throw new TypeError(`${verb}: an observer has at least one of ${ofObservers.join(', ')}`);
}

function checkExhibit(exhibit: unknown): void {
  const { kind, name, view } = Object(exhibit) as Partial<Record<keyof Exhibit, unknown>>;
  if (typeof kind !== 'string' || typeof name !== 'string' || typeof view !== 'function')
    throw new TypeError(
      `exhibit: expected an object such as { kind: 'queue', name: 'orders', view() { … } }, not ${show(exhibit)}`,
    );
}
