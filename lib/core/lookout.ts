/** Hears of the ends of actors on behalf of a part of the runtime that is no actor, at once and outside of any turn. */
import type { AskDesk } from './ask.ts';
import { Inlet } from './inlet.ts';
import type { Signal, TerminationReason } from './message.ts';
import { Ref } from './ref.ts';
import { Watching } from './watching.ts';

/** Below this path they live: nobody can send them anything. */
const lookoutRoot = '/$watch/';

export class Lookout extends Inlet<Ref> {
  readonly realm: AskDesk;
  readonly #ref: Ref;
  readonly #watching = new Watching();
  readonly #onEnd: (ref: Ref, reason: TerminationReason) => void;

  /** @param onEnd called once for each actor that is watched and has ended; must not throw */
  constructor(desk: AskDesk, onEnd: (ref: Ref, reason: TerminationReason) => void) {
    super();
    this.realm = desk;
    this.#onEnd = onEnd;
    this.#ref = new Ref(this, undefined, lookoutRoot + (++desk.asked).toString(36));
  }

  /** Of one that has ended already, or never lived, it hears before this returns. */
  watch(ref: Ref): void {
    if (this.#watching.add(ref)) ref.inlet.signal({ type: 'watch', watcher: this.#ref }, ref);
  }

  unwatch(ref: Ref): void {
    const watched = this.#watching.get(ref);
    if (this.#watching.remove(ref)) watched.inlet.signal({ type: 'unwatch', watcher: this.#ref }, watched);
  }

  /** Hears of nobody any more. */
  close(): void {
    for (const ref of this.#watching.takeAll())
      ref.inlet.signal({ type: 'unwatch', watcher: this.#ref }, ref);
  }

  enqueue(message: unknown, sender: Ref | undefined, to: Ref): void {
    this.realm.answered.enqueue(message, sender, to);
  }

  signal(signal: Signal<Ref>): void {
    if (signal.type !== 'terminated') return;
    const ref = this.#watching.get(signal.ref);
    if (this.#watching.remove(ref)) this.#onEnd(ref, signal.reason);
  }
}
