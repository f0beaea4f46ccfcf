/** What stands in a replay for all actors but the one that is replayed: it keeps what it is told, and does nothing. */
import type { Home } from '../../core/home.ts';
import { Inlet } from '../../core/inlet.ts';
import type { Signal } from '../../core/message.ts';
import { Ref } from '../../core/ref.ts';

/** Who hears what stand-ins are told. */
export interface Audience {
  told(to: Ref, message: unknown, sender: Ref | undefined): void;
  /** Somebody stops, kills, watches or links one. */
  signalled(to: Ref, signal: Signal<Ref>): void;
}

class StandInInlet extends Inlet<Ref> {
  readonly realm: Home;
  readonly #audience: Audience;
  readonly #node: string | undefined;

  constructor(realm: Home, audience: Audience, node: string | undefined) {
    super();
    this.realm = realm;
    this.#audience = audience;
    this.#node = node;
  }

  override get remoteNode(): string | undefined {
    return this.#node;
  }

  enqueue(message: unknown, sender: Ref | undefined, to: Ref): void {
    this.realm.counts.told++;
    this.realm.counts.handled++;
    this.#audience.told(to, message, sender);
  }

  signal(signal: Signal<Ref>, to: Ref): void {
    this.#audience.signalled(to, signal);
  }
}

/** The stand-ins of one replay: one ref for each address, so that an actor that compares refs finds them the same. */
export class StandIns {
  readonly #realm: Home;
  readonly #audience: Audience;
  readonly #inlets = new Map<string | undefined, StandInInlet>();
  readonly #refs = new Map<string, Ref>();

  constructor(realm: Home, audience: Audience) {
    this.#realm = realm;
    this.#audience = audience;
  }

  /** @param address a path, or `host:port/path` of another node */
  at(address: string): Ref {
    const known = this.#refs.get(address);
    if (known !== undefined) return known;
    const slash = address.indexOf('/');
    const node = slash > 0 ? address.slice(0, slash) : undefined;
    const ref = new Ref(this.#inletOf(node), undefined, slash > 0 ? address.slice(slash) : address);
    this.#refs.set(address, ref);
    return ref;
  }

  /** What leads to another node. */
  router(node: string): Inlet<Ref> {
    return this.#inletOf(node);
  }

  #inletOf(node: string | undefined): StandInInlet {
    let inlet = this.#inlets.get(node);
    if (inlet === undefined) {
      inlet = new StandInInlet(this.#realm, this.#audience, node);
      this.#inlets.set(node, inlet);
    }
    return inlet;
  }
}
