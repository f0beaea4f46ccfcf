/** One message in the hands of one actor, and who looks at it. */
import { type From, Postmark } from './postmark.ts';
import type { Ref } from './ref.ts';

/** What became of a delivery. `cut`: the actor ended, or was restarted, before it was done; `passedOn`: a pool left it to a worker, or what stands for an actor elsewhere passed it on. */
export type Outcome = 'handled' | 'unhandled' | 'stashed' | 'failed' | 'cut' | 'passedOn';

/** One message in the hands of one actor. */
export class Delivery {
  readonly ref: Ref;
  /** The name of the actor's class or function. */
  readonly className: string;
  readonly message: unknown;
  readonly sender: Ref | undefined;
  /** When it was told, in ms by the node's clock; NaN where that was not noted. */
  readonly toldAt: number;
  /** When the actor began with it, in ms by the node's clock. */
  readonly startedAt: number;
  /** When it was done; NaN until then. */
  endedAt = Number.NaN;
  /** Undefined until it is done. */
  outcome: Outcome | undefined = undefined;
  /** Why it failed. */
  error: Error | undefined = undefined;
  /** What the tracer let travel with the message. */
  readonly baggage: unknown;
  /** A place for what the tracer keeps from the begin to the end: its span. */
  trace: unknown = undefined;
  /** @internal What waited in the mailbox: the notice that brought the message, or the message itself. */
  readonly letter: unknown;
  /** @internal How many messages it stands for in the histograms. */
  readonly weight: number;
  /** @internal Those who have seen it begin, and so see its end. */
  readonly observers: readonly Observer[];

  constructor(
    of: { readonly ref: Ref; readonly className: string },
    message: unknown,
    letter: unknown,
    from: From,
    startedAt: number,
    observers: readonly Observer[],
  ) {
    const mark = from instanceof Postmark ? from : undefined;
    this.ref = of.ref;
    this.className = of.className;
    this.message = message;
    this.letter = letter;
    this.sender = mark === undefined ? (from as Ref | undefined) : mark.sender;
    this.toldAt = mark?.toldAt ?? Number.NaN;
    this.startedAt = startedAt;
    this.baggage = mark?.baggage;
    this.weight = mark?.weight ?? 0;
    this.observers = observers;
  }
}

/** Sees the deliveries of actors. What it throws is logged once, and changes nothing. */
export interface Observer {
  /** Whether it wants to see the deliveries of this actor; asked once for each. All unless given. */
  observes?(ref: Ref, className: string): boolean;
  begun?(delivery: Delivery): void;
  ended?(delivery: Delivery): void;
  /**
   * Calls `receive` before it returns: for whoever wants to surround it, with an AsyncLocalStorage for example. It gives what the
   * actor gives, and throws what it throws; what `run` makes of that changes nothing. Code in generators runs in steps, from one
   * `yield` to the next: it is called for each of them.
   */
  run?(delivery: Delivery, receive: () => unknown): unknown;
  /**
   * Sees the questions of all, and gives what to call with the answer to one, or with why there is none.
   * @param within the delivery in which the asker is, where that is known
   */
  asking?(message: unknown, to: Ref, within: Delivery | undefined): OnAnswer | undefined;
}

/** Hears how a question has ended: `answer` means nothing when there is an error. */
export type OnAnswer = (error: Error | undefined, answer: unknown) => void;
