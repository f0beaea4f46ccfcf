import { assert } from 'chai';
import {
  DeadLetter,
  type Node,
  NodeDown,
  NodeDownError,
  NodeQuarantined,
  NodeUp,
  type Ref,
  type Terminated,
} from '../../lib/index.ts';
import { TestProbe } from '../../lib/testkit/index.ts';
import { type Cluster, heard, newCluster } from './support.ts';

describe('a node that cannot be reached', () => {
  it('makes its messages dead letters after maxSilence, and not before', async () => {
    const { cluster, a } = await one();
    const letters = heard(a, DeadLetter);
    a.lookup('127.0.0.1:9/x').tell('x');
    await cluster.clock.advance(2900);
    assert.lengthOf(letters, 0);
    assert.equal(a.stats().queued, 1);
    await cluster.clock.advance(200);
    assert.deepEqual(
      letters.map(({ message, reason }) => [message, reason]),
      [['x', 'expired']],
    );
  });

  it('gets them when it appears in time, in order', async () => {
    const { cluster, a } = await one();
    const letters = heard(a, DeadLetter);
    for (const n of [1, 2, 3]) a.lookup('127.0.0.1:2/probe').tell(n);
    await cluster.clock.advance(1500);
    const probe = new TestProbe(await cluster.start(2), 'probe');
    await cluster.clock.advance(1400);
    assert.deepEqual(probe.messages, [1, 2, 3]);
    assert.deepEqual(letters, []);
  });

  it('holds no more messages than queueLimit', async () => {
    const { cluster, a } = await one({ remoting: { queueLimit: 2 } });
    const letters = heard(a, DeadLetter);
    for (let i = 0; i < 5; i++) a.lookup('127.0.0.1:9/x').tell(i);
    await cluster.clock.advance(10);
    assert.deepEqual(
      letters.map(({ message, reason }) => [message, reason]),
      [
        [2, 'overflow'],
        [3, 'overflow'],
        [4, 'overflow'],
      ],
    );
  });

  it('terminates what is watched there, and rejects what is asked', async () => {
    const { cluster, a } = await one();
    const watcher = new TestProbe(a);
    watcher.watch(a.lookup('127.0.0.1:9/x'));
    const failed = a
      .lookup('127.0.0.1:9/x')
      .ask('x', { timeout: 60_000 })
      .catch((error: unknown) => error);
    await cluster.clock.advance(4000);
    assert.deepEqual(reasons(watcher), ['nodeDown']);
    assert.instanceOf(await failed, NodeDownError);
  });

  it('is reported once, also when somebody asked it', async () => {
    const { cluster, a } = await one();
    const downs = heard(a, NodeDown);
    void a
      .lookup('127.0.0.1:9/x')
      .ask('x', { timeout: 60_000 })
      .catch(() => {});
    await cluster.clock.advance(30_000);
    assert.lengthOf(downs, 1);
  });

  it('can be tried again', async () => {
    const { cluster, a } = await one();
    a.lookup('127.0.0.1:2/probe').tell('lost');
    await cluster.clock.advance(5000);
    const probe = new TestProbe(await cluster.start(2), 'probe');
    a.lookup('127.0.0.1:2/probe').tell('found');
    await cluster.clock.advance(1100);
    assert.deepEqual(probe.messages, ['found']);
  });
});

describe('a node that crashes', () => {
  it('is down after maxSilence, once, and what is watched there terminates, once', async () => {
    const { cluster, a, b, watcher } = await watching();
    const downs = heard(a, NodeDown);
    cluster.crash(b);
    await cluster.clock.advance(1900);
    assert.lengthOf(downs, 0);
    await cluster.clock.advance(10_000);
    assert.deepEqual(
      downs.map(({ address, incarnation }) => [address, incarnation]),
      [[b.address, b.incarnation]],
    );
    assert.deepEqual(reasons(watcher), ['nodeDown']);
  });

  it('leaves nobody watching here', async () => {
    const { cluster, a, b } = await two();
    const target = a.spawn(() => {}, { name: 'target' });
    new TestProbe(b).watch(b.lookup(target.address));
    await cluster.clock.advance(10);
    cluster.crash(b);
    await cluster.clock.advance(10_000);
    const downs = heard(a, NodeDown);
    target.stop();
    await cluster.clock.advance(10_000);
    assert.lengthOf(downs, 0);
  });

  it('is another incarnation when it is back: old watches fire, new messages arrive', async () => {
    const { cluster, a, b, watcher } = await watching();
    const [ups, downs] = [heard(a, NodeUp), heard(a, NodeDown)];
    cluster.crash(b);
    const again = await cluster.start(2);
    const probe = new TestProbe(again, 'probe');
    await cluster.clock.advance(3000);
    a.lookup(probe.ref.address).tell('hello');
    await cluster.clock.advance(1000);
    assert.deepEqual(reasons(watcher), ['newIncarnation']);
    assert.deepEqual(probe.messages, ['hello']);
    assert.lengthOf(downs, 1);
    assert.deepEqual(
      ups.map(({ incarnation }) => incarnation),
      [again.incarnation],
    );
  });
});

describe('a node that stops', () => {
  it('says goodbye: its peers know at once', async () => {
    const { cluster, a, b } = await watching();
    const [downsHere, downsThere] = [heard(a, NodeDown), heard(b, NodeDown)];
    const stopped = b.stop();
    await cluster.clock.advance(10);
    await stopped;
    assert.lengthOf(downsHere, 1);
    assert.lengthOf(downsThere, 1);
  });

  it('sends first what its actors said last', async () => {
    const { cluster, a, b } = await two();
    const probe = new TestProbe(a, 'probe');
    const ref = b.lookup(probe.ref.address);
    ref.tell('connect');
    await cluster.clock.advance(10);
    for (let i = 0; i < 5000; i++) ref.tell(i);
    const stopped = b.stop();
    await cluster.clock.advance(50);
    await stopped;
    assert.lengthOf(probe.messages, 5001);
  });

  it('makes what is told to other nodes afterwards dead letters', async () => {
    const { cluster, a, b } = await two();
    const ref = a.lookup(`${b.address}/x`);
    const stopped = a.stop();
    await cluster.clock.advance(10);
    await stopped;
    const letters = heard(a, DeadLetter);
    ref.tell('late');
    assert.lengthOf(letters, 1);
    assert.equal(a.stats().queued, 0);
  });

  it('leaves no timers behind', async () => {
    const { cluster, a, b } = await watching();
    for (const node of [a, b]) {
      const stopped = node.stop();
      await cluster.clock.advance(10);
      await stopped;
    }
    await cluster.clock.advance(20_000);
    assert.equal(cluster.clock.pending, 0);
  });
});

describe('a network that is cut', () => {
  for (const [what, cut] of [
    ['in both directions', (c: Cluster) => c.network.cut()],
    ['from there to here', (c: Cluster) => c.network.cut('127.0.0.1:2', '127.0.0.1:1')],
    ['from here to there', (c: Cluster) => c.network.cut('127.0.0.1:1', '127.0.0.1:2')],
  ] as const) {
    it(`${what} takes the link down on both sides, once`, async () => {
      const { cluster, a, b, watcher } = await watching();
      const [here, there] = [heard(a, NodeDown), heard(b, NodeDown)];
      cut(cluster);
      await cluster.clock.advance(10_000);
      assert.deepEqual([here.length, there.length], [1, 1]);
      assert.deepEqual(reasons(watcher), ['nodeDown']);
    });
  }

  it('for less than maxSilence changes nothing, and what was watched meanwhile still counts', async () => {
    const { cluster, a, b } = await two();
    const downs = heard(a, NodeDown);
    const target = b.spawn(() => {}, { name: 'target' });
    a.lookup(target.address).tell('connect');
    await cluster.clock.advance(10);
    cluster.network.cut();
    const watcher = new TestProbe(a);
    watcher.watch(a.lookup(target.address));
    await cluster.clock.advance(1500);
    cluster.network.heal();
    await cluster.clock.advance(3000);
    target.stop();
    await cluster.clock.advance(3000);
    assert.deepEqual(reasons(watcher), ['stopped']);
    assert.deepEqual(downs, []);
  });

  it('keeps both sides apart when it heals too late, until one of them restarts', async () => {
    const { cluster, a, b } = await watching();
    cluster.network.cut();
    await cluster.clock.advance(10_000);
    cluster.network.heal();
    const [letters, quarantined] = [heard(a, DeadLetter), heard(a, NodeQuarantined)];
    a.lookup(`${b.address}/target`).tell('x');
    await cluster.clock.advance(5000);
    assert.deepEqual(
      letters.map(({ reason }) => reason),
      ['quarantined'],
    );
    b.lookup(`${a.address}/x`).tell('y');
    await cluster.clock.advance(5000);
    assert.isAbove(quarantined.length, 0);
    cluster.crash(b);
    const probe = new TestProbe(await cluster.start(2), 'probe');
    a.lookup(probe.ref.address).tell('again');
    await cluster.clock.advance(3000);
    assert.deepEqual(probe.messages, ['again']);
  });

  it('sends a lost watch again, also while messages flow', async () => {
    const { cluster, a, b } = await two();
    const target = b.spawn(() => {}, { name: 'target' });
    const ref = a.lookup(target.address);
    ref.tell('connect');
    await cluster.clock.advance(10);
    cluster.network.cut(a.address, b.address);
    const watcher = new TestProbe(a);
    watcher.watch(ref);
    await cluster.clock.advance(5);
    cluster.network.heal();
    for (let i = 0; i < 100; i++) {
      ref.tell(i);
      await cluster.clock.advance(100);
    }
    target.stop();
    await cluster.clock.advance(100);
    assert.deepEqual(reasons(watcher), ['stopped']);
  });

  it('delivers again once it has healed, whatever was lost', async () => {
    const { cluster, a, b } = await two();
    const probe = new TestProbe(b, 'probe');
    const ref = a.lookup(probe.ref.address);
    ref.tell('connect');
    await cluster.clock.advance(10);
    cluster.network.cut(a.address, b.address);
    ref.tell('lost');
    await cluster.clock.advance(5);
    cluster.network.heal();
    cluster.network.cut(b.address, a.address); // and what the other side says about it is lost too
    ref.tell('seen to come after a gap');
    await cluster.clock.advance(5);
    cluster.network.heal();
    await cluster.clock.advance(2000);
    ref.tell('healed');
    await cluster.clock.advance(2000);
    assert.include(probe.messages, 'healed');
  });

  for (const percent of [5, 20]) {
    it(`that loses ${percent} % neither repeats nor reorders messages`, async () => {
      const { cluster, a, b } = await two();
      const probe = new TestProbe(b, 'probe');
      a.lookup(probe.ref.address).tell(-1);
      await cluster.clock.advance(10);
      cluster.network.packetLoss(percent);
      for (let i = 0; i < 300; i++) {
        a.lookup(probe.ref.address).tell(i);
        await cluster.clock.advance(10);
      }
      const numbers = probe.messages as number[];
      assert.deepEqual(
        numbers,
        [...new Set(numbers)].sort((x, y) => x - y),
      );
      assert.isAbove(numbers.length, 20);
    });
  }
});

async function one(options = {}): Promise<{ cluster: Cluster; a: Node }> {
  const cluster = newCluster();
  return { cluster, a: await cluster.start(1, options) };
}

async function two(): Promise<{ cluster: Cluster; a: Node; b: Node }> {
  const { cluster, a } = await one();
  return { cluster, a, b: await cluster.start(2) };
}

/** Two nodes, and a probe on the first that watches an actor on the second. */
async function watching(): Promise<{ cluster: Cluster; a: Node; b: Node; watcher: TestProbe }> {
  const { cluster, a, b } = await two();
  const target = b.spawn(() => {}, { name: 'target' });
  const watcher = new TestProbe(a);
  watcher.watch(a.lookup(target.address));
  await cluster.clock.advance(10);
  return { cluster, a, b, watcher };
}

const reasons = (probe: TestProbe) => probe.messages.map(message => (message as Terminated<Ref>).reason);
