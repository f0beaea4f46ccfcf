/** The dead-letter office: the inlet of refs behind which nobody lives any more, or never did. One for each cause. */
import { Inlet, type Realm } from './inlet.ts';
import { type DeadLetterReason, PoisonPill, type Signal, type TerminationReason } from './message.ts';
import type { Ref } from './ref.ts';

/** Where answers to messages go that came from nobody. */
export const nobodyPath = '/$nobody';

export class DeadInlet extends Inlet<Ref> {
  readonly realm: Realm<Ref>;
  readonly #reason: DeadLetterReason;
  readonly termination: TerminationReason;

  constructor(realm: Realm<Ref>, reason: DeadLetterReason, termination: TerminationReason) {
    super();
    this.realm = realm;
    this.#reason = reason;
    this.termination = termination;
  }

  enqueue(message: unknown, sender: Ref | undefined, to: Ref): void {
    if (message === PoisonPill) return; // stopping what is stopped is done already
    this.realm.counts.told++;
    this.realm.deadLetter(message, sender, to, this.#reason);
  }

  /** Who watches or links hears at once; all other signals come too late to mean anything. */
  signal(signal: Signal<Ref>, to: Ref): void {
    if (signal.type === 'watch') {
      const { watcher } = signal;
      watcher.inlet.signal({ type: 'terminated', ref: to, reason: this.termination }, watcher);
    } else if (signal.type === 'link') {
      // How it has ended does not matter: there is nobody to be linked to, and other nodes would not know either.
      const reason = this.termination === 'nodeDown' ? 'nodeDown' : 'notFound';
      signal.peer.inlet.signal({ type: 'exited', ref: to, reason }, signal.peer);
    }
  }

  override get isDead(): boolean {
    return true;
  }
}

/** Stands for all actors of another node that can't be reached from here: without remoting, or after the node has stopped. */
export class UnreachableInlet extends DeadInlet {
  readonly #node: string;

  constructor(realm: Realm<Ref>, node: string) {
    super(realm, 'nodeDown', 'nodeDown');
    this.#node = node;
  }

  override get remoteNode(): string {
    return this.#node;
  }

  /** Nobody here knows. */
  override get isDead(): boolean {
    return false;
  }
}
