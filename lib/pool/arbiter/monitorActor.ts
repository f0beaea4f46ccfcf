/**
 * The actor behind a monitor: a router that has one worker in each slot. One that fails begins anew, with its name and its
 * messages; one that has ended is spawned again. It passes messages on to those that are ready; while none is, they wait
 * for the first that will be.
 */
import { asError, CreateFailed, RestartsExhausted, show } from '../../base/errors.ts';
import type { Spawnable } from '../../core/actor.ts';
import { Notice, type TerminationReason } from '../../core/message.ts';
import { ActorStopped, type Ref } from '../../core/ref.ts';
import { type AnyDecision, Later, Stop } from '../../core/supervision.ts';
import { ForRouter, LoadCheck, type Order } from '../messages.ts';
import { checkSize } from '../poolOptions.ts';
import { Router } from '../router.ts';
import { WorkerDown, WorkerReady, WorkerReplaced } from './events.ts';
import type { MonitorInfo, MonitorState } from './info.ts';
import type { CompleteMonitorOptions } from './monitorOptions.ts';
import { Slot } from './slot.ts';
import { EndDue, LookDue, StartDue, vacancy, Worker, WorkerFailed, WorkerStep } from './worker.ts';

/** How often, in ms, it looks how its workers do. */
const lookInterval = 2000;

/** There are to be so many workers more, or fewer: as far as `min` and `max` let it. */
export class Grow extends ForRouter {
  readonly by: number;

  constructor(by: number) {
    super();
    this.by = by;
  }
}

/** Where a worker belongs. */
interface Post {
  readonly slot: Slot;
  /** Undefined while there is none. */
  worker: Worker | undefined;
  /** The one that will take its place as soon as it is ready. */
  next: Worker | undefined;
}

interface Waiter {
  readonly isOver: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class MonitorActor extends Router {
  readonly #name: string;
  readonly #options: CompleteMonitorOptions;
  /** By slot. */
  readonly #posts: Post[] = [];
  readonly #leaving = new Set<Worker>();
  readonly #byRef = new Map<Ref, Worker>();
  #waiters: Waiter[] = [];
  #state: MonitorState = 'starting';
  #hasOpened = false;
  /** Those that have served their time, and wait for their turn to be replaced. */
  readonly #worn = new Set<Worker>();
  /** The restarts of slots that are gone. */
  #formerRestarts = 0;
  /** Workers are replaced one after the other. */
  #exchanges: Promise<unknown> = Promise.resolve();

  constructor(name: string, options: CompleteMonitorOptions) {
    super(options.strategy);
    this.#name = name;
    this.#options = options;
  }

  // ---- what others see ----------------------------------------------------------------------------------------------

  get state(): MonitorState {
    return this.#state;
  }

  get wanted(): number {
    return this.#posts.length;
  }

  /** By slot; one that is to be spawned again is left out. */
  get workers(): Ref[] {
    return this.#posts.flatMap(({ worker }) => (worker === undefined ? [] : [worker.ref]));
  }

  /** Resolves when every slot has a worker that is ready, and nobody is leaving. */
  settled(): Promise<void> {
    return this.#until(() => this.#isSettled);
  }

  /** How it does, and its workers; of those that do not answer within so many ms, what they have said before. */
  async report(timeout: number): Promise<Omit<MonitorInfo, 'name' | 'address'>> {
    const { workers: wanted } = this.#options;
    if (!this.#hasOpened)
      return { state: this.#state, lastCause: undefined, wanted, ready: 0, restarts: 0, workers: [] };
    const asked = this.#now();
    await this.#within(timeout, Promise.all(this.#all.map(worker => worker.lookAnew(this.#now))));
    const now = this.#now();
    const current = this.#posts.flatMap(({ slot, worker, next }) => [
      worker?.info(true, asked, now) ?? vacancy(slot, this.cell.ref),
      ...(next === undefined ? [] : [next.info(false, asked, now)]),
    ]);
    return {
      state: this.#state,
      lastCause: undefined,
      wanted: this.wanted,
      ready: this.#posts.filter(({ slot }) => slot.state === 'ready').length,
      restarts: this.#posts.reduce((sum, { slot }) => sum + slot.restarts, this.#formerRestarts),
      workers: [...current, ...Array.from(this.#leaving, worker => worker.info(false, asked, now))],
    };
  }

  /** While there is nobody at all, messages wait for those who will come. */
  override receive(message: unknown): void {
    if (this.members.refs.length === 0 && this.#waits(message)) this.stash();
    else super.receive(message);
  }

  #waits(message: unknown): boolean {
    const { strategy, scaling } = this.#options;
    if (message instanceof ForRouter || message instanceof Notice) return false;
    // With a queue for all they wait there.
    if (strategy.needsWorkers || this.#state === 'stopping') return false;
    return this.#posts.length > 0 || scaling !== undefined;
  }

  // ---- what it is asked ---------------------------------------------------------------------------------------------

  protected override obey(order: Order): unknown {
    if (order.type === 'routees') return this.members.all;
    // When it ends before that, this is its answer.
    if (order.type === 'resize') return this.#resizeByHand(order.size).catch(asError);
    throw new TypeError(`${this.ref.address} is a monitor, which has workers of its own: resize it`);
  }

  /** So many workers more, from `min` to `max`. */
  #grow(by: number): void {
    const { min, max } = this.#options;
    if (this.#state === 'stopping') return;
    this.#resize(
      Math.max(Math.min(min, this.wanted), Math.min(Math.max(max, this.wanted), this.wanted + by)),
    );
  }

  /** @throws TypeError */
  #resizeByHand(size: number): Promise<void> {
    checkSize('resize: size', size);
    this.#checkStays();
    this.#resize(size);
    return this.settled();
  }

  /** Replaces all workers, one after the other. Rejects when one can't be replaced: that one and those after it stay. */
  reload(): Promise<void> {
    return this.#exchange(async () => {
      this.#checkStays();
      for (const post of [...this.#posts]) await this.#replace(post, 'reload');
      this.#checkStays();
    });
  }

  /** Ends the workers: there will be no others. @param limit how long, in ms, they may take */
  async finish(limit: number): Promise<void> {
    if (this.#state === 'stopped') return;
    if (this.#state !== 'stopping') {
      this.#state = 'stopping';
      for (const post of this.#posts.splice(0)) this.#close(post, limit);
      this.#sync();
    }
    await this.#until(() => this.#leaving.size === 0);
  }

  // ---- its life -----------------------------------------------------------------------------------------------------

  protected override open(): void {
    this.#hasOpened = true;
    if (this.#state === 'stopping') return;
    this.#resize(this.#options.workers);
    const { scaling } = this.#options;
    this.timers.every(LookDue, lookInterval, new LookDue());
    if (scaling !== undefined) this.timers.every(LoadCheck, scaling.interval, new LoadCheck());
  }

  protected override ownMessage(message: object): void {
    if (message instanceof WorkerStep) this.#came(message);
    else if (message instanceof WorkerFailed) this.#failed(message);
    else if (message instanceof StartDue) this.#startDue(message.slot);
    else if (message instanceof EndDue) message.worker.cutShort();
    else if (message instanceof Grow) this.#grow(message.by);
    else if (message instanceof LookDue) this.#lookAndRecycle();
    else if (message instanceof LoadCheck) this.#lookAtLoad();
    this.#tellWaiters();
  }

  /** Told by the worker's own steps. */
  protected override ended(): void {}

  override supervise(error: Error, child: Ref): AnyDecision {
    const worker = this.#byRef.get(child);
    if (worker === undefined) return Stop;
    this.cell.notice(new WorkerFailed(worker, error));
    return Later;
  }

  override postStop(): void {
    super.postStop();
    this.#state = 'stopped';
    for (const { slot } of this.#posts.splice(0)) this.#formerRestarts += slot.restarts;
    for (const { reject } of this.#waiters.splice(0)) reject(this.#endError);
  }

  // ---- slots --------------------------------------------------------------------------------------------------------

  /** The last slots go first. */
  #resize(size: number): void {
    for (const post of this.#posts.splice(size)) {
      this.#formerRestarts += post.slot.restarts;
      this.#close(post, this.#options.exitTimeout);
    }
    while (this.#posts.length < size) {
      const slot = new Slot(this.#posts.length, this.#options.slot, this.#now());
      const post = { slot, worker: undefined, next: undefined };
      this.#posts.push(post);
      this.#start(post);
    }
    this.#sync();
    this.#tellWaiters();
  }

  #close({ slot, worker, next }: Post, limit: number): void {
    this.timers.cancel(slot);
    for (const one of [worker, next]) if (one !== undefined) this.#dismiss(one, limit);
  }

  /** It gets nothing more, and has so many ms to end. */
  #dismiss(worker: Worker, limit: number): void {
    this.#leaving.add(worker);
    worker.leave();
    this.timers.once(worker, limit, new EndDue(worker));
  }

  #start(post: Post): void {
    try {
      post.worker = this.#spawn(post.slot, undefined);
    } catch (error) {
      this.#down(post, asError(error), undefined);
    }
  }

  /** @throws what the recipe throws */
  #spawn(slot: Slot, replaces: Worker['replaces']): Worker {
    const { recipe, on, exitTimeout: shutdown } = this.#options;
    const name = this.#nameFor(slot.index);
    const ref = this.cell.spawn(recipe(slot.index) as Spawnable, { name, on, shutdown });
    const { random } = this.cell.world;
    const worker = new Worker(slot, ref, {
      replaces,
      endurance: 0.9 + 0.2 * random(),
      notice: notice => this.cell.notice(notice),
    });
    this.#byRef.set(ref, worker);
    this.introduce(ref);
    return worker;
  }

  /** That of its slot, unless the one that it is to replace has it. */
  #nameFor(slot: number): string {
    const taken = new Set(this.cell.childRefs.map(({ name }) => name));
    for (let generation = 1, name = `${slot}`; ; name = `${slot}.${++generation}`)
      if (!taken.has(name)) return name;
  }

  /** Messages go to those that are ready; while there are none, they wait for all that will be. */
  #sync(): void {
    const filled = this.#posts.filter(({ worker }) => worker !== undefined);
    const ready = filled.filter(({ slot }) => slot.state === 'ready');
    const chosen = new Map(
      (ready.length > 0 ? ready : filled).map(({ slot, worker }) => [String(slot.index), worker?.ref as Ref]),
    );
    this.members.replace(chosen);
    if (chosen.size > 0) this.unstashAll();
  }

  // ---- what happens to workers --------------------------------------------------------------------------------------

  #postOf({ slot }: Worker): Post | undefined {
    const post = this.#posts[slot.index];
    return post?.slot === slot ? post : undefined;
  }

  #came({ worker, step, reason }: WorkerStep): void {
    if (step === 'started') this.#started(worker);
    else if (step === 'gone') this.#gone(worker, reason ?? 'stopped');
    else if (worker.stage === 'down') {
      worker.hasEnded = true;
      if (worker.isDue) this.#begin(worker);
    }
  }

  #started(worker: Worker): void {
    const post = this.#postOf(worker);
    if (post === undefined || worker.stage !== 'starting') return;
    worker.stage = 'ready';
    post.slot.ready(this.#now());
    if (post.next === worker) this.#takeOver(post, worker);
    this.node.events.publish(new WorkerReady(this.#name, worker.slot.index, worker.ref));
    this.#sync();
    void worker.look(this.#now);
  }

  #takeOver(post: Post, worker: Worker): void {
    const old = post.worker;
    post.worker = worker;
    post.next = undefined;
    this.timers.cancel(post.slot);
    if (old !== undefined) this.#dismiss(old, this.#options.exitTimeout);
    const { index } = post.slot;
    if (worker.replaces !== undefined)
      this.node.events.publish(new WorkerReplaced(this.#name, index, worker.ref, worker.replaces));
  }

  #failed({ worker, error }: WorkerFailed): void {
    const { failure } = worker.charge;
    if (failure?.error !== error) return; // meanwhile somebody has ended it
    const post = this.#postOf(worker);
    if (post === undefined || worker.stage === 'leaving') return worker.charge.giveUp();
    if (post.next === worker) {
      worker.startError = error;
      return worker.charge.giveUp();
    }
    if (post.next !== undefined) {
      // There is one already to take its place.
      post.worker = undefined;
      this.#dismiss(worker, this.#options.exitTimeout);
      return this.#down(post, error, worker.ref);
    }
    worker.stage = 'down';
    worker.hasEnded = false;
    worker.isDue = false;
    worker.forget();
    worker.charge.endInstance(failure, this.#options.exitTimeout);
    this.#down(post, error, worker.ref);
  }

  #gone(worker: Worker, reason: TerminationReason): void {
    const { ref } = worker;
    worker.stage = 'gone';
    this.#byRef.delete(ref);
    this.#leaving.delete(worker);
    this.timers.cancel(worker);
    const post = this.#postOf(worker);
    if (post === undefined) return;
    const error = new ActorStopped(ref, reason, `${ref.address} has ended (${reason})`);
    if (post.next === worker) {
      worker.startError ??= error;
      post.next = undefined;
      // Meanwhile the one that it was to replace may have come to an end, and left the slot to it.
      if (!this.timers.has(post.slot)) this.#startDue(post.slot);
    } else if (post.worker === worker) {
      post.worker = undefined;
      if (post.slot.state === 'waiting') this.#sync();
      else this.#down(post, error, ref);
    }
  }

  /** There is nobody in that slot who could be given messages. @throws RestartsExhausted */
  #down({ slot }: Post, error: Error, ref: Ref | undefined): void {
    const cause = error instanceof CreateFailed && error.cause instanceof Error ? error.cause : error;
    const { clock, random } = this.cell.world;
    const delay = slot.down(cause, clock.now(), random);
    this.node.events.publish(new WorkerDown(this.#name, slot.index, ref, cause, delay));
    if (delay === undefined) this.#giveUp(slot, cause);
    this.#sync();
    this.timers.once(slot, delay, new StartDue(slot));
  }

  #giveUp({ index }: Slot, cause: Error): never {
    const { intensity, period } = this.#options.slot;
    throw new RestartsExhausted(
      `monitor ${show(this.#name)} gives up: no restart is left for worker ${index} (at most ${intensity} within ${period} ms). ` +
        `Its last error: ${cause}`,
      String(index),
      [cause],
    );
  }

  #startDue(slot: Slot): void {
    const post = this.#posts[slot.index];
    if (post?.slot !== slot || slot.state !== 'waiting') return;
    const { worker, next } = post;
    if (next !== undefined) return; // that one will have the slot; if it can't, this is done again
    if (worker === undefined) {
      slot.starting(this.#now());
      this.#start(post);
    } else if (worker.hasEnded) this.#begin(worker);
    else worker.isDue = true;
    this.#sync();
  }

  /** Starts the next instance of a worker that has failed. */
  #begin(worker: Worker): void {
    worker.stage = 'starting';
    worker.slot.starting(this.#now());
    worker.charge.begin();
  }

  // ---- replacing those that are well --------------------------------------------------------------------------------

  #exchange(run: () => Promise<void>): Promise<void> {
    const exchange = this.#exchanges.then(run);
    this.#exchanges = exchange.catch(() => {});
    return exchange;
  }

  /** Starts another worker, and ends the one before when that is ready. @throws what it fails to start with */
  async #replace(post: Post, reason: WorkerReplaced['reason']): Promise<void> {
    if (this.#posts[post.slot.index] !== post) return;
    const { worker: old } = post;
    const next = this.#spawn(post.slot, reason);
    post.next = next;
    await this.#until(() => post.next !== next || next.stage === 'gone');
    if (next.startError !== undefined) throw next.startError;
    await this.#until(() => old === undefined || old.stage === 'gone');
  }

  #lookAndRecycle(): void {
    this.#look();
    const { maxMessages, maxAge } = this.#options;
    for (const post of this.#posts) {
      const { worker, slot } = post;
      if (worker?.stage !== 'ready' || post.next !== undefined || this.#worn.has(worker)) continue;
      const { endurance, sighting } = worker;
      const isOld = this.#now() - slot.since >= maxAge * endurance;
      const isWorn = (sighting?.vitals.actor.taken ?? 0) >= maxMessages * endurance;
      if (isOld || isWorn) this.#recycle(post, worker, isOld ? 'maxAge' : 'maxMessages');
    }
  }

  #recycle(post: Post, worker: Worker, reason: WorkerReplaced['reason']): void {
    this.#worn.add(worker);
    const exchange = this.#exchange(async () => {
      this.#worn.delete(worker);
      if (post.worker === worker && worker.stage === 'ready') await this.#replace(post, reason);
    });
    // It serves on, and the next look will try again.
    exchange.catch(error => {
      if (this.#state !== 'stopped')
        this.cell.ignoreError(error, `the start of what was to replace ${worker.ref.name}`);
    });
  }

  // ---- looking at them ----------------------------------------------------------------------------------------------

  get #all(): Worker[] {
    const present = this.#posts.flatMap(({ worker, next }) => [worker, next]);
    return [...present, ...this.#leaving].filter(worker => worker !== undefined);
  }

  #look(): void {
    for (const worker of this.#all) void worker.look(this.#now);
  }

  #lookAtLoad(): void {
    const { scaling } = this.#options;
    if (scaling === undefined || this.#state === 'stopping') return;
    this.#look();
    let busy = 0;
    let all = this.cell.load + this.cell.waiting.stashed;
    for (const { worker } of this.#posts) {
      if (worker === undefined) continue;
      all += worker.concurrent;
      if (worker.sighting?.vitals.actor.isBusy) busy++;
    }
    const size = scaling.look({ queued: all - busy, busy }, this.wanted);
    if (size !== this.wanted) this.#resize(size);
  }

  /** @throws ActorStopped when it is on its way to its end */
  #checkStays(): void {
    if (this.#state === 'stopping' || this.#state === 'stopped') throw this.#endError;
  }

  get #endError(): Error {
    const { ref } = this.cell;
    return new ActorStopped(ref, 'stopped', `${ref.address} is stopping, or has stopped`);
  }

  // ---- waiting ------------------------------------------------------------------------------------------------------

  readonly #now = () => this.cell.clock.now();

  get #isSettled(): boolean {
    return (
      this.#hasOpened &&
      this.#leaving.size === 0 &&
      this.#posts.every(({ slot, next }) => slot.state === 'ready' && next === undefined)
    );
  }

  #until(isOver: () => boolean): Promise<void> {
    if (this.#state === 'stopped') return Promise.reject(this.#endError);
    return new Promise((resolve, reject) => {
      this.#waiters.push({ isOver, resolve, reject });
      this.#tellWaiters();
    });
  }

  #tellWaiters(): void {
    if (this.#state === 'starting' && this.#isSettled) this.#state = 'running';
    const over = this.#waiters.filter(({ isOver }) => isOver());
    if (over.length === 0) return;
    this.#waiters = this.#waiters.filter(waiter => !over.includes(waiter));
    for (const { resolve } of over) resolve();
  }

  #within(ms: number, run: Promise<unknown>): Promise<void> {
    return new Promise(resolve => {
      const cancel = this.cell.clock.after(ms, resolve);
      void run.then(() => {
        cancel();
        resolve();
      });
    });
  }
}
