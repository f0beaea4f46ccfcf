/** Who lets something travel along with messages. */
import type { Delivery, Observer } from './delivery.ts';
import type { Ref } from './ref.ts';

/**
 * Ties what happens because of a message to what sent it, over nodes, threads and processes. A node has one at most. What waits may
 * still carry what the one before it has sent along.
 */
export interface Tracer extends Observer {
  /**
   * What is to travel with a message that is told now; undefined for nothing.
   * @param within the delivery in which the teller is, where that is known
   */
  told(message: unknown, to: Ref, within: Delivery | undefined): unknown;
  /** A question is asked: gives what is to travel with it, and what to call at its end; undefined when it is not traced. */
  asked(
    message: unknown,
    to: Ref,
    within: Delivery | undefined,
  ): { readonly baggage: unknown; ended(error: Error | undefined): void } | undefined;
  /**
   * For another node, thread or process, whose tracer reads it with `unpack`: 1 to 2048 characters of ASCII that can be printed,
   * and line feeds. Undefined for nothing; what is longer, or has other characters, does not cross.
   */
  pack(baggage: unknown): string | undefined;
  /** Undefined when it can't be read. */
  unpack(packed: string): unknown;
  /**
   * Runs the turns of actors: for whoever keeps what is active in an AsyncLocalStorage, which would otherwise hold in there what was
   * active for the one who has told the first message.
   */
  outside?(turns: () => void): void;
}
