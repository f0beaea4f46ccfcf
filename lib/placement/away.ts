/** The inlet of refs to what lives in a thread or process of this node, as the node sees it. */
import { Inlet } from '../core/inlet.ts';
import type { Signal } from '../core/message.ts';
import type { Ref } from '../core/ref.ts';
import type { System } from '../core/system.ts';
import { named } from './border.ts';

/** The way to one thread or process. */
export interface Way {
  /** What that is called on its link. */
  readonly peer: string;
  readonly inlet: Inlet<Ref>;
}

/** An inlet that has a way. */
export interface HasWay {
  readonly way: Way | undefined;
}

export class AwayInlet extends Inlet<Ref> implements HasWay {
  readonly realm: System;
  readonly #find: () => Way | undefined;

  /** @param find the way there; undefined when there is none, now or any more */
  constructor(realm: System, find: () => Way | undefined) {
    super();
    this.realm = realm;
    this.#find = find;
  }

  get way(): Way | undefined {
    return this.#find();
  }

  override get remoteNode(): string {
    return this.realm.address ?? '';
  }

  enqueue(message: unknown, sender: Ref | undefined, to: Ref): void {
    const { way } = this;
    (way?.inlet ?? this.realm.office('stopped')).enqueue(message, sender, to);
  }

  signal(signal: Signal<Ref>, to: Ref): void {
    const { way } = this;
    if (way === undefined) this.realm.office('notFound').signal(signal, to);
    else way.inlet.signal(named(this.realm, signal), to);
  }
}
