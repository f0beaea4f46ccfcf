/** One run of a flow: from the start of its actors to the end of the last one. */
import { NameConflict, RestartsExhausted, show } from '../base/errors.ts';
import { RateLimit } from '../base/rateLimit.ts';
import type { Clock, Random, Scheduler } from '../base/world.ts';
import type { Host, NodeFace } from '../core/actor.ts';
import type { Props, RestartOptions } from '../core/props.ts';
import type { Ref } from '../core/ref.ts';
import { Node } from '../node/node.ts';
import type { NodeOptions } from '../node/options.ts';
import { type Whisper, whisperOf } from '../node/whisper.ts';
import { Intensity } from '../restart/intensity.ts';
import { Acks } from './acks.ts';
import { circuitOf, leads } from './circuit.ts';
import { EventDropped } from './dropped.ts';
import { FlowError } from './events/errors.ts';
import type { Event } from './events/event.ts';
import { EventFailed } from './failed.ts';
import type { FlowActor, FlowActorOptions } from './flowActor.ts';
import { FlowHost, FlowRoot, type Overseer } from './host.ts';
import { Queue } from './queue.ts';
import type { DropReason, Scope } from './scope.ts';
import { Station } from './station.ts';
import { Trails } from './trails.ts';
import type { Link, Registration } from './wiring.ts';

/** Time, scheduling and chance; what is not given is the system's. */
export interface WorldParts {
  readonly clock?: Clock | undefined;
  readonly scheduler?: Scheduler | undefined;
  readonly random?: Random | undefined;
}

export interface RunOptions {
  readonly name: string;
  readonly node: NodeFace | undefined;
  readonly world: WorldParts | undefined;
  /** For a node of its own. */
  readonly nodeOptions: NodeOptions | undefined;
  readonly copies: boolean;
  readonly acks: boolean;
  readonly ackTimeout: number;
  readonly stopTimeout: number;
  readonly restart: RestartOptions;
  /** Called when the run has ended, however it did. */
  readonly onEnd: () => void;
}

/** The order of the end: first those that do the work, then those that hear of errors, then those that write the log. */
const phases = ['work', 'error', 'log'] as const;

/** How long, in ms, the error actor and the log actor may take at the end, each. */
const grace = 1000;
/** How much longer than its drain, in ms, the end of a flow may take. */
const moreToStop = 10_000;

interface Deadline {
  isPassed: boolean;
  passed: Promise<void>;
  cancel: () => void;
}

export class Run implements Scope, Overseer {
  readonly stations: readonly Station[];
  readonly queues: readonly Queue[];
  /** Why it ended by itself, if it did. */
  failure: Error | undefined;
  acks: Acks | undefined;
  trails: Trails | undefined;
  isDraining = false;
  onQuiet: (() => void) | undefined;
  /** Events that nobody handled, by reason. */
  readonly losses: Record<DropReason, number> = { overflow: 0, unroutable: 0, stopped: 0 };
  /** Resolves when it has ended, whoever ended it. */
  readonly ended: Promise<void>;
  #hasEnded: () => void = () => {};
  readonly #options: RunOptions;
  readonly #registrations = new Map<Station, Registration>();
  readonly #isDefaultLink = new Set<Queue>();
  readonly #refs = new Map<Station, Ref>();
  readonly #intensities = new Map<Station, Intensity>();
  readonly #waiting = new Set<() => void>();
  readonly #groups: readonly Station[][];
  /** Where events come into the flow: actors that none comes to from another one, unless that is in a cycle with it. */
  readonly #sources: readonly Station[];
  #root: Ref | undefined;
  #host: Host | undefined;
  #node: NodeFace | undefined;
  #ownNode: Node | undefined;
  #warnings: RateLimit | undefined;
  #isStopping = false;
  /** Whether the root is to end. */
  #isEnding = false;
  /** Whether all has ended. */
  #isOver = false;
  #hasStarted = false;
  #cancelStart: (error: Error) => void = () => {};
  #forgetTask: () => void = () => {};

  constructor(registrations: readonly Registration[], links: readonly Link[], options: RunOptions) {
    this.#options = options;
    this.ended = new Promise(resolve => {
      this.#hasEnded = resolve;
    });
    const stationOf = new Map<Registration, Station>();
    for (const registration of registrations) {
      const station = new Station(registration.actor, registration.make, this);
      stationOf.set(registration, station);
      this.#registrations.set(station, registration);
    }
    this.stations = [...stationOf.values()];
    this.queues = links.map(link => this.#lay(link, stationOf));
    for (const station of this.stations) station.wired();
    const { groups, sources } = circuitOf(this.stations, this.queues);
    this.#groups = groups;
    this.#sources = sources;
  }

  get copies(): boolean {
    return this.#options.copies;
  }

  get hasAcks(): boolean {
    return this.#options.acks;
  }

  get node(): NodeFace | undefined {
    return this.#node;
  }

  isDefault(queue: Queue): boolean {
    return this.#isDefaultLink.has(queue);
  }

  stationOf(registration: Registration): Station | undefined {
    return this.stations.find(station => this.#registrations.get(station) === registration);
  }

  // ---- the wiring comes to life ----

  #lay(link: Link, stationOf: Map<Registration, Station>): Queue {
    const source = stationOf.get(link.source) as Station;
    const destination = stationOf.get(link.destination) as Station;
    const { kind, outbox, inbox, size, policy } = link;
    const queue = new Queue({ kind, source, outbox, destination, inbox, size, policy });
    destination.inlets.push(queue);
    if (kind === 'event') source.out.events.push(queue);
    else if (kind === 'log') source.out.logs.push(queue);
    else {
      source.out.hasDefaultErrors =
        link.destination.role === 'error' && (source.out.errors.length === 0 || source.out.hasDefaultErrors);
      source.out.errors.push(queue);
    }
    if (link.isDefault) this.#isDefaultLink.add(queue);
    return queue;
  }

  /** What the actors themselves find wrong. */
  faults(inDoubt: ReadonlySet<string> = new Set()): string[] {
    return this.stations.flatMap(({ name, actor }) => {
      if (inDoubt.has(name)) return [];
      try {
        return (actor.validate?.() ?? []).map(fault => `${name}: ${fault}`);
      } catch (error) {
        return [`${name}: ${error instanceof Error ? error.message : String(error)}`];
      }
    });
  }

  /**
   * Starts all actors; resolves when all of them have started.
   * @throws whatever keeps one of them from starting; then all has been cleaned up
   */
  async start(): Promise<void> {
    const isCancelled = new Promise<never>((_, reject) => {
      this.#cancelStart = reject;
    });
    isCancelled.catch(() => {});
    try {
      await this.#open(isCancelled);
      await Promise.race([Promise.all(this.stations.map(({ started }) => started)), isCancelled]);
      this.#hasStarted = true;
    } catch (error) {
      this.isDraining = true;
      for (const station of this.stations) station.finish();
      await this.#close();
      throw this.failure ?? error;
    }
  }

  async #open(isCancelled: Promise<never>): Promise<void> {
    const { node, nodeOptions, world, name } = this.#options;
    if (node === undefined)
      this.#ownNode = await Node.start({ ...nodeOptions, ...(world && partsOf(world)) });
    this.#node = node ?? (this.#ownNode as Node);
    whisperOf(this.#node.events, 'flow', ofEvents);
    const isReady = new Promise<void>(resolve => {
      this.#onReady = resolve;
    });
    this.#root = spawnRoot(this.#node, name, this);
    await Promise.race([isReady, isCancelled]);
    void this.#root.join().then(() => this.#rootGone());
    this.#forgetTask = this.#node.shutdown.addTask('drain', `flow ${name}`, () => this.stop(), {
      timeout: this.#options.stopTimeout + moreToStop,
    });
    for (const station of this.stations) this.#spawn(station);
  }

  #onReady: () => void = () => {};

  ready(host: Host): void {
    this.#host = host;
    this.#warnings = new RateLimit(host.world.clock, 1, 1000);
    if (this.#options.acks)
      this.acks = new Acks(host.world.clock, this.#options.ackTimeout, this.#options.copies);
    this.#onReady();
  }

  #spawn(station: Station): void {
    const host = this.#host as Host;
    const own = (station.actor.params as FlowActorOptions).restart;
    const { max = 3, within = 5000, backoff } = { ...this.#options.restart, ...own };
    this.#intensities.set(station, new Intensity({ max, within }));
    const restart = { max: Number.POSITIVE_INFINITY, ...(backoff !== undefined && { backoff }) };
    const ref = host.spawn(FlowHost.using(station) as Props<never>, { name: station.name, restart });
    this.#refs.set(station, ref);
    host.watch(ref);
  }

  // ---- what happens to its actors ----

  mayRestart(child: Ref, error: Error): boolean {
    const station = this.#stationAt(child);
    // One that has not begun keeps the whole flow from starting.
    if (station === undefined || !station.hasBegun || station.isOver) return false;
    const now = (this.#host as Host).world.clock.now();
    if (this.#intensities.get(station)?.admit(now)) return true;
    const text = `the actor ${station.name} of the flow ${show(this.#options.name)} has used up its restarts: ${error.message}`;
    station.breakDown();
    this.#fail(new RestartsExhausted(text, station.name, [error]));
    return false;
  }

  gone(child: Ref): void {
    const station = this.#stationAt(child);
    if (station === undefined || !station.hasBegun || station.isOver) return;
    station.breakDown();
    this.#fail(
      new FlowError(`somebody stopped the actor ${station.name} of the flow ${show(this.#options.name)}`),
    );
  }

  #stationAt(ref: Ref): Station | undefined {
    return this.stations.find(station => this.#refs.get(station)?.path === ref.path);
  }

  /** Somebody ended all of it at once. */
  #rootGone(): void {
    if (this.#isEnding) return;
    for (const station of this.stations) station.breakDown();
    this.#fail(new FlowError(`somebody stopped the actors of the flow ${show(this.#options.name)}`));
  }

  #fail(error: Error): void {
    this.failure ??= error;
    this.#host?.log.error(`${error.message}; the flow stops`);
    void this.stop();
  }

  later(run: () => void): void {
    (this.#host as Host).world.scheduler.later(run);
  }

  follow(event: Event, owner: object, ended: (error: Error | undefined) => void): () => void {
    this.trails ??= new Trails();
    return this.trails.follow(event, owner, ended);
  }

  failed(event: Event, actor: string, error: Error): void {
    const { events } = this.#node ?? {};
    if (!events?.hears(EventFailed)) return;
    const from = this.stations.find(({ name }) => name === actor);
    const leadsTo = (other: FlowActor) => from !== undefined && leads(from, other);
    events.publish(new EventFailed(this.#options.name, event, actor, error, leadsTo));
  }

  lost(event: Event, place: string, reason: DropReason, error: Error | undefined): void {
    this.losses[reason]++;
    const { events } = this.#node ?? {};
    if (events?.hears(EventDropped))
      events.publish(new EventDropped(this.#options.name, event, place, reason, error));
    if (!this.#warnings?.take()) return;
    const what = reason === 'overflow' ? 'there was no room for' : 'nobody handled';
    const why = error === undefined ? '' : ` (${error.message})`;
    const { overflow, unroutable, stopped } = this.losses;
    this.#host?.log.warn(
      `${place}: ${what} the event ${event.eventId}${why}; lost so far: ${overflow} for want of room, ${unroutable} errors that nobody took, ${stopped} at the end`,
    );
  }

  // ---- the end ----

  /** Drains the queues and stops all actors; never rejects. Calling it again waits for the same end. */
  stop(): Promise<void> {
    const { name } = this.#options;
    // Whoever starts it cleans up: nothing is under way.
    if (!this.#hasStarted)
      this.#cancelStart(new FlowError(`the flow ${show(name)} was stopped before it had started`));
    else if (!this.#isStopping) {
      this.#isStopping = true;
      void this.#stop()
        .catch(error => this.#host?.log.error(`the flow ${show(name)} did not stop as it should: ${error}`))
        .then(() => this.#close());
    }
    return this.ended;
  }

  async #stop(): Promise<void> {
    const { stopTimeout } = this.#options;
    this.isDraining = true;
    const first = this.#deadline(stopTimeout);
    await Promise.race([this.#callAll(this.stations, 'preStop'), first.passed]);
    for (const phase of phases) {
      const deadline = phase === 'work' ? first : this.#deadline(Math.min(stopTimeout, grace));
      const members = this.#membersOf(phase);
      for (const group of this.#groups)
        await this.#drain(
          group.filter(one => members.has(one)),
          deadline,
        );
      deadline.cancel();
      if (phase === 'work') this.acks?.stop(this.#stopped());
      await this.#end([...members]);
    }
  }

  /** Lets actors finish what they have, and then nothing more. */
  async #drain(stations: readonly Station[], deadline: Deadline): Promise<void> {
    await Promise.race([this.#quiet(stations), deadline.passed]);
    await this.#flush(stations, deadline);
    for (const station of stations) station.finish();
    if (deadline.isPassed) for (const station of stations) station.abandon();
  }

  /** What one of a cycle has kept may come to another one that keeps it: all are asked until nothing comes of it. */
  async #flush(stations: readonly Station[], deadline: Deadline): Promise<void> {
    const handled = () => stations.reduce((sum, { consumed, failed }) => sum + consumed + failed, 0);
    for (let before = -1; before !== handled() && !deadline.isPassed; ) {
      before = handled();
      await Promise.race([this.#callAll(stations, 'flush'), deadline.passed]);
      if (!deadline.isPassed) await Promise.race([this.#quiet(stations), deadline.passed]);
    }
  }

  #deadline(ms: number): Deadline {
    const deadline: Deadline = { isPassed: false, passed: Promise.resolve(), cancel: () => {} };
    deadline.passed = new Promise(resolve => {
      deadline.cancel = (this.#host as Host).world.clock.after(ms, () => {
        deadline.isPassed = true;
        resolve();
      });
    });
    return deadline;
  }

  #stopped(): Error {
    return new FlowError(`the flow ${show(this.#options.name)} was stopped`, { code: 'STOPPED' });
  }

  /** Those whose turn to end it is: what the error actor leads to ends after the work, what the log actor leads to at last. */
  #membersOf(phase: (typeof phases)[number]): Set<Station> {
    const log = this.#reachable('log');
    if (phase === 'log') return log;
    const error = this.#reachable('error');
    const isIn = (station: Station) => !log.has(station) && error.has(station) === (phase === 'error');
    return new Set(this.stations.filter(isIn));
  }

  #reachable(role: string): Set<Station> {
    const found = new Set(this.stations.filter(station => this.#registrations.get(station)?.role === role));
    for (const station of found) {
      for (const queue of [...station.out.events, ...station.out.errors]) {
        // The queues of errors that nobody asked for make the error actor the end of everything.
        if (!this.isDefault(queue)) found.add(queue.destination as Station);
      }
    }
    return found;
  }

  /** Resolves when nothing is under way in the whole flow; for tests and tools. */
  settled(): Promise<void> {
    return this.#quiet(this.stations);
  }

  /** Resolves when nothing is under way or waits for a timer, and no source has a timer or a loop left that could bring more. */
  idle(): Promise<void> {
    return this.#until(
      () =>
        this.#sources.every(source => source.isIdle) &&
        this.stations.every(station => station.isQuiet && !station.isWaiting),
    );
  }

  #quiet(stations: readonly Station[]): Promise<void> {
    return this.#until(() => stations.every(station => station.isQuiet));
  }

  #until(condition: () => boolean): Promise<void> {
    const isQuiet = () => this.#isOver || condition();
    if (isQuiet()) return Promise.resolve();
    return new Promise(resolve => {
      const look = () => {
        if (!isQuiet()) return;
        this.#waiting.delete(look);
        if (this.#waiting.size === 0) this.onQuiet = undefined;
        resolve();
      };
      this.#waiting.add(look);
      this.onQuiet = () => {
        for (const waiting of [...this.#waiting]) waiting();
      };
    });
  }

  async #callAll(stations: readonly Station[], hook: 'preStop' | 'flush'): Promise<void> {
    await Promise.all(
      stations.map(async ({ name, actor }) => {
        try {
          await actor[hook]?.();
        } catch (error) {
          this.#host?.log.error(
            `${name}: ${hook} failed: ${error instanceof Error ? error.stack : String(error)}`,
          );
        }
      }),
    );
  }

  async #end(stations: readonly Station[]): Promise<void> {
    const refs = stations.map(station => this.#refs.get(station)).filter(ref => ref !== undefined);
    for (const ref of refs) ref.stop();
    await Promise.all(refs.map(ref => ref.join()));
  }

  async #close(): Promise<void> {
    this.#isEnding = true;
    this.#forgetTask();
    this.#root?.stop();
    await this.#root?.join();
    await this.#ownNode?.stop();
    for (const station of this.stations) station.abandon();
    this.acks?.close(this.#stopped());
    this.#isOver = true;
    this.onQuiet?.();
    this.#options.onEnd();
    this.#hasEnded();
  }
}

const partsOf = ({ clock, scheduler, random }: WorldParts) => ({ clock, scheduler, random });

/** The name of a director is free, that of an actor is not; and several flows of one name may run on one node. */
function spawnRoot(node: NodeFace, name: string, overseer: Overseer): Ref {
  const plain = `flow-${name.replace(/[^\w.-]+/g, '-')}`;
  for (let n = 1; ; n++) {
    try {
      return node.spawn(FlowRoot.using(overseer), { name: n === 1 ? plain : `${plain}-${n}` });
    } catch (error) {
      if (!(error instanceof NameConflict)) throw error;
    }
  }
}

function ofEvents({ say, on }: Whisper): void {
  on(EventFailed, ({ flow, event, place, error }) =>
    say(`${flow}: ${place} failed at ${event.eventId}:`, error),
  );
  on(EventDropped, ({ flow, event, place, reason }) =>
    say(`${flow}: ${event.eventId} dropped at ${place} (${reason})`),
  );
}
