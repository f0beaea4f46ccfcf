import { assert } from 'chai';
import {
  Actor,
  ActorStopped,
  AlreadyRegistered,
  DeadLetter,
  NameConflict,
  type Node,
  PoisonPill,
  type Ref,
  Registry,
  type RegistryKey,
} from '../../lib/index.ts';
import { into, rejection, startNode } from '../core/support.ts';

describe('Registry.start()', () => {
  it('spawns an actor of that name below its parent', async () => {
    const { node } = await startNode();
    const registry = Registry.start(node, { name: 'users' });
    assert.equal(registry.ref.path, '/users');
    assert.equal(registry.name, 'users');
    assert.equal(node.lookup('/users'), registry.ref);
  });

  it('makes a name up when none is given', async () => {
    const { node } = await startNode();
    assert.equal(Registry.start(node).ref.path, '/registry$1');
  });

  it('takes an actor as the parent, with which it ends', async () => {
    const { node, clock } = await startNode();
    const started: Registry[] = [];
    class Parent extends Actor {
      override preStart() {
        started.push(Registry.start(this, { name: 'registry' }));
      }
    }
    const parent = node.spawn(Parent, { name: 'parent' });
    await clock.settle();
    const [registry] = started as [Registry];
    assert.equal(registry.ref.path, '/parent/registry');
    registry.register('a', parent);
    parent.stop();
    await clock.settle();
    assert.isTrue(registry.ref.isStopped);
    assert.equal(registry.count, 0);
  });

  it('throws when the name is taken', async () => {
    const { node } = await startNode();
    Registry.start(node, { name: 'users' });
    assert.throws(() => Registry.start(node, { name: 'users' }), NameConflict, '/users is taken');
  });

  for (const [options, text] of [
    [7, /options must be an object, not 7/],
    [{ key: 'unique' }, /there is no option "key"; the options are name and keys/],
    [{ keys: 'many' }, /keys must be 'unique' or 'duplicate', not "many"/],
    [{ name: 'a/b' }, /has a slash/],
  ] as const) {
    it(`refuses ${JSON.stringify(options)}`, async () => {
      const { node } = await startNode();
      assert.throws(() => Registry.start(node, options as object), TypeError, text);
    });
  }

  it('refuses a parent that can have no children', () => {
    assert.throws(
      () => Registry.start(undefined as never),
      TypeError,
      /must be a node or an actor, not undefined/,
    );
  });
});

describe('a registry with unique keys', () => {
  it('finds who is registered, and nobody else', async () => {
    const { registry, alice } = await users();
    registry.register('alice', alice);
    assert.equal(registry.lookup('alice'), alice);
    assert.isUndefined(registry.lookup('bob'));
  });

  it('keeps a value beside the ref', async () => {
    const { registry, alice } = await users();
    registry.register('alice', alice, { age: 7 });
    assert.deepEqual(registry.entries('alice'), [{ ref: alice, value: { age: 7 } }]);
  });

  it('throws an error that names the holder when a key is taken', async () => {
    const { registry, alice, bob } = await users();
    registry.register('me', alice);
    const error = thrownBy(() => registry.register('me', bob));
    assert.instanceOf(error, AlreadyRegistered);
    assert.equal(error.code, 'ALREADY_REGISTERED');
    assert.equal(error.holder, alice);
    assert.equal(error.key, 'me');
    assert.match(error.message, /^\/alice is registered as "me" in \/users; stop it, unregister it/);
    assert.equal(registry.lookup('me'), alice);
  });

  it('gives the holder that registers again the new value', async () => {
    const { registry, alice } = await users();
    registry.register('me', alice, 1);
    registry.register('me', alice, 2);
    assert.deepEqual(registry.entries('me'), [{ ref: alice, value: 2 }]);
    assert.equal(registry.count, 1);
  });

  it('has the key free once its actor has been unregistered', async () => {
    const { registry, alice, bob } = await users();
    registry.register('me', alice);
    assert.isFalse(registry.unregister('me', bob));
    assert.isTrue(registry.unregister('me', alice));
    assert.isFalse(registry.unregister('me', alice));
    registry.register('me', bob);
    assert.equal(registry.lookup('me'), bob);
  });

  it('gives one actor as many keys as it wants', async () => {
    const { registry, alice } = await users();
    for (const key of ['a', 'b', 'c']) registry.register(key, alice);
    registry.unregister('b', alice);
    assert.deepEqual(registry.keysOf(alice), ['a', 'c']);
    assert.equal(registry.count, 2);
  });

  it('lists all that is registered', async () => {
    const { registry, alice, bob } = await users();
    registry.register('a', alice, 1);
    registry.register('b', bob, 2);
    assert.deepEqual(
      [...registry],
      [
        { key: 'a', ref: alice, value: 1 },
        { key: 'b', ref: bob, value: 2 },
      ],
    );
  });

  const keys: RegistryKey[] = ['text', 7, 0, 7n, Symbol('s'), class Key {}, { an: 'object' }];
  for (const key of keys) {
    it(`takes a key that is of type ${typeof key}${key === 0 ? ', and 0' : ''}`, async () => {
      const { registry, alice } = await users();
      registry.register(key, alice);
      assert.equal(registry.lookup(key), alice);
      assert.isUndefined(registry.lookup('another'));
    });
  }

  for (const key of ['', undefined, null, Number.NaN, true]) {
    it(`refuses ${String(key) || 'an empty text'} as a key`, async () => {
      const { registry, alice } = await users();
      assert.throws(() => registry.register(key as never, alice), TypeError, /^a key is a text/);
      assert.throws(() => registry.via(key as never), TypeError, /^a key is a text/);
    });
  }

  it('refuses what is no ref', async () => {
    const { registry } = await users();
    assert.throws(
      () => registry.register('a', '/alice' as never),
      TypeError,
      /expected the ref of an actor, not "\/alice"/,
    );
  });

  it('lets nobody register once it has ended', async () => {
    const { registry, alice, clock } = await users();
    registry.register('alice', alice);
    registry.ref.stop();
    await clock.settle();
    assert.throws(() => registry.register('b', alice), ActorStopped, 'the registry /users has ended');
    assert.throws(() => registry.spawn({ spawn: assert.fail }, 'b', () => {}), ActorStopped);
    assert.isUndefined(registry.lookup('alice'));
    assert.equal(registry.count, 0);
  });
});

describe('an actor that ends', () => {
  for (const way of ['stop', 'kill'] as const) {
    it(`is gone from a registry after ${way}, with all its keys`, async () => {
      const { registry, alice, clock } = await users();
      registry.register('a', alice);
      registry.register('b', alice);
      alice[way]();
      await clock.settle();
      assert.equal(registry.count, 0);
      assert.isUndefined(registry.lookup('a'));
      assert.deepEqual(registry.keysOf(alice), []);
    });
  }

  it('is gone before its watchers are told, and before anybody is told of its dead letters', async () => {
    const { node, registry, alice, clock } = await users();
    registry.register('a', alice);
    const seen: unknown[] = [];
    node.events.subscribe(DeadLetter, () => seen.push(registry.lookup('a'), registry.entries('a').length));
    node.spawn(
      class extends Actor {
        override preStart() {
          this.watch(alice);
        }
        override receive() {
          seen.push(registry.lookup('a'));
        }
      },
    );
    await clock.settle();
    alice.stop();
    alice.tell('dead letter');
    await clock.settle();
    assert.deepEqual(seen, [undefined, 0, undefined]);
  });

  it('leaves its key to another at that moment', async () => {
    const { node, registry, alice, bob, clock } = await users();
    registry.register('a', alice);
    node.events.subscribe(DeadLetter, () => registry.register('a', bob));
    alice.stop();
    alice.tell('dead letter');
    await clock.settle();
    assert.equal(registry.lookup('a'), bob);
    assert.equal(registry.count, 1);
  });

  it('is not registered when it has ended before', async () => {
    const { registry, alice, clock } = await users();
    alice.stop();
    await clock.settle();
    registry.register('a', alice);
    assert.isUndefined(registry.lookup('a'));
    assert.equal(registry.count, 0);
  });

  it('keeps its keys when it is only restarted', async () => {
    const { node, registry, clock } = await users();
    const ref = node.spawn((message: string) => {
      if (message === 'fail') throw new Error('fail');
    });
    registry.register('a', ref);
    ref.tell('fail');
    await clock.settle();
    assert.equal(node.stats().restarts, 1);
    assert.equal(registry.lookup('a'), ref);
  });

  it('is not watched any more when it has no key left', async () => {
    const { registry, alice, clock } = await users();
    registry.register('a', alice);
    registry.unregister('a', alice);
    registry.register('a', alice);
    alice.stop();
    await clock.settle();
    assert.equal(registry.count, 0);
  });
});

describe('a registry with duplicate keys', () => {
  it('has any number of actors under a key, each once, in the order in which they came', async () => {
    const { registry, alice, bob } = await users('duplicate');
    registry.register('room', alice, 1);
    registry.register('room', bob, 2);
    registry.register('room', alice, 3);
    assert.deepEqual(registry.entries('room'), [
      { ref: alice, value: 3 },
      { ref: bob, value: 2 },
    ]);
    assert.equal(registry.count, 2);
  });

  it('dispatches a message to all of them', async () => {
    const { node, clock } = await startNode();
    const registry = Registry.start<string>(node, { keys: 'duplicate' });
    const [a, b]: [unknown[], unknown[]] = [[], []];
    registry.register('room', node.spawn(into(a)));
    registry.register('room', node.spawn(into(b)));
    assert.equal(registry.dispatch('room', 'hello'), 2);
    assert.equal(registry.dispatch('empty', 'hello'), 0);
    await clock.settle();
    assert.deepEqual([a, b], [['hello'], ['hello']]);
    assert.equal(node.stats().sent, 2);
  });

  it('loses those that end', async () => {
    const { registry, alice, bob, clock } = await users('duplicate');
    registry.register('room', alice);
    registry.register('room', bob);
    alice.stop();
    await clock.settle();
    assert.deepEqual(
      registry.entries('room').map(({ ref }) => ref),
      [bob],
    );
  });

  it('says what to use in the place of lookup and via', async () => {
    const { registry } = await users('duplicate');
    assert.throws(() => registry.lookup('a'), TypeError, /a key can have many actors; use entries\(key\)/);
    assert.throws(() => registry.via('a'), TypeError, /use dispatch\(key, message\)/);
  });
});

describe('registry.spawn()', () => {
  it('has the key before the actor starts', async () => {
    const { node, clock } = await startNode();
    const registry = Registry.start(node);
    const seen: unknown[] = [];
    class Looker extends Actor {
      override preStart() {
        seen.push(registry.lookup('me') === (this.ref as Ref));
      }
    }
    const ref = registry.spawn(node, 'me', Looker, { name: 'looker', value: 7 });
    assert.equal(ref.path, '/looker');
    assert.deepEqual(registry.entries('me'), [{ ref, value: 7 }]);
    await clock.settle();
    assert.deepEqual(seen, [true]);
  });

  it('spawns nothing when the key is taken', async () => {
    const { node, registry, alice } = await users();
    registry.register('me', alice);
    assert.throws(() => registry.spawn(node, 'me', () => {}, { name: 'second' }), AlreadyRegistered);
    assert.throws(() => node.lookup('/second'));
  });

  it('registers nothing when the spawn fails', async () => {
    const { node, registry } = await users();
    assert.throws(() => registry.spawn(node, 'me', () => {}, { name: 'alice' }), NameConflict);
    assert.isUndefined(registry.lookup('me'));
  });
});

describe('the actor of a registry', () => {
  it('does not mind messages: they are unhandled', async () => {
    const { node, registry, clock } = await users();
    registry.ref.tell('hello');
    registry.ref.tell(PoisonPill);
    await clock.settle();
    assert.equal(node.stats().unhandled, 1);
    assert.isTrue(registry.ref.isStopped);
  });

  it('can be asked, which fails as with any actor that does not answer', async () => {
    const { registry, clock } = await users();
    const failed = rejection(registry.ref.ask('hello', { timeout: 10 }));
    await clock.advance(10);
    assert.equal((await failed).code, 'TIMEOUT');
  });
});

async function users(keys: 'unique' | 'duplicate' = 'unique') {
  const { node, clock } = await startNode();
  const registry: Registry = Registry.start(node, { name: 'users', keys });
  const [alice, bob] = ['alice', 'bob'].map(name => idle(node, name)) as [Ref, Ref];
  await clock.settle();
  return { node, clock, registry, alice, bob };
}

const idle = (node: Node, name: string): Ref => node.spawn(() => {}, { name });

function thrownBy(run: () => void): AlreadyRegistered {
  try {
    run();
  } catch (error) {
    return error as AlreadyRegistered;
  }
  return assert.fail('nothing was thrown');
}
