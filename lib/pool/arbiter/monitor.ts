/** A monitor in the hands of whoever runs it: what stands before its actor. */
import type { Cancel, Clock } from '../../base/world.ts';
import { MailCell } from '../../core/mailCell.ts';
import { ActorStopped, type Ref } from '../../core/ref.ts';
import { resize } from '../manage.ts';
import type { Broadcast } from '../messages.ts';
import { RouterProps } from '../router.ts';
import { type MonitorInfo, type MonitorState, textOf } from './info.ts';
import { Grow, MonitorActor } from './monitorActor.ts';
import type { CompleteMonitorOptions } from './monitorOptions.ts';

/** How long, in ms, `info` waits for workers that do not answer. */
export const infoTimeout = 500;

/** How much longer than its workers a monitor may take to stop, in ms: then it hangs, and is killed. */
const grace = 1000;

/** What a monitor needs of its arbiter. */
export interface MonitorParts {
  readonly clock: Clock;
  readonly spawn: (props: RouterProps<unknown>) => Ref;
  /** It has been stopped. */
  readonly forget: () => void;
}

/**
 * Keeps so many workers alive. `arbiter.addMonitor(name, options)` makes one.
 * @typeParam M the messages of the workers
 */
export class Monitor<M = unknown> {
  readonly name: string;
  /** What is told to it goes to a worker, as `strategy` says: a pool. Its workers are its children: `web/0`, `web/1`, ... */
  readonly ref: Ref<M | Broadcast<M>>;
  /** Resolves when all workers have been ready for the first time; rejects when the monitor ends before that. */
  readonly ready: Promise<void>;
  readonly #actor: MonitorActor;
  readonly #clock: Clock;
  readonly #exitTimeout: number;
  readonly #forget: () => void;
  #error: Error | undefined;
  #hasEnded = false;
  #stopped: Promise<void> | undefined;

  /** @internal use `arbiter.addMonitor` */
  constructor(name: string, options: CompleteMonitorOptions, { clock, spawn, forget }: MonitorParts) {
    this.name = name;
    this.#clock = clock;
    this.#forget = forget;
    this.#exitTimeout = options.exitTimeout;
    const actor = new MonitorActor(name, options);
    this.#actor = actor;
    this.ref = spawn(new RouterProps('Monitor', () => actor, options.accepts)) as Ref<M | Broadcast<M>>;
    const ended = this.ref.join().then(() => {
      this.#hasEnded = true;
      throw this.#error ?? new ActorStopped(this.ref, 'stopped', `${this.ref.address} has ended`);
    });
    ended.catch(() => {}); // it is of interest only until all are ready
    this.ready = Promise.race([actor.settled().catch(() => ended), ended]);
    this.ready.catch(() => {}); // who waits for it hears it
  }

  /** `failed`: it has given up, and has no workers any more; until they have ended it is `stopping`. */
  get state(): MonitorState {
    if (this.#error === undefined) return this.#actor.state;
    return this.#hasEnded ? 'failed' : 'stopping';
  }

  /** Why it has given up; undefined unless it has. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** The workers, by slot. One that has ended and is to be spawned again is left out. */
  get workers(): Ref<M>[] {
    return this.#actor.workers as Ref<M>[];
  }

  /** How many workers there are to be. */
  get size(): number {
    return this.#actor.wanted;
  }

  /**
   * Gives it so many workers. Those who are too many are the last ones: each handles what it has been told, and ends, or is killed
   * after `exitTimeout`. Resolves when all others are ready and those have ended.
   * @throws TypeError when `size` is none; ActorStopped when the monitor has ended, or ends before that
   */
  resize(size: number): Promise<void> {
    return resize(this.ref, size);
  }

  /**
   * Replaces all workers, one after the other: each goes when the one that takes its place is ready, and has handled what it had
   * been told. So new code is loaded while others work.
   * @throws what a worker fails to start with: then the one before, and all after it, stay; ActorStopped
   */
  reload(): Promise<void> {
    return this.#actor.reload();
  }

  /**
   * How it does, and each worker. Never rejects, and waits for no worker longer than that: what is known of one that does not answer
   * has an age.
   * @param options.timeout in ms (500)
   */
  async info({ timeout = infoTimeout }: { timeout?: number | undefined } = {}): Promise<MonitorInfo> {
    const { name, ref } = this;
    const report = await this.#actor.report(timeout);
    return { name, address: ref.address, ...report, state: this.state, lastCause: textOf(this.#error) };
  }

  /**
   * Ends it: its workers handle what they have been told, and are killed when that takes longer than `exitTimeout`. Calling it again
   * waits for the same end.
   */
  stop(): Promise<void> {
    return this.end(this.#exitTimeout);
  }

  /** @internal The same, with another limit. */
  end(limit: number): Promise<void> {
    this.#stopped ??= this.#end(limit);
    return this.#stopped;
  }

  async #end(limit: number): Promise<void> {
    const { ref } = this;
    const cancel: Cancel = this.#clock.after(limit + grace, () =>
      ref.inlet.signal({ type: 'kill', isBrutal: true }, ref as Ref),
    );
    // It may have ended by itself meanwhile; that is the end as well.
    await this.#actor.finish(limit).catch(() => {});
    ref.stop();
    await ref.join();
    cancel();
    this.#forget();
  }

  /** @internal As a signal says it. */
  grow(by: number): void {
    // One that has ended is of no interest.
    if (this.ref.inlet instanceof MailCell) (this.ref as Ref).tell(new Grow(by));
  }

  /** @internal */
  gaveUp(error: Error): void {
    this.#error = error;
  }
}
