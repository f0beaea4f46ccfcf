/** What frames carry, kept until the peer has confirmed them: so that what gets lost on the way becomes a dead letter. */
import type { Ref } from '../core/ref.ts';
import type { Definitions, Numbered } from './places.ts';

/** A message on its way. */
export interface Letter {
  readonly message: unknown;
  readonly sender: Ref | undefined;
  readonly to: Ref;
  /** What travels with it. */
  readonly context: string | undefined;
}

/** A message that crosses in chunks, or behind such a one. */
export class Parcel implements Letter {
  readonly message: unknown;
  readonly sender: Ref | undefined;
  readonly to: Ref;
  readonly body: Uint8Array;
  /** The last batch of small messages that was told before: the parcel must not arrive before that. */
  readonly after: number;
  /** Which of this link's streams of chunks it is. */
  readonly stream: number;
  /** What travels with it. */
  readonly context: string | undefined;
  /** Bytes that have left. */
  sent = 0;
  /** Whether it has become a dead letter. */
  isLost = false;

  constructor(letter: Letter, body: Uint8Array, after: number, stream: number) {
    this.message = letter.message;
    this.sender = letter.sender;
    this.to = letter.to;
    this.context = letter.context;
    this.body = body;
    this.after = after;
    this.stream = stream;
  }

  get isSent(): boolean {
    return this.sent === this.body.length;
  }
}

/** Called with each message, its sender and its receiver. */
export type SeeLetter = (message: unknown, sender: Ref | undefined, to: Ref) => void;

/** What one frame carries. */
export class Freight implements Definitions {
  /** Message, sender, receiver; message, sender, receiver; ...: no object for each. */
  readonly #letters: unknown[] = [];
  readonly defined: Numbered[] = [];
  /** Those of which it carries a part. */
  readonly parcels: Parcel[] = [];
  /** Frames of others that it carries: who wants to know that they have left. */
  readonly relayed: ((hasLeft: boolean) => void)[] = [];
  /** What it counts against the limit of the queue. */
  bytes = 0;
  hasSystem = false;

  add(message: unknown, sender: Ref | undefined, to: Ref, bytes: number): void {
    this.#letters.push(message, sender, to);
    this.bytes += bytes;
  }

  /** How many small messages it carries. */
  get count(): number {
    return this.#letters.length / 3;
  }

  eachLetter(see: SeeLetter): void {
    const letters = this.#letters;
    for (let i = 0; i < letters.length; i += 3)
      see(letters[i], letters[i + 1] as Ref | undefined, letters[i + 2] as Ref);
  }
}
