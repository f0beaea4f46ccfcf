/** A thread of this node: a worker of `node:worker_threads`. */
import { Session } from 'node:inspector';
import { isMainThread, Worker } from 'node:worker_threads';
import { asError, ThreadExited } from '../base/errors.ts';
import type { Cancel, Clock } from '../base/world.ts';
import { entryFor } from './entry.ts';
import type { Lent, Line, LineHearer, Sample, Setup } from './line.ts';
import type { LocalExchange } from './localExchange.ts';
import type { Place } from './place.ts';
import { sampleWorker } from './sampleWorker.ts';
import { SharedTally } from './tally.ts';

/** What goes to a thread beside orders, and ahead of the one that it is for. */
export interface LentMemory {
  readonly id: number;
  readonly memory: SharedArrayBuffer;
}

/** How long, in ms, finding out what it does may take. */
const sampleTimeout = 1000;
/** How long, in ms, a thread that is to end is waited for before it is told again: at first, and then twice as long each time. */
const firstPatience = 50;

export class ThreadLine implements Line {
  readonly move: Line['move'];
  readonly #worker: Worker;
  readonly #clock: Clock;
  /** Settled when nobody looks at what it is doing any more. */
  #looking: Promise<unknown> = Promise.resolve();
  #isOver = false;

  constructor(
    setup: Setup,
    { resourceLimits, env }: Place,
    url: string,
    exchange: LocalExchange,
    clock: Clock,
    hearer: LineHearer,
  ) {
    this.#clock = clock;
    const connection = exchange.dialFromThread(setup.home);
    const port = connection?.theirs;
    this.move = connection?.own.move;
    const worker = new Worker(entryFor(url), {
      name: setup.peer,
      workerData: { troupe: setup, port },
      transferList: port === undefined ? [] : [port],
      ...(resourceLimits !== undefined && { resourceLimits }),
      ...(env !== undefined && { env }),
    });
    let cause: Error | undefined;
    worker.on('message', (bytes: Uint8Array) => hearer.control(bytes));
    worker.on('error', thrown => {
      cause = asError(thrown);
    });
    worker.on('exit', code => {
      this.#isOver = true;
      const why =
        cause === undefined ? `with the code ${code}` : `because of ${cause.name}: ${cause.message}`;
      hearer.exited(new ThreadExited(`the thread has ended ${why}`, cause && { cause }));
    });
    this.#worker = worker;
  }

  tell(order: Uint8Array): void {
    this.#worker.postMessage(order);
  }

  lend(id: number): Lent {
    const tally = new SharedTally();
    this.#worker.postMessage({ id, memory: tally.memory } satisfies LentMemory);
    return { tally, region: undefined, giveBack: () => {} };
  }

  async end(): Promise<void> {
    // While the inspector is at work there Node.js may lose the order, and then the thread would go on for ever.
    await this.#looking;
    if (this.#isOver) return;
    let cancel: Cancel = () => {};
    const tellAgain = (patience: number) => {
      cancel = this.#clock.after(patience, () => {
        void this.#worker.terminate();
        tellAgain(2 * patience);
      });
    };
    tellAgain(firstPatience);
    await this.#worker.terminate();
    cancel();
  }

  sample(): Promise<Sample | undefined> {
    // The inspector reaches the threads of the main thread alone.
    if (!isMainThread || this.#isOver) return Promise.resolve(undefined);
    const sample = sampleWorker(new Session(), this.#worker.threadId, this.#clock, sampleTimeout);
    this.#looking = sample;
    return sample;
  }
}
