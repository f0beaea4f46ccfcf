import { Actor } from '../../../lib/index.ts';
import { metrics } from '../../../lib/observe/index.ts';

/** Says what happens when an actor looks at its node from within a thread. */
export class Looker extends Actor<'peers' | 'metrics'> {
  static module = import.meta.url;

  override receive(at: 'peers' | 'metrics') {
    try {
      this.reply(at === 'peers' ? this.node.peers() : metrics(this.node));
    } catch (error) {
      this.reply((error as Error).message);
    }
  }
}
