/** The inlet of every ref to an actor of one other node. */
import { UnreachableInlet } from '../core/deadLetters.ts';
import { Inlet, type Realm } from '../core/inlet.ts';
import type { Signal } from '../core/message.ts';
import type { Ref } from '../core/ref.ts';
import type { Link } from './link.ts';

export class RemoteInlet extends Inlet<Ref> {
  readonly realm: Realm<Ref>;
  readonly #node: string;
  readonly #findLink: (mayDial: boolean) => Link | undefined;
  readonly #unreachable: UnreachableInlet;

  /** @param findLink the link to that node, dialled if there is none; undefined once this node has stopped */
  constructor(realm: Realm<Ref>, node: string, findLink: (mayDial: boolean) => Link | undefined) {
    super();
    this.realm = realm;
    this.#node = node;
    this.#findLink = findLink;
    this.#unreachable = new UnreachableInlet(realm, node);
  }

  override get remoteNode(): string {
    return this.#node;
  }

  enqueue(message: unknown, sender: Ref | undefined, to: Ref): void {
    const link = this.#findLink(true);
    if (link === undefined) return this.#unreachable.enqueue(message, sender, to);
    this.realm.counts.told++;
    link.tell(message, sender?.inlet.abroad(sender), to);
  }

  signal(signal: Signal<Ref>, to: Ref): void {
    // The others take back or answer what went over a link: without it they mean nothing.
    const link = this.#findLink(isNew(signal));
    if (link === undefined) return this.#unreachable.signal(signal, to);
    switch (signal.type) {
      case 'watch':
        return link.watch(signal.watcher, to);
      case 'unwatch':
        return link.unwatch(signal.watcher, to, signal.isAnswered === true);
      case 'stop':
      case 'kill':
        return link.stopActor(signal.type, to);
      case 'abandoned':
        return link.abandon(signal.asker, to);
      case 'terminated':
        return link.terminated(to, signal.ref, signal.reason);
      case 'link':
        return link.linked.link(signal.peer, to);
      case 'unlink':
        return link.linked.unlink(signal.peer, to);
      case 'exited':
        return link.linked.exited(signal.ref, to, signal.reason);
      default:
        return undefined; // the others pass between parent and child alone, and those live together
    }
  }
}

const isNew = ({ type }: Signal<Ref>) =>
  type === 'watch' || type === 'link' || type === 'stop' || type === 'kill';
