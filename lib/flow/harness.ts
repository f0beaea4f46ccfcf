/** One actor of a flow by itself, for a test: what is put in, and what comes out. */
import { TimeoutError } from '../base/errors.ts';
import { type Clock, systemClock } from '../base/world.ts';
import { Director, type DirectorOptions } from './director.ts';
import { FlowError } from './events/errors.ts';
import type { Event } from './events/event.ts';
import { LogEvent } from './events/logEvent.ts';
import { FlowActor, type FlowActorClass } from './flowActor.ts';
import type { WorldParts } from './run.ts';

export interface FlowHarnessOptions {
  /** The name of the actor, where a class is given (`actor`). */
  name?: string | undefined;
  /** The parameters of the actor, where a class is given. */
  params?: object | undefined;
  /** The inboxes to connect (`['inbox']`). */
  inboxes?: readonly string[] | undefined;
  /** The outboxes to connect (`['outbox']`). */
  outboxes?: readonly string[] | undefined;
  /** The error outboxes to connect (`['error']`). */
  errorOutboxes?: readonly string[] | undefined;
  /** Time and chance: for example `{ clock: new ManualClock() }`; the system's unless given. */
  world?: WorldParts | undefined;
  /** More options for the director. */
  director?: DirectorOptions | undefined;
}

/** Puts events into the actor that is tested. */
class Feed extends FlowActor {
  override consume(): void {}

  put(event: Event, inboxes: readonly string[] | undefined): Promise<void> | undefined {
    return this.emit(event, inboxes);
  }
}

interface Waiter {
  readonly box: string | undefined;
  take(event: Event): void;
}

/** Keeps what the actor that is tested sends. */
class Catch extends FlowActor {
  readonly arrived: { readonly box: string; readonly event: Event }[] = [];
  readonly waiters = new Set<Waiter>();

  override consume(event: Event, origin: string): void {
    for (const waiter of this.waiters) {
      if (waiter.box !== undefined && waiter.box !== origin) continue;
      this.waiters.delete(waiter);
      waiter.take(event);
      return;
    }
    this.arrived.push({ box: origin, event });
  }

  take(box: string | undefined): Event | undefined {
    const at = this.arrived.findIndex(one => box === undefined || one.box === box);
    return at === -1 ? undefined : this.arrived.splice(at, 1)[0]?.event;
  }
}

/** Keeps the log. */
class LogCatch extends Catch {
  static override input = LogEvent;
}

/**
 * Runs one actor between queues that the test holds.
 *
 * ```ts
 * const harness = await FlowHarness.start(Doubler, { params: { factor: 2 } });
 * await harness.put(new Event({ data: 4 }));
 * assert.equal((await harness.next()).data, 8);
 * await harness.stop();
 * ```
 */
export class FlowHarness<A extends FlowActor = FlowActor> {
  /** The actor that is tested, as it was given or made first. */
  readonly actor: A;
  readonly director: Director;
  readonly #feed: Feed;
  readonly #out: Catch;
  readonly #errors: Catch;
  readonly #logs: LogCatch;
  readonly #inboxes: readonly string[];
  readonly #clock: Clock;

  private constructor(what: A | FlowActorClass, options: FlowHarnessOptions) {
    const { inboxes = ['inbox'], outboxes = ['outbox'], errorOutboxes = ['error'], world } = options;
    this.director = new Director({ name: 'harness', world, ...options.director });
    this.actor = this.director.registerActor(what, options.name ?? 'actor', options.params) as A;
    this.#feed = this.director.registerActor(Feed, 'harness.feed');
    this.#out = this.director.registerActor(Catch, 'harness.out');
    this.#errors = this.director.registerActor(Catch, 'harness.errors');
    this.#logs = this.director.registerLogActor(LogCatch, 'harness.log') as LogCatch;
    for (const inbox of inboxes) this.director.connectQueue([this.#feed, inbox], [this.actor, inbox]);
    for (const outbox of outboxes) this.director.connectQueue([this.actor, outbox], [this.#out, outbox]);
    for (const outbox of errorOutboxes)
      this.director.connectErrorQueue([this.actor, outbox], [this.#errors, outbox]);
    this.#inboxes = inboxes;
    this.#clock = world?.clock ?? systemClock;
  }

  /**
   * Starts an actor with its inboxes and outboxes connected.
   * @param what an actor, or a class of actors that is constructed with `name` and `params`
   * @throws what `director.start` throws
   */
  static async start<A extends FlowActor>(
    // biome-ignore lint/suspicious/noExplicitAny: each class has parameters of its own
    what: A | (new (name: string, params?: any) => A),
    options: FlowHarnessOptions = {},
  ): Promise<FlowHarness<A>> {
    const harness = new FlowHarness<A>(what as A, options);
    await harness.director.start();
    return harness;
  }

  /**
   * Puts an event into an inbox, or a copy of it into each; resolves when there is room.
   * @throws FlowError when there is no such inbox
   */
  async put(event: Event, inbox?: string): Promise<void> {
    if (inbox !== undefined && !this.#inboxes.includes(inbox))
      throw new FlowError(`there is no inbox ${inbox}; there are ${this.#inboxes.join(', ')}`);
    await this.#feed.put(event, inbox === undefined ? undefined : [inbox]);
  }

  /**
   * The next event that came out of an outbox, or out of any.
   * @param options.timeout how long to wait for it, in ms (5000)
   * @throws TimeoutError when none came in time
   */
  next(outbox?: string, options: { timeout?: number | undefined } = {}): Promise<Event> {
    return this.#next(this.#out, outbox, options.timeout, 'event');
  }

  /** The next event that came out of an error outbox, or out of any; as `next`. */
  error(outbox?: string, options: { timeout?: number | undefined } = {}): Promise<Event> {
    const box = outbox === undefined || outbox.startsWith('error_') ? outbox : `error_${outbox}`;
    return this.#next(this.#errors, box, options.timeout, 'error');
  }

  /** All events that have come out of an outbox, or of any, and were not taken yet. */
  takeAll(outbox?: string): Event[] {
    return takeAll(this.#out, outbox);
  }

  /** All events that have come out of the error outboxes and were not taken yet. */
  takeErrors(): Event[] {
    return takeAll(this.#errors, undefined);
  }

  /** All that the actor has logged and that was not taken yet. */
  takeLogs(): LogEvent[] {
    return takeAll(this.#logs, undefined) as LogEvent[];
  }

  /** Resolves when the actor has handled all that was put in, and all that it sent has come out. */
  async settled(): Promise<void> {
    await this.director.settled();
  }

  /** Stops the actor and all around it. */
  async stop(): Promise<void> {
    await this.director.stop();
  }

  /** `await using harness = …` */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #next(caught: Catch, box: string | undefined, timeout = 5000, what: string): Promise<Event> {
    const event = caught.take(box);
    if (event !== undefined) return Promise.resolve(event);
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(timeout, () => {
        caught.waiters.delete(waiter);
        const from = box === undefined ? '' : ` from ${box}`;
        reject(new TimeoutError(`no ${what} came${from} within ${timeout} ms`));
      });
      const waiter: Waiter = {
        box,
        take: arrived => {
          cancel();
          resolve(arrived);
        },
      };
      caught.waiters.add(waiter);
    });
  }
}

function takeAll(caught: Catch, box: string | undefined): Event[] {
  const events: Event[] = [];
  for (let event = caught.take(box); event !== undefined; event = caught.take(box)) events.push(event);
  return events;
}
