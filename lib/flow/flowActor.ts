/** What users of the flow extend: an actor that is given events and hands events on. Every member stands on its desk. */
import { asError, show } from '../base/errors.ts';
import type { Cancel, World } from '../base/world.ts';
import type { NodeFace } from '../core/actor.ts';
import type { RestartOptions } from '../core/props.ts';
import { FlowError } from './events/errors.ts';
import { Event, type EventClass } from './events/event.ts';
import type { LogLevel } from './events/logEvent.ts';

/** Options that every actor of a flow takes beside its own parameters. */
export interface FlowActorOptions {
  /** How many events may be handled at once by an async `consume` (100); 1: strictly one after the other. */
  concurrency?: number | undefined;
  /** The same as `concurrency: 1`. */
  blockingConsume?: boolean | undefined;
  /** Handles an event that failed again, at most `max` times (5), each time `delay` ms later (1000); false unless given. */
  rescue?: boolean | { max?: number | undefined; delay?: number | undefined } | undefined;
  /** The same as `max` of `rescue`, beside `rescue: true`. */
  maxRescue?: number | undefined;
  /** Converts an event that is none of `output` to the first of them, with a warning, where it would be an error (false). */
  convertOutput?: boolean | undefined;
  /** How long, in ms, an async `consume` may take (no limit); after that the event is an `ActorTimeout`. */
  timeout?: number | undefined;
  /** How often this actor may crash before the flow is given up; the director's `restart` unless given. */
  restart?: RestartOptions | undefined;
}

export interface SendOptions {
  /** False: events of any class may be sent (true). */
  check?: boolean | undefined;
}

/** Log lines as events to the log queues; with an event, the line bears its `metaId`. */
export type FlowLog = Readonly<
  Record<
    'debug' | 'info' | 'warn' | 'warning' | 'error' | 'critical',
    (message: string, event?: Event) => void
  >
>;

/** @internal What an actor of a flow stands on: one for each life of it. */
export interface Desk {
  /** Whether the actor has been started. */
  readonly isLive: boolean;
  readonly outboxes: readonly string[];
  readonly inboxes: readonly string[];
  readonly errorOutboxes: readonly string[];
  readonly node: NodeFace;
  readonly world: World;
  readonly signal: AbortSignal;
  readonly isDraining: boolean;
  readonly hasAcks: boolean;
  send(
    event: Event,
    outboxes: string | readonly string[] | undefined,
    isChecked: boolean,
  ): Promise<void> | undefined;
  emit(event: Event, outboxes: string | readonly string[] | undefined): Promise<void> | undefined;
  sendError(event: Event, error: Error | undefined): Promise<void> | undefined;
  settle(event: Event, error: Error | undefined): void;
  follow(event: Event, ended: (error: Error | undefined) => void): () => void;
  log(level: LogLevel, message: string, event: Event | undefined): void;
  after(ms: number, fn: () => unknown): Cancel;
  every(ms: number, fn: () => unknown): Cancel;
  hold(): () => void;
  background(task: (signal: AbortSignal) => unknown): void;
}

/** @internal Gives an actor its desk; a later one takes the place of an earlier one. */
export let seat: (actor: FlowActor, desk: Desk) => void;

/** What `FlowActor.fatal` throws: the actor itself is broken, not only the event that it handles. */
export class FatalError extends FlowError {
  /** Why. */
  readonly reason: Error;

  constructor(reason: Error) {
    super(reason.message, { cause: reason });
    this.reason = reason;
  }
}

/**
 * An actor of a flow. It has any number of inboxes and outboxes, which are named by the wiring; `consume` is called with
 * every event that comes in, and sends what is to go on. Nothing is sent by itself.
 *
 * A consume that throws does not lose the event: it goes, with the error, to the actor's error outboxes.
 * @typeParam P the parameters of this kind of actor
 */
export abstract class FlowActor<P extends object = object> {
  /** The classes of events that `consume` takes; others are converted to the first, with a warning. */
  static input: EventClass | readonly EventClass[] = Event;
  /** The classes of events that it sends; another one is an `InvalidActorOutput`. */
  static output: EventClass | readonly EventClass[] = Event;
  /** Attributes that an event must have to be consumed. */
  static requires: readonly string[] = [];
  /** How it is drawn: box, cloud, input, condition, note or mail. */
  static shape = 'box';
  /**
   * The names of all parameters that this very class takes, as `{ port: true }`: then the director refuses others. What a
   * class above it says does not count. Nothing is refused unless it is given.
   */
  static parameters: Readonly<Record<string, true>> | undefined = undefined;

  /** The same for this actor alone, where they differ from those of the class. */
  declare readonly input?: EventClass | readonly EventClass[];
  declare readonly output?: EventClass | readonly EventClass[];

  readonly name: string;
  readonly params: P & FlowActorOptions;
  #desk: Desk | undefined;
  #log: FlowLog | undefined;
  /** What was logged before the start. */
  #early: [LogLevel, string, Event | undefined][] = [];

  static {
    seat = (actor, desk) => {
      actor.#desk = desk;
      if (desk.isLive)
        for (const [level, message, event] of actor.#early.splice(0)) desk.log(level, message, event);
    };
  }

  /**
   * @param name unique among the actors of a director
   * @param params its own parameters and the `FlowActorOptions`
   * @throws TypeError when it is made without a class that extends it
   */
  constructor(name: string, params?: P & FlowActorOptions) {
    if (new.target === FlowActor)
      throw new TypeError('FlowActor is for extending: it has no consume(event, origin)');
    this.name = name;
    this.params = params ?? ({} as P & FlowActorOptions);
  }

  /**
   * Handles an event. It may be async: then up to `concurrency` events are handled at once.
   * @param origin the name of the inbox that it came from
   */
  abstract consume(event: Event, origin: string): void | Promise<void>;

  /** Called before the first event; the events wait until it is done, the other actors do not. */
  preStart?(): void | Promise<void>;
  /** Called when the flow begins to stop: a source stops producing. Events still come in. */
  preStop?(): void | Promise<void>;
  /** Called when the flow stops and nothing can come in any more: what is still kept here is to be sent now. */
  flush?(): void | Promise<void>;
  /** Called at the end, and before a restart. */
  postStop?(): void | Promise<void>;
  /** Faults that can be seen before anything starts; called when the names of all boxes are known. */
  validate?(): readonly string[] | undefined;
  /** With `acks`: the event that this source sent, and all that came of it, has been handled. */
  acked?(event: Event): void;
  /** With `acks`: something went wrong with it, or it took too long. A source that can sends it again. */
  nacked?(event: Event, error: Error): void;

  /**
   * Sends a copy of an event to every outbox, or to those named.
   * @returns undefined when all of them took it at once; a promise when a queue was full, resolved when there is room. One need
   * not wait for it: until there is room the actor is given no further events.
   * @throws FlowError when there is no such outbox; InvalidActorOutput; QueueFull when a queue with the policy `fail` is full
   */
  protected send(
    event: Event,
    outboxes?: string | readonly string[],
    options?: SendOptions,
  ): Promise<void> | undefined {
    return this.#at('send').send(event, outboxes, options?.check !== false);
  }

  /** The same as `send`. */
  protected sendEvent(
    event: Event,
    outboxes?: string | readonly string[],
    options?: SendOptions,
  ): Promise<void> | undefined {
    return this.send(event, outboxes, options);
  }

  /**
   * `send` for a source, which sends on its own account and not because of an event: it waits for room also in a cycle.
   *
   * @returns as `send`. After the end of the actor a promise that is rejected with a FlowError (code `STOPPED`): the event goes
   * nowhere. A loop of `background` ends by that; whoever does not await it hears nothing
   */
  protected emit(event: Event, outboxes?: string | readonly string[]): Promise<void> | undefined {
    return this.#at('emit').emit(event, outboxes);
  }

  /** Sends an event to every error outbox, with `error` as its error if given. */
  protected sendError(event: Event, error?: Error): Promise<void> | undefined {
    return this.#at('sendError').sendError(event, error);
  }

  /**
   * Says that an event which came in goes no further here and will not come back under its id: it was discarded, or has become part
   * of another one. Whoever waits for it, an HTTP client for example, is answered at once if it has ended everywhere else as well.
   *
   * @param error what whoever waits is to be told; unless given, the error of the event, if it has one
   */
  protected settle(event: Event, error?: Error): void {
    this.#at('settle').settle(event, error ?? event.error ?? undefined);
  }

  /**
   * For an actor that sends an event, by `emit` right after this, and waits for it to come back: hears when that is not to be expected
   * any more. Then no copy of it is under way, and each actor that took one has sent it on or settled it. An actor that has
   * done neither may be keeping it: then nothing is heard, so have a timeout as well.
   *
   * @param ended called once at most, with what went wrong, if anything; what it throws makes the actor crash
   * @returns a function that ends it: call it when the answer has come
   */
  protected follow(event: Event, ended: (error: Error | undefined) => void): () => void {
    return this.#at('follow').follow(event, ended);
  }

  /**
   * A new event of the class that this actor sends.
   * @throws FlowError when it sends more than one class
   */
  protected createEvent(init: object = {}): Event {
    const [only, another] = classes(this.output ?? (this.constructor as typeof FlowActor).output);
    if (only === undefined || another !== undefined)
      throw new FlowError(
        `${this.name} sends events of more than one class: make one with new, not createEvent`,
      );
    return new (only as unknown as new (init: object) => Event)(init);
  }

  /** Names of the outboxes, in the order of the wiring. */
  protected get outboxes(): readonly string[] {
    return this.#at('outboxes').outboxes;
  }

  /** Names of the inboxes, in the order of the wiring. */
  protected get inboxes(): readonly string[] {
    return this.#at('inboxes').inboxes;
  }

  /** Names of the error outboxes, in the order of the wiring. */
  protected get errorOutboxes(): readonly string[] {
    return this.#at('errorOutboxes').errorOutboxes;
  }

  /** Log lines, as events to the log queues; also in the constructor. */
  protected get log(): FlowLog {
    const warn: FlowLog['warn'] = (message, event) => this.#say('WARNING', message, event);
    this.#log ??= {
      debug: (message, event) => this.#say('DEBUG', message, event),
      info: (message, event) => this.#say('INFO', message, event),
      warn,
      warning: warn,
      error: (message, event) => this.#say('ERROR', message, event),
      critical: (message, event) => this.#say('CRITICAL', message, event),
    };
    return this.#log;
  }

  /** The node that the flow runs on. */
  protected get node(): NodeFace {
    return this.#at('node').node;
  }

  /** Time and chance. */
  protected get world(): World {
    return this.#at('world').world;
  }

  /** Aborted when this life of the actor ends: at a restart, and at the end. */
  protected get signal(): AbortSignal {
    return this.#at('signal').signal;
  }

  /** Whether the flow has begun to stop. */
  protected get draining(): boolean {
    return this.#at('draining').isDraining;
  }

  /** Whether the director has `acks: true`: `acked` or `nacked` is called for every event that was emitted. */
  protected get hasAcks(): boolean {
    return this.#at('hasAcks').hasAcks;
  }

  /** Calls `fn` once, `ms` from now, unless the actor has ended. What it throws makes the actor crash. */
  protected after(ms: number, fn: () => unknown): Cancel {
    return this.#at('after').after(ms, fn);
  }

  /** Calls `fn` every `ms`; while a promise that it gave is not settled, it is left out. What it throws makes the actor crash. */
  protected every(ms: number, fn: () => unknown): Cancel {
    return this.#at('every').every(ms, fn);
  }

  /** Something is under way that no queue shows, such as a request to elsewhere: a stop waits until the result is called. */
  protected hold(): () => void {
    return this.#at('hold').hold();
  }

  /** Runs a loop beside `consume`; one that fails makes the actor crash. It is to end when `signal` is aborted. */
  protected background(task: (signal: AbortSignal) => unknown): void {
    this.#at('background').background(task);
  }

  /** Says that not the event but this actor is broken: it is restarted, and the event goes to the error outboxes. */
  static fatal(error: unknown): never {
    throw new FatalError(asError(error));
  }

  #say(level: LogLevel, message: string, event: Event | undefined): void {
    if (this.#desk?.isLive) this.#desk.log(level, message, event);
    else if (this.#early.length < mostEarly) this.#early.push([level, message, event]);
  }

  #at(member: string): Desk {
    if (this.#desk !== undefined) return this.#desk;
    throw new FlowError(
      `this.${member} of ${show(this.name)} does not exist before director.start(); use it from preStart on`,
    );
  }
}

/** Log lines that are kept from before the start. */
const mostEarly = 100;

/** A class of actors of a flow. */
// biome-ignore lint/suspicious/noExplicitAny: every actor has parameters of its own
export type FlowActorClass = new (name: string, params?: any) => FlowActor<any>;

/** What a class of actors, or an actor, takes for parameters: nothing if it is one already. */
export type ParamsOf<W> = W extends FlowActorClass ? ConstructorParameters<W>[1] : undefined;

/** The actor that it makes, or is. */
export type ActorOf<W> = W extends abstract new (...args: never) => infer A ? A : W;

/** One class or many, as many. */
export const classes = (given: EventClass | readonly EventClass[]): readonly EventClass[] =>
  typeof given === 'function' ? [given] : given;
