/**
 * The observatory of a node: what the dashboard, the console, `top` and the doctor know of it. There is one for a node, however
 * many look through it; it measures while at least one does, and holds nothing once nobody does.
 */
import { asError, show } from '../../base/errors.ts';
import type { NodeFace } from '../../core/actor.ts';
import { ErrorIgnored } from '../../core/events.ts';
import { type ActorView as Actor, inspect } from '../../core/inspect.ts';
import type { Measuring } from '../../core/instruments.ts';
import type { ClassMeter } from '../../core/meter.ts';
import type { PeerView } from '../../core/peers.ts';
import type { Ref } from '../../core/ref.ts';
import { tree } from '../../core/tree.ts';
import { version } from '../../node/version.ts';
import { checkMainNode } from '../checkNode.ts';
import { type CensusFilter, census } from './census.ts';
import { Chronicle, type EventFilter } from './chronicle.ts';
import { type Line, type OutlineFilter, outline } from './outline.ts';
import { idleLoop, noRates, Sampler } from './sampler.ts';
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
import { errorText, Words, type WordsOptions } from './words.ts';

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
  readonly #interval: number;
  /** Both are there while somebody looks. */
  #sampler: Sampler | undefined;
  #measuring: Measuring | undefined;
  #since = Number.NaN;
  readonly #onSample = new Set<() => void>();
  readonly #onEnd = new Set<() => void>();
  /** Who looks through it, and who only wants it to remember what happens. */
  #users = 0;
  #keepers = 0;

  private constructor(node: NodeFace, options: ObservatoryOptions) {
    const { interval = 1000, eventLimit = 1000 } = options;
    for (const [name, value] of Object.entries({ interval, eventLimit }))
      if (!(typeof value === 'number' && value >= 1))
        throw new TypeError(`${name} must be a number from 1 up, not ${show(value)}`);
    const { clock } = node.instruments;
    this.node = node;
    this.#interval = interval;
    this.#words = new Words(options);
    this.#chronicle = new Chronicle(node.events, clock, this.#words, eventLimit);
  }

  #tell(hear: () => void): void {
    try {
      hear();
    } catch (error) {
      this.node.events.publish(new ErrorIgnored(undefined, asError(error), 'onSample of an observatory'));
    }
  }

  /**
   * The observatory of a node; every call needs a `close` of its own.
   * @param options of the first who opens it; the others look through the same one
   * @throws TypeError when an option is of the wrong kind
   */
  static open(node: NodeFace, options: ObservatoryOptions = {}): Observatory {
    const observatory = Observatory.#of(node, options);
    if (observatory.#users++ === 0) observatory.#begin();
    return observatory;
  }

  /**
   * Lets the observatory of a node take down what happens, without measuring, so that whoever opens it later can see what was
   * before. Until the function that is returned is called.
   * @param options of the first who opens it, or has it remember
   * @throws TypeError when an option is of the wrong kind
   */
  static remember(node: NodeFace, options: ObservatoryOptions = {}): () => void {
    const observatory = Observatory.#of(node, options);
    observatory.#keepers++;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      observatory.#keepers--;
      observatory.#left();
    };
  }

  static #of(node: NodeFace, options: ObservatoryOptions): Observatory {
    checkMainNode('Observatory', node);
    const present = open.get(node);
    if (present !== undefined) return present;
    const opened = new Observatory(node, options);
    open.set(node, opened);
    void node.stopped.then(() => opened.#shut());
    return opened;
  }

  /** Who has opened it does not look through it any more. */
  close(): void {
    this.#users--;
    this.#left();
  }

  #begin(): void {
    const { node } = this;
    this.#since = node.instruments.clock.now();
    this.#measuring = node.instruments.measure();
    this.#sampler = new Sampler(node, this.#interval, () => {
      for (const hear of this.#onSample) this.#tell(hear);
    });
  }

  #left(): void {
    if (this.#users > 0) return;
    this.#rest();
    if (this.#keepers === 0) this.#shut();
  }

  #rest(): void {
    this.#sampler?.close();
    this.#measuring?.stop();
    this.#sampler = undefined;
    this.#measuring = undefined;
    this.#onSample.clear();
    for (const hear of this.#onEnd) hear();
    this.#onEnd.clear();
  }

  #shut(): void {
    if (open.get(this.node) !== this) return;
    open.delete(this.node);
    this.#rest();
    this.#chronicle.close();
  }

  /** Calls `hear` after each look at all actors. What it throws is reported as `ErrorIgnored`. */
  onSample(hear: () => void): () => void {
    this.#onSample.add(hear);
    return () => void this.#onSample.delete(hear);
  }

  /** Whether anybody looks through it, and its node runs. */
  get isOpen(): boolean {
    return this.#sampler !== undefined;
  }

  /** Calls `hear` once nobody looks through it any more, or its node has stopped. */
  onEnd(hear: () => void): () => void {
    this.#onEnd.add(hear);
    return () => void this.#onEnd.delete(hear);
  }

  /** Calls `hear` with every event as it happens. What it throws is reported as `ErrorIgnored`. */
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
      rates: this.#sampler?.rates ?? noRates,
      eventLoop: this.#sampler?.eventLoop ?? idleLoop,
      memory: { rss, heapUsed, heapTotal },
    };
  }

  /** How late the event loop came, and how busy it was, over the last sample. */
  get eventLoop(): NodeView['eventLoop'] {
    return this.#sampler?.eventLoop ?? idleLoop;
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

  /** The tree as it is unfolded, line by line. @throws TypeError that says what is wrong with the filter */
  outline(filter: OutlineFilter = {}): Page<Line<ActorRow>> {
    const { total, lines } = outline(this.node.guardian, path => this.find(path), filter);
    return { total, rows: lines.map(line => ({ ...line, actor: line.actor && this.#row(line.actor) })) };
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

  /** The number of the newest event; 0 when there is none yet. */
  get newest(): number {
    return this.#chronicle.newest;
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
        // It is to cross to a browser or another node: what can't says so here.
        return { kind, name, view: JSON.parse(JSON.stringify(exhibit.view()) ?? 'null') };
      } catch (error) {
        return { kind, name, view: { error: errorText(error) } };
      }
    });
  }

  /** The other nodes, as this one sees them. */
  peers(): readonly PeerView[] {
    return this.node.peers();
  }

  get classes(): Iterable<ClassMeter> {
    return this.#measuring?.classes ?? [];
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
