/** Watches an actor over there, so that its end is heard where everything else of it is: behind its last words. */
import { Inlet } from '../core/inlet.ts';
import type { Signal } from '../core/message.ts';
import { Ref } from '../core/ref.ts';
import type { System } from '../core/system.ts';

export class EndWatch extends Inlet<Ref> {
  readonly realm: System;
  readonly #way: Inlet<Ref>;
  readonly #watched: Ref;
  readonly #ref: Ref;
  readonly #onEnd: () => void;
  hasEnded = false;

  constructor(realm: System, way: Inlet<Ref>, watched: Ref, onEnd: () => void) {
    super();
    this.realm = realm;
    this.#way = way;
    this.#watched = watched;
    this.#onEnd = onEnd;
    this.#ref = new Ref(this, undefined, `/$end/${(++realm.asked).toString(36)}`);
    way.signal({ type: 'watch', watcher: this.#ref }, watched);
  }

  /** It is not of interest any more. */
  close(): void {
    if (!this.hasEnded) this.#way.signal({ type: 'unwatch', watcher: this.#ref }, this.#watched);
    this.hasEnded = true;
  }

  enqueue(message: unknown, sender: Ref | undefined, to: Ref): void {
    this.realm.office('notFound').enqueue(message, sender, to);
  }

  signal({ type }: Signal<Ref>): void {
    if (type !== 'terminated' || this.hasEnded) return;
    this.hasEnded = true;
    this.#onEnd();
  }
}
