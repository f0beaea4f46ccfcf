import { assert } from 'chai';
import { Actor, ActorStarted, type Ref } from '../../lib/index.ts';
import { gate, heard, startNode } from './support.ts';
import { startingWith, tracing } from './tracing.ts';

describe('spawn()', () => {
  it('runs neither the constructor nor preStart before it returns', async () => {
    const { node } = await startNode();
    const seen: string[] = [];
    node.spawn(tracing(seen));
    assert.deepEqual(seen, []);
  });

  it('runs the constructor and then preStart soon after', async () => {
    const { node, clock } = await startNode();
    const seen: string[] = [];
    node.spawn(tracing(seen));
    await clock.settle();
    assert.deepEqual(seen, ['constructor', 'preStart']);
  });

  it('returns a ref that takes messages at once, in order', async () => {
    const { node, clock } = await startNode();
    const seen: string[] = [];
    node.spawn(tracing(seen)).tell('a').tell('b');
    await clock.settle();
    assert.deepEqual(seen, ['constructor', 'preStart', 'a', 'b']);
  });

  it('makes the guardian the parent of a top-level actor', async () => {
    const { node, clock } = await startNode();
    const parents: Ref[] = [];
    node.spawn((_, { parent }) => void parents.push(parent)).tell('go');
    await clock.settle();
    assert.strictEqual(parents[0], node.guardian);
  });

  it('makes the spawner the parent of a child', async () => {
    const { node, clock } = await startNode();
    const parents: Ref[] = [];
    const ref = node.spawn(
      (_, { spawn }) => void spawn((_, { parent }) => void parents.push(parent)).tell('go'),
    );
    ref.tell('spawn');
    await clock.settle();
    assert.strictEqual(parents[0], ref);
  });

  it('hands a child the very ref that its parent got', async () => {
    const { node, clock } = await startNode();
    const refs: unknown[] = [];
    node
      .spawn((_, { spawn }) => {
        refs.push(spawn((_, { ref }) => void refs.push(ref)).tell('go'));
      })
      .tell('spawn');
    await clock.settle();
    assert.strictEqual(refs[0], refs[1]);
  });

  it('passes the params of Class.using on', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    class Greeter extends Actor<string, { greeting: string }> {
      override receive(name: string) {
        seen.push(`${this.params.greeting}, ${name}`);
      }
    }
    node.spawn(Greeter.using({ greeting: 'Hello' })).tell('you');
    await clock.settle();
    assert.deepEqual(seen, ['Hello, you']);
  });

  it('publishes ActorStarted once preStart is done', async () => {
    const { node, clock } = await startNode();
    const started = heard(node, ActorStarted);
    const { opened, open } = gate();
    const ref = node.spawn(startingWith(() => opened));
    await clock.settle();
    assert.deepEqual(started, []);
    open();
    await clock.settle();
    assert.deepEqual(started, [new ActorStarted(ref)]);
  });

  for (const what of [undefined, null, 'Greeter', 42, {}, class {}]) {
    it(`throws a TypeError for ${typeof what === 'function' ? 'a class that is no actor' : JSON.stringify(what)}`, async () => {
      const { node } = await startNode();
      assert.throws(() => node.spawn(what as never), TypeError, /spawn takes a class that extends Actor/);
    });
  }

  const badOptions = { nmae: 'x', mailbox: 'bounded', supervision: 'oneForOne' };
  for (const [key, value] of Object.entries(badOptions)) {
    it(`throws a TypeError that names a bad option: ${key}`, async () => {
      const { node } = await startNode();
      assert.throws(() => node.spawn(() => {}, { [key]: value } as never), TypeError, key);
    });
  }

  it('leaves no trace of an actor whose options were bad', async () => {
    const { node } = await startNode();
    assert.throws(() => node.spawn(() => {}, { name: 'x', mailbox: 42 as never }));
    assert.equal(node.stats().actors, 0);
  });

  it('throws NodeStopped on a node that has been stopped', async () => {
    const { node } = await startNode();
    await node.stop();
    assert.throws(() => node.spawn(() => {}), /stopped/);
  });
});
