import { assert } from 'chai';
import { silentLogger } from '../../../lib/base/log.ts';
import { AbortError, Actor, NameConflict, type Node, NodeStopped, send } from '../../../lib/index.ts';
import {
  type AppContext,
  Arbiter,
  appsOf,
  defineApp,
  RunningApp,
  SettingsError,
  setting,
} from '../../../lib/pool/index.ts';
import { ManualClock } from '../../../lib/testkit/index.ts';
import { arbiter, cleanUp, faultsOf, folder } from './support.ts';

class Worker extends Actor<string> {
  override receive(text: string) {
    this.reply(`worked on ${text}`);
  }
}

/** An app that writes down what happens to it. */
function recorded(name: string, log: string[], more: object = {}) {
  return defineApp({
    name,
    setup() {
      log.push(`${name} starts`);
      return () => log.push(`${name} stops`);
    },
    ...more,
  });
}
/** Keeps what its `setup` got. */
function kept(more: object = {}) {
  const contexts: AppContext[] = [];
  const app = defineApp({ name: 'web', setup: context => void contexts.push(context as never), ...more });
  return { app, context: () => contexts.at(-1) as AppContext };
}
const failing = (error: unknown) =>
  defineApp({
    name: 'web',
    setup() {
      throw error;
    },
  });
const quiet = { logger: silentLogger };

describe('defineApp', () => {
  afterEach(cleanUp);

  it('does nothing but describe', () => {
    const log: string[] = [];
    const app = recorded('web', log, { node: () => log.push('node') });
    assert.deepEqual([app.name, app.settings, log], ['web', {}, []]);
  });

  const mistakes: [title: string, options: object | null, message: RegExp][] = [
    ['nothing', null, /^defineApp\(options\): expected an object with name and setup, not null$/],
    [
      'an option that there is not',
      { nmae: 'a' },
      /^defineApp: there is no option "nmae"; the options are name, /,
    ],
    [
      'a name that is none',
      { name: 'Web Shop' },
      /^defineApp: name must be small letters .*, not "Web Shop"$/,
    ],
    ['no setup', { setup: undefined }, /^defineApp: setup must be a function/],
    ['a node that is none', { node: {} }, /^defineApp: node must be a function/],
    ['a version that is no text', { version: 1 }, /^defineApp: version must be a text, not 1$/],
    ['an endless stopTimeout', { stopTimeout: Number.POSITIVE_INFINITY }, /^defineApp: stopTimeout must be/],
    ['a prefix that is none', { envPrefix: 'a-b' }, /^defineApp: envPrefix must be/],
  ];
  for (const [title, options, message] of mistakes) {
    it(`refuses ${title}`, () => {
      const given = options === null ? null : { name: 'web', setup() {}, ...options };
      assert.throws(() => defineApp(given as never), TypeError, message);
    });
  }
});

describe('app.start', () => {
  afterEach(cleanUp);

  it('runs setup and gives what runs', async () => {
    const { app, context } = kept({ settings: { workers: setting.integer({ default: 2 }) } });
    const face = await arbiter();
    const running = await app.start({ arbiter: face });
    assert.instanceOf(running, RunningApp);
    assert.deepEqual(
      [running.name, running.ref.address, { ...running.settings }],
      ['web', '/web', { workers: 2 } as never],
    );
    assert.equal(context().arbiter, face);
    assert.equal(context().node, face.node);
    assert.equal(context().name, 'web');
    assert.deepEqual({ ...context().settings }, { workers: 2 });
    assert.isFalse(context().signal.aborted);
  });

  it('reads what it is given, and nothing else', async () => {
    const settings = Object.fromEntries(
      'abcde'.split('').map(name => [name, setting.string({ default: 'default' })]),
    );
    const app = defineApp({ name: 'web', settings, setup() {} });
    const cwd = folder({ 'web.config.json': '{"a":"file","b":"file","c":"file"}' });
    const env = { WEB_A: 'env', WEB_B: 'env' };
    const code = { a: 'code', b: 'code', c: 'code', d: 'code' };
    const sources = { argv: ['--a', 'flag'], env, config: true, settings: code, cwd } as const;
    const running = await app.start({ ...sources, arbiter: await arbiter() });
    assert.deepEqual({ ...running.settings }, { a: 'flag', b: 'env', c: 'file', d: 'code', e: 'default' });
    assert.deepEqual(
      Object.values(running.origins).map(({ layer }) => layer),
      ['flag', 'env', 'file', 'code', 'default'],
    );
    Object.assign(process.env, { WEB_A: 'env' });
    try {
      const other = await app.start({ cwd, arbiter: await arbiter() });
      assert.deepInclude(other.settings, { a: 'default' });
    } finally {
      Reflect.deleteProperty(process.env, 'WEB_A');
    }
  });

  it('starts nothing with settings that will not do', async () => {
    const log: string[] = [];
    const app = recorded('web', log, { settings: { workers: setting.integer({ default: 1 }) } });
    const start = () => app.start({ argv: ['--workers', 'x'], settings: { wokers: 1 } as never });
    assert.deepEqual(await faultsOf(start), [
      '"wokers" in the settings given to start(): there is no such setting; did you mean workers?',
      '--workers must be a whole number, not "x"',
    ]);
    assert.deepEqual(log, []);
  });

  for (const flag of ['--help', '--show-config', '-h']) {
    it(`does not take ${flag}, which starts nothing`, async () => {
      const [fault = ''] = await faultsOf(() => kept().app.start({ argv: [flag] }));
      assert.match(fault, /^--(help|show-config) starts nothing: it is for programs, which call app\.main/);
    });
  }

  it('refuses options that there are not', async () => {
    const error = await kept()
      .app.start({ args: [] } as never)
      .catch(error => error);
    assert.match(error.message, /^web\.start: there is no option "args"; the options are argv, /);
    const other = await kept()
      .app.start({ settings: 5 } as never)
      .catch(error => error);
    assert.match(other.message, /^web\.start: settings must be an object of values, not 5$/);
  });

  it('makes an arbiter of its own, which stops with it', async () => {
    const app = defineApp({
      name: 'web',
      settings: { limit: setting.duration({ default: '7s' }) },
      node: ({ limit }) => ({ shutdownTimeout: limit }),
      setup() {},
    });
    const running = await app.start(quiet);
    const { node } = running;
    await running.stop();
    assert.equal(node.shutdown.reason, 'stop');
    await node.stopped;
  });

  it('stops with an arbiter of its own that is stopped', async () => {
    const log: string[] = [];
    const running = await recorded('web', log).start(quiet);
    await running.arbiter.stop();
    await running.stopped;
    assert.deepEqual(log, ['web starts', 'web stops']);
  });

  it('is rejected with what setup throws, and leaves nothing behind', async () => {
    const face = await arbiter();
    const error = new RangeError('no');
    assert.equal(
      await failing(error)
        .start({ arbiter: face, ...quiet })
        .catch(thrown => thrown),
      error,
    );
    assert.equal(appsOf(face).size, 0);
    assert.throws(() => face.node.lookup('/web'));
    await recorded('web', []).start({ arbiter: face });
  });

  it('stops its own arbiter when setup fails', async () => {
    let node: Node | undefined;
    const app = defineApp({
      name: 'web',
      setup(context) {
        node = context.node;
        throw new RangeError('no');
      },
    });
    assert.instanceOf(await app.start(quiet).catch(error => error), RangeError);
    assert.equal((node as Node | undefined)?.shutdown.reason, 'stop');
  });

  it('can be called any number of times', async () => {
    const log: string[] = [];
    const app = recorded('web', log);
    const [one, other] = [await arbiter(), await arbiter()];
    await app.start({ arbiter: one });
    await app.start({ arbiter: other });
    assert.deepEqual(log, ['web starts', 'web starts']);
  });
});

describe('a running app', () => {
  afterEach(cleanUp);

  it('has its actors below its own, and they end with it', async () => {
    const { app, context } = kept();
    const running = await app.start({ arbiter: await arbiter() });
    const worker = context().spawn(Worker, { name: 'worker' });
    assert.equal(worker.address, '/web/worker');
    assert.equal(await worker.ask('a'), 'worked on a');
    await running.stop();
    assert.isTrue(worker.isStopped);
  });

  it('calls its stop function before its actors stop, with the signal aborted', async () => {
    const seen: unknown[] = [];
    const app = defineApp({
      name: 'web',
      setup({ spawn, signal }) {
        const worker = spawn(Worker);
        return async () => seen.push(signal.aborted, await worker.ask('the last'));
      },
    });
    const running = await app.start({ arbiter: await arbiter() });
    await Promise.all([running.stop(), running.stop(), running.stopped]);
    assert.deepEqual(seen, [true, 'worked on the last']);
  });

  it('logs what its stop function throws, and stops all the same', async () => {
    const lines: string[] = [];
    const logger = {
      ...silentLogger,
      error: (text: string, error: Error) => void lines.push(`${text} ${error}`),
    };
    const app = defineApp({
      name: 'web',
      setup: () => () => {
        throw new RangeError('stuck');
      },
    });
    const running = await app.start({ arbiter: await arbiter(), logger });
    await running.stop();
    assert.deepEqual(lines, ['web: its stop function failed: RangeError: stuck']);
    assert.isTrue(running.ref.isStopped);
  });

  it('does not wait longer than stopTimeout for its stop function', async () => {
    const clock = new ManualClock();
    const lines: string[] = [];
    const logger = { ...silentLogger, warn: (text: string) => void lines.push(text) };
    const app = defineApp({ name: 'web', stopTimeout: 300, setup: () => () => new Promise(() => {}) });
    const running = await app.start({ arbiter: await arbiter(), clock, logger });
    const stopped = running.stop();
    await clock.advance(299);
    assert.deepEqual(lines, []);
    await clock.advance(1);
    await stopped;
    assert.match(lines.join(), /^web: stopping took longer than 300 ms and was left behind; .* stopTimeout$/);
  });

  it('that is stopped while it starts is stopped once setup is through', async () => {
    const log: string[] = [];
    let goOn = () => {};
    let begun = () => {};
    const app = defineApp({
      name: 'web',
      async setup({ signal }) {
        await new Promise<void>(resolve => {
          goOn = resolve;
          begun();
        });
        log.push(`aborted: ${signal.aborted}`);
        return () => log.push('stops');
      },
    });
    const face = await arbiter();
    const began = new Promise<void>(resolve => {
      begun = resolve;
    });
    const starting = app.start({ arbiter: face, ...quiet }).catch(error => error);
    await began;
    const stopped = appsOf(face).get('web')?.stop();
    goOn();
    await stopped;
    assert.instanceOf(await starting, AbortError);
    assert.deepEqual(log, ['aborted: true', 'stops']);
  });

  it('ends when its actor is stopped by somebody else', async () => {
    const log: string[] = [];
    const face = await arbiter();
    const running = await recorded('web', log).start({ arbiter: face });
    await send(running.ref, 'stop');
    await running.stopped;
    assert.deepEqual(log, ['web starts', 'web stops']);
    assert.equal(appsOf(face).size, 0);
  });

  it('takes the node with it when its actors fail more often than their supervision allows', async () => {
    const log: string[] = [];
    const app = defineApp({
      name: 'web',
      setup({ spawn }) {
        spawn(
          () => {
            throw new RangeError('broken');
          },
          { name: 'worker' },
        );
        return () => log.push('stops');
      },
    });
    const face = await arbiter();
    const running = await app.start({ arbiter: face, ...quiet });
    for (let round = 0; round < 5; round++) running.ref.child('worker').tell(round);
    await running.stopped;
    await face.stopped;
    assert.equal(face.node.shutdown.reason, 'failure');
    assert.deepEqual(log, ['stops']);
  });

  it('stops with its arbiter, when the node goes on', async () => {
    const log: string[] = [];
    const { node } = await arbiter();
    const face = await Arbiter.start({ node, name: 'another' });
    const one = await recorded('one', log).start({ arbiter: face });
    await recorded('two', log).start({ arbiter: face });
    await face.stop();
    await one.stopped;
    assert.deepEqual(log, ['one starts', 'two starts', 'two stops', 'one stops']);
    assert.isUndefined(node.shutdown.reason);
  });

  it('ends the monitors that its setup has added, after its stop function and before its actor', async () => {
    const log: string[] = [];
    const face = await arbiter();
    const app = defineApp({
      name: 'web',
      setup({ addMonitor }) {
        const monitor = addMonitor('workers', { actor: Worker, workers: 2, on: 'here' });
        void monitor.ref.join().then(() => log.push('monitor'));
        return () => log.push('stop function');
      },
    });
    const running = await app.start({ arbiter: face, ...quiet });
    void running.ref.join().then(() => log.push('actor'));
    assert.equal(face.monitors.length, 1);
    await running.stop();
    assert.deepEqual(log, ['stop function', 'monitor', 'actor']);
    assert.deepEqual(face.monitors, []);
  });

  it('is stopped by `await using`', async () => {
    const log: string[] = [];
    {
      await using _running = await recorded('web', log).start({ arbiter: await arbiter() });
    }
    assert.deepEqual(log, ['web starts', 'web stops']);
  });
});

describe('several apps on one arbiter', () => {
  afterEach(cleanUp);

  it('are started and stopped at run time, and one leaves the others alone', async () => {
    const log: string[] = [];
    const face = await arbiter();
    const web = await recorded('web', log).start({ arbiter: face });
    const jobs = await recorded('jobs', log).start({ arbiter: face });
    assert.deepEqual(
      [...appsOf(face)],
      [
        ['web', web as never],
        ['jobs', jobs as never],
      ],
    );
    await appsOf(face).get('web')?.stop();
    assert.deepEqual([...appsOf(face).keys()], ['jobs']);
    assert.deepEqual(log, ['web starts', 'jobs starts', 'web stops']);
    assert.equal(await send(jobs.ref, 'ping'), 'pong');
    await recorded('web', log).start({ arbiter: face });
    assert.deepEqual([...appsOf(face).keys()], ['jobs', 'web']);
  });

  it('can not have the same name', async () => {
    const log: string[] = [];
    const face = await arbiter();
    await recorded('web', log).start({ arbiter: face });
    const error = await recorded('web', log)
      .start({ arbiter: face })
      .catch(error => error);
    assert.instanceOf(error, NameConflict);
    assert.equal(
      error.message,
      'an app "web" runs here already; stop it first, or give this one another name',
    );
    assert.deepEqual(log, ['web starts']);
    assert.deepEqual([...appsOf(face).keys()], ['web']);
  });

  it('can not have the name of another top-level actor', async () => {
    const face = await arbiter();
    face.node.spawn(Worker, { name: 'web' });
    const error = await recorded('web', [])
      .start({ arbiter: face, ...quiet })
      .catch(error => error);
    assert.instanceOf(error, NameConflict);
    assert.equal(appsOf(face).size, 0);
  });

  it('stop in reverse order, one after the other, when the arbiter stops, and before other actors', async () => {
    const log: string[] = [];
    const face = await arbiter();
    const other = face.node.spawn(Worker);
    for (const name of ['a', 'b', 'c']) {
      const app = defineApp({
        name,
        setup: () => async () => {
          log.push(`${name} ${await other.ask('it')}`);
          log.push(`${name} stops`);
        },
      });
      await app.start({ arbiter: face });
    }
    await face.stop();
    const worked = (name: string) => [`${name} worked on it`, `${name} stops`];
    assert.deepEqual(log, ['c', 'b', 'a'].flatMap(worked));
  });

  it('are not started on an arbiter that has stopped', async () => {
    const face = await arbiter();
    await face.stop();
    assert.instanceOf(
      await recorded('web', [])
        .start({ arbiter: face })
        .catch(error => error),
      NodeStopped,
    );
  });
});

describe('live settings', () => {
  afterEach(cleanUp);

  const settings = {
    workers: setting.integer({ default: 2, min: 1, live: true }),
    mode: setting.choice(['fast', 'exact'], { default: 'fast', live: true }),
    bind: setting.string({ default: ':80' }),
    password: setting.string({ default: 'pass', secret: true }),
  };
  async function start(logger = silentLogger) {
    const changes: unknown[] = [];
    const { app, context } = kept({ settings });
    const running = await app.start({ arbiter: await arbiter(), logger });
    return { running: running as unknown as RunningApp<typeof settings>, context, changes };
  }
  const failure = (act: Promise<unknown>) =>
    act.then(
      () => 'it has not failed',
      (error: Error) => `${error.name}: ${error.message}`,
    );

  it('are read by the command config, without the secret ones', async () => {
    const { running } = await start();
    assert.deepEqual(await send(running.ref, 'config'), { workers: 2, mode: 'fast', bind: ':80' });
    assert.equal(await send(running.ref, 'config', 'get', 'bind'), ':80');
    assert.match(
      await failure(send(running.ref, 'config', 'get', 'password')),
      /there is no setting "password"/,
    );
    assert.equal(running.settings.password, 'pass');
  });

  it('are changed by it, and seen at once by the app', async () => {
    const { running, context, changes } = await start();
    const stop = context().onChange('workers', value => changes.push(value));
    assert.equal(await send(running.ref, 'config', 'set', 'workers', 5), true);
    assert.equal(running.settings.workers, 5);
    assert.deepInclude(context().settings, { workers: 5 } as never);
    assert.equal(running.origins.workers.layer, 'live');
    assert.equal(running.origins.mode.layer, 'default');
    stop();
    await send(running.ref, 'config', 'set', 'workers', 6);
    assert.deepEqual(changes, [5]);
  });

  it('take nothing that their rules forbid', async () => {
    const { running } = await start();
    const set = (name: string, value: unknown) => failure(send(running.ref, 'config', 'set', name, value));
    assert.equal(
      await set('workers', 0),
      'TypeError: setting "workers" must be a whole number from 1 up, not 0',
    );
    assert.equal(await set('mode', 'odd'), 'TypeError: setting "mode" must be one of fast, exact, not "odd"');
    assert.equal(
      await set('wokers', 1),
      'TypeError: there is no setting "wokers"; the settings are workers, mode, bind',
    );
    assert.equal(
      await set('password', 'x'),
      'TypeError: there is no setting "password"; the settings are workers, mode, bind',
    );
    assert.equal(running.settings.workers, 2);
  });

  it('are those that say so', async () => {
    const { running, context } = await start();
    const hint = 'those that are live are workers, mode';
    assert.equal(
      await failure(send(running.ref, 'config', 'set', 'bind', ':81')),
      `TypeError: setting "bind" can't be changed while the app runs; ${hint}`,
    );
    assert.throws(
      () => context().onChange('bind', () => {}),
      TypeError,
      `onChange: setting "bind" never changes; ${hint}`,
    );
    assert.throws(() => context().onChange('gone', () => {}), TypeError, /there is no setting "gone"/);
    assert.throws(() => context().onChange('mode', 5 as never), TypeError, /expected a function/);
  });

  it('can not be assigned', async () => {
    const { running, context } = await start();
    for (const view of [running.settings, context().settings]) {
      assert.throws(() => Object.assign(view, { workers: 9 }), TypeError);
      assert.throws(() => Object.assign(view, { bind: ':81' }), TypeError);
    }
  });

  it('are changed even if a listener throws, which is logged', async () => {
    const lines: string[] = [];
    const { running, context, changes } = await start({
      ...silentLogger,
      error: (text, error) => void lines.push(`${text} ${error}`),
    });
    context().onChange('workers', () => {
      throw new RangeError('no');
    });
    context().onChange('workers', async () => {
      throw new RangeError('later');
    });
    context().onChange('workers', value => changes.push(value));
    await send(running.ref, 'config', 'set', 'workers', 5);
    assert.deepEqual(changes, [5]);
    const failed = 'web: a listener to changes of "workers" failed: RangeError:';
    assert.deepEqual(lines, [`${failed} no`, `${failed} later`]);
  });
});

describe('SettingsError', () => {
  it('has a line for each fault', () => {
    const fault = (message: string) => ({ layer: 'flag', source: '--a', message }) as const;
    assert.equal(new SettingsError([fault('a'), fault('b')]).message, 'a\nb');
  });
});
