import { assert } from 'chai';
import { Director, EventLogger, FlowHarness, LogEvent, SetupError, STDOUT } from '../../../lib/flow/index.ts';
import { ManualClock } from '../../../lib/testkit/manualClock.ts';
import { Call, event, Tap, virtualWorld } from '../support.ts';

async function printed(params: object, given = event('test')): Promise<{ lines: string[]; sent: unknown[] }> {
  const lines: string[] = [];
  const clock = new ManualClock(new Date(2026, 0, 2, 3, 4, 5, 678).getTime());
  const harness = await FlowHarness.start(STDOUT, {
    world: virtualWorld(clock),
    params: { ...params, write: (line: string) => lines.push(line) },
  });
  await harness.put(given);
  await harness.settled();
  const sent = harness.takeAll().map(({ data }) => data);
  await harness.stop();
  return { lines, sent };
}

describe('STDOUT', () => {
  it('prints the data of an event on a line of its own, and sends the event on', async () => {
    assert.deepEqual(await printed({}), { lines: ['test\n'], sent: ['test'] });
  });

  it('prints a prefix, and the time in front of it', async () => {
    const { lines } = await printed({ prefix: 'I am number one: ', timestamp: true });
    assert.deepEqual(lines, ['[2026-01-02 03:04:05.678000] I am number one: test\n']);
    assert.match(lines[0] ?? '', /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}\] I am number (one|two): test$/m);
  });

  it('prints all of it when it is asked to', async () => {
    const { lines } = await printed({ complete: true }, event('test', { metaId: 'm', colour: 'red' }));
    assert.deepInclude(JSON.parse(lines[0] ?? ''), { data: 'test', metaId: 'm', colour: 'red', error: null });
  });

  it('prints the error too, and what JSON cannot hold', async () => {
    const given = event('test', { big: 10n, error: new Error('no good') });
    const { lines } = await printed({ complete: true }, given);
    assert.deepInclude(JSON.parse(lines[0] ?? ''), { big: '10', error: 'no good' });
  });

  it('leaves attributes out that go round in circles', async () => {
    const given = event('test');
    const circle: { self?: object } = {};
    circle.self = circle;
    const harness = await FlowHarness.start(EventLogger, { director: { copy: false } });
    given.set('circle', circle);
    await harness.put(given);
    await harness.settled();
    const [line] = harness.takeLogs();
    assert.equal(JSON.parse(line?.data.message ?? '').data, 'test');
    await harness.stop();
  });

  it('prints log events as lines', async () => {
    const line = new LogEvent({ level: 'INFO', originActor: 'a', message: 'hello', id: 'm1' });
    const { lines } = await printed({}, line as never);
    assert.match(lines[0] ?? '', /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO actor=a, id=m1 :: hello\n$/);
    const { lines: without } = await printed(
      {},
      new LogEvent({ originActor: 'a', message: 'hello' }) as never,
    );
    assert.match(without[0] ?? '', / actor=a :: hello\n$/);
  });

  for (const params of [{ complete: 'no' }, { prefix: 7 }, { timestamp: 1 }, { write: 'stderr' }])
    it(`refuses ${JSON.stringify(params)}`, () => {
      const [param] = Object.keys(params);
      assert.throws(
        () => new STDOUT('out', params as object),
        SetupError,
        new RegExp(`^out: ${param} must be .*, not `),
      );
    });

  it('is what prints the log of a director', async () => {
    const lines: string[] = [];
    const director = new Director();
    director.registerLogActor(STDOUT, 'log', { write: (line: string) => lines.push(line) });
    const tap = director.registerActor(Tap, 'tap');
    const bad = director.registerActor(Call, 'bad', {
      fn: () => {
        throw new Error('no good');
      },
    });
    director.connectQueue(tap, bad);
    await director.start();
    tap.put('test');
    await director.stop();
    assert.lengthOf(lines, 2);
    assert.match(
      lines[0] ?? '',
      /WARNING actor=bad, id=[0-9a-f]{32} :: An event was not handled: Error: no good/,
    );
    assert.match(
      lines[1] ?? '',
      /INFO actor=default_error_logger, id=[0-9a-f]{32} :: \{.*"data":"test".*no good/,
    );
  });
});

describe('EventLogger', () => {
  async function logged(params: object, given = event('test')): Promise<LogEvent[]> {
    const harness = await FlowHarness.start(EventLogger, { params });
    await harness.put(given);
    await harness.settled();
    assert.lengthOf(harness.takeAll(), 1, 'it sends the event on');
    const logs = harness.takeLogs();
    await harness.stop();
    return logs;
  }

  it('logs the whole event, with its id', async () => {
    const [line] = await logged({}, event('test', { metaId: 'm1', colour: 'red' }));
    assert.equal(line?.data.id, 'm1');
    assert.equal(line?.data.level, 'INFO');
    assert.deepInclude(JSON.parse(line?.data.message ?? ''), { data: 'test', colour: 'red' });
  });

  it('logs chosen attributes, at a level, with a prefix', async () => {
    const given = event('test', { colour: 'red', error: new Error('no good') });
    const params = {
      level: 'ERROR',
      logFullEvent: false,
      loggedTags: ['data', 'colour', 'error', 'none'],
      prefix: '> ',
    };
    const [line] = await logged(params, given);
    assert.equal(line?.data.level, 'ERROR');
    assert.equal(line?.data.message, '> data: test, colour: red, error: no good, none: undefined');
  });

  for (const params of [
    { level: 'LOUD' },
    { level: 'constructor' },
    { level: 'info' },
    { loggedTags: 'data' },
    { loggedTags: [7] },
    { logFullEvent: 'false' },
    { prefix: 7 },
  ])
    it(`refuses ${JSON.stringify(params)}`, () => {
      const [param] = Object.keys(params);
      const make = () => new EventLogger('logger', params as object);
      assert.throws(make, SetupError, new RegExp(`^logger: ${param} must be .*, not `));
    });
});
