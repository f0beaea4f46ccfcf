import { assert } from 'chai';
import {
  Actor,
  ActorContextError,
  ActorError,
  ActorStarted,
  ActorStopped,
  CreateFailed,
  type Ref,
} from '../../lib/index.ts';
import { gate, heard, startNode } from './support.ts';

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

/** A class that notes what happens to it. */
const tracing = (seen: string[]) =>
  class extends Actor<string> {
    constructor() {
      super();
      seen.push('constructor');
    }
    override preStart() {
      seen.push('preStart');
    }
    override receive(message: string) {
      seen.push(message);
    }
    override postStop() {
      seen.push('postStop');
    }
  };

const startingWith = (preStart: (actor: Actor) => unknown, receive: (message: unknown) => void = () => {}) =>
  class extends Actor {
    override preStart() {
      return preStart(this);
    }
    override receive(message: unknown) {
      return receive(message);
    }
  };
