import { assert } from 'chai';
import {
  Actor,
  ActorRestarted,
  allForOne,
  DeadLetter,
  ErrorIgnored,
  type Node,
  oneForOne,
  type Ref,
  Terminated,
} from '../../lib/index.ts';
import { TestProbe } from '../../lib/testkit/index.ts';
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

  it('is called off by a stop that comes while it waits for the children', async () => {
    const { node, clock } = await startNode();
    const [steps, { opened, open }] = [[] as string[], gate()];
    const ref = spawnTracing(node, steps, parent =>
      parent.spawn(
        class extends Actor {
          override postStop() {
            return opened;
          }
        },
      ),
    ).tell('fail');
    await clock.settle();
    ref.stop();
    open();
    await clock.settle();
    assert.deepEqual([ref.isStopped, steps.includes('new 2')], [true, false]);
  });

  it('runs postStop once when a stop calls it off', async () => {
    const { node, clock } = await startNode({ supervision: oneForOne({ backoff: { min: 1000 } }) });
    const steps: string[] = [];
    const ref = spawnTracing(node, steps).tell('fail');
    await clock.settle();
    ref.stop();
    await clock.settle();
    assert.deepEqual(
      [ref.isStopped, steps.filter(step => step.startsWith('postStop'))],
      [true, ['postStop 1']],
    );
  });

  it('registers a watcher that comes while it is under way', async () => {
    const { node, clock } = await startNode({ supervision: oneForOne({ backoff: { min: 1000 } }) });
    const probe = new TestProbe(node);
    const ref = spawnTracing(node, []).tell('fail');
    await clock.settle();
    probe.watch(ref);
    await clock.settle();
    ref.stop();
    await clock.settle();
    assert.deepEqual(probe.messages, [new Terminated(ref, 'stopped')]);
  });

  it('forgets whom the old instance watched', async () => {
    const { node, clock } = await startNode();
    const steps: string[] = [];
    const watched = node.spawn(() => {});
    spawnTracing(node, steps, actor => void (steps.includes('new 2') || actor.watch(watched))).tell('fail');
    await clock.settle();
    watched.stop();
    await clock.settle();
    assert.equal(steps.at(-1), 'preStart 2');
  });

  it('aborts the signal of the old instance and not that of the new one', async () => {
    const { node, clock } = await startNode();
    const signals: AbortSignal[] = [];
    spawnTracing(node, [], actor => void signals.push(actor.signal)).tell('fail');
    await clock.settle();
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [true, false],
    );
  });

  it('means nothing to an actor that has stopped', async () => {
    const { node, clock } = await startNode();
    const steps: string[] = [];
    const ref = spawnTracing(node, steps, actor => void (steps.includes('new 2') || actor.stop())).tell(
      'fail',
    );
    await clock.settle();
    assert.deepEqual([ref.isStopped, steps.includes('new 2')], [true, false]);
  });

  it('loses no message, however many come while it is under way', async () => {
    const { node, clock } = await startNode({ supervision: oneForOne({ backoff: { min: 1000 } }) });
    const [steps, dead] = [[] as string[], heard(node, DeadLetter)];
    const ref = spawnTracing(node, steps).tell('fail');
    for (let i = 0; i < 100; i++) ref.tell('m');
    await clock.settle();
    for (let i = 0; i < 100; i++) ref.tell('m');
    await clock.advance(1200);
    assert.deepEqual([steps.filter(step => step === 'm 2').length, dead], [200, []]);
  });

  it('ignores an error of a receive that ends after it was asked for', async () => {
    const { node, clock } = await startNode();
    const [ignored, { opened, fail }] = [heard(node, ErrorIgnored), gate()];
    const ref = node.spawn((message, context) => {
      if (message === 'pipe') context.pipeToSelf(opened);
      else throw new Error('first');
    });
    ref.tell('pipe').tell('fail');
    await clock.settle();
    fail(new Error('second'));
    await clock.settle();
    assert.deepEqual([ignored.map(({ error }) => error.message), node.stats().restarts], [['second'], 1]);
  });
});

const tellingParentWhenStopped = class extends Actor {
  override postStop() {
    this.parent.tell('from postStop');
  }
};

/** Notes what happens, with the number of the instance; fails when it is told to. */
function spawnTracing(
  node: Node,
  steps: string[],
  preStart: (actor: Actor) => unknown = () => {},
): Ref<string> {
  let made = 0;
  class Tracing extends Actor {
    readonly number = ++made;
    constructor() {
      super();
      steps.push(`new ${this.number}`);
    }
    override preStart() {
      steps.push(`preStart ${this.number}`);
      preStart(this);
    }
    override receive(message: unknown) {
      steps.push(`${message} ${this.number}`);
      if (message === 'fail') throw new Error('fail');
    }
    override postStop() {
      steps.push(`postStop ${this.number}`);
    }
  }
  return node.spawn(Tracing) as Ref<string>;
}
