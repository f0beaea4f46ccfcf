/**
 * What travels with a message that is measured or traced: it stands in the place of the sender while the message waits, and is
 * taken off before anybody sees it. So a message without one, which is every message of a node that nobody looks at, pays nothing.
 */
import type { Ref } from './ref.ts';

export class Postmark {
  readonly sender: Ref | undefined;
  /** When it was told, by the node's clock. */
  readonly toldAt: number;
  /** How many messages it stands for in the histograms: itself, and those before it that went unmeasured; 0: not measured. */
  readonly weight: number;
  /** What the tracer lets travel along; undefined for none. */
  readonly baggage: unknown;

  constructor(sender: Ref | undefined, toldAt: number, weight: number, baggage: unknown) {
    this.sender = sender;
    this.toldAt = toldAt;
    this.weight = weight;
    this.baggage = baggage;
  }
}

/** What stands beside a message that waits: who sent it, or nobody, or a postmark that knows. */
export type From = Ref | Postmark | undefined;

export const senderOf = (from: From): Ref | undefined => (from instanceof Postmark ? from.sender : from);
