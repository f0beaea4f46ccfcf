/** How messages go to one life of an actor in a thread or process: by which name, and into which ledger. */
import type { Inlet } from '../core/inlet.ts';
import type { Ref } from '../core/ref.ts';
import { NamedRef } from './border.ts';
import type { Ledger } from './ledger.ts';
import type { Lent } from './line.ts';

/** The name of that life on the link. */
export class HandedRef extends NamedRef {
  readonly ledger: Ledger;
  /** What stands for the actor in the tree. */
  readonly real: Ref;

  constructor(inlet: Inlet<Ref>, real: Ref, name: string, ledger: Ledger) {
    super(inlet, real, name);
    this.real = real;
    this.ledger = ledger;
  }
}

export interface HandOver {
  readonly ref: HandedRef;
  readonly lent: Lent;
}
