/** Where workers report to: past the mailbox of their queue, so that they are heard also while it stops. */
import type { AskDesk } from '../../core/ask.ts';
import { Inlet } from '../../core/inlet.ts';
import { Notice } from '../../core/message.ts';
import { Ref } from '../../core/ref.ts';
import type { WorkerReport } from './protocol.ts';

export class Reports extends Inlet<Ref> {
  readonly realm: AskDesk;
  readonly ref: Ref;
  readonly #hear: (report: WorkerReport) => void;

  constructor(desk: AskDesk, hear: (report: WorkerReport) => void) {
    super();
    this.realm = desk;
    this.#hear = hear;
    // As with an ask: whoever knows the name can report, and it is told to the workers alone.
    this.ref = new Ref(this, undefined, `/$tasks/${(++desk.asked).toString(36)}-${desk.world.secret()}`);
    desk.askers.set(this.ref.step, this.ref);
  }

  enqueue(message: unknown): void {
    const { counts } = this.realm;
    counts.told++;
    if (message instanceof Notice) {
      counts.withdrawn++;
      return;
    }
    counts.handled++;
    this.#hear(message as WorkerReport);
  }

  signal(): void {}

  close(): void {
    this.realm.askers.delete(this.ref.step);
    this.ref.inlet = this.realm.answered;
  }
}
