import { Actor } from '../../../lib/index.ts';
import { metrics, Observatory, record } from '../../../lib/observe/index.ts';

type Look = 'peers' | 'metrics' | 'record' | 'observatory';

/** Says what happens when an actor looks at its node from within a thread. */
export class Looker extends Actor<Look> {
  static module = import.meta.url;

  override receive(at: Look) {
    const { node } = this;
    const looks: Record<Look, () => unknown> = {
      peers: () => node.peers(),
      metrics: () => metrics(node),
      record: () => record(node),
      observatory: () => Observatory.open(node),
    };
    try {
      looks[at]();
      this.reply('it was there');
    } catch (error) {
      this.reply((error as Error).message);
    }
  }
}
