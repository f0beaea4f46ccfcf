/** An actor that logs, for whoever runs it elsewhere. */
import { Actor } from '../../lib/index.ts';

/** Says whatever is to be said in a log, and answers when it has. */
export class Scribe extends Actor<string> {
  static module = import.meta.url;

  override receive(message: string) {
    if (message === 'fail') throw new RangeError('no paper');
    const self: { big: bigint; self?: unknown } = { big: 12n };
    self.self = self;
    this.log.debug('a debug');
    this.log.warn('is slow', { took: 12, self }, 7);
    this.log.error('failed:', Object.assign(new TypeError('boom'), { code: 'E_BOOM' }));
    this.log.child({ till: 1 }).info({ order: 7 }, 'sold');
    this.reply(this.log.isEnabled('debug'));
  }
}
