/** A system as the link between a node and a part of it sees it: some of the dead letters of the link are none. */
import type { Counts } from '../core/counts.ts';
import type { AskOptions, Realm } from '../core/inlet.ts';
import type { DeadLetterReason } from '../core/message.ts';
import type { Ref } from '../core/ref.ts';
import type { System } from '../core/system.ts';

/** @returns whether somebody else says what becomes of the message */
export type Claim = (message: unknown, sender: Ref | undefined, to: Ref, reason: DeadLetterReason) => boolean;

export class LinkRealm implements Realm<Ref> {
  readonly counts: Counts;
  readonly #system: System;
  readonly #claims: Claim;

  constructor(system: System, claims: Claim) {
    this.counts = system.counts;
    this.#system = system;
    this.#claims = claims;
  }

  get address(): string | undefined {
    return this.#system.address;
  }

  ask(ref: Ref, message: unknown, options: AskOptions | undefined): Promise<unknown> {
    return this.#system.ask(ref, message, options);
  }

  join(ref: Ref): Promise<void> {
    return this.#system.join(ref);
  }

  child(ref: Ref, path: string): Ref {
    return this.#system.child(ref, path);
  }

  deadLetter(message: unknown, sender: Ref | undefined, to: Ref, reason: DeadLetterReason): void {
    if (!this.#claims(message, sender, to, reason)) this.#system.deadLetter(message, sender, to, reason);
  }
}
