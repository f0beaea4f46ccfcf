import { assert } from 'chai';
import {
  Actor,
  DeadLetter,
  type Node,
  PoisonPill,
  type Ref,
  Registry,
  TimeoutError,
} from '../../lib/index.ts';
import { TestProbe } from '../../lib/testkit/index.ts';
import { heard, into, rejection, startNode } from '../core/support.ts';

describe('registry.via()', () => {
  it('tells whoever has the key at that moment, also under another ref', async () => {
    const { node, registry, via, clock } = await named();
    const [first, second]: [unknown[], unknown[]] = [[], []];
    const ref = registry.spawn(node, 'alice', into(first));
    assert.equal(via.tell('one'), via);
    await clock.settle();
    ref.stop();
    await clock.settle();
    registry.spawn(node, 'alice', into(second));
    via.tell('two');
    await clock.settle();
    assert.deepEqual([first, second], [['one'], ['two']]);
  });

  it('makes a message a dead letter when nobody has the key', async () => {
    const { node, via } = await named();
    const letters = heard(node, DeadLetter);
    via.tell('hello');
    assert.deepEqual(
      letters.map(({ message, reason, recipient }) => [message, reason, String(recipient)]),
      [['hello', 'notFound', '/users/$alice']],
    );
    assert.isTrue(via.equals(letters[0]?.recipient));
    assertBalanced(node);
  });

  it('does the same when the registry has ended', async () => {
    const { node, registry, via, clock } = await named();
    registry.spawn(node, 'alice', () => {});
    registry.ref.stop();
    await clock.settle();
    const letters = heard(node, DeadLetter);
    via.tell('hello');
    assert.equal(letters[0]?.reason, 'notFound');
  });

  it('passes the sender on', async () => {
    const { node, registry, via, clock } = await named();
    const probe = new TestProbe(node);
    registry.spawn(node, 'alice', (message, context) => context.reply([message]));
    via.tell('hello', probe.ref);
    await clock.settle();
    assert.deepEqual(probe.messages, [['hello']]);
  });

  it('asks', async () => {
    const { node, registry, via } = await named();
    registry.spawn(node, 'alice', (message, context) => context.reply(`${message}!`));
    assert.equal(await via.ask('hello'), 'hello!');
    assertBalanced(node);
  });

  it('rejects an ask at once when nobody has the key', async () => {
    const { via } = await named();
    const error = await rejection(via.ask('hello'));
    assert.equal(error.code, 'ACTOR_STOPPED');
    assert.equal(error.message, "/users/$alice does not exist, so it can't answer");
  });

  it('rejects an ask when the one that was asked ends, though another has the key by then', async () => {
    const { node, registry, via, clock } = await named();
    const ref = registry.spawn(node, 'alice', () => {}, { name: 'silent' });
    const failed = rejection(via.ask('hello'));
    registry.unregister('alice', ref);
    registry.spawn(node, 'alice', () => {});
    ref.stop();
    await clock.settle();
    assert.equal((await failed).message, '/silent ended (stopped) before it answered');
  });

  it('tells the one that was asked that its asker gave up', async () => {
    const { node, registry, via, clock } = await named();
    const signals: AbortSignal[] = [];
    const ref = registry.spawn(node, 'alice', (_, context) => void signals.push(context.messageSignal));
    const failed = rejection(via.ask('hello', { timeout: 10 }));
    await clock.settle();
    registry.unregister('alice', ref);
    await clock.advance(10);
    assert.instanceOf(await failed, TimeoutError);
    assert.isTrue(signals[0]?.aborted);
  });

  for (const way of ['stop', 'kill', 'PoisonPill'] as const) {
    it(`ends the one that has the key: ${way}`, async () => {
      const { node, registry, via, clock } = await named();
      via.stop();
      via.tell(PoisonPill); // nobody is there, and nothing comes of it
      const ref = registry.spawn(node, 'alice', () => {});
      await clock.settle();
      assert.isFalse(ref.isStopped);
      if (way === 'PoisonPill') via.tell(PoisonPill);
      else via[way]();
      await clock.settle();
      assert.isTrue(ref.isStopped);
    });
  }

  it('watches the one that has the key, and says that the name has ended', async () => {
    const { node, registry, via, clock } = await named();
    const probe = new TestProbe(node);
    const ref = registry.spawn(node, 'alice', () => {});
    probe.watch(via);
    await clock.settle();
    ref.kill();
    await clock.settle();
    const [terminated] = probe.messages as { ref: Ref; reason: string }[];
    assert.equal(terminated?.ref, via);
    assert.equal(terminated?.reason, 'killed');
    assert.lengthOf(probe.messages, 1);
  });

  it('says so at once when nobody has the key', async () => {
    const { node, via, clock } = await named();
    const probe = new TestProbe(node);
    probe.watch(via);
    await clock.settle();
    assert.deepInclude(probe.messages[0] as object, { ref: via, reason: 'notFound' });
  });

  it('stays with the one that was watched when another takes the key', async () => {
    const { node, registry, via, clock } = await named();
    const probe = new TestProbe(node);
    const first = registry.spawn(node, 'alice', () => {});
    probe.watch(via);
    await clock.settle();
    registry.unregister('alice', first);
    const second = registry.spawn(node, 'alice', () => {});
    second.stop();
    await probe.expectNothing(clock);
    first.stop();
    await clock.settle();
    assert.lengthOf(probe.messages, 1);
  });

  it('is unwatched', async () => {
    const { node, registry, via, clock } = await named();
    const [one, two] = [new TestProbe(node), new TestProbe(node)];
    const ref = registry.spawn(node, 'alice', () => {});
    one.watch(via);
    two.watch(via);
    one.unwatch(registry.via('alice'));
    await clock.settle();
    ref.stop();
    await clock.settle();
    assert.lengthOf(one.messages, 0);
    assert.lengthOf(two.messages, 1);
  });

  it('can be watched again, also by an actor that left off', async () => {
    const { node, registry, via, clock } = await named();
    const probe = new TestProbe(node);
    const ref = registry.spawn(node, 'alice', () => {});
    probe.watch(via);
    probe.unwatch(via);
    probe.watch(via);
    await clock.settle();
    ref.stop();
    await clock.settle();
    assert.lengthOf(probe.messages, 1);
  });

  it('joins', async () => {
    const { node, registry, via, clock } = await named();
    await via.join();
    const ref = registry.spawn(node, 'alice', () => {});
    const joined = via.join();
    ref.stop();
    await clock.settle();
    await joined;
  });

  it('is the same ref for the same key, and has a path of its own', async () => {
    const { registry, via } = await named();
    assert.equal(registry.via('alice'), via);
    assert.notEqual(registry.via('bob'), via);
    assert.equal(String(via), '/users/$alice');
    assert.equal(via.name, '$alice');
    assert.equal(JSON.stringify(via), '"/users/$alice"');
    assert.equal(registry.via('a/b').path, '/users/$a%2Fb');
    assert.equal(registry.via(7).path, '/users/$7');
    assert.isTrue(via.isLocal);
  });

  it('is stopped as long as nobody has the key', async () => {
    const { node, registry, via } = await named();
    assert.isTrue(via.isStopped);
    registry.spawn(node, 'alice', () => {});
    assert.isFalse(via.isStopped);
  });

  it('can be the sender, and is answered by name', async () => {
    const { node, registry, via, clock } = await named();
    const seen: unknown[] = [];
    registry.spawn(node, 'alice', into(seen));
    node.spawn((message, context) => context.reply(message)).tell('hello', via);
    await clock.settle();
    assert.deepEqual(seen, ['hello']);
  });

  it('can not be registered itself', async () => {
    const { registry, via } = await named();
    assert.throws(() => registry.register('b', via), TypeError, '/users/$alice is itself a name');
  });

  it('survives a successor under the same name, which registers itself', async () => {
    const { node, clock } = await startNode();
    const registry = Registry.start<string>(node);
    const seen: string[] = [];
    class Worker extends Actor<string> {
      override preStart() {
        registry.register('worker', this.ref);
      }
      override receive(message: string) {
        seen.push(message);
      }
    }
    const via = registry.via('worker');
    for (const message of ['one', 'two']) {
      const ref = node.spawn(Worker, { name: 'worker' });
      await clock.settle();
      via.tell(message);
      await clock.settle();
      ref.stop();
      await clock.settle();
    }
    assert.deepEqual(seen, ['one', 'two']);
    assertBalanced(node);
  });
});

async function named() {
  const { node, clock } = await startNode();
  const registry: Registry = Registry.start(node, { name: 'users' });
  return { node, clock, registry, via: registry.via('alice') };
}

function assertBalanced(node: Node): void {
  const { sent, handled, unhandled, queued, stashed, deadLetters } = node.stats();
  assert.equal(sent, handled + unhandled + queued + stashed + deadLetters.total);
}
