import { assert } from 'chai';
import {
  Actor,
  ErrorIgnored,
  Escalate,
  type Node,
  NodeStopped,
  oneForOne,
  type ShutdownPhase,
  ShutdownTaskFailed,
  silentLogger,
  TimeoutError,
  type TransportFactory,
} from '../../lib/index.ts';
import { MemoryNetwork, Simulation } from '../../lib/testkit/index.ts';
import { boom, gate, heard, outcomeOf, startNode } from '../core/support.ts';

const phases: readonly ShutdownPhase[] = ['beforeStop', 'unbind', 'drain', 'afterStop'];

describe('node.shutdown.addTask()', () => {
  it('has its task run by node.stop(), phase by phase, whatever the order of adding', async () => {
    const { node } = await startNode();
    const steps: string[] = [];
    for (const phase of [...phases].reverse())
      node.shutdown.addTask(phase, 'note', () => void steps.push(phase));
    await node.stop();
    assert.deepEqual(steps, [...phases]);
  });

  it('lets actors live until drain is over, and has none left in afterStop', async () => {
    const { node } = await startNode();
    const ref = node.spawn((message, { reply }) => reply(message));
    const answers: unknown[] = [];
    for (const phase of phases) {
      node.shutdown.addTask(phase, 'ask', async () => {
        answers.push(await ref.ask(phase).catch(({ code }) => code));
      });
    }
    await node.stop();
    assert.deepEqual(answers, ['beforeStop', 'unbind', 'drain', 'ACTOR_STOPPED']);
    assert.equal(node.stats().actors, 0);
  });

  it('lets other nodes be reached until drain is over, and not in afterStop', async () => {
    const sim = new Simulation({ seed: 1 });
    const [here, there] = [await sim.node(), await sim.node()];
    there.spawn((message, { reply }) => reply(message), { name: 'echo' });
    const echo = here.lookup(`${there.address}/echo`);
    const answers: unknown[] = [];
    for (const phase of ['drain', 'afterStop'] as const) {
      here.shutdown.addTask(phase, 'ask', async () => {
        answers.push(await echo.ask(phase).catch(({ code }) => code));
      });
    }
    assert.isTrue(await sim.runUntil(here.stop(), 10_000));
    assert.deepEqual(answers, ['drain', 'NODE_DOWN']);
    await sim.stop();
  });

  it('begins the tasks of a phase in the order of adding and lets them run at the same time', async () => {
    const { node, clock } = await startNode();
    const [slow, fast] = [gate(), gate()];
    const steps: string[] = [];
    node.shutdown.addTask('drain', 'slow', async () => {
      steps.push('slow begins');
      await slow.opened;
      steps.push('slow ends');
    });
    node.shutdown.addTask('drain', 'fast', async () => {
      steps.push('fast begins');
      await fast.opened;
      steps.push('fast ends');
    });
    node.shutdown.addTask('afterStop', 'last', () => void steps.push('last'));
    const stopped = node.stop();
    await clock.settle();
    fast.open();
    await clock.settle();
    assert.deepEqual(steps, ['slow begins', 'fast begins', 'fast ends']);
    slow.open();
    await stopped;
    assert.deepEqual(steps.slice(3), ['slow ends', 'last']);
  });

  it('gives a function that takes the task back', async () => {
    const { node } = await startNode();
    const steps: string[] = [];
    const takeBack = node.shutdown.addTask('drain', 'one', () => void steps.push('one'));
    node.shutdown.addTask('drain', 'two', () => void steps.push('two'));
    takeBack();
    await node.stop();
    assert.deepEqual(steps, ['two']);
  });

  it('can be undone by a task of the same phase that begins earlier', async () => {
    const { node } = await startNode();
    const steps: string[] = [];
    node.shutdown.addTask('drain', 'one', () => takeBack());
    const takeBack = node.shutdown.addTask('drain', 'two', () => void steps.push('two'));
    await node.stop();
    assert.deepEqual(steps, []);
  });

  it('can be called by a task for a later phase', async () => {
    const { node } = await startNode();
    const steps: string[] = [];
    node.shutdown.addTask('unbind', 'adds', () => {
      node.shutdown.addTask('drain', 'added', () => void steps.push('added'));
    });
    await node.stop();
    assert.deepEqual(steps, ['added']);
  });

  for (const phase of phases) {
    it(`throws in a task of ${phase} when it is for that phase`, async () => {
      const { node } = await startNode();
      let thrown: unknown;
      node.shutdown.addTask(phase, 'adds', () => {
        thrown = thrownBy(() => node.shutdown.addTask(phase, 'late', () => {}));
      });
      await node.stop();
      assert.instanceOf(thrown, NodeStopped);
      assert.match(
        (thrown as Error).message,
        new RegExp(`${phase} has begun, so the task "late" would never`),
      );
    });
  }

  it('throws when the phase is past, though it had no task', async () => {
    const { node } = await startNode();
    const blocked = gate();
    node.shutdown.addTask('drain', 'blocks', () => blocked.opened);
    const stopped = node.stop();
    assert.throws(() => node.shutdown.addTask('unbind', 'late', () => {}), NodeStopped, /unbind has begun/);
    blocked.open();
    await stopped;
    assert.throws(() => node.shutdown.addTask('afterStop', 'late', () => {}), NodeStopped);
  });

  it('can be called by an actor, through this.node', async () => {
    const { node, clock } = await startNode();
    const steps: unknown[] = [];
    class Server extends Actor {
      override preStart() {
        this.node.shutdown.addTask('unbind', 'server', () => this.ref.ask('unbind'));
      }
      override receive(message: unknown) {
        steps.push(message);
        this.reply('done');
      }
    }
    node.spawn(Server);
    await clock.settle();
    await node.stop();
    assert.deepEqual(steps, ['unbind']);
  });

  const task = () => {};
  const wrong: [string, unknown[], RegExp][] = [
    [
      'a phase that does not exist',
      ['end', 'a', task],
      /no phase "end".*beforeStop, unbind, drain, afterStop/,
    ],
    ['a name that is empty', ['drain', '', task], /name must be a text that is not empty, not ""/],
    ['a task that is no function', ['drain', 'a', 'b'], /task must be a function .*, not "b"/],
    ['options that are none', ['drain', 'a', task, 5], /options must be an object .*, not 5/],
    ['an option that does not exist', ['drain', 'a', task, { within: 5 }], /no option "within"/],
    ['a timeout below 0', ['drain', 'a', task, { timeout: -1 }], /timeout must be a finite .*, not -1/],
    ['a timeout without end', ['drain', 'a', task, { timeout: Infinity }], /finite .*, not Infinity/],
  ];
  for (const [what, args, message] of wrong) {
    it(`refuses ${what}`, async () => {
      const { node } = await startNode();
      const addTask = node.shutdown.addTask.bind(node.shutdown) as (...args: unknown[]) => unknown;
      assert.throws(() => addTask(...args), TypeError, message);
    });
  }
});

describe('a shutdown task', () => {
  it('that throws, now or later, is told of and keeps neither the others nor the next phase', async () => {
    const { node } = await startNode();
    const failed = heard(node, ShutdownTaskFailed);
    const steps: string[] = [];
    node.shutdown.addTask('unbind', 'throws', boom);
    node.shutdown.addTask('unbind', 'rejects', async () => boom());
    node.shutdown.addTask('unbind', 'works', () => void steps.push('unbind'));
    node.shutdown.addTask('afterStop', 'works', () => void steps.push('afterStop'));
    await node.stop();
    assert.deepEqual(steps, ['unbind', 'afterStop']);
    assert.deepEqual(
      failed.map(({ phase, task, error }) => [phase, task, error.message]),
      [
        ['unbind', 'throws', 'boom'],
        ['unbind', 'rejects', 'boom'],
      ],
    );
  });

  it('that throws is logged as an error', async () => {
    const lines: unknown[] = [];
    const logger = { ...silentLogger, error: (...line: unknown[]) => void lines.push(line) };
    const { node } = await startNode({ logger });
    const error = new Error('boom');
    node.shutdown.addTask('unbind', 'http', () => Promise.reject(error));
    await node.stop();
    assert.deepEqual(lines, [['the shutdown task "http" of unbind failed:', error]]);
  });

  it('that throws what is no error is told of with one', async () => {
    const { node } = await startNode();
    const failed = heard(node, ShutdownTaskFailed);
    node.shutdown.addTask('unbind', 'throws', () => {
      throw 'a text';
    });
    await node.stop();
    assert.match(failed[0]?.error.message ?? '', /"a text" was thrown/);
  });

  it('that takes longer than 5 s is told of, aborted and left behind', async () => {
    const { node, clock } = await startNode();
    const failed = heard(node, ShutdownTaskFailed);
    const signals: AbortSignal[] = [];
    node.shutdown.addTask('drain', 'hangs', ({ signal }) => {
      signals.push(signal);
      return new Promise(() => {});
    });
    const stopped = outcomeOf(node.stop());
    await clock.advance(4999);
    assert.deepEqual([failed.length, stopped.length, signals[0]?.aborted], [0, 0, false]);
    await clock.advance(1);
    assert.deepEqual([failed.length, stopped.length, signals[0]?.aborted], [1, 1, true]);
    assert.instanceOf(failed[0]?.error, TimeoutError);
    assert.strictEqual(signals[0]?.reason, failed[0]?.error);
    assert.match(failed[0]?.error.message ?? '', /longer than 5000 ms/);
  });

  it('has the time that NodeOptions give to its phase, or its own', async () => {
    const { node, clock } = await startNode({ shutdown: { phases: { drain: { timeout: 10 } } } });
    const failed = heard(node, ShutdownTaskFailed);
    const hang = () => new Promise(() => {});
    node.shutdown.addTask('drain', 'hangs', hang);
    node.shutdown.addTask('drain', 'hangs longer', hang, { timeout: 30 });
    node.shutdown.addTask('drain', 'hangs shorter', hang, { timeout: 5 });
    const stopped = outcomeOf(node.stop());
    const told = () => failed.map(({ task }) => task);
    await clock.advance(5);
    assert.deepEqual(told(), ['hangs shorter']);
    await clock.advance(5);
    assert.deepEqual(told(), ['hangs shorter', 'hangs']);
    await clock.advance(19);
    assert.deepEqual(stopped, []);
    await clock.advance(1);
    assert.deepEqual([told(), stopped.length], [['hangs shorter', 'hangs', 'hangs longer'], 1]);
  });

  it('that answers its abortion with an error is told of once', async () => {
    const { node, clock } = await startNode();
    const [failed, ignored] = [heard(node, ShutdownTaskFailed), heard(node, ErrorIgnored)];
    for (const answer of [
      (signal: AbortSignal) => signal.reason,
      () => new DOMException('x', 'AbortError'),
    ]) {
      node.shutdown.addTask('drain', 'aborted', ({ signal }) => rejectedBy(signal, answer));
    }
    const stopped = node.stop();
    await clock.advance(5000);
    await stopped;
    assert.deepEqual([failed.length, ignored.length], [2, 0]);
  });

  it('that fails with another error after it was left behind is an ErrorIgnored', async () => {
    const { node, clock } = await startNode();
    const ignored = heard(node, ErrorIgnored);
    node.shutdown.addTask('drain', 'hangs', ({ signal }) => rejectedBy(signal, () => new Error('broken')));
    const stopped = node.stop();
    await clock.advance(5000);
    await stopped;
    assert.deepEqual(
      ignored.map(({ error, where }) => [error.message, where]),
      [['broken', 'the task "hangs" of drain, which had been left behind']],
    );
  });

  it('leaves no timer behind, however it ends', async () => {
    const { node, clock } = await startNode();
    node.shutdown.addTask('drain', 'works', async () => {});
    node.shutdown.addTask('drain', 'throws', boom);
    await node.stop();
    assert.equal(clock.pending, 0);
  });

  it('may call node.stop(), which gives the same promise and begins nothing anew', async () => {
    const { node } = await startNode();
    const promises: unknown[] = [];
    let runs = 0;
    for (const phase of phases) {
      node.shutdown.addTask(phase, 'stops', () => {
        runs++;
        promises.push(node.stop());
      });
    }
    const stopped = node.stop();
    await stopped;
    assert.equal(runs, 4);
    assert.deepEqual(
      promises.map(promise => promise === stopped),
      [true, true, true, true],
    );
  });

  it('that waits for node.stop() is left behind when its time is over', async () => {
    const { node, clock } = await startNode();
    const failed = heard(node, ShutdownTaskFailed);
    node.shutdown.addTask('unbind', 'waits', async () => {
      await node.stop();
    });
    const stopped = node.stop();
    await clock.advance(5000);
    await stopped;
    assert.match(failed[0]?.error.message ?? '', /don't wait for node\.stop\(\) in it/);
  });
});

describe('the reason of a shutdown', () => {
  it('is stop for node.stop()', async () => {
    const { node } = await startNode();
    const reasons = reasonsOf(node);
    assert.isUndefined(node.shutdown.reason);
    await node.stop();
    assert.deepEqual([...reasons, node.shutdown.reason], ['stop', 'stop', 'stop', 'stop', 'stop']);
  });

  it('is what node.stop(reason) was called with first', async () => {
    const { node } = await startNode();
    const reasons = reasonsOf(node);
    const stopped = node.stop('signal SIGTERM');
    await Promise.all([stopped, node.stop('signal SIGINT')]);
    assert.deepEqual(new Set(reasons), new Set(['signal SIGTERM']));
  });

  it('is failure when the guardian has failed', async () => {
    const { node, clock } = await startNode({ supervision: oneForOne({ decide: () => Escalate }) });
    const reasons = reasonsOf(node);
    node.spawn(boom).tell('go');
    await clock.settle();
    await node.stopped;
    assert.deepEqual(reasons, ['failure', 'failure', 'failure', 'failure']);
  });
});

describe('a node whose shutdown has begun', () => {
  it('needs no time where there is nothing to wait for', async () => {
    const { node, clock } = await startNode();
    const ref = node.spawn(() => {});
    node.shutdown.addTask('drain', 'works', () => {});
    const stopped = outcomeOf(node.stop());
    await clock.settle();
    assert.deepEqual([ref.isStopped, stopped.length], [true, 1]);
  });

  it('stops also when its transport cannot be closed, and says so', async () => {
    const network = new MemoryNetwork();
    const transport: TransportFactory = (...args) => {
      const made = network.transport(...args);
      made.close = async () => boom();
      return made;
    };
    const { node, clock } = await startNode({ address: '127.0.0.1:1', transport });
    const ignored = heard(node, ErrorIgnored);
    const reasons = reasonsOf(node);
    const stopped = node.stop();
    await clock.advance(5000);
    await stopped;
    assert.deepEqual(
      ignored.map(({ where }) => where),
      ['the end of the node'],
    );
    assert.lengthOf(reasons, 4);
  });

  it('spawns actors as long as tasks may need them', async () => {
    const { node } = await startNode();
    const answers: unknown[] = [];
    node.shutdown.addTask('drain', 'spawns', async () => {
      answers.push(await node.spawn((message, { reply }) => reply(message)).ask('hello'));
    });
    node.shutdown.addTask('afterStop', 'spawns', () => {
      answers.push(thrownBy(() => node.spawn(() => {})));
    });
    await node.stop();
    assert.equal(answers[0], 'hello');
    assert.instanceOf(answers[1], NodeStopped);
  });
});

/** What the tasks of all phases are told as the reason. */
function reasonsOf(node: Node): string[] {
  const reasons: string[] = [];
  for (const phase of phases) {
    node.shutdown.addTask(phase, 'note', ({ reason }) => void reasons.push(reason));
  }
  return reasons;
}

const rejectedBy = (signal: AbortSignal, errorFor: (signal: AbortSignal) => unknown) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(errorFor(signal)));
  });

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
