/** A queue that actors in threads and processes share: what they need to know of whoever keeps it. */
import type { Mailbox } from '../core/mailbox.ts';

/** @typeParam W such an actor */
export interface Supply<W> {
  readonly shelf: Mailbox;
  /** Whether messages can still be put back. */
  readonly isOpen: boolean;
  /** One of them has nothing to do. */
  free(worker: W): void;
  /** Messages were put back. */
  returned(): void;
}
