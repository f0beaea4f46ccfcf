import { assert } from 'chai';
import {
  Actor,
  ActorStopped,
  DeadLetter,
  InvalidMessage,
  LookupFailed,
  Node,
  PoisonPill,
  type Ref,
  RemotingError,
  SerializationError,
  silentLogger,
  type Terminated,
} from '../../lib/index.ts';
import { MemoryNetwork, TestProbe } from '../../lib/testkit/index.ts';
import { addressOf, type Cluster, heard, newCluster } from './support.ts';

describe('a message to another node', () => {
  it('arrives, in order', async () => {
    const { cluster, a, b } = await two();
    const probe = new TestProbe(b, 'probe');
    for (let i = 0; i < 1000; i++) a.lookup(remote(probe.ref)).tell(i);
    await cluster.clock.advance(10);
    assert.deepEqual(
      probe.messages,
      Array.from({ length: 1000 }, (_, i) => i),
    );
  });

  it('is what it was when it was told', async () => {
    const { cluster, a, b } = await two();
    const probe = new TestProbe(b, 'probe');
    const message = { n: 1 };
    a.lookup(remote(probe.ref)).tell(message);
    message.n = 2;
    await cluster.clock.advance(10);
    assert.deepEqual(probe.messages, [{ n: 1 }]);
  });

  it('finds each of many actors on many nodes', async () => {
    const cluster = newCluster();
    const a = await cluster.start(1);
    const others = [];
    for (const port of [2, 3, 4]) others.push(await cluster.start(port));
    const probes = others.flatMap(node => Array.from({ length: 20 }, () => new TestProbe(node)));
    for (const { ref } of probes.toReversed()) a.lookup(ref.address).tell(ref.address);
    await cluster.clock.advance(10);
    for (const probe of probes) assert.deepEqual(probe.messages, [probe.ref.address]);
  });

  it('carries its sender, who can be answered', async () => {
    const { cluster, a, b } = await two();
    b.spawn((message, { sender }) => sender?.tell(`re: ${message}`), { name: 'echo' });
    const probe = new TestProbe(a);
    a.lookup(`${b.address}/echo`).tell('hi', probe.ref);
    await cluster.clock.advance(10);
    assert.deepEqual(probe.messages, ['re: hi']);
  });

  it('carries refs, which are local again when they come home', async () => {
    const { cluster, a, b } = await two();
    const probe = new TestProbe(a, 'home');
    b.spawn(message => void (message as { ref: Ref }).ref.tell(message), { name: 'back' });
    a.lookup(`${b.address}/back`).tell({ ref: probe.ref });
    await cluster.clock.advance(10);
    assert.equal((probe.messages[0] as { ref: Ref }).ref, probe.ref);
  });

  it('carries the ref of a third node, which can be told directly', async () => {
    const cluster = newCluster();
    const [a, b, c] = [await cluster.start(1), await cluster.start(2), await cluster.start(3)];
    const probe = new TestProbe(c, 'third');
    b.spawn(message => void (message as Ref).tell('from b'), { name: 'teller' });
    a.lookup(`${b.address}/teller`).tell(a.lookup(remote(probe.ref)));
    await cluster.clock.advance(20);
    assert.deepEqual(probe.messages, ['from b']);
  });

  it('to nobody is a dead letter over there', async () => {
    const { cluster, a, b } = await two();
    const letters = heard(b, DeadLetter);
    a.lookup(`${b.address}/nobody`).tell('x');
    await cluster.clock.advance(10);
    assert.deepEqual(
      letters.map(({ message, reason, recipient }) => [message, reason, recipient.path]),
      [['x', 'notFound', '/nobody']],
    );
  });

  it('reaches the successor of an actor by its name', async () => {
    const { cluster, a, b } = await two();
    const first = new TestProbe(b, 'name');
    const ref = a.lookup(remote(first.ref));
    ref.tell(1);
    await cluster.clock.advance(10);
    first.ref.stop();
    await cluster.clock.advance(10);
    const second = new TestProbe(b, 'name');
    ref.tell(2);
    await cluster.clock.advance(10);
    assert.deepEqual([first.messages, second.messages], [[1], [2]]);
  });

  it('that cannot be sent is a dead letter here, rejects the ask, and harms nothing else', async () => {
    const { cluster, a, b } = await two();
    const probe = new TestProbe(b, 'probe');
    const letters = heard(a, DeadLetter);
    const ref = a.lookup(remote(probe.ref));
    ref.tell(() => {});
    const failed = ref.ask({ f: () => {} }).catch((error: unknown) => error);
    ref.tell('fine');
    await cluster.clock.advance(10);
    assert.deepEqual(
      letters.map(({ reason }) => reason),
      ['unserializable', 'unserializable'],
    );
    assert.instanceOf(await failed, SerializationError);
    assert.deepEqual(probe.messages, ['fine']);
  });

  it('that is too large is a dead letter here', async () => {
    const { cluster, a, b } = await two({ remoting: { maxMessageSize: 100 } });
    const letters = heard(a, DeadLetter);
    a.lookup(`${b.address}/x`).tell('x'.repeat(200));
    await cluster.clock.advance(10);
    assert.deepEqual(
      letters.map(({ reason }) => reason),
      ['tooLarge'],
    );
  });

  it('arrives as an instance of a class that both nodes registered', async () => {
    class Point {
      x = 1;
    }
    const { cluster, a, b } = await two();
    a.register(Point);
    b.register(Point);
    const probe = new TestProbe(b, 'probe');
    a.lookup(remote(probe.ref)).tell(new Point());
    await cluster.clock.advance(10);
    assert.instanceOf(probe.messages[0], Point);
  });

  it('of a class that is unknown over there is a dead letter there, and the link goes on', async () => {
    class Odd {
      x = 1;
    }
    const { cluster, a, b } = await two();
    a.register(Odd);
    const probe = new TestProbe(b, 'probe');
    const letters = heard(b, DeadLetter);
    a.lookup(remote(probe.ref)).tell(new Odd()).tell('next');
    await cluster.clock.advance(10);
    assert.deepEqual(
      letters.map(({ reason }) => reason),
      ['undecodable'],
    );
    assert.deepEqual(probe.messages, ['next']);
  });

  it('that does not conform to accepts never reaches receive', async () => {
    const { cluster, a, b } = await two();
    const seen: unknown[] = [];
    const Strict = strictClass(seen);
    b.spawn(Strict, { name: 'strict' });
    const invalid = heard(b, InvalidMessage);
    a.lookup(`${b.address}/strict`).tell(1).tell('text');
    await cluster.clock.advance(10);
    assert.deepEqual(seen, ['text']);
    assert.lengthOf(invalid, 1);
  });
});

describe('an ask to another node', () => {
  it('gets its answer', async () => {
    const { cluster, a, b } = await two();
    b.spawn((n: unknown, { sender }) => sender?.tell((n as number) * 2), { name: 'double' });
    const answers = Promise.all([1, 2, 3].map(n => a.lookup(`${b.address}/double`).ask<number>(n)));
    await cluster.clock.advance(10);
    assert.deepEqual(await answers, [2, 4, 6]);
  });

  it('is rejected with the error that came as the answer', async () => {
    const { cluster, a, b } = await two();
    b.spawn((_, { sender }) => sender?.tell(new RangeError('no')), { name: 'no' });
    const failed = a
      .lookup(`${b.address}/no`)
      .ask('x')
      .catch((error: unknown) => error);
    await cluster.clock.advance(10);
    assert.instanceOf(await failed, RangeError);
  });

  it('is rejected at once when there is no such actor, or it stops', async () => {
    const { cluster, a, b } = await two();
    const mute = b.spawn(() => {}, { name: 'mute' });
    const [nobody, stopped] = ['nobody', 'mute'].map(name =>
      a
        .lookup(`${b.address}/${name}`)
        .ask('x')
        .catch((error: unknown) => error),
    );
    await cluster.clock.advance(10);
    mute.stop();
    await cluster.clock.advance(10);
    assert.instanceOf(await nobody, ActorStopped);
    assert.instanceOf(await stopped, ActorStopped);
  });

  it('leaves nobody watching', async () => {
    const { cluster, a, b } = await two();
    b.spawn((_, { sender }) => sender?.tell('yes'), { name: 'yes' });
    for (let i = 0; i < 10; i++) {
      const answer = a.lookup(`${b.address}/yes`).ask('x');
      await cluster.clock.advance(10);
      await answer;
    }
    const letters = heard(a, DeadLetter);
    b.lookup('/yes').stop();
    await cluster.clock.advance(10);
    assert.deepEqual(letters, []);
  });
});

describe('an actor on another node', () => {
  it('can be stopped and killed', async () => {
    const { cluster, a, b } = await two();
    const refs = ['s', 'k'].map(name => b.spawn(() => {}, { name }));
    a.lookup(`${b.address}/s`).stop();
    a.lookup(`${b.address}/k`).kill();
    await cluster.clock.advance(10);
    assert.deepEqual(
      refs.map(ref => ref.isStopped),
      [true, true],
    );
  });

  it('can be joined, and joining one that never lived ends at once', async () => {
    const { cluster, a, b } = await two();
    b.spawn(() => {}, { name: 'x' });
    const ended = Promise.all([a.lookup(`${b.address}/x`).join(), a.lookup(`${b.address}/never`).join()]);
    a.lookup(`${b.address}/x`).stop();
    await cluster.clock.advance(20);
    await ended;
  });

  it('terminates for its watcher, once, whatever it died of', async () => {
    const { cluster, a, b } = await two();
    const watcher = new TestProbe(a);
    for (const [name, end] of [
      ['s', 'stop'],
      ['k', 'kill'],
    ] as const) {
      const target = b.spawn(() => {}, { name });
      watcher.watch(a.lookup(remote(target)));
      await cluster.clock.advance(10);
      target[end]();
    }
    watcher.watch(a.lookup(`${b.address}/never`));
    await cluster.clock.advance(10);
    assert.deepEqual(reasons(watcher), ['stopped', 'killed', 'notFound']);
  });

  it('does not terminate for one who has stopped to watch', async () => {
    const { cluster, a, b } = await two();
    const target = b.spawn(() => {}, { name: 't' });
    const seen: unknown[] = [];
    const watcher = a.spawn((message, context) => {
      if (message === 'watch') context.watch(a.lookup(remote(target)));
      else if (message === 'unwatch') context.unwatch(a.lookup(remote(target)));
      else seen.push(message);
    });
    for (const message of ['watch', 'unwatch']) {
      watcher.tell(message);
      await cluster.clock.advance(10);
    }
    target.stop();
    await cluster.clock.advance(100);
    assert.deepEqual(seen, []);
  });

  it('cannot be stopped when it is the guardian', async () => {
    const { cluster, a, b } = await two();
    a.lookup(`${b.address}/`).stop();
    a.lookup(`${b.address}/`).kill();
    await cluster.clock.advance(10_000);
    assert.isFalse(b.guardian.isStopped);
  });

  it('cannot be stopped by a PoisonPill when it is the guardian', async () => {
    const { cluster, a, b } = await two();
    a.lookup(`${b.address}/`).tell(PoisonPill);
    await cluster.clock.advance(10_000);
    assert.isFalse(b.guardian.isStopped);
  });
});

describe('the own address', () => {
  it('leads to the local actor, or to nobody', async () => {
    const a = await newCluster().start(1);
    const actor = a.spawn(() => {}, { name: 'x' });
    assert.equal(a.lookup(`${a.address}/x`), actor);
    assert.isTrue(a.lookup(`${a.address}/nobody`).isStopped);
    assert.throws(() => a.lookup('/nobody'), LookupFailed);
  });
});

describe('the books', () => {
  it('add up on both sides', async () => {
    const { cluster, a, b } = await two();
    b.spawn((_, { sender }) => sender?.tell('yes'), { name: 'yes' });
    for (let i = 0; i < 50; i++) void a.lookup(`${b.address}/yes`).ask(i);
    for (let i = 0; i < 20; i++) a.lookup(`${b.address}/nobody`).tell(i);
    a.lookup('127.0.0.1:99/x').tell('lost');
    await cluster.clock.advance(10_000);
    for (const node of [a, b]) {
      const { sent, handled, unhandled, queued, stashed, deadLetters } = node.stats();
      assert.equal(sent, handled + unhandled + queued + stashed + deadLetters.total);
    }
    assert.equal(b.stats().received, 70);
    assert.equal(a.stats().transmitted, 70);
  });
});

describe('the options of remoting', () => {
  const wrong: [object, typeof TypeError | typeof RemotingError, RegExp][] = [
    [{ heartbeatInterval: 0 }, TypeError, /heartbeatInterval/],
    [{ maxSilence: Number.NaN }, TypeError, /maxSilence/],
    [{ queueLimit: -1 }, TypeError, /queueLimit/],
    [{ maxMessageSize: 'big' }, TypeError, /maxMessageSize/],
    [{ maxSilense: 1 }, TypeError, /maxSilense/],
    [{ heartbeatInterval: 100, maxSilence: 100 }, RemotingError, /maxSilence/],
  ];
  for (const [remoting, kind, message] of wrong) {
    it(`refuse ${JSON.stringify(remoting)}`, async () => {
      const error = await failure({ remoting });
      assert.instanceOf(error, kind);
      assert.match(error.message, message);
    });
  }

  it('refuse an address that others can reach, and say what allows it', async () => {
    assert.match((await failure({ address: '0.0.0.0:1' })).message, /insecure/);
  });

  it('allow it with insecure', async () => {
    await newCluster().start(1, { address: '10.0.0.1:1', remoting: { insecure: true } });
  });
});

async function two(options = {}): Promise<{ cluster: Cluster; a: Node; b: Node }> {
  const cluster = newCluster();
  return { cluster, a: await cluster.start(1, options), b: await cluster.start(2, options) };
}

const remote = (ref: Ref) => ref.address;

const reasons = (probe: TestProbe) => probe.messages.map(message => (message as Terminated<Ref>).reason);

async function failure(options: object): Promise<Error> {
  const { transport } = new MemoryNetwork();
  return Node.start({ address: addressOf(1), transport, logger: silentLogger, ...options }).then(
    () => assert.fail('it started'),
    (error: Error) => error,
  );
}

function strictClass(seen: unknown[]) {
  return class Strict extends Actor<string> {
    static override accepts = textSchema;
    override receive(message: string): void {
      seen.push(message);
    }
  };
}

const textSchema = {
  '~standard': {
    version: 1 as const,
    vendor: 'spec',
    validate: (value: unknown) =>
      typeof value === 'string' ? { value } : { issues: [{ message: 'no text' }] },
  },
};
