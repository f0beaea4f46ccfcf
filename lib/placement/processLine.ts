/**
 * A child process of this node. Frames and orders take Node.js's own channel to it: that is there from the first moment, ends
 * with either side, tells when it has taken a frame, and needs no socket in the file system.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { ProcessExited } from '../base/errors.ts';
import type { Clock, World } from '../base/world.ts';
import { execArgvFor, outpost } from './entry.ts';
import type { Lent, Line, LineHearer, Setup } from './line.ts';
import type { LocalExchange } from './localExchange.ts';
import type { Place } from './place.ts';
import { ChannelPort } from './port.ts';
import { TallyFile } from './tallyFile.ts';

/** Those that are there. */
const living = new Set<ChildProcess>();

/** They end by themselves when they see that this process has ended; one whose JavaScript runs on without a pause does not see it. */
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/** How long, in ms, one that is to end may take for it. */
const patience = 1000;

/** The file descriptor over there of what both have open. */
const tallies = 4;

export class ProcessLine implements Line {
  /** Memory can't be handed over to another process. */
  readonly move = undefined;
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  readonly #exit: Promise<void>;
  readonly #tallies: TallyFile | undefined;

  constructor(
    setup: Setup,
    { env, execArgv }: Place,
    exchange: LocalExchange,
    { clock, uuid }: Pick<World, 'clock' | 'uuid'>,
    hearer: LineHearer,
  ) {
    this.#clock = clock;
    const file = TallyFile.create(`troupe-${setup.peer.replace(':', '-')}-${uuid()}`);
    const child = fork(outpost, [JSON.stringify({ ...setup, ...(file !== undefined && { tallies }) })], {
      serialization: 'advanced',
      ...(file !== undefined && {
        stdio: ['inherit', 'inherit', 'inherit', 'ipc', file.fd],
      }),
      execArgv: [...execArgvFor(setup.url), ...execArgv],
      env: { ...process.env, ...env },
    });
    living.add(child);
    const port = new ChannelPort(child);
    exchange.accept(setup.home, port);
    port.onControl = bytes => hearer.control(bytes);
    this.#exit = new Promise(resolve => {
      const exited = (how: string, cause?: Error) => {
        living.delete(child);
        file?.close(); // what stands there now is the last word: it is read first
        hearer.exited(new ProcessExited(`the process has ended ${how}`, cause && { cause }));
        resolve();
      };
      child.once('exit', (code, signal) =>
        exited(signal === null ? `with the code ${code}` : `by the signal ${signal}`),
      );
      child.once('error', error => exited(`because of ${error.name}: ${error.message}`, error));
    });
    this.#child = child;
    this.#tallies = file;
  }

  lend(): Lent | undefined {
    const file = this.#tallies;
    const tally = file?.lend();
    return (
      tally && {
        tally,
        region: tally.region,
        giveBack: () => file?.giveBack(tally),
      }
    );
  }

  tell(order: Uint8Array): void {
    // What has ended hears nothing, and its end is told by itself.
    if (this.#child.connected) this.#child.send({ control: order }, () => {});
  }

  async end(isForced: boolean): Promise<void> {
    if (isForced) this.#child.kill('SIGKILL');
    else if (this.#child.connected) this.#child.disconnect(); // it ends by itself when it sees that
    const cancel = this.#clock.after(patience, () => this.#child.kill('SIGKILL'));
    await this.#exit;
    cancel();
  }

  async sample(): Promise<undefined> {
    return undefined;
  }
}
