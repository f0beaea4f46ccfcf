import { assert } from 'chai';
import { ActorRestarted, thread } from '../../../lib/index.ts';
import { metrics } from '../../../lib/observe/index.ts';
import { startNode } from '../../placement/support.ts';
import { Echo } from '../../placement/workers.ts';
import { Looker } from './looker.ts';
import { Scrape } from './prometheus.ts';

describe('metrics of a node with an actor in a thread', function () {
  this.timeout(20_000);

  it('have it with its class, its failures and its restarts, and of what it handles only what has waited here', async () => {
    const node = await startNode();
    const open = metrics(node);
    const echo = node.spawn(Echo, { on: thread() });
    for (let i = 0; i < 20; i++) await echo.ask(i);
    const restarted = node.events.once(ActorRestarted);
    echo.tell('fail');
    await restarted;
    await echo.ask('again');
    const now = new Scrape(open.text());
    const of = (name: string) => now.value(`troupe_${name}`, { class: 'Echo' });
    assert.equal(of('actors'), 1);
    assert.equal(of('actor_failures_total'), 1);
    assert.equal(of('actor_restarts_total'), 1);
    assert.equal(of('mailbox_messages'), 0);
    // Before it had started, and while it was restarted.
    assert.isAtMost(of('messages_handled_total'), 2);
    assert.equal(of('message_wait_seconds_count'), of('messages_handled_total'));
  });

  it('are not there for actors in the thread, and no other nodes either', async () => {
    const node = await startNode();
    const looker = node.spawn(Looker, { on: thread() });
    for (const look of ['metrics', 'record', 'observatory'] as const)
      assert.match(await looker.ask<string>(look), /use the node of the main thread/);
    assert.match(
      await looker.ask<string>('peers'),
      /node\.peers can't be used in a thread.*ask an actor of the main/,
    );
  });
});
