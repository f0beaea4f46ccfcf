/** Actors that the specs of this folder run in threads and processes, which are traced there. */
import { Actor, type Ref } from '../../../lib/index.ts';
import { tracing } from '../../../lib/observe/index.ts';
import { recording } from './spans.ts';

/** That of this thread. */
const record = recording();

export interface Work {
  /** Whom to tell next. */
  readonly to?: Ref | undefined;
  readonly message?: unknown;
  readonly then?: 'exit' | 'wait' | undefined;
}

export class Traced extends Actor<Work | 'spans'> {
  static module = import.meta.url;

  override preStart() {
    tracing(this.node, { tracerProvider: record.tracerProvider, name: 'there' });
  }

  override receive(work: Work | 'spans'): unknown {
    if (work === 'spans') return this.reply(record.spans);
    const { to, message, then } = work;
    if (then === 'exit') process.exit(3);
    if (then === 'wait') return new Promise(() => {});
    to?.tell(message);
    this.reply('done');
    return undefined;
  }
}

/** Puts aside what it is told until it is told 'open'; ends its thread on 'exit'. */
export class Hoarding extends Traced {
  static override module = import.meta.url;
  #isOpen = false;

  override receive(work: Work | 'spans' | 'open' | 'exit'): unknown {
    if (work === 'exit') process.exit(3);
    if (work === 'open') {
      this.#isOpen = true;
      return this.unstashAll();
    }
    if (work === 'spans' || this.#isOpen) return super.receive(work);
    return this.stash();
  }
}
