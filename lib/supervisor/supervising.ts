/**
 * What all supervisors after OTP have in common: they start children, start them again, and give up when that happens too
 * often. A supervisor deals with one thing after the other: failures and ends of children, and what it is asked to do,
 * wait in its mailbox. A child that has failed is suspended meanwhile, and keeps its messages.
 */
import { ChildError, CreateFailed, RestartsExhausted, show } from '../base/errors.ts';
import { Actor, type Host, hostOf } from '../core/actor.ts';
import { Charge } from '../core/charge.ts';
import type { Milestone } from '../core/extras.ts';
import { nextToStop, restartsLeft } from '../core/mailCell.ts';
import type { Failure, TerminationReason } from '../core/message.ts';
import { limitOf, type Props } from '../core/props.ts';
import { ActorStopped, Ref } from '../core/ref.ts';
import { type AnyDecision, Later, type RestartsLeft } from '../core/supervision.ts';
import { type BackoffOptions, checkBackoff, Intensity } from '../restart/index.ts';
import { type CompleteSpec, completeSpec, type GivenSpec, markSupervisor } from './childSpec.ts';
import { ChildFailed, ChildGone, type ChildInfo, Entry, Round } from './entry.ts';
import { type Order, Request } from './requests.ts';

/** What every supervisor can be told. */
export interface SupervisingOptions {
  /** At most so many restarts of children ... (1) */
  readonly intensity?: number | undefined;
  /** ... within so many ms (5000); with one more the supervisor fails. */
  readonly period?: number | undefined;
  /** Wait before each restart, longer each time; without it, restarts are immediate. */
  readonly backoff?: BackoffOptions | undefined;
}

/** How many children there are. */
export interface ChildCounts {
  /** Known, running or not. */
  readonly specs: number;
  /** With an actor. */
  readonly active: number;
  readonly supervisors: number;
  readonly workers: number;
}

type Outcome = Milestone | 'failed' | 'cut';

/** What a supervisor waits for in the middle of something. */
interface Waiter {
  readonly entry: Entry;
  readonly outcomes: readonly Outcome[];
  readonly resolve: (outcome: Outcome) => void;
}

const start: readonly Outcome[] = ['started', 'failed', 'gone'];
const end: readonly Outcome[] = ['ended', 'gone'];

export abstract class Supervising<P extends SupervisingOptions> extends Actor<unknown, P> {
  /** In the order in which they are started. */
  protected readonly entries = new Map<string, Entry>();
  readonly #byRef = new Map<Ref, Entry>();
  #intensity: Intensity | undefined;
  #waiter: Waiter | undefined;
  #isCut = false;
  #toStop: Entry[] | undefined;

  /** A recipe for a supervisor, to be spawned, or to be the `start` of a child of another one. */
  static override using<M, P>(this: new () => Actor<M, P>, params: P): Props<M> {
    const props = Actor.using.call(this as new () => Actor<unknown, unknown>, params);
    markSupervisor(props);
    return props as Props<M>;
  }

  // ---- what differs ----

  /** The children to begin with. */
  protected abstract get initial(): readonly GivenSpec[];
  /** Who is started again with that child, in the order of the start. */
  protected abstract concerned(entry: Entry): Entry[];
  /**
   * Whether its children come and go: they need no id, are forgotten when they are not run any more, and are all stopped
   * at once.
   */
  protected readonly isDynamic: boolean = false;
  /** Whether it looks at children that are significant. */
  protected get looksAtSignificant(): boolean {
    return false;
  }
  /** Checked before a child is started. */
  protected checkRoom(): void {}
  /** A significant child has ended by itself; whether that ends the supervisor. */
  protected significantEnded(): boolean {
    return false;
  }
  /** Checks the options that this kind has beside the common ones. */
  protected checkOptions(_options: P): void {}
  /** Who answers for a key. */
  protected refFor(_key: unknown): Ref | undefined {
    throw new TypeError(`${this.ref.address} is no PartitionSupervisor`);
  }
  /** What else it understands. */
  protected other(message: unknown): unknown {
    return this.unhandled(message);
  }

  // ---- its own life ----

  override async preStart(): Promise<void> {
    this.#checkOptions();
    // All of them, before the first one is started.
    const specs = this.initial.map(given => this.#complete(given));
    checkIds(specs);
    this.signal.addEventListener('abort', () => {
      this.#isCut = true;
      this.#waiter?.resolve('cut');
    });
    try {
      for (const spec of specs) if (!this.#isCut) await this.#add(spec);
    } catch (error) {
      if (!this.#isCut) throw error;
    }
  }

  #checkOptions(): void {
    const { params } = this;
    const kind = this.constructor.name;
    if (typeof params !== 'object' || params === null)
      throw new TypeError(`${kind} takes options, as in ${kind}.using({ ... }), not ${show(params)}`);
    const { intensity = 1, period = 5000, backoff } = params;
    try {
      this.#intensity = new Intensity({ max: intensity, within: period }, { isClosed: true });
    } catch (error) {
      const text = (error as Error).message.replace('max', 'intensity').replace('within', 'period');
      throw new TypeError(`${kind}: ${text}`);
    }
    if (backoff !== undefined) checkBackoff(backoff);
    this.checkOptions(params);
  }

  /** Ends the children one after the other, the last one first. */
  override async preRestart(error: Error, message: unknown): Promise<void> {
    if (!this.isDynamic) for (const entry of [...this.entries.values()].reverse()) await this.#stop(entry);
    await super.preRestart(error, message);
  }

  [nextToStop](): Ref | undefined {
    if (this.isDynamic) return undefined;
    this.#toStop ??= [...this.entries.values()];
    for (let last = this.#toStop.at(-1); last !== undefined; last = this.#toStop.at(-1)) {
      if (last.charge !== undefined) return last.charge.ref;
      this.#toStop.pop();
    }
    return undefined;
  }

  /** How many restarts of children it has left. */
  [restartsLeft](): RestartsLeft | undefined {
    const { intensity = 1, period = 5000 } = this.params;
    const left = this.#intensity?.left(this.#host.world.clock.now());
    return left === undefined ? undefined : { left, max: intensity, within: period };
  }

  // ---- what happens ----

  override supervise(error: Error, child: Ref): AnyDecision | undefined {
    const entry = this.#byRef.get(child);
    if (entry?.charge === undefined) return undefined;
    entry.noteError(error);
    const isFinal = entry.isOnTrial || entry.spec.restart === 'temporary';
    if (isFinal) entry.charge.giveUp();
    else this.#host.notice(new ChildFailed(entry, entry.charge, error));
    this.#came(entry, 'failed');
    return Later;
  }

  override receive(message: unknown): unknown {
    if (message instanceof ChildFailed) return this.#childFailed(message);
    if (message instanceof ChildGone) return this.#childGone(message);
    if (message instanceof Round) return this.#begin(message);
    if (message instanceof Request) return this.#serve(message.order);
    return this.other(message);
  }

  #childFailed({ entry, charge, error }: ChildFailed): unknown {
    const { failure } = charge;
    // Meanwhile it may have been ended with others, or stopped, or it belongs to the instance before.
    if (this.entries.get(entry.id) !== entry || entry.charge !== charge) return undefined;
    if (failure?.error !== error) return undefined;
    return this.#restart(entry, failure);
  }

  #childGone({ entry }: ChildGone): unknown {
    // Meanwhile it may have been begun again with others, or told to stay as it is.
    if (this.entries.get(entry.id) !== entry || entry.ended === undefined) return undefined;
    if (entry.isToBeRestarted) {
      if (entry.phase === 'waiting') return undefined; // it was to be started again, and will be
      return this.#restart(entry, { error: new Error(`it has ended (${entry.ended})`), message: undefined });
    }
    this.#isOver(entry);
    if (entry.spec.significant && this.significantEnded()) return undefined;
    return this.#goOn(entry);
  }

  /** A child is not run any more. */
  #isOver(entry: Entry): void {
    entry.phase = 'stopped';
    entry.round = undefined;
    entry.ended = undefined;
    if (entry.spec.restart === 'temporary' || this.isDynamic) this.entries.delete(entry.id);
  }

  // ---- starting and stopping ----

  /**
   * Starts a child that is new.
   * @throws what it failed to start with; the child is forgotten then
   */
  async #add(spec: CompleteSpec): Promise<Ref> {
    this.#checkNew(spec.id);
    this.checkRoom();
    const ref = this.spawn(spec.props, spec.options);
    const entry = new Entry(spec, ref.name);
    this.entries.set(entry.id, entry);
    try {
      return await this.#try(entry, ref);
    } catch (error) {
      // One that is cut short keeps its place, in which it is stopped.
      if (!this.#isCut) this.entries.delete(entry.id);
      throw error;
    }
  }

  #complete(given: GivenSpec): CompleteSpec {
    const { backoff } = this.params;
    const { looksAtSignificant: mayBeSignificant, isDynamic: mayBeNameless } = this;
    return completeSpec(given, { backoff, mayBeSignificant, mayBeNameless });
  }

  #checkNew(id: string | undefined): void {
    const present = id === undefined ? undefined : this.entries.get(id);
    if (present === undefined) return;
    const hint = present.charge === undefined ? 'restart or delete it' : 'it is running';
    throw new ChildError('alreadyPresent', `${this.ref.address} has a child ${show(id)} already: ${hint}`);
  }

  /** Starts a child for somebody who waits to hear of it. */
  async #try(entry: Entry, ref = this.#spawn(entry)): Promise<Ref> {
    entry.isOnTrial = true;
    const outcome = await this.#start(entry, ref);
    if (outcome === 'started') return ref;
    if (outcome === 'failed' && entry.charge !== undefined) await this.#until(entry, ['gone']);
    entry.isOnTrial = false;
    if (this.#isCut) throw new ActorStopped(this.ref, 'stopped');
    this.#isOver(entry);
    throw entry.errors.at(-1) ?? new CreateFailed(`${ref.address} has ended before it had started`);
  }

  /** Starts the actor of a child, or the next instance of the one that it has. */
  async #start(entry: Entry, spawned?: Ref): Promise<Outcome> {
    const outcome = this.#until(entry, start);
    if (spawned !== undefined || entry.charge === undefined)
      this.#follow(entry, spawned ?? this.#spawn(entry));
    else entry.charge.begin();
    entry.phase = 'running';
    return outcome;
  }

  /** Under the name that it has had, if it had one. */
  #spawn({ id, spec }: Entry): Ref {
    return this.spawn(spec.props, { ...spec.options, name: id });
  }

  #follow(entry: Entry, ref: Ref): void {
    const charge = new Charge(ref, (step, reason) => this.#came(entry, step, reason));
    entry.charge = charge;
    entry.ended = undefined;
    this.#byRef.set(ref, entry);
  }

  async #stop(entry: Entry): Promise<void> {
    if (entry.charge === undefined) return;
    const gone = this.#until(entry, ['gone']);
    entry.charge.stop();
    await gone;
  }

  /** A child has got so far. Called in its turn, and not in this actor's. */
  #came(entry: Entry, outcome: Outcome, reason?: TerminationReason): void {
    if (outcome === 'gone' && entry.charge !== undefined) {
      this.#byRef.delete(entry.charge.ref);
      entry.charge = undefined;
      entry.ended = reason;
    }
    // At once: it may fail before this actor has its turn, and that is a failure like any other.
    if (outcome === 'started') entry.isOnTrial = false;
    const { entry: awaited, outcomes, resolve } = this.#waiter ?? {};
    const isAwaited = awaited === entry && outcomes?.includes(outcome) === true;
    if (isAwaited) resolve?.(outcome);
    // Who waited for a start did not expect the end.
    if (outcome === 'gone' && !entry.isOnTrial && (!isAwaited || outcomes === start))
      this.#host.notice(new ChildGone(entry));
  }

  /** Waits until a child has got so far, or this actor is to end. */
  #until(entry: Entry, outcomes: readonly Outcome[]): Promise<Outcome> {
    return new Promise(resolve => {
      this.#waiter = {
        entry,
        outcomes,
        resolve: outcome => {
          this.#waiter = undefined;
          resolve(outcome);
        },
      };
    });
  }

  // ---- starting again ----

  /** Ends all that are concerned, the last one first, and begins them again, the first one first. */
  async #restart(entry: Entry, failure: Failure): Promise<void> {
    const { clock, random } = this.#host.world;
    const now = clock.now();
    if (!(this.#intensity as Intensity).admit(now)) this.#giveUp(entry);
    const delay = entry.backoff?.next(now, random) ?? 0;
    const concerned = this.concerned(entry);
    const round = new Round(concerned);
    for (const one of [...concerned].reverse()) {
      await this.#end(one, failure, round);
      if (this.#isCut) return;
    }
    if (delay > 0) this.timers.once(round, delay, round);
    else await this.#begin(round);
  }

  async #end(entry: Entry, failure: Failure, round: Round): Promise<void> {
    if (entry.spec.restart === 'temporary') {
      await this.#stop(entry);
      return this.#isOver(entry);
    }
    const { charge, phase } = entry;
    entry.round = round;
    entry.heldUp = undefined;
    entry.phase = 'waiting';
    entry.ended = undefined; // if it has ended by itself before, it is started again with the others
    if (charge === undefined || phase === 'waiting') return;
    const ended = this.#until(entry, end);
    charge.endInstance(charge.failure ?? failure, limitOf(entry.spec.shutdown));
    await ended;
  }

  async #begin(round: Round): Promise<void> {
    for (const entry of round.entries) {
      if (entry.round !== round) continue;
      if (this.#isCut) return;
      entry.round = undefined;
      const outcome = await this.#start(entry);
      if (outcome === 'started') continue;
      // It has been told to itself; the others wait for what becomes of this one.
      entry.heldUp = round;
      return;
    }
  }

  /** Begins those that have waited for a child which is over now. */
  async #goOn(entry: Entry): Promise<void> {
    const { heldUp } = entry;
    entry.heldUp = undefined;
    if (heldUp !== undefined) await this.#begin(heldUp);
  }

  /** @throws RestartsExhausted, which is the failure of this supervisor */
  #giveUp(entry: Entry): never {
    const { intensity = 1, period = 5000 } = this.params;
    if (entry.charge === undefined) this.#isOver(entry);
    else entry.charge.handOver();
    const errors = [...entry.errors];
    const texts = errors.length === 0 ? 'it did not fail, but ended' : errors.map(String).join('; ');
    throw new RestartsExhausted(
      `${this.ref.address}: no restart is left for child ${show(entry.id)} (at most ${intensity} within ${period} ms for all children). ` +
        `Its last errors: ${texts}`,
      entry.id,
      errors,
    );
  }

  // ---- what it is asked ----

  async #serve(order: Order): Promise<void> {
    let answer: unknown;
    try {
      answer = await this.#obey(order);
    } catch (error) {
      answer = error;
    }
    this.reply(answer);
  }

  #obey(order: Order): unknown {
    switch (order.type) {
      case 'start':
        return this.#add(this.#complete(order.spec));
      case 'terminate':
        return this.#terminate(this.#find(order.child));
      case 'restart':
        return this.#startStopped(this.#find(order.child));
      case 'delete':
        return this.#delete(this.#find(order.child));
      case 'which':
        return this.#which();
      case 'count':
        return this.#count();
      default:
        return this.refFor(order.key);
    }
  }

  #find(child: string | Ref): Entry {
    const entry = child instanceof Ref ? this.#byRef.get(child) : this.entries.get(child);
    if (entry !== undefined) return entry;
    const name = child instanceof Ref ? child.address : show(child);
    throw new ChildError('notFound', `${this.ref.address} has no child ${name}`);
  }

  async #terminate(entry: Entry): Promise<void> {
    await this.#stop(entry);
    this.#isOver(entry);
    await this.#goOn(entry);
  }

  async #startStopped(entry: Entry): Promise<Ref> {
    this.#checkStopped(entry);
    return this.#try(entry);
  }

  #delete(entry: Entry): void {
    this.#checkStopped(entry);
    this.entries.delete(entry.id);
  }

  #checkStopped({ id, phase }: Entry): void {
    if (phase === 'stopped') return;
    const problem = phase === 'waiting' ? 'restarting' : 'running';
    throw new ChildError(problem, `${this.ref.address}: child ${show(id)} is ${problem}: terminate it first`);
  }

  #which(): ChildInfo[] {
    return Array.from(this.entries.values(), ({ info }) => info);
  }

  #count(): ChildCounts {
    const all = [...this.entries.values()];
    const supervisors = all.filter(({ spec }) => spec.type === 'supervisor').length;
    const active = all.filter(({ charge }) => charge !== undefined).length;
    return { specs: all.length, active, supervisors, workers: all.length - supervisors };
  }

  get #host(): Host {
    return hostOf(this, 'supervise');
  }
}

/** @throws ChildError when two have one id */
function checkIds(specs: readonly CompleteSpec[]): void {
  const ids = new Set<string | undefined>();
  for (const { id } of specs) {
    if (ids.has(id))
      throw new ChildError('alreadyPresent', `two children have the id ${show(id)}; an id must be unique`);
    ids.add(id);
  }
}
