import { assert } from 'chai';
import { DeadLetter, type Node, OperationRefused, PoisonPill, type RemotePolicy } from '../../lib/index.ts';
import { permitOf, type RemoteOperation } from '../../lib/remoting/policy.ts';
import { TestProbe } from '../../lib/testkit/index.ts';
import { type Cluster, heard, newCluster } from './support.ts';

const may = (policy: RemotePolicy | undefined, operation: RemoteOperation, path = '/a', key?: string) =>
  permitOf(policy)({ operation, path, peer: 'h:1', key });

describe('permitOf()', () => {
  it('lets others tell, ask, watch, stop and kill, and not spawn, unless told otherwise', () => {
    for (const operation of ['tell', 'ask', 'watch', 'stop', 'kill'] as const)
      assert.isTrue(may(undefined, operation));
    assert.isFalse(may(undefined, 'spawn'));
  });

  it('takes a list of operations', () => {
    assert.isTrue(may(['tell'], 'tell'));
    assert.isFalse(may(['tell'], 'ask'));
  });

  it('takes an object, which leaves what it does not name as it is', () => {
    const policy = { stop: false, kill: '/mortal/*', spawn: true } as const;
    assert.isTrue(may(policy, 'tell'));
    assert.isFalse(may(policy, 'stop'));
    assert.isTrue(may(policy, 'kill', '/mortal/x'));
    assert.isFalse(may(policy, 'kill', '/mortal/x/y'));
    assert.isTrue(may(policy, 'spawn'));
  });

  it('takes rules, of which one is enough', () => {
    const policy = [
      { operations: ['tell'], paths: '/public/**' },
      { paths: ['/admin'], keys: ['k'] },
    ] as const;
    assert.isTrue(may(policy, 'tell', '/public/a/b'));
    assert.isTrue(may(policy, 'tell', '/public'));
    assert.isFalse(may(policy, 'tell', '/publicity'));
    assert.isFalse(may(policy, 'kill', '/public/a'));
    assert.isTrue(may(policy, 'kill', '/admin', 'k'));
    assert.isFalse(may(policy, 'kill', '/admin', 'other'));
    assert.isFalse(may(policy, 'kill', '/admin'));
  });

  it('takes patterns literally but for their stars', () => {
    assert.isFalse(may({ tell: '/a.b' }, 'tell', '/axb'));
    assert.isTrue(may({ tell: '/a*c/**' }, 'tell', '/abc/d/e'));
  });

  it('takes a function', () => {
    const policy = ({ operation, path }: { operation: string; path: string }) =>
      operation === 'tell' && path === '/a';
    assert.isTrue(may(policy, 'tell'));
    assert.isFalse(may(policy, 'tell', '/b'));
  });

  for (const [policy, text] of [
    [7, /remoting.allow must be/],
    [['shout'], /no operation "shout"/],
    [{ shout: true }, /no operation "shout"/],
    [{ tell: 7 }, /remoting.allow.tell must be/],
    [[{ path: '/a' }], /a rule has operations, paths, keys, not "path"/],
    [{ tell: 'a' }, /a path starts with \//],
  ] as const) {
    it(`refuses ${JSON.stringify(policy)}`, () => {
      assert.throws(() => permitOf(policy as unknown as RemotePolicy), TypeError, text);
    });
  }
});

describe('remoting.allow', () => {
  it('makes a message that is not allowed a dead letter over there, and rejects an ask', async () => {
    const { cluster, here, there } = await pair({ tell: false, ask: false });
    const letters = heard(there, DeadLetter);
    const refused = heard(there, OperationRefused);
    const ref = here.lookup(`${there.address}/probe`);
    ref.tell('hello');
    const answer = ref.ask<string>('hello').catch(error => error.message as string);
    await cluster.clock.advance(100);
    assert.match(await answer, /the policy of its node forbids it/);
    assert.deepEqual(
      letters.map(({ reason }) => reason),
      ['refused', 'refused'],
    );
    assert.deepEqual(
      refused.map(({ peer, operation, path }) => [peer, operation, path]),
      [
        [here.address, 'tell', '/probe'],
        [here.address, 'ask', '/probe'],
      ],
    );
  });

  it('lets answers come home to a node that takes no messages', async () => {
    const { cluster, here, there } = await pair(undefined, { tell: false });
    there.spawn((message, context) => context.reply(message), { name: 'echo' });
    const answer = here.lookup(`${there.address}/echo`).ask('hello');
    await cluster.clock.advance(100);
    assert.equal(await answer, 'hello');
  });

  it('keeps actors alive that may not be stopped, not even by a PoisonPill', async () => {
    const { cluster, here, there } = await pair({ stop: false, kill: false });
    const actor = there.spawn(() => {}, { name: 'actor' });
    const ref = here.lookup(`${there.address}/actor`);
    ref.stop();
    ref.kill();
    ref.tell(PoisonPill);
    await cluster.clock.advance(100);
    assert.isFalse(actor.isStopped);
  });

  it('tells a watcher that may not watch that nobody is there', async () => {
    const { cluster, here, there } = await pair({ watch: false });
    there.spawn(() => {}, { name: 'actor' });
    const probe = new TestProbe(here, 'watcher');
    probe.watch(here.lookup(`${there.address}/actor`));
    await cluster.clock.advance(100);
    assert.deepInclude(probe.messages[0] as object, { reason: 'notFound' });
  });

  it('never lets others at the guardian', async () => {
    const { cluster, here, there } = await pair(() => true);
    const refused = heard(there, OperationRefused);
    const root = here.lookup(`${there.address}/`);
    root.tell('x');
    root.stop();
    await cluster.clock.advance(100);
    assert.deepEqual(
      refused.map(({ operation }) => operation),
      ['tell', 'stop'],
    );
  });

  it('forbids what a policy throws at', async () => {
    const { cluster, here, there } = await pair(() => {
      throw new Error('broken');
    });
    const refused = heard(there, OperationRefused);
    here.lookup(`${there.address}/probe`).tell('x');
    await cluster.clock.advance(100);
    assert.lengthOf(refused, 1);
  });
});

async function pair(
  allow: RemotePolicy | undefined,
  own?: RemotePolicy,
): Promise<{ cluster: Cluster; here: Node; there: Node }> {
  const cluster = newCluster();
  const here = await cluster.start(1, { remoting: { allow: own } });
  const there = await cluster.start(2, { remoting: { allow } });
  new TestProbe(there, 'probe');
  return { cluster, here, there };
}
