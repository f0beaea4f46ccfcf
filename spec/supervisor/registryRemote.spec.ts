import { assert } from 'chai';
import { DeadLetter, type Ref, Registry } from '../../lib/index.ts';
import { TestProbe } from '../../lib/testkit/index.ts';
import { into, rejection } from '../core/support.ts';
import { heard, newCluster } from '../remoting/support.ts';

describe('a registry and other nodes', () => {
  it('finds actors of other nodes, until they end', async () => {
    const { cluster, there, registry, remote } = await pair();
    registry.register('worker', remote);
    await cluster.clock.advance(100);
    assert.equal(registry.lookup('worker'), remote);
    there.lookup('/worker').stop();
    await cluster.clock.advance(100);
    assert.isUndefined(registry.lookup('worker'));
    assert.equal(registry.count, 0);
  });

  it('knows two refs to the same address as the same actor', async () => {
    const { here, registry, remote } = await pair();
    registry.register('a', remote, 1);
    const again = here.lookup(remote.address);
    registry.register('a', again, 2);
    assert.equal(registry.count, 1);
    assert.deepEqual(registry.keysOf(again), ['a']);
    assert.isTrue(registry.unregister('a', again));
  });

  it('forgets an actor that is not there', async () => {
    const { cluster, here, there, registry } = await pair();
    registry.register('nobody', here.lookup(`${there.address}/nobody`));
    await cluster.clock.advance(100);
    assert.equal(registry.count, 0);
  });

  it('forgets the actors of a node that goes down', async () => {
    const { cluster, there, registry, remote } = await pair();
    registry.register('worker', remote);
    await cluster.clock.advance(100);
    cluster.crash(there);
    await cluster.clock.advance(10_000);
    assert.equal(registry.count, 0);
  });

  it('reaches an actor of another node by name: to tell, ask and watch', async () => {
    const { cluster, here, there, registry, remote } = await pair();
    registry.register('worker', remote);
    const via = registry.via('worker');
    const answer = via.ask('hello');
    await cluster.clock.advance(100);
    assert.equal(await answer, 'hello');
    const probe = new TestProbe(here);
    probe.watch(via);
    await cluster.clock.advance(100);
    there.lookup('/worker').stop();
    await cluster.clock.advance(100);
    assert.deepInclude(probe.messages[0] as object, { ref: via, reason: 'stopped' });
  });

  it('rejects an ask by name when the other node goes down', async () => {
    const { cluster, there, registry, remote } = await pair();
    registry.register('worker', remote);
    cluster.crash(there);
    const failed = registry
      .via('worker')
      .ask('hello', { timeout: 60_000 })
      .catch(error => error.code);
    await cluster.clock.advance(10_000);
    assert.equal(await failed, 'NODE_DOWN');
  });

  it('lets a name in a message cross as the actor that has it', async () => {
    const { cluster, here, there, registry } = await pair();
    const seen: unknown[] = [];
    const holder = registry.spawn(here, 'me', into(seen), { name: 'holder' });
    const probe = new TestProbe(there, 'probe');
    here.lookup(`${there.address}/probe`).tell({ answerTo: registry.via('me') });
    await cluster.clock.advance(100);
    const { answerTo } = (await probe.next()) as { answerTo: Ref };
    assert.equal(answerTo.address, holder.address);
    answerTo.tell('answer');
    await cluster.clock.advance(100);
    assert.deepEqual(seen, ['answer']);
  });

  it('lets a name that sends be answered as the actor that has it then', async () => {
    const { cluster, here, registry, remote } = await pair();
    const [first, second]: [unknown[], unknown[]] = [[], []];
    const via = registry.via('me');
    const holder = registry.spawn(here, 'me', into(first), { name: 'first' });
    remote.tell('one', via);
    registry.unregister('me', holder);
    registry.spawn(here, 'me', into(second), { name: 'second' });
    remote.tell('two', via);
    await cluster.clock.advance(100);
    assert.deepEqual([first, second], [['one'], ['two']]);
  });

  it('makes a message with a name that nobody has a dead letter', async () => {
    const { here, registry, remote } = await pair();
    const letters = heard(here, DeadLetter);
    remote.tell({ answerTo: registry.via('nobody') });
    assert.deepEqual(
      letters.map(({ reason }) => reason),
      ['unserializable'],
    );
    const error = await rejection(remote.ask(registry.via('nobody')));
    assert.equal(error.code, 'SERIALIZATION');
    assert.match(error.message, /nobody has the name 127.0.0.1:1\/users\/\$nobody now/);
  });
});

async function pair() {
  const cluster = newCluster();
  const here = await cluster.start(1);
  const there = await cluster.start(2);
  there.spawn((message, context) => context.reply(message), { name: 'worker' });
  const registry: Registry = Registry.start(here, { name: 'users' });
  const remote = here.lookup(`${there.address}/worker`);
  return { cluster, here, there, registry, remote };
}
