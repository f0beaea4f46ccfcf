import { PassThrough } from 'node:stream';
import { assert } from 'chai';
import { live } from '../../lib/cli/troupe/top.ts';
import { type Answers, type Key, TopModel } from '../../lib/cli/troupe/topModel.ts';
import { Actor, type Node } from '../../lib/index.ts';
import { LocalSource } from '../../lib/observe/console/source.ts';
import { startNode } from '../core/support.ts';

class Worker extends Actor {
  override receive(message: unknown) {
    if (message === 'fail') throw new Error('as told');
  }
}

const size = { columns: 100, rows: 16 };
const named = (name: string): Key => ({ name, sequence: name.length === 1 ? name : '' });
const typed = (text: string): Key[] => [...text].map(one => ({ name: one, sequence: one }));

/** A node on which ten actors have taken 10, 20, … messages within its last second. */
async function worked(): Promise<{ node: Node; source: LocalSource }> {
  const { node, clock } = await startNode();
  const source = new LocalSource(node, 'a spec', {});
  await source.query('overview', {});
  for (let i = 1; i <= 10; i++) {
    const worker = node.spawn(Worker, { name: `worker-${i}` });
    for (let k = 0; k < 10 * i; k++) worker.tell(k);
  }
  await clock.advance(1000);
  return { node, source };
}

describe('troupe top', () => {
  describe('the table', () => {
    async function asked(model: TopModel, source: LocalSource): Promise<void> {
      const { sort, search, limit, closely: path } = model;
      const answers: Answers = {
        overview: await source.query('overview', {}),
        actors: await source.query('actors', { sort, search, limit }),
        closely: path === undefined ? undefined : { path, view: await source.query('actor', { path }) },
      };
      model.take(answers);
    }
    async function pressed(model: TopModel, source: LocalSource, ...keys: Key[]): Promise<void> {
      for (const key of keys) if (model.press(key)) await asked(model, source);
    }
    const start = async (sort: 'rate' | 'path' = 'rate') => {
      const { node, source } = await worked();
      const model = new TopModel(sort);
      await asked(model, source);
      const lines = () => model.lines(size, false);
      const rows = () => lines().slice(5, -1).filter(Boolean);
      return { node, source, model, lines, rows, press: (...keys: Key[]) => pressed(model, source, ...keys) };
    };

    it('shows what each actor has done, and the node, to the message', async () => {
      const { lines, rows } = await start();
      assert.match(lines()[0] ?? '', /actors: 10 {2}waiting messages: 0$/);
      assert.match(lines()[1] ?? '', /^messages\/s: 550 handled, 550 sent, 0 dead letters; restarts\/s: 0$/);
      assert.match(lines()[4] ?? '', /^ {2}path +class +state +msg\/s +share +queued +restarts +busy for$/);
      assert.deepEqual(
        rows().map(row => row.split(/ +/).slice(1, 5)),
        [10, 9, 8, 7, 6, 5, 4, 3, 2, 1].map(i => [`/worker-${i}`, 'Worker', 'running', String(10 * i)]),
      );
    });

    it('fills the screen, and no more', async () => {
      const { model } = await start();
      for (const size of [
        { columns: 30, rows: 8 },
        { columns: 200, rows: 50 },
        { columns: 5, rows: 5 },
      ]) {
        const lines = model.lines(size, false);
        assert.lengthOf(lines, size.rows);
        for (const line of lines) assert.isAtMost([...line].length, size.columns);
      }
    });

    it('sorts by what a key says', async () => {
      const { rows, press } = await start();
      await press(named('p'));
      assert.match(rows()[0] ?? '', /^> \/worker-1 /);
      await press(named('h'));
      assert.match(rows()[0] ?? '', /^> \/worker-10 /);
    });

    it('filters by what is typed', async () => {
      const { lines, rows, press, model } = await start();
      await press(...typed('/WORKER-1x'), named('backspace'));
      assert.match(lines().at(-1) ?? '', /^filter: WORKER-1▏/);
      assert.lengthOf(rows(), 10);
      await press(named('return'));
      assert.deepEqual(
        rows().map(row => row.split(/ +/)[1]),
        ['/worker-10', '/worker-1'],
      );
      await press(...typed('/q'), named('escape'));
      assert.isFalse(model.isOver);
      assert.equal(model.search, 'WORKER-1');
      await press(named('escape'));
      assert.lengthOf(rows(), 10);
    });

    it('marks an actor, keeps it marked, and inspects it', async () => {
      const { rows, lines, press, source } = await start();
      await press(named('down'), named('down'), named('up'));
      assert.match(rows()[1] ?? '', /^> \/worker-9 /);
      await press(named('pagedown'));
      assert.match(rows()[9] ?? '', /^> \/worker-1 /);
      await press(named('pageup'), named('return'));
      assert.include(lines().join('\n'), 'handled:        100, 100 per second');
      await source.control('stop', '/worker-10');
      await press(named('down'), named('left'));
      assert.match(rows()[0] ?? '', /^> \/worker-/);
    });

    it('says that it asks, and that an actor is gone', async () => {
      const { node, lines, press, model } = await start();
      model.press(named('return'));
      assert.equal(lines()[4], 'asking …');
      node.lookup('/worker-10').kill();
      await press(named('escape'));
      model.closely = '/worker-10';
      model.take({ ...(await emptyAnswers(node)), closely: { path: '/worker-10', view: undefined } });
      assert.equal(lines()[4], '/worker-10 is gone');
    });

    it('pauses', async () => {
      const { lines, press, model } = await start();
      await press(named('space'));
      assert.isTrue(model.isPaused);
      assert.match(lines().at(-1) ?? '', /^PAUSED {2}10 actors by rate/);
      assert.isTrue(model.press(named('space')));
    });

    it('lets no name move the cursor', async () => {
      const { node, source } = await worked();
      node.spawn(Worker, { name: 'bad\u001b[2Jname' });
      const model = new TopModel('path');
      await asked(model, source);
      const text = model.lines({ columns: 100, rows: 20 }, false).join('');
      assert.notInclude(text, '\u001b');
      assert.include(text, '/bad�[2Jname');
    });

    it('has colours, or none', async () => {
      const { model } = await start();
      assert.include(model.lines(size, true).join(''), '\u001b[7m> /worker-10');
      assert.notInclude(model.lines(size, false).join(''), '\u001b');
    });
  });

  describe('the screen', () => {
    const enter = '\u001b[?1049h\u001b[?25l';
    const leave = '\u001b[?25h\u001b[?1049l';

    function streams() {
      const [input, output] = [new PassThrough(), new PassThrough()];
      const modes: boolean[] = [];
      let text = '';
      let heard = () => {};
      output.setEncoding('utf8').on('data', (more: string) => {
        text += more;
        heard();
      });
      const has = (wanted: string) =>
        new Promise<void>(resolve => {
          heard = () => text.includes(wanted) && resolve();
          heard();
        });
      Object.assign(input, { setRawMode: (mode: boolean) => modes.push(mode) });
      Object.assign(output, { columns: 100, rows: 16 });
      const both = { input, output } as never as Parameters<typeof live>[3];
      return { streams: both, input, output, modes, has, text: () => text };
    }
    const filter = { sort: 'rate' as const, search: undefined, system: false, limit: 50, under: undefined };

    for (const [name, key] of [
      ['q', 'q'],
      ['Ctrl-C', '\u0003'],
    ] as const)
      it(`is given back as it was after ${name}`, async () => {
        const { source } = await worked();
        const { streams: both, input, has, modes, text } = streams();
        const shown = live(source, filter, 10, both, false);
        await has('/worker-10');
        input.write(key);
        await shown;
        assert.isTrue(text().startsWith(enter) && text().endsWith(leave));
        assert.deepEqual(modes, [true, false]);
        assert.equal(input.listenerCount('keypress'), 0);
      });

    it('is given back as it was when the node is gone', async () => {
      const { streams: both, modes, text } = streams();
      const gone = { query: () => Promise.reject(new Error('gone')) };
      let failure: unknown;
      await live(gone, filter, 10, both, false).catch(error => {
        failure = error;
      });
      assert.equal((failure as Error).message, 'gone');
      assert.isTrue(text().endsWith(leave));
      assert.deepEqual(modes, [true, false]);
    });

    it('waits for a node that has not answered once, and says so', async () => {
      const { source } = await worked();
      const { streams: both, input, has } = streams();
      let isBusy = false;
      const busy: Parameters<typeof live>[0] = {
        query: (name, params) =>
          isBusy ? Promise.reject(new Error('too busy')) : source.query(name, params),
      };
      const shown = live(busy, filter, 3_600_000, both, false);
      await has('/worker-10');
      isBusy = true;
      input.write('p');
      await has('too busy  10 actors by path');
      isBusy = false;
      input.write('h');
      await has('\n10 actors by handled');
      input.write('q');
      await shown;
    });

    it('is left at once, also while the node does not answer', async () => {
      const { streams: both, input, has, text } = streams();
      const shown = live({ query: () => new Promise(() => {}) }, filter, 10, both, false);
      await has('asking');
      input.write('q');
      await shown;
      assert.isTrue(text().endsWith(leave));
    });

    it('is drawn anew when it changes its size, and asks at once for what a key wants', async () => {
      const { source } = await worked();
      const { streams: both, input, output, has } = streams();
      const shown = live(source, filter, 3_600_000, both, false);
      await has('> /worker-10');
      Object.assign(output, { columns: 60 });
      output.emit('resize');
      await has('10 actors by rate  q quit  sort: r msg/s, s share, m queued…');
      input.write('p');
      await has('> /worker-1 ');
      input.write('q');
      await shown;
    });
  });
});

async function emptyAnswers(node: Node): Promise<Answers> {
  const source = new LocalSource(node, 'a spec', {});
  const overview = await source.query('overview', {});
  source.close();
  return { overview, actors: { total: 0, rows: [] } };
}
