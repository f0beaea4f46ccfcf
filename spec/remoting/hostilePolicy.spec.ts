/** What a policy must not let through, however it answers and however the question is put. */
import { encode } from '@msgpack/msgpack';
import { assert } from 'chai';
import {
  Actor,
  DeadLetter,
  ErrorIgnored,
  type Node,
  OperationRefused,
  PoisonPill,
  type RemotePolicy,
} from '../../lib/index.ts';
import { TestProbe } from '../../lib/testkit/index.ts';
import { RawPeer, writeUser } from './rawPeer.ts';
import { addressOf, type Cluster, heard, newCluster } from './support.ts';

describe('a policy that is a function', () => {
  const answers: [string, () => unknown][] = [
    ['a promise of true', async () => true],
    ['a promise that is rejected', () => Promise.reject(new Error('too late'))],
    ['a thenable', () => ({ then: () => {} })],
    ['1', () => 1],
    ['a text', () => 'yes'],
    ['an object', () => ({})],
    ['nothing', () => undefined],
  ];
  for (const [what, answer] of answers)
    it(`allows nothing with ${what}`, async () => {
      const { node, peer, probe } = await joined(answer as () => boolean);
      const refused = heard(node, OperationRefused);
      await peer.tell('/probe', 'x');
      assert.deepEqual(probe.messages, []);
      assert.lengthOf(refused, 1);
    });

  it('does no harm with a promise that is rejected later', async () => {
    const handlers: unknown[] = [];
    const promise = { then: (_: unknown, failed: unknown) => handlers.push(failed) };
    const { peer } = await joined((() => promise) as unknown as () => boolean);
    await peer.tell('/probe', 'x');
    assert.deepEqual(
      handlers.map(one => typeof one),
      ['function'],
    );
  });

  it('is told that it must answer at once', async () => {
    const { node, peer } = await joined((async () => true) as unknown as () => boolean);
    const ignored = heard(node, ErrorIgnored);
    await peer.tell('/probe', 'x');
    assert.match(ignored[0]?.error.message ?? '', /must answer at once, with true or false/);
    assert.equal(ignored[0]?.where, 'the policy of remoting.allow');
  });
});

describe('a peer that is refused again and again', () => {
  it('is told of a hundred times in a second at the most, with so much of a path as fits a line', async () => {
    const { node, peer, cluster } = await joined(() => false);
    const refused = heard(node, OperationRefused);
    for (let i = 0; i < 150; i++) void peer.tell(`/${'x'.repeat(1000)}`, i);
    await cluster.clock.advance(5);
    assert.lengthOf(refused, 100);
    assert.lengthOf(refused[0]?.path ?? '', 200);
    await cluster.clock.advance(1000);
    await peer.tell('/x', 'one more');
    assert.lengthOf(refused, 101);
  });
});

describe('a path that does not begin with a slash', () => {
  it('leads to nobody, with a number as without', async () => {
    const { node, peer, probe } = await joined(({ path }) => path !== '/probe');
    const letters = heard(node, DeadLetter);
    await peer.tell('Xprobe', 'text');
    await peer.say(writer => {
      writer.define(1, 'Xprobe');
      writeUser(writer, 1, undefined, encode('number'));
    });
    assert.deepEqual(probe.messages, []);
    assert.deepEqual(
      letters.map(({ recipient }) => recipient.path),
      ['/$unknown', '/$unknown'],
    );
  });
});

describe('a message of another node whose sender is an actor of this one', () => {
  it('has that sender only where the policy lets the peer tell it something', async () => {
    const { node, peer } = await joined(({ path }) => path !== '/secret');
    const secret = new TestProbe(node, 'secret');
    const open = new TestProbe(node, 'open');
    node.spawn((_: unknown, context) => context.reply('answer'), { name: 'echo' });
    for (const name of ['secret', 'open']) await peer.tell('/echo', 'x', `${node.address}/${name}`);
    assert.deepEqual(secret.messages, []);
    assert.deepEqual(open.messages, ['answer']);
  });
});

describe('an actor with accepts', () => {
  it('is stopped by a PoisonPill of another node: that is no message for its schema', async () => {
    const { there, here, cluster } = await strict(value => ({ issues: [`not ${value}`] }));
    const actor = there.lookup('/strict');
    here.lookup(`${there.address}/strict`).tell(PoisonPill);
    await cluster.clock.advance(100);
    assert.isTrue(actor.isStopped);
  });

  it('answers an ask that it does not accept', async () => {
    const { there, here, cluster } = await strict(() => ({ issues: ['no'] }));
    const answer = here.lookup(`${there.address}/strict`).ask('x');
    const text = answer.catch(error => error.message);
    await cluster.clock.advance(100);
    assert.equal(await text, '/strict does not accept such a message');
  });

  it('accepts nothing by a promise, whatever class that is of', async () => {
    const handlers: unknown[] = [];
    const thenable = { then: (_: unknown, failed: unknown) => handlers.push(failed) };
    for (const validate of [async () => ({ value: 'x' }), () => thenable]) {
      const { there, here, cluster } = await strict(validate);
      const letters = heard(there, DeadLetter);
      here.lookup(`${there.address}/strict`).tell('x');
      await cluster.clock.advance(100);
      assert.deepEqual(
        letters.map(({ reason }) => reason),
        ['refused'],
      );
    }
    assert.deepEqual(
      handlers.map(one => typeof one),
      ['function'],
    );
  });
});

async function joined(
  allow: RemotePolicy,
): Promise<{ cluster: Cluster; node: Node; peer: RawPeer; probe: TestProbe }> {
  const cluster = newCluster();
  const node = await cluster.start(1, { remoting: { allow } });
  const probe = new TestProbe(node, 'probe');
  return { cluster, node, probe, peer: await RawPeer.join(cluster, node, 9) };
}

/** Two nodes; on one of them an actor whose schema is `validate`. */
async function strict(
  validate: (value: unknown) => unknown,
): Promise<{ cluster: Cluster; here: Node; there: Node }> {
  class Strict extends Actor<string> {
    static override accepts = {
      '~standard': { version: 1 as const, vendor: 'spec', validate: validate as () => { value: string } },
    };
    override receive(): void {}
  }
  const cluster = newCluster();
  const here = await cluster.start(1);
  const there = await cluster.start(2);
  there.spawn(Strict, { name: 'strict' });
  assert.equal(there.address, addressOf(2));
  return { cluster, here, there };
}
