/** What users extend. Every member stands on the actor's host, which is there from `preStart` on. */
import { ActorContextError, show } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { World } from '../base/world.ts';
import type { Uri } from './address.ts';
import type { Stats } from './counts.ts';
import type { EventStream } from './events.ts';
import type { GroupsFace } from './groups.ts';
import type { Instruments } from './instruments.ts';
import type { Notice } from './message.ts';
import type { PeerView } from './peers.ts';
import { type Placement, Props, type SpawnOptions, type StandardSchemaV1 } from './props.ts';
import type { Ref } from './ref.ts';
import type { Shutdown, ShutdownReason } from './shutdown.ts';
import type { AnyDecision, Strategy } from './supervision.ts';
import type { Timers } from './timers.ts';

/** A class whose instances cross to other nodes, threads and processes as instances. */
export type CrossingClass = (abstract new (...args: never[]) => object) & { readonly name: string };

/** The node that an actor lives on. */
export interface NodeFace {
  readonly address: string | undefined;
  readonly incarnation: string;
  readonly guardian: Ref;
  readonly events: EventStream;
  readonly groups: GroupsFace;
  readonly instruments: Instruments;
  readonly stopped: Promise<void>;
  readonly shutdown: Shutdown;
  peers(): PeerView[];
  spawn: Spawn;
  lookup<M = unknown>(address: string | Uri): Ref<M>;
  stats(): Stats;
  register(registered: CrossingClass): void;
  stop(reason?: ShutdownReason): Promise<void>;
}

/** A function as an actor: called with every message; `context` has the members that a class has on `this`. */
export type ActorFunction<M = never> = (message: M, context: Context) => unknown;

/** A class of actors. */
export type ActorClass<M = never> = (new () => Actor<M, unknown>) & { readonly accepts?: StandardSchemaV1 };

/** Whatever can be spawned. */
export type Spawnable<M = never> = ActorClass<M> | Props<M> | ActorFunction<M>;

export interface Spawn {
  // The function comes first: only the first one lends its types to the parameters of an arrow function.
  <M = unknown>(what: ActorFunction<M>, options?: SpawnOptions): Ref<M>;
  <M>(what: Props<M>, options?: SpawnOptions): Ref<M>;
  /** `'./file.js#Class'`, from the working directory, or `'package#Class'`: for an actor that runs elsewhere. */
  <M = unknown>(what: string, options: SpawnOptions & { on: Placement }): Ref<M>;
  // biome-ignore lint/suspicious/noExplicitAny: an actor takes and gives its messages, so no other type fits them all
  <A extends Actor<any, undefined>>(what: new () => A, options?: SpawnOptions): Ref<MessageOf<A>>;
}

/** The messages that actors of a class understand. */
export type MessageOf<A> = A extends { receive?(message: infer M): unknown } ? M : unknown;

/** How an actor handles a message. */
export type Receive<M = never> = (message: M) => unknown;

/** @internal What the members of an actor stand on: its cell. */
export interface Host {
  readonly ref: Ref;
  readonly params: unknown;
  readonly sender: Ref | undefined;
  readonly parentRef: Ref;
  readonly childRefs: Ref[];
  readonly node: NodeFace;
  readonly abortSignal: AbortSignal;
  readonly messageSignal: AbortSignal;
  readonly log: Log;
  readonly timers: Timers;
  readonly world: World;
  spawn(what: Spawnable, options?: SpawnOptions): Ref;
  lookup(address: string | Uri): Ref;
  watch(ref: Ref): void;
  unwatch(ref: Ref): void;
  link(ref: Ref): void;
  unlink(ref: Ref): void;
  reply(message: unknown): void;
  forward(ref: Ref): void;
  unhandled(message: unknown): void;
  become(receive: Receive, discardOld: boolean): void;
  unbecome(): void;
  stash(): void;
  unstashAll(): void;
  setReceiveTimeout(ms: number | undefined): void;
  /** For how many ms the actor has been there, restarts included. */
  readonly uptime: number;
  /** Whether the message that is being handled is that one, and has been stashed or said to be unhandled. */
  isPutAside(message: unknown): boolean;
  /** Puts a notice among this actor's own messages. */
  notice(notice: Notice): void;
  pipeToSelf(
    promise: PromiseLike<unknown>,
    map: ((value: never) => unknown) | undefined,
    mapError: ((error: unknown) => unknown) | undefined,
  ): void;
  /** Stops all children, then runs `then`; its result when it need not wait, else a promise. */
  endChildren(then: () => unknown): unknown;
}

/** The settings of an actor, as those who are not the actor see them. */
export interface SettingsFace {
  readonly names: readonly string[];
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  all(): Readonly<Record<string, unknown>>;
}

/** The members of an actor, as a function actor gets them in `context`. */
export type Context = Omit<
  Actor<unknown, unknown>,
  | 'preStart'
  | 'postStop'
  | 'preRestart'
  | 'postRestart'
  | 'supervise'
  | 'supervision'
  | 'highWaterMark'
  | 'receive'
  | 'commands'
  | 'tasks'
  | 'settings'
>;

/** @internal Gives an instance its host; done once, right after the constructor. */
export let bind: (actor: object, host: Host) => void;
/** @internal The host of an actor. */
export let hostOf: (actor: object, member: string) => Host;

/**
 * An actor: state that only its own `receive` touches, one message at a time.
 * @typeParam M the messages that it understands
 * @typeParam P the parameters that it is spawned with: `Class.using(params)`
 */
export abstract class Actor<M = unknown, P = undefined> {
  #host: Host | undefined;

  static {
    bind = (actor, host) => {
      (actor as Actor).#host = host;
    };
    hostOf = (actor, member) => {
      const host = (actor as Actor).#host;
      if (host !== undefined) return host;
      throw new ActorContextError(
        `this.${member} does not exist in the constructor of ${actor.constructor.name}; use it from preStart on`,
      );
    };
  }

  /** Messages from other nodes that do not conform never reach `receive`; they are told as `InvalidMessage`. */
  declare static accepts?: StandardSchemaV1;

  /**
   * A recipe for this actor with parameters, to be spawned: `spawn(Greeter.using({ greeting: 'hi' }))`.
   * A restarted actor gets the same parameters again.
   */
  static using<M, P>(this: new () => Actor<M, P>, params: P): Props<M> {
    return new Props<M>(
      this.name,
      () => new this(),
      params,
      (this as { accepts?: StandardSchemaV1 }).accepts,
      undefined,
      this,
    );
  }

  /** How this actor treats the failures of its children; the `supervision` option of `spawn` goes before it. */
  declare supervision?: Strategy;

  /** At every multiple of so many messages in the mailbox a `HighWaterMarkReached` is told (10 000). */
  declare highWaterMark?: number;

  /**
   * Whether this actor lives on when one that it is linked to has ended, and gets an `Exit` instead; false unless set. As a
   * field of a class, or at any time: `this.trapExit = true`.
   */
  declare trapExit?: boolean;

  /**
   * What `send(ref, 'name', ...args)` can call here, by name, besides the methods that are marked with `@command`. An arrow
   * function has the actor as `this`.
   */
  declare commands?: Readonly<Record<string, (...args: never[]) => unknown>>;

  /** What `send(ref, 'run', 'name', ...args)` can call here, by name: functions that get the actor, then the arguments. */
  declare tasks?: Readonly<Record<string, (actor: never, ...args: never[]) => unknown>>;

  /** What `send(ref, 'config', …)` can read and change here: `new Settings({ … })`. */
  declare settings?: SettingsFace;

  /** Called before the first message; when it is async, messages wait until it is done. An error is a `CreateFailed`. */
  preStart(): unknown {
    return undefined;
  }

  /**
   * Handles a message. It may be async or a generator: the next message waits until it is done. Without one, every
   * message is unhandled.
   */
  receive?(message: M): unknown;

  /** Called once all children have stopped. An error is told as `ErrorIgnored`: the actor stops all the same. */
  postStop(): unknown {
    return undefined;
  }

  /**
   * Called on the instance that failed, before a new one takes its place. Stops all children and then calls `postStop`
   * unless overridden; what an override leaves alive lives on. An error is told as `ErrorIgnored`.
   * @param _error why it is restarted
   * @param _message what it was handling
   */
  preRestart(_error: Error, _message: unknown): unknown {
    return this.#in('preRestart').endChildren(() => this.postStop());
  }

  /** Called on the new instance, in the place of `preStart`, which it calls unless overridden. */
  postRestart(_error: Error): unknown {
    return this.preStart();
  }

  /** Decides about a child that failed; undefined leaves it to the strategy. */
  supervise?(error: Error, child: Ref): AnyDecision | undefined;

  /** This actor. */
  get ref(): Ref<M> {
    return this.#in('ref').ref as Ref<M>;
  }

  /** What was given to `using`; undefined without. */
  get params(): P {
    return this.#in('params').params as P;
  }

  /** Who sent the message that is being handled, if the sender said so; still right after an `await`. */
  get sender(): Ref | undefined {
    return this.#in('sender').sender;
  }

  /** The actor that spawned this one; the guardian for a top-level actor. */
  get parent(): Ref {
    return this.#in('parent').parentRef;
  }

  /** The actors that this one spawned and that have not stopped, in the order of their spawning. */
  get children(): Ref[] {
    return this.#in('children').childRefs;
  }

  get node(): NodeFace {
    return this.#in('node').node;
  }

  /** Aborted when the actor is stopped, killed or restarted: pass it to what takes long. */
  get signal(): AbortSignal {
    return this.#in('signal').abortSignal;
  }

  /** Aborted when whoever asked the message that is being handled does not wait for the answer any more. */
  get messageSignal(): AbortSignal {
    return this.#in('messageSignal').messageSignal;
  }

  /**
   * Log lines with this actor's address and class: `this.log.info('sold', { tickets: 2 })`, `this.log.error('no paper', error)`.
   * Never throws.
   */
  get log(): Log {
    return this.#in('log').log;
  }

  /** Messages to itself, later. */
  get timers(): Timers {
    return this.#in('timers').timers;
  }

  /**
   * Spawns a child. The ref is usable at once: messages are kept until the child has started.
   * @throws NameConflict when a child has the name; TypeError when the name or what is to be spawned is none
   */
  get spawn(): Spawn {
    const host = this.#in('spawn');
    return ((what: Spawnable, options?: SpawnOptions) => host.spawn(what, options)) as Spawn;
  }

  /**
   * The actor at an address: relative to this one (`child`, `../sibling`), absolute (`/a/b`), or on a node.
   * @throws LookupFailed when a local path leads to no actor; InvalidAddress
   */
  lookup<T = unknown>(address: string | Uri): Ref<T> {
    return this.#in('lookup').lookup(address) as Ref<T>;
  }

  /** Asks to be told, with one `Terminated`, when the actor has ended. A class or `Props` is spawned first. */
  watch<T>(ref: Ref<T>): Ref<T>;
  watch<T>(what: Props<T>, options?: SpawnOptions): Ref<T>;
  // biome-ignore lint/suspicious/noExplicitAny: as in Spawn
  watch<A extends Actor<any, undefined>>(what: new () => A, options?: SpawnOptions): Ref<MessageOf<A>>;
  watch(what: unknown, options?: SpawnOptions): Ref<never> {
    const host = this.#in('watch');
    const isRecipe = typeof what === 'function' || what instanceof Props;
    const ref = isRecipe ? host.spawn(what as Spawnable, options) : (what as Ref);
    host.watch(ref);
    return ref;
  }

  /** No `Terminated` of that actor comes any more, even one that is already queued. Returns its argument. */
  unwatch<T>(ref: Ref<T>): Ref<T> {
    this.#in('unwatch').unwatch(ref as Ref);
    return ref;
  }

  /**
   * Ties the lives of two actors together: when either ends by a failure, a kill or the loss of its node, the other one is
   * stopped, too, unless it has `trapExit`. There is one link between two actors, whoever made it and how often. A class or
   * `Props` is spawned first.
   */
  link<T>(ref: Ref<T>): Ref<T>;
  link<T>(what: Props<T>, options?: SpawnOptions): Ref<T>;
  // biome-ignore lint/suspicious/noExplicitAny: as in Spawn
  link<A extends Actor<any, undefined>>(what: new () => A, options?: SpawnOptions): Ref<MessageOf<A>>;
  link(what: unknown, options?: SpawnOptions): Ref<never> {
    const host = this.#in('link');
    const isRecipe = typeof what === 'function' || what instanceof Props;
    const ref = isRecipe ? host.spawn(what as Spawnable, options) : (what as Ref);
    host.link(ref);
    return ref;
  }

  /**
   * Unties two actors, whoever linked them. No `Exit` of that actor comes any more, even one that is already queued. Returns
   * its argument.
   */
  unlink<T>(ref: Ref<T>): Ref<T> {
    this.#in('unlink').unlink(ref as Ref);
    return ref;
  }

  /** Stops an actor, this one unless another is given. */
  stop(ref: Ref = this.#in('stop').ref): void {
    ref.stop();
  }

  /** Answers the sender of the message that is being handled; an `Error` rejects its ask. Without a sender: a dead letter. */
  reply(message: unknown): void {
    this.#in('reply').reply(message);
  }

  /** Passes the message that is being handled on to another actor, which sees the original sender. */
  forward(ref: Ref): void {
    this.#in('forward').forward(ref);
  }

  /**
   * Says that a message is not one of this actor's: it is told as an `UnhandledMessage`.
   * @throws UnhandledTermination when it is a `Terminated`
   */
  unhandled(message: unknown): void {
    this.#in('unhandled').unhandled(message);
  }

  /**
   * Handles messages with another function from the next one on, until `unbecome` or a restart.
   * @param options.discardOld false keeps the present behaviour below the new one, for `unbecome` to return to; true, the
   * default, replaces it
   */
  become(receive: Receive<M>, { discardOld = true }: { discardOld?: boolean } = {}): void {
    if (typeof receive !== 'function')
      throw new TypeError(`become: expected a function, not ${show(receive)}`);
    this.#in('become').become(receive as Receive, discardOld);
  }

  /** Goes back to the behaviour before, in the end to `receive`. */
  unbecome(): void {
    this.#in('unbecome').unbecome();
  }

  /** Puts the message that is being handled aside. */
  stash(): void {
    this.#in('stash').stash();
  }

  /** Puts all that was stashed in front of the mailbox, in the order in which it came. */
  unstashAll(): void {
    this.#in('unstashAll').unstashAll();
  }

  /** Delivers a `ReceiveTimeout` whenever no message has come for `ms`; undefined ends that. */
  setReceiveTimeout(ms: number | undefined): void {
    this.#in('setReceiveTimeout').setReceiveTimeout(ms);
  }

  /**
   * Tells this actor the outcome of a promise, as a message.
   * @param map makes the message from the value; the value itself unless given
   * @param mapError makes the message from the error; without it, a rejection is a failure of this actor
   */
  pipeToSelf<T>(promise: PromiseLike<T>, map?: (value: T) => M, mapError?: (error: unknown) => M): void {
    this.#in('pipeToSelf').pipeToSelf(promise, map as ((value: never) => unknown) | undefined, mapError);
  }

  #in(member: string): Host {
    return this.#host ?? hostOf(this, member);
  }
}

/** A function in the clothes of a class. */
class FunctionActor extends Actor {
  readonly #fn: ActorFunction<unknown>;

  constructor(fn: ActorFunction<unknown>) {
    super();
    this.#fn = fn;
  }

  override receive(message: unknown): unknown {
    return this.#fn(message, this);
  }
}

// A function may take its context apart: `(message, { reply }) => reply(message)`.
for (const name of Object.getOwnPropertyNames(Actor.prototype) as (keyof Actor)[]) {
  const { value } = Object.getOwnPropertyDescriptor(Actor.prototype, name) ?? {};
  if (typeof value !== 'function' || name === ('constructor' as string)) continue;
  Object.defineProperty(FunctionActor.prototype, name, {
    configurable: true,
    get(this: FunctionActor) {
      return (value as () => unknown).bind(this);
    },
  });
}

const recipes = new WeakMap<object, Props>();

/**
 * The recipe for whatever can be spawned.
 * @throws TypeError when it can't
 */
export function propsOf(what: unknown): Props {
  if (what instanceof Props) return what;
  if (typeof what !== 'function') throw notSpawnable(what);
  let props = recipes.get(what);
  if (props === undefined) {
    props = makeProps(what);
    recipes.set(what, props);
  }
  return props;
}

function makeProps(what: object): Props {
  const { name } = what as { name: string };
  if ((what as { prototype?: unknown }).prototype instanceof Actor) {
    const create = () => new (what as new () => object)();
    return new Props(name, create, undefined, (what as ActorClass).accepts, undefined, what);
  }
  if (/^class\b/.test(Function.prototype.toString.call(what))) throw notSpawnable(what);
  const create = () => new FunctionActor(what as ActorFunction<unknown>);
  return new Props(name, create, undefined, undefined, name === '' ? 'function' : name, what);
}

const notSpawnable = (what: unknown) =>
  new TypeError(
    `spawn takes a class that extends Actor, Class.using(params) or a function (message, context) => ..., not ${show(what)}`,
  );
