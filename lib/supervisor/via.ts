/**
 * The inlet of a name: what is told to it goes to whoever has the name at that moment. Who asks or watches stays with the
 * holder that it began with, also when the name passes on.
 */
import { isAskPath } from '../core/ask.ts';
import type { Home } from '../core/home.ts';
import { Inlet } from '../core/inlet.ts';
import { Lookout } from '../core/lookout.ts';
import type { Signal, TerminationReason } from '../core/message.ts';
import { Ref } from '../core/ref.ts';
import { keyOf } from '../core/watching.ts';

export class ViaInlet extends Inlet<Ref> {
  readonly realm: Home;
  /** The name itself. */
  readonly ref: Ref;
  readonly #findHolder: () => Ref | undefined;
  /** Where it leads while nobody has the name. */
  readonly #nobody: Ref;
  /** Whom each ask has asked: it may give up when the name is somebody else's. */
  readonly #asked = new WeakMap<Ref, Ref>();
  /** Which actors watch whom through the name. */
  readonly #watchers = new Map<Ref, Ref>();
  #lookout: Lookout | undefined;

  constructor(realm: Home, path: string, findHolder: () => Ref | undefined) {
    super();
    this.realm = realm;
    this.#findHolder = findHolder;
    this.ref = new Ref(this, undefined, path);
    this.#nobody = new Ref(realm.office('notFound'), undefined, path);
  }

  enqueue(message: unknown, sender: Ref | undefined): void {
    const holder = this.#findHolder() ?? this.#nobody;
    if (sender !== undefined && isAskPath(sender.step)) this.#asked.set(sender, holder);
    holder.inlet.enqueue(message, sender, holder);
  }

  signal(signal: Signal<Ref>): void {
    switch (signal.type) {
      case 'watch':
        return isAskPath(signal.watcher.step)
          ? this.#pass(signal, this.#asked.get(signal.watcher))
          : this.#watch(signal.watcher);
      case 'unwatch':
        return isAskPath(signal.watcher.step)
          ? this.#pass(signal, this.#asked.get(signal.watcher))
          : this.#unwatch(signal.watcher);
      case 'abandoned':
        return this.#pass(signal, this.#asked.get(signal.asker));
      case 'stop':
      case 'kill':
        return this.#pass(signal, this.#findHolder());
      default:
        return undefined; // the others pass between parent and child alone, and a name is neither
    }
  }

  override get isDead(): boolean {
    return this.#findHolder() === undefined;
  }

  /** Names are known on their own node alone: elsewhere it is whoever has it now. */
  override abroad(): Ref | undefined {
    return this.#findHolder();
  }

  #pass(signal: Signal<Ref>, holder: Ref | undefined): void {
    holder?.inlet.signal(signal, holder);
  }

  /** A watcher hears of the end of the name that it has watched, not of an actor that it may not know. */
  #watch(watcher: Ref): void {
    const holder = this.#findHolder();
    if (holder === undefined) return this.#tell(watcher, 'notFound');
    this.#watchers.set(watcher, holder);
    this.#lookout ??= new Lookout(this.realm, (ref, reason) => this.#hasEnded(ref, reason));
    this.#lookout.watch(holder);
  }

  #unwatch(watcher: Ref): void {
    const holder = this.#watchers.get(watcher);
    if (holder === undefined) return;
    this.#watchers.delete(watcher);
    for (const other of this.#watchers.values()) if (keyOf(other) === keyOf(holder)) return;
    this.#lookout?.unwatch(holder);
  }

  #hasEnded(holder: Ref, reason: TerminationReason): void {
    for (const [watcher, watched] of [...this.#watchers]) {
      if (keyOf(watched) !== keyOf(holder)) continue;
      this.#watchers.delete(watcher);
      this.#tell(watcher, reason);
    }
  }

  #tell(watcher: Ref, reason: TerminationReason): void {
    watcher.inlet.signal({ type: 'terminated', ref: this.ref, reason }, watcher);
  }
}
