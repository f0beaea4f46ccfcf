import { assert } from 'chai';
import { Actor, DeadLetter, GroupChanged, type Node, type Ref, Registry } from '../../lib/index.ts';
import { TestProbe } from '../../lib/testkit/index.ts';
import { heard, into, startNode } from '../core/support.ts';

describe('node.groups', () => {
  it('has the actors that have joined a group, in the order in which they came', async () => {
    const { node, a, b } = await local();
    node.groups.join('workers', b);
    node.groups.join('workers', a);
    node.groups.join('others', a);
    assert.deepEqual(node.groups.members('workers'), [b, a]);
    assert.deepEqual(node.groups.localMembers('workers'), [b, a]);
    assert.deepEqual(node.groups.members('nobody'), []);
    assert.deepEqual(node.groups.names(), ['workers', 'others']);
  });

  it('is there for actors, as this.node.groups', async () => {
    const { node, clock } = await startNode();
    class Member extends Actor {
      override preStart() {
        this.node.groups.join('workers', this.ref);
      }
    }
    const ref = node.spawn(Member);
    await clock.settle();
    assert.deepEqual(node.groups.members('workers'), [ref]);
  });

  it('counts an actor that joins twice once', async () => {
    const { node, a } = await local();
    const changes = heard(node, GroupChanged);
    node.groups.join('workers', a);
    node.groups.join('workers', a);
    assert.deepEqual(node.groups.members('workers'), [a]);
    assert.lengthOf(changes, 1);
    assert.isTrue(node.groups.leave('workers', a));
    assert.deepEqual(node.groups.members('workers'), []);
  });

  it('forgets one that leaves, and a group that nobody is in', async () => {
    const { node, a, b } = await local();
    node.groups.join('workers', a);
    assert.isFalse(node.groups.leave('workers', b));
    assert.isFalse(node.groups.leave('others', a));
    assert.isTrue(node.groups.leave('workers', a));
    assert.isFalse(node.groups.leave('workers', a));
    assert.deepEqual(node.groups.names(), []);
  });

  it('forgets one that ends, in all its groups', async () => {
    const { node, a, clock } = await local();
    node.groups.join('workers', a);
    node.groups.join('others', a);
    a.kill();
    await clock.settle();
    assert.deepEqual(node.groups.names(), []);
  });

  it('has no member that has ended, not even while its dead letters are told', async () => {
    const { node, a, clock } = await local();
    node.groups.join('workers', a);
    const seen: number[] = [];
    node.events.subscribe(DeadLetter, () => seen.push(node.groups.members('workers').length));
    a.stop();
    a.tell('dead letter');
    await clock.settle();
    assert.deepEqual(seen, [0]);
  });

  it('lets nobody join who has ended', async () => {
    const { node, a, clock } = await local();
    const changes = heard(node, GroupChanged);
    a.stop();
    await clock.settle();
    node.groups.join('workers', a);
    assert.deepEqual(node.groups.names(), []);
    assert.deepEqual(changes, []);
  });

  it('keeps a member that is restarted', async () => {
    const { node, clock } = await local();
    const ref = node.spawn(() => {
      throw new Error('fail');
    });
    node.groups.join('workers', ref);
    ref.tell('fail');
    await clock.settle();
    assert.equal(node.stats().restarts, 1);
    assert.deepEqual(node.groups.members('workers'), [ref as Ref]);
  });

  it('tells a message to all members, and says how many', async () => {
    const { node, clock } = await startNode();
    const [a, b]: [unknown[], unknown[]] = [[], []];
    for (const seen of [a, b]) node.groups.join('workers', node.spawn(into(seen)));
    assert.equal(node.groups.broadcast('workers', 'hello'), 2);
    assert.equal(node.groups.broadcast('nobody', 'hello'), 0);
    await clock.settle();
    assert.deepEqual([a, b], [['hello'], ['hello']]);
    const { sent, handled, deadLetters } = node.stats();
    assert.deepEqual([sent, handled, deadLetters.total], [2, 2, 0]);
  });

  it('passes the sender of a broadcast on', async () => {
    const { node, clock } = await startNode();
    const probe = new TestProbe(node);
    const echo = node.spawn((message, context) => context.reply(message));
    node.groups.join('workers', echo);
    node.groups.broadcast('workers', 'hello', probe.ref);
    await clock.settle();
    assert.deepEqual(probe.messages, ['hello']);
  });

  it('tells every change, once', async () => {
    const { node, a, b, clock } = await local();
    const changes = heard(node, GroupChanged);
    node.groups.join('workers', a);
    node.groups.join('workers', b);
    node.groups.leave('workers', a);
    b.stop();
    await clock.settle();
    assert.deepEqual(
      changes.map(({ group, joined, left }) => [group, joined, left]),
      [
        ['workers', [a], []],
        ['workers', [b], []],
        ['workers', [], [a]],
        ['workers', [], [b]],
      ],
    );
  });

  it('has a successor of the same path that joins while the end of the one before is told', async () => {
    const { node, a, clock } = await local();
    node.groups.join('one', a);
    node.groups.join('two', a);
    let successor: Ref | undefined;
    node.events.subscribe(GroupChanged, ({ left }) => {
      if (left.length === 0 || successor !== undefined) return;
      successor = node.spawn(() => {}, { name: 'a' });
      for (const name of ['one', 'two']) node.groups.join(name, successor);
    });
    a.stop();
    await clock.settle();
    assert.deepEqual(node.groups.members('one'), [successor as Ref]);
    assert.deepEqual(node.groups.members('two'), [successor as Ref]);
  });

  it('holds no member any more when the node has stopped', async () => {
    const { node, a } = await local();
    node.groups.join('workers', a);
    await node.stop();
    assert.deepEqual(node.groups.names(), []);
  });
});

describe('groups.join()', () => {
  for (const name of ['', 'x'.repeat(201), 7, undefined, '\ud800']) {
    it(`refuses ${JSON.stringify(name)?.slice(0, 20)} as a name`, async () => {
      const { node, a } = await local();
      for (const use of [
        () => node.groups.join(name as string, a),
        () => node.groups.leave(name as string, a),
        () => node.groups.members(name as string),
        () => node.groups.broadcast(name as string, 'hello'),
      ])
        assert.throws(use, TypeError, /the name of a group is a text of 1 to 200 characters, not/);
    });
  }

  it('takes a name of 200 characters, and any but a broken one', async () => {
    const { node, a } = await local();
    for (const name of ['x'.repeat(200), 'a/b', '/', '$', '😀']) node.groups.join(name, a);
    assert.lengthOf(node.groups.names(), 5);
  });

  const others: Record<string, [(node: Node, a: Ref) => unknown, RegExp]> = {
    'what is no ref': [() => '/a', /expected the ref of an actor of this node, not "\/a"/],
    'an actor of another node': [
      node => node.lookup('127.0.0.1:1/a'),
      /127.0.0.1:1\/a lives on another node; have it join there/,
    ],
    'a name': [named, /\$alice is only a name; the actor that has it can join/],
    'a name that nobody has': [node => Registry.start(node).via('alice'), /is only a name/],
    'the guardian': [node => node.guardian, /\/ belongs to the runtime/],
  };
  for (const [what, [make, text]] of Object.entries(others)) {
    it(`refuses ${what}`, async () => {
      const { node, a } = await local();
      assert.throws(() => node.groups.join('workers', make(node, a) as Ref), TypeError, text);
      assert.deepEqual(node.groups.names(), []);
    });
  }

  it('refuses an actor whose path is too long', async () => {
    const { node } = await local();
    const ref = node.spawn(() => {}, { name: 'x'.repeat(1000) });
    assert.throws(
      () => node.groups.join('workers', ref),
      RangeError,
      /the path of a member has 1000 characters at most, not 1001/,
    );
  });

  it('refuses more than 100 000 memberships', async () => {
    const { node, a } = await local();
    for (let i = 0; i < 100_000; i++) node.groups.join(`group ${i}`, a);
    assert.throws(() => node.groups.join('one more', a), RangeError, /a node has 100000 memberships/);
    node.groups.leave('group 7', a);
    node.groups.join('one more', a);
    assert.lengthOf(node.groups.members('one more'), 1);
  });
});

async function local() {
  const { node, clock } = await startNode();
  const [a, b] = ['a', 'b'].map(name => node.spawn(() => {}, { name })) as [Ref, Ref];
  await clock.settle();
  return { node, clock, a, b };
}

function named(node: Node, a: Ref): Ref {
  const registry: Registry = Registry.start(node);
  registry.register('alice', a);
  return registry.via('alice');
}
