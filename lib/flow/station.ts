/**
 * The place of one actor in the wiring: its queues and what is under way there. It is there before the actor starts and
 * outlives its crashes; an instance only comes and goes.
 */
import type { Host } from '../core/actor.ts';
import { PrivateNotice } from '../core/message.ts';
import type { Acknowledged } from './acks.ts';
import { Admission } from './admission.ts';
import { ActorTimeout, FlowError } from './events/errors.ts';
import type { Event } from './events/event.ts';
import type { LogLevel } from './events/logEvent.ts';
import { classes, FatalError, type FlowActor, type FlowActorOptions, seat } from './flowActor.ts';
import { Crash, type Estate, isThenable, Life, reasonOf } from './life.ts';
import { Outlets, stoppedError } from './outlets.ts';
import type { Giver, Queue, Taker } from './queue.ts';
import type { Scope } from './scope.ts';
import { Turns } from './turns.ts';

/** An event between its queue and its end: being consumed, or waiting to be tried again. */
interface Flight {
  /** As it was in the queue. */
  readonly given: Event;
  /** Ends its timers. */
  cancel: (() => void) | undefined;
  /** Who consumes it, and how to take it away; undefined while it waits to be tried again. */
  readonly consumer?: { readonly life: Life; fail(error: Error): void };
}

/** There are events to consume. */
class Wake extends PrivateNotice {}
const wake = new Wake();

/** Events consumed in one turn of the host, before others get theirs: found from how long they take. */
const mostInTurn = 256;
/** How long, in ms, an actor that has crashed may go on with other events that it was consuming. */
const lastWords = 5000;
/** A turn should take no longer than this, in ms. */
const longTurn = 1;

export class Station implements Taker, Giver, Estate, Acknowledged {
  readonly name: string;
  /** The queues that end here, in the order of the wiring. */
  readonly inlets: Queue[] = [];
  /** What it sends goes this way. */
  readonly out: Outlets;
  /** Names, each once, in the order of the wiring. */
  outboxes: readonly string[] = [];
  inboxes: readonly string[] = [];
  errorOutboxes: readonly string[] = [];
  /** Events that `consume` handled, that it failed at, and how often an event was tried again. */
  consumed = 0;
  failed = 0;
  rescued = 0;
  restarts = 0;
  readonly #scope: Scope;
  readonly #make: (() => FlowActor) | undefined;
  #actor: FlowActor;
  #life: Life;
  #host: Host | undefined;
  #isNew = true;
  #isUp = false;
  #isAwake = false;
  /** Whether an instance has got through its start. */
  hasBegun = false;
  #isBroken = false;
  /** Full queues that it waits for. */
  #parked = 0;
  /** Things under way that no queue shows. */
  #holds = 0;
  readonly #flights = new Set<Flight>();
  #consuming = 0;
  readonly #turns = new Turns();
  #budget = 64;
  readonly #tries = new WeakMap<Event, number>();
  readonly #admission = new Admission((level, message, event) => this.log(level, message, event));
  readonly #concurrency: number;
  readonly #timeout: number;
  readonly #rescue: { max: number; delay: number } | undefined;
  /** Settled when the first instance has started, or failed to. */
  readonly started: Promise<void>;
  #hasStarted: () => void = () => {};
  #hasNotStarted: (error: Error) => void = () => {};

  /** @param make makes another instance after a crash; without one, the same goes on */
  constructor(actor: FlowActor, make: (() => FlowActor) | undefined, scope: Scope) {
    this.name = actor.name;
    this.#scope = scope;
    this.#make = make;
    this.#actor = actor;
    const options = actor.params as FlowActorOptions;
    this.#concurrency = options.blockingConsume === true ? 1 : (options.concurrency ?? 100);
    this.#timeout = options.timeout ?? Number.POSITIVE_INFINITY;
    this.#rescue = rescueOf(options);
    this.out = new Outlets(this, scope, options.convertOutput === true);
    this.started = new Promise((resolve, reject) => {
      this.#hasStarted = resolve;
      this.#hasNotStarted = reject;
    });
    this.started.catch(() => {}); // whoever starts the flow looks; nobody need
    this.#life = new Life(this);
    this.#learn();
  }

  /** Says that the wiring is complete: the actor knows its boxes from now on. */
  wired(): void {
    this.out.wired();
    this.outboxes = namesOf(this.out.events, 'outbox');
    this.inboxes = namesOf(this.inlets, 'inbox');
    this.errorOutboxes = namesOf(this.out.errors, 'outbox');
    seat(this.#actor, this.#life);
  }

  get actor(): FlowActor {
    return this.#actor;
  }

  /** Whether the flow has come to its end here. */
  get isOver(): boolean {
    return this.out.isOver;
  }

  get hasAcks(): boolean {
    return this.#scope.hasAcks;
  }

  get isDraining(): boolean {
    return this.#scope.isDraining;
  }

  /** How many events are being consumed, or wait to be tried again. */
  get inFlight(): number {
    return this.#flights.size;
  }

  /** Whether nothing is under way here. */
  get isQuiet(): boolean {
    if (this.#flights.size > 0 || this.#holds > 0) return false;
    return this.inlets.every(queue => queue.length === 0);
  }

  /** Whether nothing will come of itself here: no timer and no loop is left. An actor that is being restarted is not idle. */
  get isIdle(): boolean {
    return this.isOver || (this.#isUp && this.#life.isIdle);
  }

  /** Whether it holds something until a timer goes off. */
  get isWaiting(): boolean {
    return this.#life.isWaiting;
  }

  /** A timer or a loop has ended. */
  rested(): void {
    this.#scope.onQuiet?.();
  }

  // ---- its lives ----

  /** Starts the actor, or another instance of it; a promise when that takes time. */
  begin(host: Host): unknown {
    this.#host = host;
    if (!this.#isNew) {
      this.restarts++;
      if (this.#make !== undefined) this.#actor = this.#make();
      this.#learn();
    }
    this.#isNew = false;
    this.#life = new Life(this, host);
    seat(this.#actor, this.#life);
    try {
      const result = this.#actor.preStart?.();
      return isThenable(result) ? this.#beginLater(result) : this.#begun();
    } catch (error) {
      return this.#notBegun(error);
    }
  }

  /** Waits for a start that takes time, unless the flow is stopped meanwhile: then what it has opened is closed later. */
  #beginLater(starting: PromiseLike<unknown>): Promise<void> {
    const { signal } = this.#life;
    const actor = this.#actor;
    return new Promise<void>((resolve, reject) => {
      const stopped = () => reject(stoppedError(this.name));
      signal.addEventListener('abort', stopped, { once: true });
      starting.then(() => {
        signal.removeEventListener('abort', stopped);
        if (signal.aborted) void this.#closeLate(actor);
        else resolve();
      }, reject);
    }).then(
      () => this.#begun(),
      error => this.#notBegun(error),
    );
  }

  async #closeLate(actor: FlowActor): Promise<void> {
    try {
      await actor.postStop?.();
    } catch (error) {
      this.#host?.log.error(`${this.name}: postStop failed: ${reasonOf(error).stack}`);
    }
  }

  #begun(): void {
    this.hasBegun = true;
    this.#isUp = true;
    this.#isAwake = false;
    this.#wake();
    this.#hasStarted();
    this.rested();
  }

  #notBegun(thrown: unknown): never {
    const error = reasonOf(thrown);
    this.#life.end();
    this.#hasNotStarted(error);
    throw error;
  }

  /** Ends the present life; a promise when that takes time. */
  end(): unknown {
    this.#isUp = false;
    this.#life.end();
    if (!this.isOver) for (const flight of this.#flights) this.#limit(flight);
    return this.#actor.postStop?.();
  }

  /** What was consumed by a life that is over may come to its end, but not wait for ever for what ended with that life. */
  #limit(flight: Flight): void {
    const { consumer, cancel } = flight;
    if (consumer?.life !== this.#life) return;
    const { clock } = (this.#host as Host).world;
    const cancelLimit = clock.after(lastWords, () => {
      const text = `${this.name} crashed while it handled the event, and has not come to an end with it`;
      consumer.fail(new FlowError(text, { code: 'CRASHED' }));
    });
    flight.cancel = () => {
      cancel?.();
      cancelLimit();
    };
  }

  /** Makes a life of the actor fail, unless another one has taken its place. */
  crash(error: Error, life: Life): void {
    if (this.#host === undefined || this.isOver || life !== this.#life) return;
    this.#isUp = false;
    this.#host.notice(new Crash(error, life));
  }

  /** The host has come to that notice. */
  crashed({ error, life }: Crash): void {
    if (life === this.#life) throw error;
  }

  /** The actor will not come back: what has come, and what still comes, is lost. */
  breakDown(): void {
    this.#isBroken = true;
    this.finish();
    this.abandon();
    this.#scope.onQuiet?.();
  }

  /** Stops its timers and loops; what it sends from now on goes nowhere. */
  finish(): void {
    this.out.isOver = true;
    this.#life.end();
  }

  #learn(): void {
    const actor = this.#actor;
    const kind = actor.constructor as typeof FlowActor;
    this.#admission.learn(actor);
    this.out.output = classes(actor.output ?? kind.output);
  }

  // ---- taking events ----

  offer(queue: Queue): void {
    if (this.#isBroken) return this.#forsake(queue);
    this.#turns.add(queue);
    if (!this.#isAwake) this.#wake();
  }

  park(): void {
    this.#parked++;
  }

  unpark(): void {
    if (--this.#parked === 0) this.#wake();
  }

  get #canTake(): boolean {
    return this.#isUp && this.#parked === 0 && this.#consuming < this.#concurrency;
  }

  #wake(): void {
    if (this.#isAwake || this.#turns.isEmpty || !this.#canTake) return;
    this.#isAwake = true;
    this.#host?.notice(wake);
  }

  /** A turn of the host: consumes what has come, as much as is good for the others. */
  turn(): void {
    const { clock } = (this.#host as Host).world;
    const began = clock.now();
    let left = this.#budget;
    while (left > 0 && this.#canTake) {
      const queue = this.#turns.next();
      if (queue === undefined) break;
      left--;
      this.#handle(queue.take() as Event, queue);
    }
    const took = clock.now() - began;
    if (took > longTurn) this.#budget = Math.max(1, this.#budget >> 1);
    else if (left === 0 && took < longTurn / 4) this.#budget = Math.min(mostInTurn, this.#budget * 2);
    this.#isAwake = false;
    this.#wake();
    if (!this.#isAwake) this.#scope.onQuiet?.();
  }

  #handle(given: Event, queue: Queue): void {
    const event = this.#admission.isUsual(given) ? given : this.#admit(given);
    if (event === undefined) return;
    const { acks } = this.#scope;
    let result: unknown;
    try {
      if (acks === undefined) result = this.#actor.consume(event, queue.inbox);
      else result = acks.run(given, () => this.#actor.consume(event, queue.inbox));
    } catch (error) {
      this.#consumeFailed(event, given, queue, error, this.#life);
      return;
    }
    if (isThenable(result)) {
      this.#await(result, event, given, queue);
      return;
    }
    this.consumed++;
    this.#done(given);
  }

  /** An event has come to its end here. */
  #done(given: Event): void {
    const { acks, trails } = this.#scope;
    acks?.done(given);
    trails?.taken(given, this);
  }

  /** The event as the actor wants it; undefined when it can't be that, and goes to the error outboxes. */
  #admit(given: Event): Event | undefined {
    try {
      return this.#admission.fit(given);
    } catch (error) {
      this.#giveBack(given, given, reasonOf(error));
      return undefined;
    }
  }

  #await(result: PromiseLike<unknown>, event: Event, given: Event, queue: Queue): void {
    const life = this.#life;
    const fail = (error: unknown) => {
      if (end()) this.#consumeFailed(event, given, queue, error, life);
      else this.#lateFailure(event, error, life);
      this.#goOn();
    };
    const flight: Flight = { given, cancel: undefined, consumer: { life, fail } };
    this.#flights.add(flight);
    this.#consuming++;
    const end = (): boolean => {
      if (!this.#flights.delete(flight)) return false;
      flight.cancel?.();
      this.#consuming--;
      return true;
    };
    if (this.#timeout !== Number.POSITIVE_INFINITY) {
      const { clock } = (this.#host as Host).world;
      flight.cancel = clock.after(this.#timeout, () => fail(this.#tooLate()));
    }
    result.then(() => {
      if (!end()) return;
      this.consumed++;
      this.#done(given);
      this.#goOn();
    }, fail);
  }

  #tooLate(): Error {
    return new ActorTimeout(`${this.name} did not handle the event within ${this.#timeout} ms`);
  }

  #goOn(): void {
    this.#wake();
    if (!this.#isAwake) this.#scope.onQuiet?.();
  }

  // ---- errors ----

  #consumeFailed(event: Event, given: Event, queue: Queue, thrown: unknown, life: Life): void {
    const error = reasonOf(thrown);
    const isFatal = thrown instanceof FatalError;
    if (!isFatal && this.#tryAgain(given, queue, error)) return;
    this.#giveBack(event, given, error);
    if (isFatal) this.crash(error, life);
  }

  /** It is at an end with an event: that goes to the error outboxes. */
  #giveBack(event: Event, given: Event, error: Error): void {
    this.failed++;
    const text = `${error.name}: ${error.message}`;
    this.log('WARNING', `An event was not handled: ${error.stack ?? text}`, event);
    this.out.routeError(event, given, error);
    this.#done(given);
  }

  #lateFailure(event: Event, thrown: unknown, life: Life): void {
    const error = reasonOf(thrown);
    this.log('WARNING', `An event that had been given up failed later: ${error.message}`, event);
    if (thrown instanceof FatalError) this.crash(error, life);
  }

  #tryAgain(event: Event, queue: Queue, error: Error): boolean {
    const tries = this.#tries.get(event) ?? 0;
    if (this.#rescue === undefined || tries >= this.#rescue.max || this.isOver) return false;
    this.#tries.set(event, tries + 1);
    this.rescued++;
    const { delay } = this.#rescue;
    this.log('WARNING', `An event is tried again in ${delay} ms: ${error.message}`, event);
    const flight: Flight = { given: event, cancel: undefined };
    this.#flights.add(flight);
    flight.cancel = (this.#host as Host).world.clock.after(delay, () => {
      if (this.#flights.delete(flight)) queue.putBack(event);
    });
    return true;
  }

  // ---- sending ----

  send(event: Event, outboxes: string | readonly string[] | undefined, isChecked: boolean) {
    if (this.outboxes.length === 0) this.settle(event, event.error ?? undefined); // it ends here
    return this.out.send(event, outboxes, isChecked);
  }

  emit(event: Event, outboxes: string | readonly string[] | undefined) {
    return this.out.emit(event, outboxes);
  }

  sendError(event: Event, error: Error | undefined) {
    return this.out.sendError(event, error);
  }

  log(level: LogLevel, message: string, event: Event | undefined): void {
    this.out.log(level, message, event);
  }

  hold(): () => void {
    this.#holds++;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holds--;
      this.#scope.onQuiet?.();
    };
  }

  // ---- whoever waits for an event ----

  settle(event: Event, error: Error | undefined): void {
    this.#scope.trails?.settled(event, this, error);
  }

  follow(event: Event, life: Life, ended: (error: Error | undefined) => void): () => void {
    return this.#scope.follow(event, life, ended);
  }

  /** A life that is over waits for nothing. */
  leave(life: Life): void {
    this.#scope.trails?.leave(life);
  }

  // ---- the end ----

  /** Gives up what is still here: the events in its queues, and those under way. */
  abandon(): void {
    for (const { given, cancel } of [...this.#flights]) {
      cancel?.();
      this.#giveUp(given, this.name);
    }
    this.#flights.clear();
    this.#consuming = 0;
    for (const queue of this.inlets) this.#forsake(queue);
  }

  #forsake(queue: Queue): void {
    queue.isOffered = false;
    for (let event = queue.take(); event !== undefined; event = queue.take()) this.#giveUp(event, queue.name);
  }

  #giveUp(event: Event, place: string): void {
    const error = stoppedError(this.name);
    this.#scope.acks?.failed(event, error);
    this.#scope.trails?.taken(event, this);
    this.#scope.lost(event, place, 'stopped', error);
  }

  // ---- acknowledgements ----

  get wantsAcks(): boolean {
    return this.#actor.acked !== undefined || this.#actor.nacked !== undefined;
  }

  acked(event: Event): void {
    this.#tell(() => this.#actor.acked?.(event));
  }

  nacked(event: Event, error: Error): void {
    this.#tell(() => this.#actor.nacked?.(event, error));
  }

  #tell(hook: () => void): void {
    try {
      hook();
    } catch (error) {
      this.crash(reasonOf(error), this.#life);
    }
  }
}

const namesOf = (queues: readonly Queue[], end: 'outbox' | 'inbox') => [
  ...new Set(queues.map(queue => queue[end])),
];

function rescueOf({ rescue, maxRescue = 5 }: FlowActorOptions): { max: number; delay: number } | undefined {
  if (rescue === undefined || rescue === false) return undefined;
  const { max = maxRescue, delay = 1000 } = rescue === true ? {} : rescue;
  return { max, delay };
}
