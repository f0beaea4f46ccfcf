/** Whole nodes with keys, over ZeroMQ; and what one with a key may not claim. */
import { assert } from 'chai';
import {
  keygen,
  Node,
  type NodeOptions,
  NodeRefused,
  OperationRefused,
  silentLogger,
} from '../../lib/index.ts';
import type { RemotingOptions } from '../../lib/remoting/index.ts';
import { captureEvents, TestProbe } from '../../lib/testkit/index.ts';
import { newCluster } from './support.ts';

const [mine, yours, theirs] = [keygen(), keygen(), keygen()];

describe('nodes with keys', () => {
  const nodes: Node[] = [];
  afterEach(async () => {
    await Promise.all(nodes.splice(0).map(node => node.stop()));
  });

  const start = async (remoting: RemotingOptions, options: NodeOptions = {}): Promise<Node> => {
    const node = await Node.start({ address: '127.0.0.1:0', remoting, logger: silentLogger, ...options });
    nodes.push(node);
    return node;
  };
  const echo = (node: Node) => node.spawn((message, context) => context.reply(message), { name: 'echo' });

  it('talk when each has the key of the other on its list', async () => {
    const there = await start({ curve: { ...yours, allow: [mine.publicKey] } });
    const here = await start({ curve: { ...mine, allow: [yours.publicKey] } });
    echo(there);
    assert.equal(await here.lookup(`${there.address}/echo`).ask('hello'), 'hello');
  });

  it('talk when they share a pair', async () => {
    const [there, here] = [await start({ curve: mine }), await start({ curve: mine })];
    echo(there);
    assert.equal(await here.lookup(`${there.address}/echo`).ask('hello'), 'hello');
  });

  it('talk when one of them has no port', async () => {
    const there = await start({ curve: { ...yours, allow: [mine.publicKey] } });
    const here = await start({ curve: { ...mine, allow: [yours.publicKey] } }, { address: undefined });
    echo(there);
    const probe = new TestProbe(here);
    there.spawn((_: unknown, context) => context.sender?.tell('back'), { name: 'greeter' });
    here.lookup(`${there.address}/greeter`).tell('hello', probe.ref);
    assert.equal(await probe.next(), 'back');
  });

  it('may do what the policy lets the key do', async () => {
    const allow = [{ keys: mine.publicKey }, { operations: ['ask'], keys: theirs.publicKey }] as const;
    const curve = { ...yours, allow: [mine.publicKey, theirs.publicKey] };
    const there = await start({ curve, allow });
    const refused = there.events.once(OperationRefused);
    const actor = echo(there);
    const friend = await start({ curve: { ...mine, allow: [yours.publicKey] } });
    const guest = await start({ curve: { ...theirs, allow: [yours.publicKey] } });
    const ref = guest.lookup(`${there.address}/echo`);
    assert.equal(await ref.ask('hello'), 'hello');
    ref.stop();
    assert.equal((await refused).operation, 'stop');
    assert.isFalse(actor.isStopped);
    friend.lookup(`${there.address}/echo`).stop();
    await actor.join();
  });

  it('are cut off when their key is taken off the list', async () => {
    const allow = new Set([mine.publicKey]);
    const timing = { heartbeatInterval: 50, maxSilence: 300 };
    const there = await start({ ...timing, curve: { ...yours, allow } });
    const here = await start({ ...timing, curve: { ...mine, allow: [yours.publicKey] } });
    echo(there);
    const ref = here.lookup(`${there.address}/echo`);
    await ref.ask('hello');
    const refused = there.events.once(NodeRefused);
    allow.delete(mine.publicKey);
    assert.match((await refused).reason, /not allowed any more/);
    const error = await ref.ask('hello', { timeout: 2000 }).catch(({ code }) => code);
    assert.equal(error, 'NODE_DOWN');
  });

  it('tell both of it when a key is not on the list', async () => {
    const there = await start({ curve: yours });
    const here = await start({ curve: { ...mine, allow: [yours.publicKey] } });
    const both = [there, here].map(node => node.events.once(NodeRefused));
    here.lookup(`${there.address}/echo`).tell('hello');
    const [there_, here_] = await Promise.all(both);
    assert.match(there_?.reason ?? '', /not on the allow list/);
    assert.match(here_?.reason ?? '', /not allowed there/);
  });
});

describe('a node behind the door', () => {
  // In memory nothing is encrypted, so only what the introductions prove keeps anybody out: as behind a relay.
  const pair = async (there: RemotingOptions['curve'], here: RemotingOptions['curve']) => {
    const cluster = newCluster();
    const [a, b] = [
      await cluster.start(1, { remoting: { curve: there } }),
      await cluster.start(2, { remoting: { curve: here } }),
    ];
    return { cluster, a, b, refused: captureEvents(a, NodeRefused).events };
  };

  it('is believed with a proof', async () => {
    const { cluster, a, b } = await pair(
      { ...yours, allow: [mine.publicKey] },
      { ...mine, allow: [yours.publicKey] },
    );
    const probe = new TestProbe(a, 'probe');
    b.lookup(`${a.address}/probe`).tell('hello');
    await cluster.clock.advance(100);
    assert.deepEqual(probe.messages, ['hello']);
  });

  it('is refused without a key', async () => {
    const { cluster, a, b, refused } = await pair(yours, undefined);
    const probe = new TestProbe(a, 'probe');
    b.lookup(`${a.address}/probe`).tell('hello');
    await cluster.clock.advance(5000);
    assert.deepEqual(probe.messages, []);
    assert.match(refused[0]?.reason ?? '', /it has no key/);
  });

  it('is refused with the key of another', async () => {
    const thief = { ...theirs, allow: [yours.publicKey] };
    const { cluster, a, b, refused } = await pair({ ...yours, allow: [mine.publicKey] }, thief);
    const probe = new TestProbe(a, 'probe');
    b.lookup(`${a.address}/probe`).tell('hello');
    await cluster.clock.advance(5000);
    assert.deepEqual(probe.messages, []);
    assert.match(refused[0]?.reason ?? '', /not on the allow list/);
  });
});
