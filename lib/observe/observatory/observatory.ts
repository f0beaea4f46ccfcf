/**
 * The observatory of a node: what the dashboard, the console, `top` and the doctor know of it. There is one for a node, however
 * many look through it; it measures while at least one does, and holds nothing once nobody does.
 */
import { show } from '../../base/errors.ts';
import type { NodeFace } from '../../core/actor.ts';
import { type ActorView as Actor, inspect } from '../../core/inspect.ts';
import type { Measuring } from '../../core/instruments.ts';
import type { ClassMeter } from '../../core/meter.ts';
import type { Ref } from '../../core/ref.ts';
import { tree } from '../../core/tree.ts';
import { version } from '../../node/version.ts';
import { type CensusFilter, census } from './census.ts';
import { Chronicle, type EventFilter } from './chronicle.ts';
import { Sampler } from './sampler.ts';
import type {
  ActorRow,
  ActorView,
  DeadLetterView,
  EventView,
  ExhibitView,
  MessageView,
  NodeView,
  Page,
} from './views.ts';
import { Words, type WordsOptions } from './words.ts';

export interface ObservatoryOptions extends WordsOptions {
  /** How often, in ms, it looks at all actors (1000); less often when there are so many that a look would take long. */
  readonly interval?: number | undefined;
  /** How many events of each of three kinds are kept: comings and goings, dead letters, all others (1000). */
  readonly eventLimit?: number | undefined;
}

const open = new WeakMap<NodeFace, Observatory>();

export class Observatory {
  readonly node: NodeFace;
  readonly #words: Words;
  readonly #chronicle: Chronicle;
  readonly #sampler: Sampler;
  readonly #measuring: Measuring;
  readonly #since: number;
  readonly #onSample = new Set<() => void>();
  #users = 0;

  private constructor(node: NodeFace, options: ObservatoryOptions) {
    const { interval = 1000, eventLimit = 1000 } = options;
    for (const [name, value] of Object.entries({ interval, eventLimit }))
      if (!(typeof value === 'number' && value >= 1))
        throw new TypeError(`${name} must be a number from 1 up, not ${show(value)}`);
    const { clock } = node.instruments;
    this.node = node;
    this.#since = clock.now();
    this.#words = new Words(options);
    this.#measuring = node.instruments.measure();
    this.#chronicle = new Chronicle(node.events, clock, this.#words, eventLimit);
    this.#sampler = new Sampler(node, interval, () => {
      for (const hear of this.#onSample) hear();
    });
  }

  /**
   * The observatory of a node; every call needs a `close` of its own.
   * @param options of the first who opens it; the others look through the same one
   * @throws TypeError when an option is of the wrong kind
   */
  static open(node: NodeFace, options: ObservatoryOptions = {}): Observatory {
    let observatory = open.get(node);
    if (observatory === undefined) {
      const opened = new Observatory(node, options);
      observatory = opened;
      open.set(node, opened);
      void node.stopped.then(() => opened.#shut());
    }
    observatory.#users++;
    return observatory;
  }

  /** Who has opened it does not look through it any more. */
  close(): void {
    if (--this.#users === 0) this.#shut();
  }

  #shut(): void {
    if (open.get(this.node) !== this) return;
    open.delete(this.node);
    this.#sampler.close();
    this.#chronicle.close();
    this.#measuring.stop();
    this.#onSample.clear();
  }

  /** Calls `hear` after each look at all actors. */
  onSample(hear: () => void): () => void {
    this.#onSample.add(hear);
    return () => void this.#onSample.delete(hear);
  }

  /** Calls `hear` with every event as it happens. */
  onEvent(hear: (event: EventView) => void): () => void {
    return this.#chronicle.onEvent(hear);
  }

  // ---- what it knows ------------------------------------------------------------------------------------------------

  overview(): NodeView {
    const { node } = this;
    const { clock } = node.instruments;
    const { rss, heapUsed, heapTotal } = process.memoryUsage();
    return {
      address: node.address,
      incarnation: node.incarnation,
      pid: process.pid,
      versions: { troupe: version, node: process.versions.node },
      at: clock.wall(),
      observedFor: clock.now() - this.#since,
      stats: node.stats(),
      rates: this.#sampler.rates,
      eventLoop: this.#sampler.eventLoop,
      memory: { rss, heapUsed, heapTotal },
    };
  }

  /** Actors anywhere, sorted and filtered. @throws TypeError that says what is wrong with the filter */
  actors(filter: CensusFilter = {}): Page<ActorRow> {
    const { total, found } = census(this.node.guardian, filter);
    return { total, rows: found.map(actor => this.#row(actor)) };
  }

  /** The children of the actor at a path, in the order in which they were spawned; none when there is no such actor. */
  children(path: string, { offset = 0, limit = 100 } = {}): Page<ActorRow> {
    const parent = this.find(path);
    const found: Actor[] = [];
    if (parent === undefined) return { total: 0, rows: [] };
    const { children, more } = tree(parent, { maxDepth: 1, maxChildren: offset + limit });
    for (const { ref } of children.slice(offset)) found.push(ref.inlet as unknown as Actor);
    return { total: children.length + more, rows: found.map(actor => this.#row(actor)) };
  }

  /** One actor, closely; undefined when there is none at that path. */
  actor(path: string, { peek = 10, history = 50 } = {}): ActorView | undefined {
    const ref = this.find(path);
    const detail = ref && inspect(ref, { peek });
    if (ref === undefined || detail === undefined) return undefined;
    const addresses = (refs: readonly Ref[]) => refs.map(({ address }) => address);
    const { watchers, watching, links, isElsewhere, restartsLeft, childRestartsLeft } = detail;
    return {
      ...this.#row(ref.inlet as unknown as Actor),
      address: ref.address,
      parent: detail.parent?.path,
      ...{ watchers: addresses(watchers), watching: addresses(watching), links: addresses(links) },
      ...{ isElsewhere, restartsLeft, childRestartsLeft },
      current: detail.current && this.#message(detail.current),
      mailbox: detail.mailbox.map(one => this.#message(one)),
      longestTurn: detail.meter?.longestTurn ?? 0,
      history: this.#chronicle.historyOf(ref.path, history),
    };
  }

  /** The live actor at a path. */
  find(path: string): Ref | undefined {
    if (path === '/') return this.node.guardian;
    try {
      const ref = this.node.lookup(path);
      return ref.isLocal && !ref.isStopped ? ref : undefined;
    } catch {
      return undefined;
    }
  }

  events(filter?: EventFilter): EventView[] {
    return this.#chronicle.events(filter);
  }

  deadLetters(filter?: { reason?: string; limit?: number }): DeadLetterView[] {
    return this.#chronicle.deadLetters(filter);
  }

  /** Flows, pools and whatever else shows itself. */
  exhibits(): ExhibitView[] {
    return this.node.instruments.exhibits.map(exhibit => {
      const { kind, name } = exhibit;
      try {
        return { kind, name, view: exhibit.view() };
      } catch (error) {
        return { kind, name, view: { error: String(error) } };
      }
    });
  }

  get classes(): Iterable<ClassMeter> {
    return this.#measuring.classes;
  }

  #message({ message, sender }: { message: unknown; sender: Ref | undefined }): MessageView {
    return { text: this.#words.of(message), sender: sender?.address };
  }

  #row(actor: Actor): ActorRow {
    const { ref, meter } = actor;
    const since = meter?.busySince ?? Number.NaN;
    return {
      ...{ path: ref.path, name: ref.name, className: actor.className, state: actor.life },
      ...actor.waiting,
      ...{ handled: meter?.handled ?? 0, rate: meter?.rate ?? 0, share: meter?.share ?? 0 },
      busyFor: Number.isNaN(since) ? undefined : this.node.instruments.clock.now() - since,
      ...{ restarts: actor.restarts, children: actor.children?.size ?? 0, uptime: actor.uptime },
      lastError: this.#chronicle.lastErrorOf(ref),
    };
  }
}
