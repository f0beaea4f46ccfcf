/** Registers the actors of a flow, connects them, and starts and stops them together. */
import { show } from '../base/errors.ts';
import type { NodeFace } from '../core/actor.ts';
import { checkOptions, type DirectorOptions, type StopWhen } from './directorOptions.ts';
import { type Graph, graphOf, type MermaidOptions, mermaidOf } from './drawing.ts';
import { FlowError } from './events/errors.ts';
import { exhibitOf } from './exhibit.ts';
import type { ActorOf, FlowActor, FlowActorClass, FlowActorOptions, ParamsOf } from './flowActor.ts';
import { EventLogger } from './io/eventLogger.ts';
import { STDOUT } from './io/stdout.ts';
import { Run } from './run.ts';
import { onSignals } from './signals.ts';
import { type FlowStats, statsOf } from './stats.ts';
import { svgOf } from './svg.ts';
import { type ActorHandle, type ConnectOptions, type Endpoint, Wiring, WiringError } from './wiring.ts';

export interface StartOptions {
  /** Resolve only when the flow has stopped (false). */
  block?: boolean | undefined;
}

/**
 * A flow: actors, and the queues between them.
 *
 * Registering and connecting only take notes. `start` looks at all of them first, and either starts everything or tells all
 * that is wrong in one `WiringError`. After compysition's Director.
 */
export class Director {
  readonly name: string;
  /** How many events wait in a queue at most, unless the connection says otherwise. */
  readonly size: number;
  readonly #options: DirectorOptions;
  readonly #wiring: Wiring;
  #run: Run | undefined;
  /** What was there when the last run ended. */
  #last: Run | undefined;
  #hasRun = false;
  /** Undefined while nobody listens. */
  #forgetSignals: (() => void) | undefined;
  #unshow: () => void = () => {};

  /** @throws TypeError that names the option and what is wrong with it */
  constructor(options: DirectorOptions = {}) {
    checkOptions(options);
    this.#options = options;
    this.name = options.name ?? 'default';
    this.size = options.size ?? 500;
    this.#wiring = new Wiring(this.size, options.policy ?? 'block');
    this.#wiring.register('log', STDOUT, 'default_stdout');
    this.#wiring.register('error', EventLogger, 'default_error_logger');
  }

  // ---- registering ----

  /**
   * Adds an actor.
   * @param what a class, of which a new instance is made at once and after every crash; or an actor, which is kept
   * @param name unique in this flow; that of the class in lower case unless given
   * @param params what the constructor gets besides the name
   * @returns the actor, for the calls that connect it
   * @throws TypeError when it is no actor; whatever the constructor throws
   */
  registerActor<W extends FlowActorClass | FlowActor>(
    what: W,
    name?: string,
    params?: ParamsOf<W>,
  ): ActorOf<W> {
    return this.#register('actor', what, name, params);
  }

  /** Says which actor gets all log events, in the place of the one before; a `STDOUT` unless one is registered. */
  registerLogActor<W extends FlowActorClass | FlowActor>(
    what: W,
    name?: string,
    params?: ParamsOf<W>,
  ): ActorOf<W> {
    return this.#register('log', what, name, params);
  }

  /** Says which actor gets the errors of actors without an error queue; an `EventLogger` unless one is registered. */
  registerErrorActor<W extends FlowActorClass | FlowActor>(
    what: W,
    name?: string,
    params?: ParamsOf<W>,
  ): ActorOf<W> {
    return this.#register('error', what, name, params);
  }

  /** The present instances of all registered actors by their names, without the log actor and the error actor. */
  get actors(): ReadonlyMap<string, FlowActor> {
    const own = this.#wiring.actors.filter(({ role }) => role === 'actor');
    return new Map(own.map(({ name }) => [name, this.getActor(name) as FlowActor]));
  }

  /** The present instance of an actor; undefined when there is none of that name. */
  getActor(name: string): FlowActor | undefined {
    const registration = this.#wiring.find(name);
    if (registration === undefined) return undefined;
    return this.#run?.stationOf(registration)?.actor ?? registration.actor;
  }

  #register<W extends FlowActorClass | FlowActor>(
    role: 'actor' | 'log' | 'error',
    what: W,
    name?: string,
    params?: object,
  ): ActorOf<W> {
    this.#refuseWhileRunning('register an actor');
    return this.#wiring.register(role, what, name, params) as ActorOf<W>;
  }

  // ---- connecting ----

  /**
   * Connects an actor with one that comes after it, or with several. A box that is not named has the name of the actor at
   * the other end: `connectQueue(a, b)` is a's outbox `b` and b's inbox `a`; `connectQueue([a, 'x'], b)` is `x` at both ends.
   * @throws FlowError while the flow runs; all other faults are told by `start`
   */
  connectQueue(
    source: Endpoint,
    destinations: Endpoint | readonly Endpoint[],
    options?: ConnectOptions,
  ): void {
    this.#connect('event', source, destinations, options);
  }

  /** The same for events that an actor failed at; the inbox is `error_<name>`. They do not go to the error actor then. */
  connectErrorQueue(
    source: Endpoint,
    destinations: Endpoint | readonly Endpoint[],
    options?: ConnectOptions,
  ): void {
    this.#connect('error', source, destinations, options);
  }

  /** The same for an actor's log events; the inbox is `log_<name>`. They do not go to the log actor then. */
  connectLogQueue(
    source: Endpoint,
    destinations: Endpoint | readonly Endpoint[],
    options?: ConnectOptions,
  ): void {
    this.#connect('log', source, destinations, options);
  }

  #connect(
    kind: 'event' | 'error' | 'log',
    source: unknown,
    destinations: unknown,
    options?: ConnectOptions,
  ): void {
    this.#refuseWhileRunning('connect a queue');
    this.#wiring.connect(kind, source, destinations, options);
  }

  #refuseWhileRunning(what: string): void {
    if (this.#run !== undefined)
      throw new FlowError(`can't ${what} while the flow ${show(this.name)} runs: stop it before`);
  }

  // ---- names of other versions ----

  /** The same as `connectQueue`. */
  connect(source: Endpoint, destinations: Endpoint | readonly Endpoint[], options?: ConnectOptions): void {
    this.connectQueue(source, destinations, options);
  }

  /** The same as `connectErrorQueue`. */
  connectError(
    source: Endpoint,
    destinations: Endpoint | readonly Endpoint[],
    options?: ConnectOptions,
  ): void {
    this.connectErrorQueue(source, destinations, options);
  }

  /** The same as `connectErrorQueue`. */
  connectQueueError(
    source: Endpoint,
    destinations: Endpoint | readonly Endpoint[],
    options?: ConnectOptions,
  ): void {
    this.connectErrorQueue(source, destinations, options);
  }

  /** The same as `registerActor`. */
  registerModule<W extends FlowActorClass | FlowActor>(
    what: W,
    name?: string,
    params?: ParamsOf<W>,
  ): ActorOf<W> {
    return this.registerActor(what, name, params);
  }

  /** The same as `registerLogActor`. */
  registerLogModule<W extends FlowActorClass | FlowActor>(
    what: W,
    name?: string,
    params?: ParamsOf<W>,
  ): ActorOf<W> {
    return this.registerLogActor(what, name, params);
  }

  /** The same as `registerErrorActor`. */
  registerFailedModule<W extends FlowActorClass | FlowActor>(
    what: W,
    name?: string,
    params?: ParamsOf<W>,
  ): ActorOf<W> {
    return this.registerErrorActor(what, name, params);
  }

  // ---- running ----

  /** Whether it has been started and has not stopped. */
  get isRunning(): boolean {
    return this.#run !== undefined;
  }

  /** The node that the actors live on, while they do. */
  get node(): NodeFace | undefined {
    return this.#run?.node;
  }

  /** Why the last run ended by itself: an actor crashed too often; undefined otherwise. */
  get failure(): Error | undefined {
    return (this.#run ?? this.#last)?.failure;
  }

  /** What is wrong with the wiring as it is now; empty when it could be started. */
  check(): string[] {
    if (this.#run !== undefined) return [];
    return this.#prepare().faults;
  }

  /** A run that has not begun, if one can be made, and all that is wrong with the wiring. */
  #prepare(): { run: Run | undefined; faults: string[] } {
    const { links, faults, inDoubt } = this.#wiring.resolve();
    try {
      const run = this.#makeRun(links);
      return { run, faults: [...faults, ...run.faults(inDoubt)] };
    } catch (error) {
      if (faults.length === 0) throw error;
      return { run: undefined, faults };
    }
  }

  /**
   * Starts all actors. Resolves when all have started; with `block`, when the flow has stopped.
   * @throws WiringError that tells all that is wrong, before anything has been started; FlowError when it runs already;
   * whatever keeps an actor from starting: then all others have been stopped; with `block`, the error that ended the flow
   */
  async start(options: StartOptions | boolean = {}): Promise<void> {
    const isBlocking = typeof options === 'boolean' ? options : options.block === true;
    if (this.#run !== undefined) throw new FlowError(`the flow ${show(this.name)} runs already`);
    this.#renew();
    const { run, faults } = this.#prepare();
    if (run === undefined || faults.length > 0) throw new WiringError(this.name, faults);
    this.#run = run;
    this.#hasRun = true;
    if (this.#options.handleSignals ?? isBlocking) this.#heedSignals();
    await run.start();
    this.#show(run);
    if (this.#options.stopWhen === 'idle') void run.idle().then(() => run.stop());
    if (isBlocking) await this.block();
  }

  /**
   * Resolves when the flow has stopped; at once when it does not run. Until then SIGINT and SIGTERM stop the flow, unless
   * `handleSignals` is false.
   * @throws RestartsExhausted or another error that ended the flow
   */
  async block(): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    if (this.#options.handleSignals ?? true) this.#heedSignals();
    await run.ended;
    if (run.failure !== undefined) throw run.failure;
  }

  /**
   * Stops the flow: sources produce no more, the queues drain for at most `stopTimeout` ms, in the order of the flow, and every actor's
   * `postStop` is called; then come the error actor and the log actor. Calling it again waits for the same end.
   */
  async stop(): Promise<void> {
    await this.#run?.stop();
  }

  /** Resolves when no event is under way and no source has a timer or a loop left that could bring more; see `stopWhen`. */
  async idle(): Promise<void> {
    await this.#run?.idle();
  }

  /** Resolves when no event is under way; sources that wait for something outside do not count. */
  async settled(): Promise<void> {
    await this.#run?.settled();
  }

  /** `await using director = …` stops it at the end of the block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Whoever shows the node shows the flow. */
  #show(run: Run): void {
    if (this.#run !== run) return; // it has ended in the meantime
    const exhibit = exhibitOf(
      this.name,
      () => this.graph(),
      () => statsOf(run),
    );
    this.#unshow = run.node?.instruments.exhibit(exhibit) ?? this.#unshow;
  }

  /** A second run begins with new instances, as far as they can be made. */
  #renew(): void {
    if (!this.#hasRun) return;
    this.#wiring.renew();
  }

  #makeRun(links: ReturnType<Wiring['resolve']>['links']): Run {
    const { node, nodeOptions, world, copy = true, acks = false, restart = {} } = this.#options;
    const { ackTimeout = 30_000, stopTimeout = 10_000 } = this.#options;
    const run: Run = new Run(this.#wiring.actors, links, {
      name: this.name,
      node,
      nodeOptions,
      world,
      copies: copy,
      acks,
      ackTimeout,
      stopTimeout,
      restart,
      onEnd: () => this.#ended(run),
    });
    return run;
  }

  #ended(run: Run): void {
    if (this.#run !== run) return;
    this.#last = run;
    this.#run = undefined;
    this.#forgetSignals?.();
    this.#forgetSignals = undefined;
    this.#unshow();
  }

  #heedSignals(): void {
    this.#forgetSignals ??= onSignals(() => void this.stop());
  }

  // ---- looking at it ----

  /** The actors and the queues, those included that nobody asked for. */
  graph(): Graph {
    return graphOf(this.#wiring.actors, this.#wiring.resolve().links);
  }

  /** The same as a drawing: a text for Mermaid. */
  mermaid(options?: MermaidOptions): string {
    return mermaidOf(this.graph(), options);
  }

  /** The same as a picture: an SVG document. */
  svg(options?: MermaidOptions): string {
    return svgOf(this.graph(), options);
  }

  /** Where every event went, of the present run or the last one; undefined before the first. */
  stats(): FlowStats | undefined {
    const run = this.#run ?? this.#last;
    return run === undefined ? undefined : statsOf(run);
  }
}

export type { ActorHandle, DirectorOptions, FlowActorOptions, StopWhen };
