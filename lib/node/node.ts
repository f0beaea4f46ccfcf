/** A node: one system of actors and, when it has an address, the remoting that ties it to others. */
import { show } from '../base/errors.ts';
import { Command } from '../command/command.ts';
import { Actor, type NodeFace, type Spawn } from '../core/actor.ts';
import type { Uri } from '../core/address.ts';
import type { Stats } from '../core/counts.ts';
import type { EventStream } from '../core/events.ts';
import type { GroupsFace } from '../core/groups.ts';
import type { Instruments } from '../core/instruments.ts';
import type { Failure } from '../core/message.ts';
import type { PeerView } from '../core/peers.ts';
import type { Ref } from '../core/ref.ts';
import type { Shutdown, ShutdownReason } from '../core/shutdown.ts';
import { System } from '../core/system.ts';
import { admit } from '../placement/index.ts';
import type { RegisteredClass, Remoting } from '../remoting/index.ts';
import { Groups } from './groups.ts';
import { narrate } from './narrator.ts';
import { type CompleteOptions, completeOptions, type NodeOptions } from './options.ts';
import { NodeShutdown } from './shutdown.ts';
import { whisper } from './whisper.ts';

/** Where actors live. Any number of nodes can live in one process. */
export class Node implements NodeFace {
  /** New at every start, so that others can tell a restarted node from the one before: a UUID v7. */
  readonly incarnation: string;
  /** Resolves when the node has stopped, whoever stopped it. */
  readonly stopped: Promise<void>;
  /**
   * Spawns a top-level actor.
   * @throws NameConflict, TypeError, and NodeStopped once the node has been stopped
   */
  readonly spawn: Spawn;
  readonly #shutdown: NodeShutdown;
  readonly #system: System;
  readonly #options: CompleteOptions;
  /** Loaded only by a node that has an address. */
  #remoting: Remoting | undefined;
  /** Made when they are first used. */
  #groups: Groups | undefined;
  #hasStopped: () => void = () => {};

  private constructor(options: CompleteOptions) {
    this.#options = options;
    this.incarnation = options.world.uuid();
    this.#system = new System(this, options);
    this.#system.registered.add(Command);
    this.spawn = this.#system.spawn;
    this.#shutdown = new NodeShutdown(options.world.clock, this.events, options.phaseTimeouts);
    this.stopped = new Promise(resolve => {
      this.#hasStopped = resolve;
    });
    narrate(this.#system, options.verbose);
  }

  /**
   * Starts a node. With an `address` it is bound, and others can connect, when the promise resolves.
   * @throws InvalidAddress, TypeError; RemotingError when the address can't be bound
   */
  static async start(options: NodeOptions = {}): Promise<Node> {
    const node = new Node(completeOptions(options));
    await node.#open();
    whisper(node);
    return node;
  }

  async #open(): Promise<void> {
    const { address, remoting } = this.#options;
    if (address === undefined && remoting === undefined) return;
    const { openRemoting } = await import('./openRemoting.ts');
    this.#remoting = await openRemoting(this.#system, this.#options);
    for (const registered of this.#system.registered) this.#remoting.register(registered);
  }

  /**
   * Lets instances of a class cross to other nodes and arrive as instances: their own fields are copied. Both nodes must
   * register it; its name is what crosses. A class of actors can be spawned by other nodes (`on: remote(address)`), if
   * `remoting.allow` lets them.
   */
  register(registered: RegisteredClass): void {
    if (typeof registered !== 'function')
      throw new TypeError(`register: expected a class, not ${show(registered)}`);
    if (isActorClass(registered)) return admit(this.#system, registered);
    this.#system.registered.add(registered);
    this.#remoting?.register(registered);
    this.#system.parts?.register(registered);
  }

  /** `host:port`, as other nodes know it, with port 0 for a node that only connects; undefined without remoting. */
  get address(): string | undefined {
    return this.#system.address;
  }

  /** The root of the tree, `/`: the parent of all top-level actors. */
  get guardian(): Ref {
    return this.#system.guardian.ref;
  }

  /** What happens on this node. */
  get events(): EventStream {
    return this.#system.events;
  }

  /** What can be attached to see what its actors do: measuring, observers, a tracer. */
  get instruments(): Instruments {
    return this.#system.instruments;
  }

  /** Named groups of actors, on this node and those that are connected to it. */
  get groups(): GroupsFace {
    this.#groups ??= new Groups(this.#system, this.#remoting);
    return this.#groups;
  }

  /** What made the guardian fail, and so the node stop; undefined unless that has happened. */
  get failure(): Failure | undefined {
    return this.#system.failure;
  }

  /**
   * The actor at an address: this node's own, or another's. A remote one need not exist.
   * @throws LookupFailed when a local path leads to no actor; InvalidAddress
   */
  lookup<M = unknown>(address: string | Uri): Ref<M> {
    return this.#system.lookup(address) as Ref<M>;
  }

  /** Where every message went: `sent` is the sum of the bins. */
  stats(): Stats {
    return this.#system.stats(this.#remoting?.queued ?? 0, this.#remoting?.traffic);
  }

  /**
   * The other nodes that are known here, with what their links have carried and how they do: those that are connected or tried,
   * and those that are cut off because they fell silent. None without remoting.
   */
  peers(): PeerView[] {
    return this.#remoting?.peers ?? [];
  }

  /** What is to be done when the node stops, besides stopping its actors: `node.shutdown.addTask(phase, name, task)`. */
  get shutdown(): Shutdown {
    return this.#shutdown;
  }

  /**
   * Runs the tasks of `beforeStop`, `unbind` and `drain`, stops all actors, children first, then remoting, and runs the tasks of
   * `afterStop`. Calling it again waits for the same end; never rejects.
   * @param reason what the tasks are told
   */
  stop(reason: ShutdownReason = this.failure === undefined ? 'stop' : 'failure'): Promise<void> {
    // A task may call it before the first call has returned.
    if (this.#shutdown.reason === undefined)
      void this.#shutdown.run(reason, () => this.#end()).then(this.#hasStopped);
    return this.stopped;
  }

  async #end(): Promise<void> {
    await this.#system.stop();
    await this.#remoting?.stop();
  }

  /** `await using node = await Node.start()` stops it at the end of the block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

const isActorClass = (
  value: RegisteredClass,
): value is RegisteredClass & (new () => Actor<unknown, unknown>) => value.prototype instanceof Actor;
