/**
 * The actors of a node that live in this thread or process. All names are those of the node: what is below an actor that was
 * spawned here is here, everything else is elsewhere on the node, or on others, which are reached through it.
 */
import type { NodeFace } from '../core/actor.ts';
import { Ask, isAskPath } from '../core/ask.ts';
import { Inlet } from '../core/inlet.ts';
import type { MailCell } from '../core/mailCell.ts';
import type { DeadLetterReason, Signal } from '../core/message.ts';
import { ActorStopped, Ref } from '../core/ref.ts';
import { refAt, System, type SystemOptions } from '../core/system.ts';
import { foreignName, isForeignName, NamedRef } from './border.ts';

/** The inlet of refs to the rest of the node. */
export class HomeInlet extends Inlet<Ref> {
  readonly realm: OutpostSystem;

  constructor(realm: OutpostSystem) {
    super();
    this.realm = realm;
  }

  override get remoteNode(): string {
    return this.realm.address ?? '';
  }

  enqueue(message: unknown, sender: Ref | undefined, to: Ref): void {
    this.realm.home.enqueue(message, sender, flat(to));
  }

  signal(signal: Signal<Ref>, to: Ref): void {
    this.realm.home.signal(signal, flat(to));
  }
}

/** The parent of an actor that was spawned here is known by its name and what is above it; a link wants its path. */
const flat = (ref: Ref) => (ref.up === undefined ? ref : new NamedRef(ref.inlet, ref, ref.path));

/** The inlet of refs to another node. */
class FarInlet extends Inlet<Ref> {
  readonly realm: OutpostSystem;
  readonly #node: string;
  readonly #named = new WeakMap<Ref, Ref>();

  constructor(realm: OutpostSystem, node: string) {
    super();
    this.realm = realm;
    this.#node = node;
  }

  override get remoteNode(): string {
    return this.#node;
  }

  enqueue(message: unknown, sender: Ref | undefined, to: Ref): void {
    this.realm.home.enqueue(message, sender, this.#name(to));
  }

  signal(signal: Signal<Ref>, to: Ref): void {
    this.realm.home.signal(signal, this.#name(to));
  }

  #name(ref: Ref): Ref {
    let named = this.#named.get(ref);
    if (named === undefined) {
      named = new NamedRef(this.realm.home, ref, foreignName(ref.address));
      this.#named.set(ref, named);
    }
    return named;
  }
}

/** Doors of actors that have ended are kept until there are more than this: their last messages may still be on their way. */
const mostDoors = 1000;

export class OutpostSystem extends System {
  /** What tells its asks from those of others of the node. */
  readonly id: string;
  readonly hosted = new Map<string, MailCell>();
  readonly #elsewhere = new HomeInlet(this);
  /** Where messages of the node come in, by name. */
  readonly #doors = new Map<string, Ref>();
  /** The inlet of the link to the node. */
  home: Inlet<Ref> = this.#elsewhere;

  constructor(id: string, node: NodeFace, options: SystemOptions) {
    super(node, options);
    this.id = id;
    this.plugIn(peer => new FarInlet(this, peer));
  }

  /** Where an actor of the node lives that is not here. */
  refElsewhere(path: string): Ref {
    return new Ref(this.#elsewhere, undefined, path);
  }

  /** The parent of one that is spawned here: a ref that others can stand below. */
  parentAt(path: string): Ref {
    const root = new Ref(this.#elsewhere, undefined, '/');
    return path === '/' ? root : new Ref(this.#elsewhere, root, path.slice(1));
  }

  isElsewhere(ref: Ref): boolean {
    return ref.inlet === this.#elsewhere;
  }

  /** Messages under that name go to `door`; those that come late, too. */
  openDoor(name: string, door: Ref): void {
    this.#doors.set(name, door);
    if (this.#doors.size <= mostDoors) return;
    for (const [oldest, { isStopped }] of this.#doors) {
      if (!isStopped) continue;
      this.#doors.delete(oldest);
      return;
    }
  }

  /** Who lives here; undefined for nobody. */
  resolveHere(path: string): Ref | undefined {
    if (path.startsWith('/$')) return this.#doors.get(path) ?? super.resolve(path);
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
      const cell = this.hosted.get(path.slice(0, end));
      if (cell !== undefined) return refAt(cell, end === path.length ? [] : path.slice(end + 1).split('/'));
    }
    return undefined;
  }

  override resolve(path: string): Ref | undefined {
    const here = this.resolveHere(path);
    return here ?? (this.#isBelowHosted(path) ? undefined : this.refElsewhere(path));
  }

  #isBelowHosted(path: string): boolean {
    return [...this.hosted.keys()].some(root => path.startsWith(`${root}/`));
  }

  /** Whoever asks from elsewhere may watch somebody else: a pool that has passed the question on. */
  override deadLetter(message: unknown, sender: Ref | undefined, to: Ref, reason: DeadLetterReason): void {
    super.deadLetter(message, sender, to, reason);
    const isAnswered = reason !== 'stopped' && reason !== 'notFound';
    if (sender === undefined || isAnswered || sender.inlet.realm !== this || !isAskPath(sender.step)) return;
    if (sender.inlet instanceof Ask) return;
    sender.tell(new ActorStopped(to, 'stopped', `${to.address} ended before it answered`), to);
  }

  /** The ref for an address, or for a name that others have on the link. @throws InvalidAddress */
  refFor(text: string): Ref {
    if (isForeignName(text)) return new NamedRef(this.home, this.lookup(text.slice(2)), text);
    return this.lookup(text);
  }
}
