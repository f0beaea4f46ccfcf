import { assert } from 'chai';
import { Actor, ActorContextError, ActorError, ActorStopped, CreateFailed } from '../../lib/index.ts';
import { gate, heard, startNode } from './support.ts';
import { startingWith, tracing } from './tracing.ts';

describe('the constructor of an actor', () => {
  for (const member of [
    'ref',
    'params',
    'sender',
    'parent',
    'children',
    'node',
    'signal',
    'spawn',
    'timers',
  ] as const) {
    it(`has no this.${member} yet, and says so`, async () => {
      const { node, clock } = await startNode();
      const errors = heard(node, ActorError);
      class Hasty extends Actor {
        readonly early = this[member];
      }
      node.spawn(Hasty);
      await clock.settle();
      assert.instanceOf(errors[0]?.error.cause, ActorContextError);
    });
  }
});

describe('preStart', () => {
  it('knows its own ref and its parent', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    const ref = node.spawn(startingWith(actor => void seen.push(actor.ref, actor.parent)));
    await clock.settle();
    assert.deepEqual(seen, [ref, node.guardian]);
  });

  it('can tell something to the parent', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    const child = startingWith(actor => void actor.parent.tell('from the child'));
    node
      .spawn((message, { spawn }) => void (message === 'go' ? spawn(child) : seen.push(message)))
      .tell('go');
    await clock.settle();
    assert.deepEqual(seen, ['from the child']);
  });

  it('is over before a message that it told itself is handled', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    class Eager extends Actor {
      override preStart() {
        this.ref.tell('to myself');
        seen.push('preStart ends');
      }
      override receive(message: unknown) {
        seen.push(message);
      }
    }
    node.spawn(Eager);
    await clock.settle();
    assert.deepEqual(seen, ['preStart ends', 'to myself']);
  });

  it('is called once', async () => {
    const { node, clock } = await startNode();
    const seen: string[] = [];
    node.spawn(tracing(seen)).tell('a');
    await clock.settle();
    assert.equal(seen.filter(step => step === 'preStart').length, 1);
  });

  for (const [kind, preStart] of [
    ['async', async (opened: Promise<void>) => opened],
    [
      'a generator',
      function* (opened: Promise<void>) {
        yield opened;
      },
    ],
  ] as const) {
    it(`may be ${kind}: messages wait until it is done`, async () => {
      const { node, clock } = await startNode();
      const [seen, { opened, open }] = [[] as unknown[], gate()];
      node
        .spawn(
          startingWith(
            () => preStart(opened),
            message => void seen.push(message),
          ),
        )
        .tell('a')
        .tell('b');
      await clock.settle();
      assert.deepEqual(seen, []);
      open();
      await clock.settle();
      assert.deepEqual(seen, ['a', 'b']);
    });

    it(`is reported as CreateFailed with its cause when it fails: ${kind}`, async () => {
      const { node, clock } = await startNode();
      const [errors, { opened, fail }] = [heard(node, ActorError), gate()];
      const cause = new Error('no database');
      node.spawn(startingWith(() => preStart(opened)));
      await clock.settle();
      fail(cause);
      await clock.settle();
      assert.deepEqual(
        errors.map(({ error }) => [error.constructor, error.cause]),
        [[CreateFailed, cause]],
      );
    });
  }

  it('sends all messages to the dead letters when it stops the actor', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    const ref = node
      .spawn(
        startingWith(
          actor => actor.stop(),
          message => void seen.push(message),
        ),
      )
      .tell('a');
    await clock.settle();
    ref.tell('b');
    assert.deepEqual([seen, node.stats().deadLetters.stopped], [[], 2]);
  });
});

describe('an actor that is stopped before it has started', () => {
  it('still runs its constructor, preStart and postStop', async () => {
    const { node, clock } = await startNode();
    const seen: string[] = [];
    node.spawn(tracing(seen)).tell('lost').stop();
    await clock.settle();
    assert.deepEqual(seen, ['constructor', 'preStart', 'postStop']);
  });

  it('stops once its async preStart is done', async () => {
    const { node, clock } = await startNode();
    const [stopped, { opened, open }] = [heard(node, ActorStopped), gate()];
    const ref = node.spawn(startingWith(() => opened));
    ref.stop();
    await clock.settle();
    assert.deepEqual(stopped, []);
    open();
    await clock.settle();
    assert.deepEqual(
      stopped.map(event => event.ref),
      [ref],
    );
  });
});
