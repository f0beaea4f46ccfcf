/** The inlet of every ref to an actor of one other node. */
import { Inlet, type Realm } from '../core/inlet.ts';
import type { Signal } from '../core/message.ts';
import type { Ref } from '../core/ref.ts';
import type { Link } from './link.ts';

export class RemoteInlet extends Inlet<Ref> {
  readonly realm: Realm<Ref>;
  readonly #node: string;
  readonly #link: () => Link;

  /** @param link the link to that node, dialled if there is none */
  constructor(realm: Realm<Ref>, node: string, link: () => Link) {
    super();
    this.realm = realm;
    this.#node = node;
    this.#link = link;
  }

  override get remoteNode(): string {
    return this.#node;
  }

  enqueue(message: unknown, sender: Ref | undefined, to: Ref): void {
    this.realm.counts.told++;
    this.#link().tell(message, sender, to);
  }

  signal(signal: Signal<Ref>, to: Ref): void {
    switch (signal.type) {
      case 'watch':
        return this.#link().watch(signal.watcher, to);
      case 'unwatch':
        return this.#link().unwatch(signal.watcher, to, signal.isAnswered === true);
      case 'stop':
      case 'kill':
        return this.#link().stopActor(signal.type, to);
      case 'abandoned':
        return this.#link().abandon(signal.asker, to);
      case 'terminated':
        return this.#link().terminated(to, signal.ref, signal.reason);
      default:
        return undefined; // the others pass between parent and child alone, and those live together
    }
  }
}
