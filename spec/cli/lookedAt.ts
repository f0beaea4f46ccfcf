/** Actors for the specs of `troupe` to look at. */
import { Actor } from 'troupe';

/** Has a counter, and works without being told to. */
export class Main extends Actor<unknown> {
  override preStart() {
    this.spawn(Counter, { name: 'counter' });
    this.spawn(Busy, { name: 'busy' }).tell('go');
    console.log('ready', this.node.address);
  }

  override receive(message: unknown): unknown {
    if (message === 'stop') this.stop();
    // A mistake of the node's own code, which nobody handles.
    else if (message === 'reject') void Promise.reject(new Error('a mistake of the node'));
    else if (message === 'hang') {
      console.log('hangs');
      return new Promise(() => {});
    } else console.log(`got ${JSON.stringify(message)}`);
    return undefined;
  }
}

export class Counter extends Actor<{ add: number } | string> {
  #sum = 0;

  override receive(message: { add: number } | string) {
    if (message === 'fail') throw new Error('as told');
    if (message === 'error') return this.reply(new RangeError('not with me'));
    if (typeof message === 'object') this.#sum += message.add;
    this.reply(this.#sum);
  }
}

class Busy extends Actor<string> {
  override receive() {
    this.timers.once('next', 1, 'go');
  }
}
