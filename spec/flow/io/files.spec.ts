import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { assert } from 'chai';
import {
  Director,
  type Event,
  FileSink,
  FileSource,
  type FileSourceParams,
  FlowActor,
  FlowHarness,
  JSONEvent,
  Null,
  serializeEvent,
} from '../../../lib/flow/index.ts';
import { dataOf, freshDirectory, text, until } from './support.ts';

const faultsOf = (events: readonly Event[]) => events.map(({ data, error }) => [data, error?.message]);

describe('FileSource', () => {
  const at = freshDirectory();
  const read = (params: Partial<FileSourceParams>) =>
    FlowHarness.start(FileSource, { params: { file: at('in'), ...params } });
  const whole = async (params: Partial<FileSourceParams>) => {
    const harness = await read(params);
    await harness.settled();
    return { events: harness.takeAll(), errors: harness.takeErrors(), stop: () => harness.stop() };
  };

  it('emits the lines of a text, with their numbers', async () => {
    writeFileSync(at('in'), '\ufeffone\r\n\nthree\nlast, with no end');
    const { events, stop } = await whole({});
    assert.deepEqual(dataOf(events), ['one', '', 'three', 'last, with no end']);
    assert.deepEqual(
      events.map(event => [event.get('file'), event.get('line')]),
      [1, 2, 3, 4].map(line => [at('in'), line]),
    );
    await stop();
  });

  it('emits JSON lines, and tells of bad ones with file and line', async () => {
    writeFileSync(at('in'), '{"a":1}\nno json\n\n[2]\n"text"\n{"a":');
    const { events, errors, stop } = await whole({ format: 'ndjson' });
    assert.deepEqual(dataOf(events), [{ a: 1 }, [2], 'text']);
    assert.isTrue(events.every(event => event instanceof JSONEvent));
    assert.deepEqual(
      errors.map(event => [event.data, event.get('line')]),
      [
        ['no json', 2],
        ['{"a":', 6],
      ],
    );
    for (const { error } of errors) assert.include(error?.message, `${at('in')}:`);
    assert.match(errors[0]?.error?.message as string, /in:2: /);
    await stop();
  });

  it('tells of lines that are too long or no UTF-8, and goes on', async () => {
    writeFileSync(
      at('in'),
      Buffer.concat([Buffer.from(`${'x'.repeat(200_000)}\nfine\n`), Buffer.from([0xff, 10])]),
    );
    const { events, errors, stop } = await whole({ maxLineBytes: 100_000 });
    assert.deepEqual(dataOf(events), ['fine']);
    assert.deepEqual(faultsOf(errors), [
      ['x'.repeat(1000), `${at('in')}:1: it has 200000 bytes; maxLineBytes is 100000`],
      ['\ufffd', `${at('in')}:3: it is no UTF-8 text`],
    ]);
    await stop();
  });

  it('emits the rows of CSV as objects', async () => {
    writeFileSync(at('in'), '\ufeffname,n,ok,note\r\n"a, ""b""\nc",1.5,true,\r\nd,,FALSE,x\r\n');
    const { events, stop } = await whole({ format: 'csv', types: { n: 'number', ok: 'boolean' } });
    assert.deepEqual(dataOf(events), [
      { name: 'a, "b"\nc', n: 1.5, ok: true, note: '' },
      { name: 'd', n: null, ok: false, note: 'x' },
    ]);
    assert.deepEqual(
      events.map(event => event.get('line')),
      [3, 4],
    );
    await stop();
  });

  it('tells of bad rows with file and line, and goes on', async () => {
    writeFileSync(at('in'), 'a,n\n1,2\n1,2,3\n1,two\n1\n"x"y,2\n3,4\n');
    const { events, errors, stop } = await whole({ format: 'csv', types: { n: 'number' } });
    assert.deepEqual(dataOf(events), [
      { a: '1', n: 2 },
      { a: '3', n: 4 },
    ]);
    assert.deepEqual(
      errors.map(event => event.get('line')),
      [3, 4, 5, 6],
    );
    assert.match(errors[1]?.error?.message as string, /in:4: n is "two", which is no number/);
    await stop();
  });

  it('tells of a quote that is not closed, without taking long', async () => {
    writeFileSync(at('in'), `a,b\n1,"${'\n'.repeat(30_000)}`);
    const { errors, stop } = await whole({ format: 'csv', maxLineBytes: 25_000 });
    assert.match(errors[0]?.error?.message as string, /a row has more than 25000 characters/);
    await stop();
    writeFileSync(at('in'), 'a,b\n1,"2\n');
    const short = await whole({ format: 'csv' });
    assert.match(short.errors[0]?.error?.message as string, /in:2: a quote is not closed/);
    await short.stop();
  });

  it('takes no name of a column for more than a name', async () => {
    writeFileSync(at('in'), 'constructor,b\n1,2\n');
    const plain = await whole({ format: 'csv', types: { b: 'number' } });
    assert.deepEqual(plain.events[0]?.dataString(), '{"constructor":"1","b":2}');
    await plain.stop();
    writeFileSync(at('in'), '__proto__,b\n1,2\n');
    const strange = await whole({ format: 'csv' });
    assert.match(strange.errors[0]?.error?.message as string, /in:2: .*__proto__/);
    await strange.stop();
  });

  it('takes names of columns from the parameters, or none', async () => {
    writeFileSync(at('in'), '1;2\n');
    const named = await whole({ format: 'csv', headers: ['a', 'b'], delimiter: ';' });
    assert.deepEqual(dataOf(named.events), [{ a: '1', b: '2' }]);
    await named.stop();
    const bare = await whole({ format: 'csv', headers: false, delimiter: ';' });
    assert.deepEqual(dataOf(bare.events), [['1', '2']]);
    await bare.stop();
  });

  it('tells of a first row that makes no sense, and reads no more', async () => {
    writeFileSync(at('in'), 'a,a\n1,2\n');
    const { events, errors, stop } = await whole({ format: 'csv' });
    assert.deepEqual(events, []);
    assert.match(errors[0]?.error?.message as string, /two columns "a"/);
    await stop();
  });

  it('takes no other row for the names of the columns when the first one can not be read', async () => {
    writeFileSync(at('in'), Buffer.concat([Buffer.from([0xff]), Buffer.from('a,b\n1,2\n3,4\n')]));
    const { events, errors, stop } = await whole({ format: 'csv' });
    assert.deepEqual(events, []);
    assert.match(errors[0]?.error?.message as string, /the first row can't be read: it is no UTF-8/);
    await stop();
  });

  it('emits events again as they were written', async () => {
    const given = [new JSONEvent({ data: { a: 1 }, colour: 'red' }), text('x')];
    writeFileSync(at('in'), given.map(event => `${serializeEvent(event)}\n`).join(''));
    const { events, stop } = await whole({ format: 'events' });
    assert.deepEqual(events.map(serializeEvent), given.map(serializeEvent));
    await stop();
  });

  it('reads no more than there is room for, however large the file is', async function () {
    this.timeout(60_000);
    const line = `${'x'.repeat(1000)}\n`;
    for (let n = 0; n < 40; n++) appendFileSync(at('in'), line.repeat(1000));
    let count = 0;
    let most = 0;
    class Count extends FlowActor {
      override consume(): void {
        if (++count % 4000 === 0) {
          globalThis.gc?.();
          most = Math.max(most, process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers);
        }
      }
    }
    const director = new Director({ size: 50, handleSignals: false });
    director.registerLogActor(Null, 'log');
    director.connectQueue(
      director.registerActor(FileSource, 'source', { file: at('in') }),
      director.registerActor(Count, 'count'),
    );
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
    await director.start();
    await director.settled();
    await director.stop();
    assert.equal(count, 40_000);
    assert.isBelow(most - before, 15_000_000, 'of 40 MB');
  });

  it('stops in the middle of a file when the flow does', async () => {
    writeFileSync(at('in'), 'x\n'.repeat(50_000));
    const harness = await read({});
    await harness.next();
    await harness.stop();
    assert.isBelow(harness.takeAll().length, 50_000);
  });

  it('does not start without the file', async () => {
    let message = '';
    try {
      await read({ file: at('nowhere') });
    } catch (error) {
      message = (error as Error).message;
    }
    assert.match(message, /ENOENT/);
  });

  describe('that follows', () => {
    const params = { follow: true, pollInterval: 1 };

    it('waits for the file, and for what is appended, line by line', async () => {
      const harness = await read(params);
      writeFileSync(at('in'), 'one\ntw');
      assert.equal((await harness.next()).data, 'one');
      appendFileSync(at('in'), 'o\nthree\n');
      assert.deepEqual([(await harness.next()).data, (await harness.next()).data], ['two', 'three']);
      await harness.stop();
    });

    it('begins anew when another file takes its place, or it is emptied', async () => {
      writeFileSync(at('in'), 'old 1\nold 2\n');
      const harness = await read(params);
      await harness.next();
      await harness.next();
      renameSync(at('in'), at('in.1'));
      writeFileSync(at('in'), 'new 1\nnew 2\nnew 3\n');
      for (const n of [1, 2, 3]) assert.equal((await harness.next()).data, `new ${n}`);
      truncateSync(at('in'));
      appendFileSync(at('in'), 'again\n');
      assert.equal((await harness.next()).data, 'again');
      await harness.stop();
    });

    it('follows CSV', async () => {
      writeFileSync(at('in'), 'a,b\n');
      const harness = await read({ ...params, format: 'csv' });
      appendFileSync(at('in'), '1,2\n3');
      assert.deepEqual((await harness.next()).data, { a: '1', b: '2' });
      appendFileSync(at('in'), ',4\n');
      assert.deepEqual((await harness.next()).data, { a: '3', b: '4' });
      await harness.stop();
    });
  });

  describe('with acks', () => {
    /** Reads with a worker; what it has seen. */
    async function work(params: object, consume: (event: Event) => void | Promise<void>, acks = true) {
      const seen: unknown[] = [];
      const errors: Event[] = [];
      class Worker extends FlowActor {
        override async consume(event: Event): Promise<void> {
          seen.push(event.data);
          await consume(event);
        }
      }
      class Errors extends FlowActor {
        override consume(event: Event): void {
          errors.push(event);
        }
      }
      const director = new Director({ acks, handleSignals: false });
      director.registerLogActor(Null, 'log');
      const source = director.registerActor(FileSource, 'source', { file: at('in'), acks: true, ...params });
      director.connectQueue(source, director.registerActor(Worker, 'worker'));
      director.connectErrorQueue(source, director.registerActor(Errors, 'errors'));
      await director.start();
      return { director, seen, errors };
    }
    const position = () => JSON.parse(readFileSync(at('in.position'), 'utf8'));

    for (const [format, head, line] of [
      ['lines', '', (n: number) => `${n}`],
      ['ndjson', '', (n: number) => `{"n":${n}}`],
      ['csv', 'n\n', (n: number) => `${n}`],
    ] as const) {
      it(`goes on after the last one that was handled: ${format}`, async () => {
        writeFileSync(at('in'), `${head}${[1, 2, 3].map(line).join('\n')}\n`);
        const first = await work({ format }, () => {});
        await first.director.settled();
        await first.director.stop();
        assert.lengthOf(first.seen, 3);
        appendFileSync(at('in'), `${line(4)}\n`);
        const second = await work({ format }, () => {});
        await second.director.settled();
        await second.director.stop();
        assert.lengthOf(second.seen, 1);
        assert.match(JSON.stringify(second.seen), /4/);
        const size = readFileSync(at('in')).length;
        assert.deepInclude(position(), { line: head === '' ? 4 : 5, end: size });
      });
    }

    it('does not go beyond one that is still under way', async () => {
      writeFileSync(at('in'), 'one\ntwo\nthree\n');
      let release = () => {};
      const gate = new Promise<void>(resolve => {
        release = resolve;
      });
      const { director, seen } = await work({}, event => (event.data === 'two' ? gate : undefined));
      await until(() => seen.length === 3);
      await until(() => readdirSync(at('')).includes('in.position'));
      assert.deepInclude(position(), { line: 1, end: 4 });
      release();
      await director.settled();
      await director.stop();
      assert.deepInclude(position(), { line: 3, end: 14 });
    });

    it('emits again what went wrong, and gives up in the end', async () => {
      writeFileSync(at('in'), 'bad\ngood\n');
      const { director, seen, errors } = await work({ maxRedeliveries: 1 }, event => {
        if (event.data === 'bad') throw new Error('no');
      });
      await until(() => errors.length === 1);
      assert.sameMembers(seen, ['bad', 'good', 'bad']);
      assert.isTrue(errors[0]?.get('redelivered'));
      await director.stop();
      assert.deepInclude(position(), { line: 2, end: 9 });
    });

    it('has no more than so many under way', async () => {
      writeFileSync(at('in'), 'x\n'.repeat(20));
      let release = () => {};
      const gate = new Promise<void>(resolve => {
        release = resolve;
      });
      const { director, seen } = await work({ maxUnacked: 5 }, () => gate);
      await until(() => seen.length === 5);
      for (let turn = 0; turn < 50; turn++) await new Promise(resolve => setImmediate(resolve));
      assert.lengthOf(seen, 5);
      release();
      await until(() => seen.length === 20);
      await director.stop();
    });

    it('begins anew when the file has become shorter', async () => {
      writeFileSync(at('in'), 'new\n');
      writeFileSync(at('in.position'), '{"line":7,"end":700}');
      const { director, seen } = await work({}, () => {});
      await director.settled();
      await director.stop();
      assert.deepEqual(seen, ['new']);
    });

    it('begins anew when another file has its place, though that is longer', async () => {
      writeFileSync(at('in'), 'old one\n');
      const first = await work({}, () => {});
      await first.director.settled();
      await first.director.stop();
      writeFileSync(at('in'), 'new one, and longer\nnew two\n');
      const second = await work({}, () => {});
      await second.director.settled();
      await second.director.stop();
      assert.deepEqual(second.seen, ['new one, and longer', 'new two']);
    });

    it('makes the directory of its position', async () => {
      writeFileSync(at('in'), 'one\n');
      const { director } = await work({ positionFile: at('deep/er/position') }, () => {});
      await director.settled();
      await director.stop();
      assert.deepInclude(JSON.parse(readFileSync(at('deep/er/position'), 'utf8')), { line: 1, end: 4 });
    });

    it('emits again what went wrong also without a position', async () => {
      writeFileSync(at('in'), 'bad\ngood\n');
      const { director, seen } = await work({ acks: false }, event => {
        if (seen.length < 2 && event.data === 'bad') throw new Error('no');
      });
      await until(() => seen.length === 3);
      await director.stop();
      assert.sameMembers(seen, ['bad', 'good', 'bad']);
      assert.notInclude(readdirSync(at('')), 'in.position');
    });

    it('with a director that has none, does not wait for any', async () => {
      writeFileSync(at('in'), 'x\n'.repeat(20));
      let release = () => {};
      const gate = new Promise<void>(resolve => {
        release = resolve;
      });
      const { director, seen } = await work({ maxUnacked: 5 }, () => gate, false);
      await until(() => seen.length === 20);
      await until(() => readdirSync(at('')).includes('in.position'));
      assert.deepInclude(position(), { line: 20, end: 40 });
      release();
      await director.stop();
    });

    it('does not guess what a broken position means', async () => {
      writeFileSync(at('in'), 'new\n');
      writeFileSync(at('in.position'), '{"line":-1}');
      let message = '';
      try {
        await work({}, () => {});
      } catch (error) {
        message = (error as Error).message;
      }
      assert.match(message, /in\.position holds no position of a file, but .*: delete it/);
    });
  });

  for (const params of [
    { file: '' },
    { format: 'xls' },
    { headers: [] },
    { types: { a: 'date' } },
    { maxLineBytes: 0 },
    { pollInterval: 0 },
    { maxUnacked: 0 },
    { maxRedeliveries: -1 },
    { delimiter: '' },
    { delimiter: '"' },
    { headers: ['a', 'a'] },
    { follow: 'no' },
    { acks: 1 },
  ]) {
    it(`refuses ${JSON.stringify(params)}`, () => {
      assert.throws(() => new FileSource('in', { file: 'x', ...params } as never), /^in: \w+ must be/);
    });
  }
});

describe('FileSink', () => {
  const at = freshDirectory();
  const read = () => readFileSync(at('deep/out'), 'utf8');
  const write = (params: object = {}) =>
    FlowHarness.start(FileSink, { params: { file: at('deep/out'), ...params } });

  it('appends a line for each event, in their order, and sends it on when it is there', async () => {
    const harness = await write();
    for (let n = 0; n < 300; n++) await harness.put(text(`line ${n}`));
    await harness.next();
    assert.match(read(), /^line 0\n/);
    await harness.stop();
    const again = await write();
    await again.put(text('more'));
    await again.stop();
    assert.equal(read(), `${[...Array(300).keys()].map(n => `line ${n}\n`).join('')}more\n`);
  });

  it('writes JSON of any data', async () => {
    const harness = await write({ format: 'ndjson' });
    await harness.put(new JSONEvent({ data: { a: 'b\nc' } }));
    await harness.put(text({ plain: [1] }));
    await harness.stop();
    assert.equal(read(), '{"a":"b\\nc"}\n{"plain":[1]}\n');
  });

  it('refuses a text that is no line', async () => {
    const harness = await write();
    await harness.put(text('two\nlines'));
    assert.match((await harness.error()).error?.message as string, /line ends of its own/);
    await harness.stop();
  });

  it('writes CSV with the columns of the first event', async () => {
    const harness = await write({ format: 'csv' });
    await harness.put(new JSONEvent({ data: { a: 'x,"y"\nz', b: 1 } }));
    await harness.put(new JSONEvent({ data: { b: { c: 2 } } }));
    await harness.put(new JSONEvent({ data: { a: 1, strange: 2 } }));
    await harness.put(new JSONEvent({ data: [1] }));
    await harness.stop();
    assert.equal(read(), 'a,b\n"x,""y""\nz",1\n,"{""c"":2}"\n');
    assert.match(harness.takeErrors()[0]?.error?.message as string, /there is no column strange/);
    const again = await write({ format: 'csv' });
    await again.put(new JSONEvent({ data: { a: 3, b: 4 } }));
    await again.stop();
    assert.match(read(), /\n3,4\n$/, 'without the names again');
  });

  it('writes the columns that it is told to, also when there are no rows', async () => {
    const params = { format: 'csv', columns: ['b', 'a'], delimiter: ';', escapeFormulas: true };
    const none = await write(params);
    await none.stop();
    assert.equal(read(), 'b;a\n');
    const harness = await write(params);
    await harness.put(new JSONEvent({ data: { a: '=1+1', b: true, c: 'not asked for' } }));
    await harness.stop();
    assert.equal(read(), "b;a\ntrue;'=1+1\n");
  });

  it('replaces a file only when all has been written', async () => {
    mkdirSync(at('deep'));
    writeFileSync(at('deep/out'), 'old\n');
    const harness = await write({ mode: 'replace' });
    await harness.put(text('new'));
    await harness.next();
    assert.equal(read(), 'old\n');
    await harness.stop();
    assert.equal(read(), 'new\n');
    assert.deepEqual(readdirSync(at('deep')), ['out']);
  });

  it('appends to CSV by the columns that the file has', async () => {
    mkdirSync(at('deep'));
    writeFileSync(at('deep/out'), 'b,"a, or not"\n1,2\n');
    const harness = await write({ format: 'csv' });
    await harness.put(new JSONEvent({ data: { 'a, or not': 4, b: 3 } }));
    await harness.put(new JSONEvent({ data: { c: 5 } }));
    assert.match((await harness.error()).error?.message as string, /there is no column c/);
    await harness.stop();
    assert.equal(read(), 'b,"a, or not"\n1,2\n3,4\n');
    writeFileSync(at('twice'), 'a,a\n');
    const twice = await write({ format: 'csv', file: at('twice') }).catch((error: Error) => error);
    assert.match((twice as Error).message, /^actor: .*twice: the first row has two columns "a"/);
    const started = await write({ format: 'csv', columns: ['a', 'b'] }).catch((error: Error) => error);
    assert.match((started as Error).message, /columns are a, b, but .*out has the columns b, a, or not/);
  });

  it('does not write on in a line that somebody has left without its end', async () => {
    mkdirSync(at('deep'));
    writeFileSync(at('deep/out'), '{"half":');
    const harness = await write({ format: 'ndjson' });
    await harness.put(text(1));
    await harness.put(text(2));
    await harness.stop();
    assert.equal(read(), '{"half":\n1\n2\n');
  });

  it('keeps who may read the file that it replaces', async () => {
    mkdirSync(at('deep'));
    writeFileSync(at('deep/out'), 'old\n', { mode: 0o600 });
    const harness = await write({ mode: 'replace' });
    await harness.put(text('new'));
    await harness.stop();
    assert.equal(statSync(at('deep/out')).mode & 0o777, 0o600);
  });

  it('says where the part is when not all has come in time, and leaves the file as it was', async () => {
    mkdirSync(at('deep'));
    writeFileSync(at('deep/out'), 'old\n');
    class Slow extends FileSink {
      override async consume(event: Event): Promise<void> {
        await super.consume(event);
        if (event.data === 'slow') await new Promise(() => {});
      }
    }
    const logs: Event[] = [];
    class Log extends FlowActor {
      override consume(event: Event): void {
        logs.push(event);
      }
    }
    const director = new Director({ handleSignals: false, stopTimeout: 1 });
    director.registerLogActor(Log, 'log');
    const source = director.registerActor(FileSource, 'source', { file: at('in') });
    const sink = director.registerActor(Slow, 'sink', { file: at('deep/out'), mode: 'replace' });
    director.connectQueue(source, sink);
    writeFileSync(at('in'), 'slow\n');
    await director.start();
    await until(() =>
      readdirSync(at('deep')).some(name => readFileSync(at(`deep/${name}`), 'utf8') === 'slow\n'),
    );
    await director.stop();
    assert.equal(read(), 'old\n');
    assert.isTrue(logs.some(({ data }) => /out is as it was: .*\.part holds/.test(JSON.stringify(data))));
  });

  it('leaves no part behind when the flow does not start', async () => {
    class Bad extends FlowActor {
      override async preStart(): Promise<void> {
        await until(() => readdirSync(at('')).some(name => name.endsWith('.part')));
        throw new Error('not today');
      }
      override consume(): void {}
    }
    const director = new Director({ handleSignals: false });
    director.registerLogActor(Null, 'log');
    director.registerActor(FileSink, 'sink', { file: at('out'), mode: 'replace' });
    director.registerActor(Bad, 'bad');
    const error = await director.start().catch((thrown: Error) => thrown);
    assert.match((error as Error).message, /not today/);
    await until(() => readdirSync(at('')).length === 0);
  });

  it('goes on with its work after a crash', async () => {
    const params = { mode: 'replace', format: 'csv', file: at('deep/out') };
    let isFaulty = true;
    class Faulty extends FileSink {
      override async consume(event: Event): Promise<void> {
        await super.consume(event);
        if (!isFaulty) return;
        isFaulty = false;
        FlowActor.fatal(new Error('broken'));
      }
    }
    const harness = await FlowHarness.start(Faulty, { params });
    await harness.put(new JSONEvent({ data: { a: 1, b: 2 } }));
    await harness.error();
    await harness.put(new JSONEvent({ data: { b: 4, a: 3 } }));
    await harness.next();
    await harness.next();
    await harness.stop();
    assert.equal(read(), 'a,b\n1,2\n3,4\n');
  });

  it('tells of what can not be written', async () => {
    const harness = await write({ file: at('') });
    await harness.put(text('x'));
    assert.match((await harness.error()).error?.message as string, /EISDIR/);
    await harness.stop();
  });

  it('writes events that a source emits again', async () => {
    const given = [new JSONEvent({ data: [1], colour: 'red' }), text('x')];
    const harness = await write({ format: 'events' });
    for (const event of given) await harness.put(event);
    await harness.stop();
    const source = await FlowHarness.start(FileSource, {
      params: { file: at('deep/out'), format: 'events' },
    });
    await source.settled();
    assert.deepEqual(source.takeAll().map(serializeEvent), given.map(serializeEvent));
    await source.stop();
  });

  for (const params of [
    { file: 5 },
    { format: 'xml' },
    { mode: 'write' },
    { columns: [] },
    { header: 1 },
    { delimiter: '' },
  ]) {
    it(`refuses ${JSON.stringify(params)}`, () => {
      assert.throws(() => new FileSink('out', { file: 'x', ...params } as never), /^out: \w+ must be/);
    });
  }
});
