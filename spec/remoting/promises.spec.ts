/** What becomes of messages when the network does its worst: specs on two nodes and a network in memory. */
import { assert } from 'chai';
import { DeadLetter, type Node, NodeDown } from '../../lib/index.ts';
import { captureEvents, TestProbe } from '../../lib/testkit/index.ts';
import { addressOf, type Cluster, heard, newCluster } from './support.ts';

describe('messages between two nodes', () => {
  it('are in doubt when they have left and the other node falls silent before it has confirmed them', async () => {
    const { cluster, here, there } = await pair();
    const letters = heard(here, DeadLetter);
    const probe = new TestProbe(there, 'probe');
    const ref = here.lookup(`${there.address}/probe`);
    ref.tell('confirmed');
    await cluster.clock.advance(100);
    cluster.crash(there);
    ref.tell('lost');
    await cluster.clock.advance(5000);
    assert.deepEqual(probe.messages, ['confirmed']);
    assert.deepEqual(reasons(letters), [['lost', 'inDoubt']]);
    assertBalanced(here);
  });

  it('are dead letters here when they are lost on the way, although the nodes stay up', async () => {
    const { cluster, here, there } = await pair();
    const letters = heard(here, DeadLetter);
    const downs = heard(here, NodeDown);
    const probe = new TestProbe(there, 'probe');
    const ref = here.lookup(`${there.address}/probe`);
    ref.tell('first');
    await cluster.clock.advance(100);
    cluster.network.cut(here.address, there.address);
    ref.tell('second');
    await cluster.clock.advance(100);
    cluster.network.heal();
    ref.tell('third');
    await cluster.clock.advance(1000);
    assert.deepEqual(probe.messages, ['first', 'third']);
    assert.deepEqual(reasons(letters), [['second', 'inDoubt']]);
    assert.deepEqual(downs, []);
    assertBalanced(here);
  });

  it('are told as lost even when nothing follows them', async () => {
    const { cluster, here, there } = await pair();
    const letters = heard(here, DeadLetter);
    cluster.network.cut(here.address, there.address);
    here.lookup(`${there.address}/probe`).tell('last');
    await cluster.clock.advance(100);
    cluster.network.heal();
    await cluster.clock.advance(2000);
    assert.deepEqual(reasons(letters), [['last', 'inDoubt']]);
  });

  it('reject an ask at once when it was the question that got lost', async () => {
    const { cluster, here, there } = await pair();
    there.spawn((message, context) => context.reply(message), { name: 'echo' });
    cluster.network.cut(here.address, there.address);
    const answer = here
      .lookup(`${there.address}/echo`)
      .ask('question', { timeout: 60_000 })
      .catch(error => error.code);
    await cluster.clock.advance(100);
    cluster.network.heal();
    await cluster.clock.advance(2000);
    assert.equal(await answer, 'NODE_DOWN');
  });

  it('let a watch, an unwatch and a stop survive a loss', async () => {
    const { cluster, here, there } = await pair();
    const probe = new TestProbe(here, 'watcher');
    const actor = there.spawn(() => {}, { name: 'actor' });
    const remote = here.lookup(`${there.address}/actor`);
    cluster.network.cut(here.address, there.address);
    probe.watch(remote);
    remote.stop();
    await cluster.clock.advance(100);
    cluster.network.heal();
    await cluster.clock.advance(3000);
    assert.isTrue(actor.isStopped);
    assert.deepInclude(probe.messages[0] as object, { reason: 'stopped' });
    assert.lengthOf(probe.messages, 1);
  });

  it('keep their order, large and small, and let others pass', async () => {
    const { cluster, here, there } = await pair();
    cluster.network.link('*', '*', { bandwidth: 1e7 });
    const order: string[] = [];
    const note = (name: string) => (message: string | Uint8Array) => {
      order.push(`${name} ${typeof message === 'string' ? message : message.length}`);
    };
    there.spawn(note('a'), { name: 'a' });
    there.spawn(note('b'), { name: 'b' });
    const [a, b] = ['a', 'b'].map(name => here.lookup(`${there.address}/${name}`));
    a?.tell('before');
    a?.tell(new Uint8Array(2 ** 21));
    a?.tell('after');
    b?.tell('first');
    await cluster.clock.advance(3);
    b?.tell('second');
    await cluster.clock.advance(1000);
    assert.deepEqual(
      order.filter(one => one.startsWith('a')),
      ['a before', 'a 2097152', 'a after'],
    );
    assert.isBelow(order.indexOf('b second'), order.indexOf('a 2097152'));
    assertBalanced(here);
  });

  it('arrive before the news that their sender has ended', async () => {
    const { cluster, here, there } = await pair();
    const probe = new TestProbe(here, 'probe');
    const talker = there.spawn(
      (_: unknown, context) => {
        context.reply(new Uint8Array(2 ** 20));
        context.stop();
      },
      { name: 'talker' },
    );
    const remote = here.lookup(`${there.address}/talker`);
    probe.watch(remote);
    await cluster.clock.advance(100);
    remote.tell('go', probe.ref);
    await cluster.clock.advance(1000);
    assert.isTrue(talker.isStopped);
    assert.equal((probe.messages[0] as Uint8Array).length, 2 ** 20);
    assert.deepInclude(probe.messages[1] as object, { reason: 'stopped' });
  });

  it('that are large are dead letters, once, when a chunk is lost', async () => {
    const { cluster, here, there } = await pair();
    const letters = heard(here, DeadLetter);
    cluster.network.link('*', '*', { bandwidth: 1e7 });
    const probe = new TestProbe(there, 'probe');
    const ref = here.lookup(`${there.address}/probe`);
    ref.tell(new Uint8Array(2 ** 22));
    await cluster.clock.advance(100);
    cluster.network.cut(here.address, there.address);
    await cluster.clock.advance(30);
    cluster.network.heal();
    ref.tell('after');
    await cluster.clock.advance(2000);
    assert.deepEqual(
      letters.map(({ reason }) => reason),
      ['inDoubt'],
    );
    assert.deepEqual(probe.messages, ['after']);
    assertBalanced(here);
  });

  it('are refused here when they are larger than the other node takes', async () => {
    const cluster = newCluster();
    const here = await cluster.start(1);
    const there = await cluster.start(2, { remoting: { maxMessageSize: 1000 } });
    await meet(cluster, here, there);
    const letters = heard(here, DeadLetter);
    here.lookup(`${there.address}/probe`).tell(new Uint8Array(2000));
    assert.deepEqual(
      letters.map(({ reason }) => reason),
      ['tooLarge'],
    );
  });

  it('wait here in bytes, too, up to the limit', async () => {
    const cluster = newCluster();
    const here = await cluster.start(1, { remoting: { queueLimit: { bytes: 10_000 } } });
    const letters = heard(here, DeadLetter);
    const ref = here.lookup(`${addressOf(7)}/nobody`);
    for (let i = 0; i < 20; i++) ref.tell(new Uint8Array(1000));
    assert.lengthOf(letters, 10);
    assert.equal(letters[0]?.reason, 'overflow');
    assert.equal(here.stats().queued, 10);
  });

  it('do not pile up on their way to a node that confirms none: what is in doubt is bounded', async () => {
    const { cluster, here, there } = await pair();
    const letters = captureEvents(here, DeadLetter).events;
    cluster.network.cut(there.address, here.address);
    const ref = here.lookup(`${there.address}/probe`);
    for (let i = 0; i < 400; i++) {
      ref.tell(new Uint8Array(100_000));
      await cluster.clock.advance(1);
    }
    await cluster.clock.advance(10_000);
    const inDoubt = letters.filter(({ reason }) => reason === 'inDoubt').length;
    assert.isAbove(inDoubt, 0);
    assert.isBelow(inDoubt * 100_000, 5 * 2 ** 20);
    assert.lengthOf(letters, 400);
    assertBalanced(here);
  });

  it('are confirmed before a node stops, so that nothing is in doubt', async () => {
    const { cluster, here, there } = await pair();
    const letters = heard(here, DeadLetter);
    const probe = new TestProbe(there, 'probe');
    here.lookup(`${there.address}/probe`).tell('goodbye');
    const stopped = here.stop();
    await cluster.clock.advance(10);
    await stopped;
    assert.deepEqual(probe.messages, ['goodbye']);
    assert.deepEqual(letters, []);
  });
});

async function pair(): Promise<{ cluster: Cluster; here: Node; there: Node }> {
  const cluster = newCluster();
  const here = await cluster.start(1);
  const there = await cluster.start(2);
  await meet(cluster, here, there);
  return { cluster, here, there };
}

/** Makes the link between the two. */
async function meet(cluster: Cluster, here: Node, there: Node): Promise<void> {
  there.spawn(() => {}, { name: 'first' }).stop();
  here.lookup(`${there.address}/first`).stop();
  await cluster.clock.advance(200);
}

const reasons = (letters: readonly DeadLetter[]) => letters.map(({ message, reason }) => [message, reason]);

function assertBalanced(node: Node): void {
  const { sent, handled, unhandled, queued, stashed, deadLetters } = node.stats();
  assert.equal(sent, handled + unhandled + queued + stashed + deadLetters.total);
}
