import { assert } from 'chai';
import { type ChildSpec, CreateFailed, type Props, Supervisor, Terminated } from '../../lib/index.ts';
import { TestProbe } from '../../lib/testkit/index.ts';
import { boom, gate } from '../core/support.ts';
import { startAny, startStrictNode, startTree, supervisor, worker } from './tree.ts';

describe('the start of a Supervisor', () => {
  it('needs no children', async () => {
    const { sup } = await startTree({});
    assert.deepEqual(await Supervisor.whichChildren(sup), []);
  });

  it('starts the children in their order, each once the one before has started', async () => {
    const [steps, a, b] = [[] as unknown[], gate(), gate()];
    const children = [{ id: 'a', preStart: () => a.opened }, { id: 'b', preStart: () => b.opened }, 'c'];
    const { clock, news } = await startAny(supervisor(steps, { children }), steps);
    const seen = [news()];
    for (const { open } of [a, b]) {
      open();
      await clock.settle();
      seen.push(news());
    }
    assert.deepEqual(seen, [['start a'], ['start b'], ['start c']]);
  });

  it('is over when the last child has started: what it is asked waits until then', async () => {
    const [steps, held] = [[] as unknown[], gate()];
    const { sup, clock } = await startAny(
      supervisor(steps, { children: [{ id: 'a', preStart: () => held.opened }] }),
    );
    let answers = 0;
    const asked = Supervisor.whichChildren(sup).then(() => answers++);
    await clock.settle();
    const before = answers;
    held.open();
    await asked;
    assert.deepEqual([before, answers], [0, 1]);
  });

  it('names each child by its id', async () => {
    const { child } = await startTree({ children: ['a', 'b'] });
    assert.deepEqual([child('a').address, child('b').address], ['/sup/a', '/sup/b']);
  });

  for (const [how, fail] of [
    ['throws', boom],
    ['rejects', () => Promise.reject(new Error('boom'))],
  ] as const) {
    it(`stops the children before one that ${how}, in reverse order, and starts none after it`, async () => {
      const steps: unknown[] = [];
      const children = ['a', 'b', { id: 'c', preStart: fail }, 'd'];
      const { sup } = await startAny(supervisor(steps, { children }), steps);
      assert.deepEqual([sup.isStopped, steps], [true, ['start a', 'start b', 'start c', 'stop b', 'stop a']]);
    });
  }

  it('fails with a reason that names the child', async () => {
    const { failures } = await startAny(supervisor([], { children: ['a', { id: 'b', preStart: boom }] }));
    assert.equal(
      failures.map(String).join(),
      'CreateFailed: /sup (Supervisor) failed to start: /sup/b (Worker) failed to start: boom',
    );
    assert.instanceOf(failures[0]?.cause, CreateFailed);
  });

  it('starts a child once, and no more, when it fails to start', async () => {
    const steps: unknown[] = [];
    await startAny(supervisor(steps, { intensity: 10, children: [{ id: 'a', preStart: boom }] }), steps);
    assert.deepEqual(steps, ['start a']);
  });

  it('tells a watcher that it failed', async () => {
    const { node, clock } = await startStrictNode();
    const probe = new TestProbe(node);
    const ref = node.spawn(supervisor([], { children: [{ id: 'a', preStart: boom }] }));
    probe.watch(ref);
    await clock.settle();
    assert.deepEqual(probe.messages, [new Terminated(ref, 'failed')]);
  });

  it('fails when a child is killed before it has started', async () => {
    const steps: unknown[] = [];
    const { child, clock, failures } = await startAny(
      supervisor(steps, { children: [{ id: 'a', preStart: () => gate().opened }, 'b'] }),
      steps,
    );
    child('a').kill();
    await clock.settle();
    assert.deepEqual(
      [String(failures[0]?.cause), steps],
      ['CreateFailed: /sup/a has ended before it had started', ['start a']],
    );
  });

  it('goes on when a child stops itself while it starts, and starts that one again', async () => {
    const steps: unknown[] = [];
    const preStart = (actor: { stop(): void }, count: number) => void (count === 1 && actor.stop());
    const { states } = await startAny(supervisor(steps, { children: [{ id: 'a', preStart }, 'b'] }), steps);
    assert.deepEqual(
      [steps, await states()],
      [['start a', 'stop a', 'start b', 'start a'], { a: 'running', b: 'running' }],
    );
  });

  it('deals with a child that fails in its first turn as with any failure: its messages are kept', async () => {
    const steps: unknown[] = [];
    const preStart = (actor: { ref: { tell(message: unknown): unknown } }, count: number) => {
      if (count === 1) for (const message of ['fail', 'kept']) actor.ref.tell(message);
    };
    const { states } = await startAny(supervisor(steps, { children: [{ id: 'a', preStart }] }), steps);
    assert.deepEqual([steps, await states()], [['start a', 'stop a', 'start a', 'kept a'], { a: 'running' }]);
  });

  it('takes a supervisor as its child', async () => {
    const steps: unknown[] = [];
    await startAny(
      supervisor(steps, {
        children: [{ id: 'inner', start: supervisor(steps, { children: ['a', 'b'] }) }, 'c'],
      }),
    );
    assert.deepEqual(steps, ['start a', 'start b', 'start c']);
  });
});

describe('a child spec that is wrong', () => {
  const start = worker([], 'a');
  const wrong: [name: string, spec: unknown, message: string][] = [
    ['no object', 5, 'a child must be { id, start, ... }, not 5'],
    ['no id', { start }, 'a child must have an id that is a text, not undefined'],
    ['an empty id', { id: '', start }, 'a child must have an id that is a text, not ""'],
    [
      'a slash in the id',
      { id: 'a/b', start },
      'the name "a/b" has a slash, which separates the names of a path',
    ],
    [
      'no start',
      { id: 'a' },
      'child "a": start: spawn takes a class that extends Actor, Class.using(params) or',
    ],
    [
      'a restart of no kind',
      { id: 'a', start, restart: 'never' },
      'child "a": restart must be permanent, transient, temporary, not "never"',
    ],
    [
      'a shutdown below 0',
      { id: 'a', start, shutdown: -1 },
      `child "a": shutdown must be milliseconds from 0 up, 'brutal_kill' or 'infinity', not -1`,
    ],
    [
      'a shutdown of NaN',
      { id: 'a', start, shutdown: NaN },
      `child "a": shutdown must be milliseconds from 0 up, 'brutal_kill' or 'infinity', not NaN`,
    ],
    [
      'a significant that is no boolean',
      { id: 'a', start, significant: 1 },
      'child "a": significant must be true or false, not 1',
    ],
    [
      'a significant child without autoShutdown',
      { id: 'a', start, restart: 'transient', significant: true },
      `child "a" can't be significant: the supervisor's autoShutdown is 'never'`,
    ],
    [
      'a significant child that is permanent',
      { id: 'a', start, significant: true },
      `child "a" can't be significant: it is permanent`,
    ],
    [
      'a type of no kind',
      { id: 'a', start, type: 'boss' },
      `child "a": type must be 'worker' or 'supervisor', not "boss"`,
    ],
    [
      'a backoff without min',
      { id: 'a', start, backoff: {} },
      'child "a": backoff: min must be milliseconds from 0 up, not undefined',
    ],
    [
      'options of no kind',
      { id: 'a', start, options: 5 },
      'child "a": spawn(what, options): options must be an object',
    ],
    [
      'a mailbox of no kind',
      { id: 'a', start, options: { mailbox: 5 } },
      'child "a": spawn: mailbox must be',
    ],
    [
      'a name among the options',
      { id: 'a', start, options: { name: 'b' } },
      'child "a": options must be an object with mailbox, supervision, on, not "name"',
    ],
    [
      'a field of no kind',
      { id: 'a', start, modules: [] },
      'child "a": a field must be one of id, start, restart, shutdown, significant, type, backoff, options, not "modules"',
    ],
  ];

  for (const [name, spec, message] of wrong) {
    it(`fails the start, and names the child and the field: ${name}`, async () => {
      const steps: unknown[] = [];
      const first = { id: 'first', start: worker(steps, 'first') };
      const props = Supervisor.using({ children: [first, spec as ChildSpec] });
      const { failures } = await startAny(props, steps);
      assert.include(failures[0]?.message, `/sup (Supervisor) failed to start: ${message}`);
    });

    it(`is refused by startChild, and changes nothing: ${name}`, async () => {
      const { sup, states } = await startTree({ children: ['b'] });
      const error = await Supervisor.startChild(sup, spec as ChildSpec).catch(thrown => thrown);
      assert.instanceOf(error, TypeError);
      assert.include(error.message, message);
      assert.deepEqual(await states(), { b: 'running' });
    });
  }

  it('is found before the first child is started', async () => {
    const steps: unknown[] = [];
    const children = ['a', { id: 'b', shutdown: -1 }];
    await startAny(supervisor(steps, { children }), steps);
    assert.deepEqual(steps, []);
  });

  it('is one whose id another one has: no child is started', async () => {
    const steps: unknown[] = [];
    const { failures } = await startAny(supervisor(steps, { children: ['a', 'b', 'a'] }), steps);
    assert.deepEqual(
      [failures[0]?.message, steps],
      ['/sup (Supervisor) failed to start: two children have the id "a"; an id must be unique', []],
    );
  });
});

describe('an option that is wrong', () => {
  const wrong: [options: unknown, message: string][] = [
    [undefined, 'Supervisor takes options, as in Supervisor.using({ ... }), not undefined'],
    [
      { strategy: 'oneForOne' },
      'Supervisor: strategy must be one_for_one, one_for_all, rest_for_one, not "oneForOne"',
    ],
    [
      { intensity: -1 },
      'Supervisor: intensity must be a whole number of restarts from 0 up, or Infinity, not -1',
    ],
    [
      { intensity: 'max' },
      'Supervisor: intensity must be a whole number of restarts from 0 up, or Infinity, not "max"',
    ],
    [{ period: 0 }, 'Supervisor: period must be more than 0 milliseconds, not 0'],
    [{ backoff: { min: -1 } }, 'backoff: min must be milliseconds from 0 up, not -1'],
    [
      { autoShutdown: 'all' },
      'Supervisor: autoShutdown must be never, any_significant, all_significant, not "all"',
    ],
    [{ children: {} }, 'Supervisor: children must be a list of { id, start, ... }, not {}'],
    [
      { max: 3 },
      'Supervisor: there is no option "max"; the options are strategy, intensity, period, backoff, autoShutdown, children',
    ],
  ];
  for (const [options, message] of wrong) {
    it(`fails the start: ${message}`, async () => {
      const props = (Supervisor.using as (options: unknown) => Props)(options);
      const { failures } = await startAny(props);
      assert.equal(failures[0]?.message, `/sup (Supervisor) failed to start: ${message}`);
    });
  }
});
