import { assert } from 'chai';
import { Actor, ActorError, type Ref } from '../../lib/index.ts';
import { gate, heard, into, startNode } from './support.ts';

describe('receive', () => {
  it('never runs twice at once: a message to itself waits until it returns', async () => {
    const { node, clock } = await startNode();
    const seen: string[] = [];
    const ref = node.spawn<string>((message, { ref }) => {
      seen.push(`${message} begins`);
      if (message === 'a') ref.tell('b');
      seen.push(`${message} ends`);
    });
    ref.tell('a');
    await clock.settle();
    assert.deepEqual(seen, ['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('may be async: the next message waits until the promise is settled', async () => {
    const { node, clock } = await startNode();
    const [seen, { opened, open }] = [[] as string[], gate()];
    const ref = node.spawn(async message => {
      seen.push(`${message} begins`);
      await opened;
      seen.push(`${message} ends`);
    });
    ref.tell('a').tell('b');
    await clock.settle();
    assert.deepEqual(seen, ['a begins']);
    open();
    await clock.settle();
    assert.deepEqual(seen, ['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('may be a generator: the next message waits until it is done', async () => {
    const { node, clock } = await startNode();
    const [seen, { opened, open }] = [[] as string[], gate()];
    const ref = node.spawn(function* (message) {
      seen.push(`${message} begins`);
      yield opened;
      seen.push(`${message} ends`);
    });
    ref.tell('a').tell('b');
    await clock.settle();
    assert.deepEqual(seen, ['a begins']);
    open();
    await clock.settle();
    assert.deepEqual(seen, ['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('gets back what it yields: a plain value, the value of a promise, what another generator returns', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    function* inner() {
      return (yield Promise.resolve('c')) as string;
    }
    node
      .spawn(function* () {
        seen.push(yield 'a', yield Promise.resolve('b'), yield inner(), yield* inner());
      })
      .tell('go');
    await clock.settle();
    assert.deepEqual(seen, ['a', 'b', 'c', 'c']);
  });

  it('gets the rejection of what it yields as an exception at the yield', async () => {
    const { node, clock } = await startNode();
    const [seen, error] = [[] as unknown[], new Error('no')];
    node
      .spawn(function* () {
        try {
          yield Promise.reject(error);
        } catch (caught) {
          seen.push(caught);
        }
      })
      .tell('go');
    await clock.settle();
    assert.deepEqual(seen, [error]);
  });

  it('still knows the sender after an await', async () => {
    const { node, clock } = await startNode();
    const [seen, sender] = [[] as unknown[], node.spawn(into([]))];
    node
      .spawn(async (_, context) => {
        await Promise.resolve();
        seen.push(context.sender);
      })
      .tell('hello', sender);
    await clock.settle();
    assert.deepEqual(seen, [sender]);
  });

  it('fails as an async generator, which nobody can drive', async () => {
    const { node, clock } = await startNode();
    const errors = heard(node, ActorError);
    node
      .spawn(async function* () {
        yield 1;
      })
      .tell('go');
    await clock.settle();
    assert.deepEqual(
      errors.map(({ error }) => (error as { code?: string }).code),
      ['ASYNC_GENERATOR'],
    );
  });

  it('is bound to the instance', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    class Named extends Actor {
      readonly title = 'named';
      override receive() {
        seen.push(this.title);
      }
    }
    node.spawn(Named).tell('hello');
    await clock.settle();
    assert.deepEqual(seen, ['named']);
  });
});

describe('two actors that message each other without end', () => {
  it('leave a turn to everything else, even while a manual clock stands still', async () => {
    class Player extends Actor<Ref> {
      override receive(to: Ref) {
        to.tell(this.ref);
      }
    }
    const { node, clock } = await startNode();
    const [a, b] = [node.spawn(Player), node.spawn(Player)];
    a.tell(b as Ref);
    await clock.settle();
    a.kill();
    await clock.settle();
    assert.isTrue(a.isStopped);
  });
});
