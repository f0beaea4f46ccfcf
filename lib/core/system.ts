/**
 * The tree of actors of one node and all that they share: the world, the dispatcher, the books, the events. It knows
 * nothing of sockets; who routes to other nodes is plugged in.
 */
import { InvalidAddress, LookupFailed, NodeStopped } from '../base/errors.ts';
import { type AnyLogger, type Log, type LogThreshold, openLog } from '../base/log.ts';
import type { Clock, World } from '../base/world.ts';
import { Actor, type CrossingClass, type NodeFace, propsOf, type Spawn, type Spawnable } from './actor.ts';
import { ActorCell } from './actorCell.ts';
import { Uri } from './address.ts';
import { Ask, Joiner } from './ask.ts';
import { Counts, type Stats } from './counts.ts';
import { DeadInlet, nobodyPath, UnreachableInlet } from './deadLetters.ts';
import { Dispatcher } from './dispatcher.ts';
import { DeadLetter, EventStream } from './events.ts';
import type { Home } from './home.ts';
import type { AskOptions, Inlet } from './inlet.ts';
import { Instruments } from './instruments.ts';
import type { MailCell } from './mailCell.ts';
import type { DeadLetterReason, Failure, TerminationReason } from './message.ts';
import type { Monitor } from './monitor.ts';
import { noTraffic } from './peers.ts';
import type { SpawnOptions } from './props.ts';
import { Ref } from './ref.ts';
import { defaultStrategy, type Strategy } from './supervision.ts';

/** The root of the tree: it only supervises. */
class Guardian extends Actor {}

/** Finds the inlet that leads to another node. */
export type Router = (node: string) => Inlet<Ref>;

/** What a system knows of its threads and processes. */
export interface Parts {
  /** Who waits there for an answer, by path. */
  asker(path: string): Ref | undefined;
  /** Messages that wait to cross to them. */
  readonly queued: number;
  register(registered: CrossingClass): void;
}

export interface SystemOptions {
  readonly world: World;
  readonly logger: AnyLogger;
  /** From which level on lines are written: all that the logger wants unless given. */
  readonly logLevel?: LogThreshold | undefined;
  /** What the guardian does about top-level actors that fail. */
  readonly supervision: Strategy;
  readonly shutdownTimeout: number;
  /** How it deals with other nodes: its threads and processes are dealt with in the same way. */
  readonly remoting?: object | undefined;
}

export class System implements Home {
  readonly world: World;
  readonly clock: Clock;
  readonly logger: Log;
  readonly strategy: Strategy;
  readonly shutdownTimeout: number;
  /** @internal What was said about remoting. */
  readonly remoting: object;
  readonly counts = new Counts();
  readonly events = new EventStream();
  readonly dispatcher: Dispatcher;
  readonly askers = new Map<string, Ref>();
  /** @internal */
  monitor: Monitor | undefined = undefined;
  readonly instruments = new Instruments(this);
  asked = 0;
  readonly answered: DeadInlet;
  readonly abandoned: DeadInlet;
  readonly nobody: Ref;
  readonly guardian: ActorCell;
  readonly node: NodeFace;
  /** The own `host:port`, once remoting has it. */
  address: string | undefined;
  /** Other `host:port`s that mean this node. */
  readonly aliases = new Set<string>();
  readonly #offices = new Map<TerminationReason, DeadInlet>();
  /** Its threads and processes, once there are any. */
  parts: Parts | undefined;
  /** Classes whose instances cross as such. */
  readonly registered = new Set<CrossingClass>();
  #router: Router;
  #onStopped: () => void = () => {};
  /** Why the guardian failed, if it did. */
  failure: Failure | undefined;

  constructor(node: NodeFace, options: SystemOptions) {
    this.node = node;
    this.world = options.world;
    this.clock = options.world.clock;
    this.logger = openLog(options.logger, {
      wall: () => this.clock.wall(),
      node: () => this.address,
      level: options.logLevel,
    });
    this.strategy = defaultStrategy;
    this.shutdownTimeout = options.shutdownTimeout;
    this.remoting = options.remoting ?? {};
    this.dispatcher = new Dispatcher(options.world);
    this.answered = new DeadInlet(this, 'lateReply', 'notFound');
    this.abandoned = new DeadInlet(this, 'lateReply', 'notFound');
    for (const reason of ['stopped', 'killed', 'failed'] as const) {
      this.#offices.set(reason, new DeadInlet(this, 'stopped', reason));
    }
    this.#router = node => new UnreachableInlet(this, node);
    this.#offices.set('notFound', new DeadInlet(this, 'notFound', 'notFound'));
    this.nobody = this.deadRef(nobodyPath);
    this.guardian = new ActorCell(
      this,
      undefined,
      propsOf(Guardian),
      { supervision: options.supervision },
      '/',
    );
    this.counts.actors = 0; // the guardian is furniture
  }

  /** Says who routes to other nodes; before that, and without remoting, no other node can be reached. */
  plugIn(router: Router): void {
    this.#router = router;
  }

  office(reason: TerminationReason): DeadInlet {
    return this.#offices.get(reason) ?? (this.#offices.get('stopped') as DeadInlet);
  }

  // ---- spawning and stopping ----------------------------------------------------------------------------------------

  readonly spawn = ((what: Spawnable, options?: SpawnOptions): Ref => {
    if (this.guardian.life === 'stopping' || this.guardian.life === 'stopped') {
      throw new NodeStopped('the node has been stopped: nothing can be spawned on it any more');
    }
    return this.guardian.spawn(what, options);
  }) as Spawn;

  /** Stops all actors, children first; those that take longer than the shutdown timeout are killed. */
  stop(): Promise<void> {
    if (this.guardian.life === 'stopped') return Promise.resolve();
    return new Promise(resolve => {
      const cancel = this.clock.after(this.shutdownTimeout, () => {
        const left = [...(this.guardian.children ?? [])].map(child => child.ref.address).join(', ');
        this.logger.warn(
          `stopping took longer than ${this.shutdownTimeout} ms; killing what is left: ${left}`,
        );
        this.guardian.ref.kill();
      });
      this.#onStopped = () => {
        cancel();
        resolve();
      };
      this.guardian.ref.stop();
    });
  }

  guardianStopped(): void {
    this.counts.actors = 0;
    this.#onStopped();
  }

  guardianFailed(failure: Failure): void {
    this.failure = failure;
    void this.node.stop();
  }

  // ---- looking up ---------------------------------------------------------------------------------------------------

  lookup(address: string | Uri, from = '/'): Ref {
    const uri = typeof address === 'string' ? Uri.parse(address) : address;
    if (!(uri instanceof Uri)) throw new InvalidAddress(`${String(address)} is no address`);
    const { node } = uri;
    if (node !== undefined && !this.isOwn(node)) return this.remoteRef(node, uri.path);
    const path = uri.relative ? Uri.parse(from).resolve(uri).path : uri.path;
    const found = this.resolve(path);
    if (found !== undefined) return found;
    if (node !== undefined) return this.deadRef(path);
    throw new LookupFailed(
      `there is no actor at ${path}${uri.relative ? ` (${uri} seen from ${from})` : ''}`,
    );
  }

  isOwn(node: string): boolean {
    return node === this.address || this.aliases.has(node);
  }

  /** The live actor, or waiting ask, at a local path. */
  resolve(path: string): Ref | undefined {
    if (path.startsWith('/$')) return this.askers.get(path) ?? this.parts?.asker(path);
    return refAt(this.guardian, path === '/' ? [] : path.slice(1).split('/'));
  }

  deadRef(path: string): Ref {
    return new Ref(this.office('notFound'), undefined, path);
  }

  remoteRef(node: string, path: string): Ref {
    return new Ref(this.#router(node), undefined, path);
  }

  child(ref: Ref, path: string): Ref {
    if (Uri.parse(path).node !== undefined) throw new InvalidAddress(`${path} is no path: it names a node`);
    const target = Uri.parse(ref.path).resolve(path).path;
    const { remoteNode } = ref.inlet;
    const isElsewhere = remoteNode !== undefined && remoteNode !== '' && !this.isOwn(remoteNode);
    if (isElsewhere) return this.remoteRef(remoteNode, target);
    const found = this.resolve(target);
    if (found !== undefined) return found;
    if (ref.isStopped) return this.deadRef(target);
    throw new LookupFailed(`there is no actor at ${target}`);
  }

  // ---- asking and waiting -------------------------------------------------------------------------------------------

  ask(ref: Ref, message: unknown, options: AskOptions | undefined): Promise<unknown> {
    return Ask.start(this, ref, message, options);
  }

  join(ref: Ref): Promise<void> {
    return Joiner.start(this, ref);
  }

  // ---- the books ----------------------------------------------------------------------------------------------------

  deadLetter(message: unknown, sender: Ref | undefined, to: Ref, reason: DeadLetterReason): void {
    this.counts.dead[reason]++;
    if (this.events.hears(DeadLetter)) this.events.publish(new DeadLetter(to, message, sender, reason));
    // Whoever asked need not wait for an answer that nobody will give.
    if (sender?.inlet instanceof Ask && (reason === 'stopped' || reason === 'notFound')) {
      const ended = to.inlet instanceof DeadInlet ? to.inlet.termination : 'stopped';
      sender.inlet.signal({ type: 'terminated', ref: to, reason: ended });
    }
  }

  /**
   * @param queuedElsewhere messages that wait for the network
   * @param traffic what has crossed it
   */
  stats(
    queuedElsewhere: number,
    traffic: Stats['traffic'] = { sent: noTraffic, received: noTraffic },
  ): Stats {
    const { counts } = this;
    let queued = queuedElsewhere + (this.parts?.queued ?? 0);
    let stashed = 0;
    visit(this.guardian, cell => {
      const { waiting } = cell;
      queued += waiting.queued;
      stashed += waiting.stashed;
    });
    const total = Object.values(counts.dead).reduce((sum, count) => sum + count, 0);
    return {
      sent: counts.told - counts.withdrawn - counts.transmitted,
      handled: counts.handled,
      unhandled: counts.unhandled,
      queued,
      stashed,
      deadLetters: { total, ...counts.dead },
      transmitted: counts.transmitted,
      received: counts.received,
      traffic,
      malformed: counts.malformed,
      actors: counts.actors,
      restarts: counts.restarts,
    };
  }
}

/** The ref at the end of a path that begins at `cell`. */
export function refAt(cell: MailCell, names: readonly string[]): Ref | undefined {
  let at = cell;
  for (const [i, name] of names.entries()) {
    const child = at.children?.get(name);
    if (child === undefined) return at.refBelow(names.slice(i));
    at = child;
  }
  return at.ref;
}

function visit(cell: MailCell, see: (cell: MailCell) => void): void {
  const stack = [cell];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    see(next);
    if (next.children !== undefined) stack.push(...next.children);
  }
}
