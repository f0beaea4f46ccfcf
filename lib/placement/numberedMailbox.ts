/**
 * The mailbox of an actor in a thread or process. It knows which of its messages were handed over by the node, and tells before
 * one of them is handled.
 */

import type { Life } from '../core/life.ts';
import { type Pushed, RingMailbox } from '../core/mailbox.ts';
import { Notice } from '../core/message.ts';
import type { Ref } from '../core/ref.ts';
import type { Progress } from './progress.ts';

/** Stands for a message that the node has taken back, or is about to: what an actor leaves behind is the node's again. */
export class TakenBack extends Notice {}

const takenBack = new TakenBack();

/** For a message that was not handed over by the node. */
export const noNumber = -1;

export class NumberedMailbox extends RingMailbox {
  readonly #progress: Progress;
  readonly #owner: { readonly life: Life };
  /** In the places of the messages, their numbers. */
  readonly #numbers = new RingMailbox(Number.POSITIVE_INFINITY);
  /** The number of the message that is about to be pushed. */
  arriving = noNumber;
  /** The numbers of those that are about to be put in front again, the first one last. */
  returning: number[] = [];
  /** The number of the message that was taken last. */
  taken = noNumber;

  constructor(highWaterMark: number, progress: Progress, owner: { readonly life: Life }) {
    super(highWaterMark);
    this.#progress = progress;
    this.#owner = owner;
  }

  override push(message: unknown, sender: Ref | undefined): Pushed {
    this.#numbers.push(this.arriving, undefined);
    return super.push(message, sender);
  }

  override pushNotice(notice: Notice, sender: Ref | undefined): void {
    this.#numbers.push(noNumber, undefined);
    super.pushNotice(notice, sender);
  }

  override unshift(message: unknown, sender: Ref | undefined): void {
    this.#numbers.unshift(this.returning.shift() ?? noNumber, undefined);
    super.unshift(message, sender);
  }

  override take(): unknown {
    const number = this.#numbers.take() as number;
    return this.#begin(super.take(), number);
  }

  override takeAt(index: number): unknown {
    if (index === 0) return this.take();
    const number = this.#numbers.takeAt(index) as number;
    return this.#begin(super.takeAt(index), number);
  }

  #begin(message: unknown, number: number): unknown {
    this.taken = number;
    if (number !== noNumber)
      return this.#owner.life !== 'stopped' && this.#progress.begin(number) ? message : takenBack;
    this.#progress.doesNothing();
    return message;
  }
}
