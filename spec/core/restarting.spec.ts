import { assert } from 'chai';
import { Actor, ActorRestarted, allForOne, oneForOne, type Ref, Terminated } from '../../lib/index.ts';
import { TestProbe } from '../../lib/testkit/index.ts';
import { spawnTracing } from './instances.ts';
import { gate, heard, startNode } from './support.ts';

describe('a restart', () => {
  it('ends the old instance and starts a new one', async () => {
    const { node, clock } = await startNode();
    const steps: string[] = [];
    spawnTracing(node, steps).tell('fail');
    await clock.settle();
    assert.deepEqual(steps, ['new 1', 'preStart 1', 'fail 1', 'postStop 1', 'new 2', 'preStart 2']);
  });

  it('keeps the messages that came before and after the failure, without the failing one', async () => {
    const { node, clock } = await startNode();
    const steps: string[] = [];
    spawnTracing(node, steps).tell('a').tell('fail').tell('b');
    await clock.settle();
    assert.deepEqual(
      steps.filter(step => /^(a|b|fail) /.test(step)),
      ['a 1', 'fail 1', 'b 2'],
    );
  });

  it('keeps the ref, the name and the params', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    class Picky extends Actor<string, { greeting: string }> {
      override receive(message: string) {
        if (message === 'fail') throw new Error('picky');
        seen.push(this.ref, this.ref.name, this.params.greeting);
      }
    }
    const ref = node
      .spawn(Picky.using({ greeting: 'hi' }), { name: 'picky' })
      .tell('fail')
      .tell('show');
    await clock.settle();
    assert.deepEqual(seen, [ref, 'picky', 'hi']);
  });

  it('keeps the watchers, who hear nothing of it', async () => {
    const { node, clock } = await startNode();
    const probe = new TestProbe(node);
    const ref = spawnTracing(node, []);
    probe.watch(ref);
    ref.tell('fail');
    await clock.settle();
    assert.deepEqual(probe.messages, []);
    ref.stop();
    await clock.settle();
    assert.deepEqual(probe.messages, [new Terminated(ref, 'stopped')]);
  });

  it('is published with its error, and counted', async () => {
    const { node, clock } = await startNode();
    const restarted = heard(node, ActorRestarted);
    const ref = spawnTracing(node, []).tell('fail');
    await clock.settle();
    assert.deepEqual(
      [restarted.map(event => [event.ref, event.error.message]), node.stats().restarts],
      [[[ref, 'fail']], 1],
    );
  });

  it('waits for an async preStart of the new instance before the next message', async () => {
    const { node, clock } = await startNode();
    const [seen, { opened, open }] = [[] as string[], gate()];
    let starts = 0;
    const ref = node.spawn(
      class extends Actor<string> {
        override preStart() {
          return ++starts === 2 ? opened : undefined;
        }
        override receive(message: string) {
          seen.push(message);
          if (message === 'fail') throw new Error('fail');
        }
      },
    );
    ref.tell('fail').tell('next');
    await clock.settle();
    assert.deepEqual(seen, ['fail']);
    open();
    await clock.settle();
    assert.deepEqual(seen, ['fail', 'next']);
  });

  it('waits until the ongoing receive of a sibling is over, which ends on the old instance', async () => {
    const { node, clock } = await startNode({ supervision: oneForOne() });
    const [steps, { opened, open }] = [[] as string[], gate()];
    const child = (name: string) =>
      class extends Actor<string> {
        override preStart() {
          steps.push(`${name} starts`);
        }
        override async receive(message: string) {
          if (message === 'fail') throw new Error('fail');
          await opened;
          steps.push(`${name} ends receive`);
        }
      };
    const refs: Ref<string>[] = [];
    const parent = node.spawn((_, { spawn }) => void refs.push(spawn(child('a')), spawn(child('b'))), {
      supervision: allForOne(),
    });
    parent.tell('spawn');
    await clock.settle();
    refs[0]?.tell('block');
    await clock.settle();
    refs[1]?.tell('fail');
    await clock.settle();
    assert.deepEqual(steps, ['a starts', 'b starts', 'b starts']);
    open();
    await clock.settle();
    assert.deepEqual(steps.slice(3), ['a ends receive', 'a starts']);
  });
});

describe('the children of an actor that restarts', () => {
  it('does not make the new instance before all children have stopped', async () => {
    const { node, clock } = await startNode();
    const [steps, { opened, open }] = [[] as string[], gate()];
    spawnTracing(node, steps, parent =>
      parent.spawn(
        class extends Actor {
          override postStop() {
            return opened;
          }
        },
      ),
    ).tell('fail');
    await clock.settle();
    assert.notInclude(steps, 'new 2');
    open();
    await clock.settle();
    assert.include(steps, 'new 2');
  });

  it('stops the children: the new instance begins with none of the old ones', async () => {
    const { node, clock } = await startNode();
    const children: Ref[] = [];
    spawnTracing(node, [], parent => {
      assert.deepEqual(parent.children, []);
      children.push(parent.spawn(() => {}));
    }).tell('fail');
    await clock.settle();
    assert.deepEqual(
      children.map(child => child.isStopped),
      [true, false],
    );
  });

  it('keeps the children when preRestart is overridden', async () => {
    const { node, clock } = await startNode();
    const counts: number[] = [];
    node
      .spawn(
        class extends Actor {
          override preStart() {
            counts.push(this.children.length);
            if (this.children.length === 0) this.spawn(() => {});
          }
          override preRestart() {}
          override receive() {
            throw new Error('fail');
          }
        },
      )
      .tell('go');
    await clock.settle();
    assert.deepEqual(counts, [0, 1]);
  });

  it('keeps a message that a child tells its parent from postStop, for the new instance', async () => {
    const { node, clock } = await startNode();
    const steps: string[] = [];
    spawnTracing(node, steps, parent => {
      if (!steps.includes('new 2')) parent.spawn(tellingParentWhenStopped);
    }).tell('fail');
    await clock.settle();
    assert.include(steps, 'from postStop 2');
  });
});

const tellingParentWhenStopped = class extends Actor {
  override postStop() {
    this.parent.tell('from postStop');
  }
};
