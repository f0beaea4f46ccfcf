/**
 * Names on the link between a node and a part of it. Both have the same `host:port`, so a path says where an actor is; one
 * of another node is named by `//host:port/path`, which is no path of any actor.
 */
import { Inlet, type Realm } from '../core/inlet.ts';
import type { Signal } from '../core/message.ts';
import { Ref } from '../core/ref.ts';
import type { System } from '../core/system.ts';

const mark = '//';

export const isForeignName = (text: string) => text.startsWith(mark);

/** The address behind the name of an actor of another node. */
export const addressOf = (name: string) => name.slice(mark.length);

/** Whether a ref leads to another node than this, of which threads and processes are parts. */
export function isForeign(system: System, { inlet }: Ref): boolean {
  const { remoteNode } = inlet;
  return remoteNode !== undefined && remoteNode !== '' && !system.isOwn(remoteNode);
}

/** A ref under the name that it has on a link; all else about it is as ever. */
export class NamedRef extends Ref {
  readonly #real: Ref;

  constructor(inlet: Inlet<Ref>, real: Ref, name: string) {
    super(inlet, undefined, name);
    this.#real = real;
  }

  override get address(): string {
    return this.#real.address;
  }
}

/** Passes all on to a ref. */
class Forwarding extends Inlet<Ref> {
  readonly realm: Realm<Ref>;
  readonly #real: Ref;

  constructor(real: Ref) {
    super();
    this.realm = real.inlet.realm;
    this.#real = real;
  }

  override get remoteNode(): string | undefined {
    return this.#real.inlet.remoteNode;
  }

  override abroad(): Ref | undefined {
    return this.#real.inlet.abroad(this.#real);
  }

  enqueue(message: unknown, sender: Ref | undefined): void {
    this.#real.inlet.enqueue(message, sender, this.#real);
  }

  signal(signal: Signal<Ref>): void {
    this.#real.inlet.signal(signal, this.#real);
  }
}

/** An actor of another node as it is known on a link: even its address is the name. */
export class ForeignRef extends Ref {
  constructor(real: Ref) {
    super(new Forwarding(real), undefined, mark + real.address);
  }

  override get address(): string {
    return this.step;
  }
}

export const foreignName = (address: string) => mark + address;

/** A signal with the names that are known on the link. */
export function named(system: System, signal: Signal<Ref>): Signal<Ref> {
  const name = (ref: Ref) => (isForeign(system, ref) ? new ForeignRef(ref) : ref);
  switch (signal.type) {
    case 'watch':
    case 'unwatch':
      return { ...signal, watcher: name(signal.watcher) };
    case 'terminated':
    case 'exited':
      return { ...signal, ref: name(signal.ref) };
    case 'link':
    case 'unlink':
      return { ...signal, peer: name(signal.peer) };
    case 'abandoned':
      return { ...signal, asker: name(signal.asker) };
    default:
      return signal;
  }
}

/** Passes all on but that a node is down. */
class Patient extends Forwarding {
  override signal(signal: Signal<Ref>): void {
    if (signal.type !== 'terminated' || signal.reason !== 'nodeDown') super.signal(signal);
  }
}

/** Who waits for an answer, and is told by somebody else when a thread or process has ended before it came. */
export const patient = (asker: Ref): Ref => new NamedRef(new Patient(asker), asker, asker.step);
