import { assert } from 'chai';
import {
  Exit,
  MalformedInput,
  type Node,
  type NodeOptions,
  OperationRefused,
  oneForOne,
  type Ref,
  type RemotePolicy,
  Stop,
} from '../../lib/index.ts';
import { RawPeer } from './rawPeer.ts';
import { type Cluster, heard, newCluster, seeded } from './support.ts';

describe('a link across nodes', () => {
  for (const linker of [0, 1]) {
    const who = linker === 0 ? 'the one that ends had linked itself' : 'the other one had linked itself';
    for (const [how, order] of Object.entries({ fails: 'fail', 'is killed': 'kill' })) {
      it(`stops the one when the other ${how}: ${who}`, async () => {
        const { cluster, a, b, link } = await pair();
        await (linker === 0 ? link(a, b) : link(b, a));
        a.ref.tell(order);
        await cluster.clock.advance(100);
        assert.isTrue(b.ref.isStopped);
      });
    }

    it(`leaves the one alone when the other is stopped: ${who}`, async () => {
      const { cluster, a, b, link } = await pair();
      await (linker === 0 ? link(a, b) : link(b, a));
      a.ref.stop();
      await cluster.clock.advance(100);
      assert.isFalse(b.ref.isStopped);
    });

    it(`brings an Exit from the other node to who traps exits: ${who}`, async () => {
      const { cluster, a, b, link } = await pair();
      b.ref.tell('trap');
      await (linker === 0 ? link(a, b) : link(b, a));
      a.ref.tell('fail');
      await cluster.clock.advance(100);
      assert.deepEqual(b.exits, [`${a.ref.address} failed`]);
      assert.isFalse(b.ref.isStopped);
    });

    it(`is undone at both ends by who has not made it: ${who}`, async () => {
      const { cluster, a, b, link, unlink } = await pair();
      await (linker === 0 ? link(a, b) : link(b, a));
      await (linker === 0 ? unlink(b, a) : unlink(a, b));
      a.ref.tell('kill');
      await cluster.clock.advance(100);
      assert.isFalse(b.ref.isStopped);
    });
  }

  it('passes an end on from node to node', async () => {
    const { cluster, a, b, link } = await pair();
    const c = actorOn(await cluster.start(3));
    await link(a, b);
    await link(c, b);
    a.ref.tell('kill');
    await cluster.clock.advance(100);
    assert.isTrue(c.ref.isStopped);
  });

  it('comes after the last words, however large they are', async () => {
    const { cluster, a, b, link } = await pair();
    b.ref.tell('trap');
    await link(b, a);
    a.ref.tell({ sayMuchTo: a.far(b) }).tell('fail');
    await cluster.clock.advance(1000);
    assert.deepEqual(b.exits, ['1048576 bytes', `${a.ref.address} failed`]);
  });

  it('survives that its records are lost on the way', async () => {
    const { cluster, a, b } = await pair();
    cluster.network.cut(a.node.address as string, b.node.address as string);
    a.ref.tell({ link: a.far(b) });
    await cluster.clock.advance(100);
    cluster.network.heal();
    await cluster.clock.advance(3000);
    b.ref.tell('kill');
    await cluster.clock.advance(100);
    assert.isTrue(a.ref.isStopped);
  });

  it('is kept over a restart of either', async () => {
    const { cluster, a, b, link } = await pair();
    await link(a, b);
    a.ref.tell('restart');
    b.ref.tell('restart');
    await cluster.clock.advance(100);
    assert.deepEqual([a.ref.isStopped, b.ref.isStopped], [false, false]);
    b.ref.tell('kill');
    await cluster.clock.advance(100);
    assert.isTrue(a.ref.isStopped);
  });

  it('to an actor that does not exist ends who links, with the reason notFound', async () => {
    const { cluster, a, b } = await pair();
    a.ref.tell('trap').tell({ link: a.node.lookup(`${b.node.address}/never`) });
    await cluster.clock.advance(100);
    assert.deepEqual(a.exits, [`${b.node.address}/never notFound`]);
  });

  it('to an actor that has ended is one to an actor that does not exist', async () => {
    const { cluster, a, b, link } = await pair();
    a.ref.tell('trap');
    b.ref.stop();
    await link(a, b);
    await cluster.clock.advance(100);
    assert.deepEqual(a.exits, [`${b.ref.address} notFound`]);
  });

  it('to a node that can not be reached ends who links, with the reason nodeDown', async () => {
    const { cluster, a } = await pair();
    a.ref.tell('trap').tell({ link: a.node.lookup('127.0.0.1:9/x') });
    await cluster.clock.advance(5000);
    assert.deepEqual(a.exits, ['127.0.0.1:9/x nodeDown']);
  });

  it('from a node without remoting ends who links, with the reason nodeDown', async () => {
    const cluster = newCluster();
    const a = actorOn(await cluster.start(1, { address: undefined } as unknown as NodeOptions));
    a.ref.tell('trap').tell({ link: a.node.lookup('127.0.0.1:9/x') });
    await cluster.clock.advance(100);
    assert.deepEqual(a.exits, ['127.0.0.1:9/x nodeDown']);
  });
});

describe('unlink() across nodes', () => {
  it('lets no Exit come that is on its way', async () => {
    const { cluster, a, b, link } = await pair();
    a.ref.tell('trap');
    await link(a, b);
    cluster.network.link('*', '*', { delay: 50 });
    b.ref.tell('kill');
    await cluster.clock.advance(20);
    a.ref.tell({ unlink: a.far(b) });
    await cluster.clock.advance(500);
    assert.deepEqual(a.exits, []);
    assert.isTrue(b.ref.isStopped);
  });

  it('lets no end of the node be heard of', async () => {
    const { cluster, a, b, link, unlink } = await pair();
    await link(a, b);
    await unlink(a, b);
    cluster.crash(b.node);
    await cluster.clock.advance(10_000);
    assert.isFalse(a.ref.isStopped);
  });

  it('leaves both ends of one mind, however they cross with links', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = seeded(seed);
      const { cluster, a, b, link } = await pair();
      cluster.network.link('*', '*', { delay: 10 });
      for (let i = 0; i < 12; i++) {
        const [from, to] = random() < 0.5 ? [a, b] : [b, a];
        from.ref.tell(random() < 0.5 ? { link: from.far(to) } : { unlink: from.far(to) });
        await cluster.clock.advance(Math.floor(random() * 15));
      }
      await cluster.clock.advance(200);
      // Whoever takes itself to be linked says nothing.
      const [from, to] = seed % 2 === 0 ? [a, b] : [b, a];
      await link(from, to);
      from.ref.tell('kill');
      await cluster.clock.advance(200);
      assert.isTrue(to.ref.isStopped, `seed ${seed}`);
      await cluster.stop();
    }
  });
});

describe('the end of a node', () => {
  it('is heard once on both sides of a broken network, and stops who does not trap exits', async () => {
    const { cluster, a, b, link } = await pair();
    const [c, d] = [actorOn(a.node, 'c'), actorOn(b.node, 'd')];
    for (const { ref } of [a, b]) ref.tell('trap');
    await link(a, b);
    await link(d, c);
    cluster.network.cut(a.node.address as string, b.node.address as string);
    cluster.network.cut(b.node.address as string, a.node.address as string);
    await cluster.clock.advance(20_000);
    assert.deepEqual([a.exits, b.exits], [[`${b.ref.address} nodeDown`], [`${a.ref.address} nodeDown`]]);
    assert.deepEqual([c.ref.isStopped, d.ref.isStopped], [true, true]);
  });

  it('is one of another incarnation when it is back at once, and the new actor there is not linked', async () => {
    const { cluster, a, b, link } = await pair();
    a.ref.tell('trap');
    await link(a, b);
    cluster.crash(b.node);
    const again = actorOn(await cluster.start(2));
    again.far(a).tell('hello');
    await cluster.clock.advance(3000);
    assert.deepEqual(a.exits, [`${b.ref.address} newIncarnation`]);
    again.ref.tell('kill');
    await cluster.clock.advance(1000);
    assert.lengthOf(a.exits, 1);
  });

  it('that is stopped is the end of an actor that is stopped', async () => {
    const { cluster, a, b, link } = await pair();
    const trapping = actorOn(a.node, 'trapping');
    trapping.ref.tell('trap');
    await link(a, b);
    await link(trapping, b);
    const stopped = b.node.stop();
    await cluster.clock.advance(2000);
    await stopped;
    assert.isFalse(a.ref.isStopped);
    assert.deepEqual(trapping.exits, [`${b.ref.address} stopped`]);
  });
});

describe('remoting.allow', () => {
  for (const operation of ['watch', 'stop'] as const) {
    it(`refuses links from nodes that may not ${operation}`, async () => {
      const { cluster, a, b, link } = await pair({ [operation]: false });
      a.ref.tell('trap');
      const refused = heard(b.node, OperationRefused);
      await link(a, b);
      assert.deepEqual(a.exits, [`${b.ref.address} notFound`]);
      assert.deepEqual(
        refused.map(({ peer, path, operation }) => [peer, path, operation]),
        [[a.node.address, '/actor', operation]],
      );
      a.ref.tell('kill');
      await cluster.clock.advance(100);
      assert.isFalse(b.ref.isStopped);
    });
  }

  it('does not matter to an actor that links itself', async () => {
    const { cluster, a, b, link } = await pair({ watch: false, stop: false });
    await link(b, a);
    a.ref.tell('kill');
    await cluster.clock.advance(100);
    assert.isTrue(b.ref.isStopped);
  });
});

describe('a hostile peer', () => {
  it('links in its own name alone', async () => {
    const { peer, node } = await joined();
    const malformed = heard(node, MalformedInput);
    await peer.say(writer => {
      for (const [i, operation] of (['link', 'unlink'] as const).entries())
        writer.system({ number: i + 1, operation, path: '/actor', address: '127.0.0.1:7/x', reason: '1' });
    });
    assert.deepEqual(
      malformed.map(({ reason }) => reason),
      ['link in the name of another node', 'unlink in the name of another node'],
    );
  });

  it('ends nobody who is not linked to one of its actors', async () => {
    const { peer, actor } = await joined();
    await peer.say(writer =>
      writer.system({ number: 1, operation: 'exited', path: '/actor', address: '/x', reason: 'failed' }),
    );
    assert.isFalse(actor.ref.isStopped);
  });

  it('gets its unlink answered, though nobody is linked', async () => {
    const { peer } = await joined();
    const address = `${peer.address}/x`;
    await peer.say(writer =>
      writer.system({ number: 1, operation: 'unlink', path: '/actor', address, reason: 'mark' }),
    );
    assert.deepInclude(peer.systems[0], {
      operation: 'unlinked',
      path: '/x',
      address: '/actor',
      reason: 'mark',
    });
  });

  it('links to no actor of the runtime', async () => {
    const { peer, node } = await joined();
    const address = `${peer.address}/x`;
    await peer.say(writer => writer.system({ number: 1, operation: 'link', path: '/', address, reason: '' }));
    await peer.say(writer =>
      writer.system({ number: 2, operation: 'exited', path: '/', address: '/x', reason: 'failed' }),
    );
    assert.deepInclude(peer.systems[0], {
      operation: 'exited',
      path: '/x',
      address: '/',
      reason: 'notFound',
    });
    assert.isFalse(node.guardian.isStopped);
  });
});

interface Linked {
  readonly node: Node;
  readonly ref: Ref;
  readonly exits: string[];
  /** Another one, as it is seen from here. */
  far(other: Linked): Ref;
}

/** An actor that links, unlinks and ends as it is told, and writes down the exits that it hears of. */
function actorOn(node: Node, name = 'actor'): Linked {
  const exits: string[] = [];
  const ref = node.spawn<unknown>(
    (message, context) => {
      if (message instanceof Exit) exits.push(`${message.ref} ${message.reason}`);
      else if (message instanceof Uint8Array) exits.push(`${message.length} bytes`);
      else if (message === 'trap') context.trapExit = true;
      else if (message === 'kill') context.ref.kill();
      else if (message === 'fail' || message === 'restart') throw new Error(message);
      else if (typeof message === 'object') {
        const { link, unlink, sayMuchTo } = message as { link?: Ref; unlink?: Ref; sayMuchTo?: Ref };
        if (link !== undefined) context.link(link);
        if (unlink !== undefined) context.unlink(unlink);
        sayMuchTo?.tell(new Uint8Array(2 ** 20), context.ref);
      }
    },
    { name },
  );
  return { node, ref, exits, far: other => node.lookup(other.ref.address) };
}

/** Two nodes with an actor each; the second lets others do what `allow` says. */
async function pair(allow?: RemotePolicy) {
  const cluster = newCluster();
  const supervision = oneForOne({ decide: ({ message }) => (message === 'fail' ? Stop : undefined) });
  const a = actorOn(await cluster.start(1, { supervision }));
  const b = actorOn(await cluster.start(2, { supervision, remoting: { allow } }));
  const link = async (from: Linked, to: Linked) => {
    from.ref.tell({ link: from.far(to) });
    await cluster.clock.advance(100);
  };
  const unlink = async (from: Linked, to: Linked) => {
    from.ref.tell({ unlink: from.far(to) });
    await cluster.clock.advance(100);
  };
  return { cluster, a, b, link, unlink };
}

/** A node with an actor, and a peer that says what it likes. */
async function joined(): Promise<{ cluster: Cluster; node: Node; actor: Linked; peer: RawPeer }> {
  const cluster = newCluster();
  const node = await cluster.start(1);
  const actor = actorOn(node);
  return { cluster, node, actor, peer: await RawPeer.join(cluster, node, 9) };
}
