/** A node: one system of actors and, when it has an address, the remoting that ties it to others. */
import { show } from '../base/errors.ts';
import type { NodeFace, Spawn } from '../core/actor.ts';
import type { Uri } from '../core/address.ts';
import type { Stats } from '../core/counts.ts';
import type { EventStream } from '../core/events.ts';
import type { Failure } from '../core/message.ts';
import type { Ref } from '../core/ref.ts';
import { System } from '../core/system.ts';
import type { RegisteredClass, Remoting } from '../remoting/index.ts';
import { narrate } from './narrator.ts';
import { type CompleteOptions, completeOptions, type NodeOptions } from './options.ts';

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
  readonly #system: System;
  readonly #options: CompleteOptions;
  /** Loaded only by a node that has an address. */
  #remoting: Remoting | undefined;
  readonly #registered = new Set<RegisteredClass>();
  #stopping: Promise<void> | undefined;
  #hasStopped: () => void = () => {};

  private constructor(options: CompleteOptions) {
    this.#options = options;
    this.incarnation = options.world.uuid();
    this.#system = new System(this, options);
    this.spawn = this.#system.spawn;
    this.stopped = new Promise(resolve => {
      this.#hasStopped = resolve;
    });
    narrate(this.events, options.logger, options.verbose);
  }

  /**
   * Starts a node. With an `address` it is bound, and others can connect, when the promise resolves.
   * @throws InvalidAddress, TypeError; RemotingError when the address can't be bound
   */
  static async start(options: NodeOptions = {}): Promise<Node> {
    const node = new Node(completeOptions(options));
    await node.#open();
    return node;
  }

  async #open(): Promise<void> {
    const { address, remoting } = this.#options;
    if (address === undefined && remoting === undefined) return;
    const { openRemoting } = await import('./openRemoting.ts');
    this.#remoting = await openRemoting(this.#system, this.#options);
    for (const registered of this.#registered) this.#remoting.register(registered);
  }

  /**
   * Lets instances of a class cross to other nodes and arrive as instances: their own fields are copied. Both nodes must
   * register it; its name is what crosses.
   */
  register(registered: RegisteredClass): void {
    if (typeof registered !== 'function')
      throw new TypeError(`register: expected a class, not ${show(registered)}`);
    this.#registered.add(registered);
    this.#remoting?.register(registered);
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
    return this.#system.stats(this.#remoting?.queued ?? 0);
  }

  /** Stops all actors, children first, then remoting. Calling it again waits for the same end. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    await this.#system.stop();
    await this.#remoting?.stop();
    this.#hasStopped();
  }

  /** `await using node = await Node.start()` stops it at the end of the block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
