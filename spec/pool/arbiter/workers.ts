/** Workers that the specs of this folder run in threads and processes. */
import { existsSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import { Actor } from '../../../lib/index.ts';

/** Says where it is, and does what it is told to. */
export class Hand extends Actor<unknown, { readonly slot: number; readonly brake?: string } | undefined> {
  static module = import.meta.url;

  override preStart() {
    const { brake } = this.params ?? {};
    if (brake !== undefined && existsSync(brake)) throw new RangeError('cannot start');
  }

  override async receive(message: unknown) {
    if (message === 'where')
      return this.reply({ name: this.ref.name, pid: process.pid, threadId, slot: this.params?.slot });
    if (message === 'fail') throw new RangeError('as told');
    if (message === 'spin') {
      this.reply('will spin');
      await new Promise(resolve => setTimeout(resolve, 20));
      for (;;) Math.sqrt(2);
    }
    if (message === 'exit') return process.exit(3);
    if (message === 'stop') return this.stop();
    if (message === 'begin') {
      this.reply('begun');
      await new Promise(resolve => setTimeout(resolve, 500));
      return undefined;
    }
    if (typeof message === 'number') {
      await new Promise(resolve => setTimeout(resolve, message));
      return this.reply(`slept ${message}`);
    }
    return this.reply(message);
  }
}
