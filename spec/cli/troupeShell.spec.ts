import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { assert } from 'chai';
import { historyFile, readHistory, writeHistory } from '../../lib/cli/troupe/history.ts';
import { Shell } from '../../lib/cli/troupe/shell.ts';
import type { Shown } from '../../lib/observe/console/evaluator.ts';

/** Answers with what it was asked, in capitals; waits for the rest of a `(`, and for ever for `wait`. */
class Echo {
  readonly asked: string[] = [];
  #abandon = () => {};

  async evaluate(code: string): Promise<Shown> {
    this.asked.push(code);
    if (code === 'throw') throw new Error('the other side is gone');
    if (code.includes('(') && !code.includes(')')) return undefined;
    if (code === 'wait')
      await new Promise<void>(resolve => {
        this.#abandon = resolve;
      });
    return { text: code.toUpperCase(), hasFailed: code === 'fail' };
  }

  async complete(line: string): Promise<[string[], string]> {
    return [['inspect'].filter(name => name.startsWith(line)), line];
  }

  abandon(): void {
    this.#abandon();
  }
}

function shellOf(options: { isTerminal?: boolean; history?: string[] } = {}) {
  const { isTerminal = true, history = [] } = options;
  const [input, output, echo] = [new PassThrough(), new PassThrough(), new Echo()];
  let text = '';
  let heard = () => {};
  output.setEncoding('utf8').on('data', (more: string) => {
    text += more;
    heard();
  });
  const shell = new Shell(echo, { input, output, isTerminal, colors: false, history });
  const has = (wanted: string) =>
    new Promise<void>(resolve => {
      heard = () => {
        if (!text.includes(wanted)) return;
        text = text.slice(text.indexOf(wanted) + wanted.length);
        heard = () => {};
        resolve();
      };
      heard();
    });
  return { shell, input, echo, has, text: () => text };
}

describe('troupe attach', () => {
  it('evaluates line by line, and several lines as one where the first is unfinished', async () => {
    const { shell, input, echo, has } = shellOf();
    await has('> ');
    input.write('one\r');
    await has('ONE\n');
    input.write('(a\r');
    await has('… ');
    input.write('b)\r');
    await has('(A\nB)\n');
    input.write('.exit\r');
    assert.isTrue(await shell.ended);
    assert.deepEqual(echo.asked, ['one', '(a', '(a\nb)']);
  });

  it('gives up what is unfinished after an empty line', async () => {
    const { input, has } = shellOf();
    input.write('(a\r');
    await has('… ');
    input.write('\r');
    await has('unfinished, and left out\n');
    await has('> ');
  });

  it('completes what is typed', async () => {
    const { input, has, echo } = shellOf();
    await has('> ');
    input.write('insp');
    await has('insp');
    input.write('\t');
    await has('ect');
    input.write('\r');
    await has('INSPECT\n');
    assert.deepEqual(echo.asked, ['inspect']);
  });

  it('waits no longer after Ctrl-C, and forgets what is typed', async () => {
    const { input, has, echo } = shellOf();
    input.write('wait\r');
    while (echo.asked.length === 0) await new Promise(resolve => setImmediate(resolve));
    input.write('\u0003');
    await has('WAIT\n');
    await has('> ');
    input.write('typed');
    await has('typed');
    input.write('\u0003');
    await has('> ');
    input.write('other\r');
    await has('OTHER\n');
    assert.deepEqual(echo.asked, ['wait', 'other']);
  });

  it('is left with Ctrl-C twice, or Ctrl-D', async () => {
    const first = shellOf();
    await first.has('> ');
    first.input.write('\u0003');
    await first.has('(Ctrl-C once more, Ctrl-D or .exit to leave)');
    first.input.write('\u0003');
    assert.isTrue(await first.shell.ended);
    const second = shellOf();
    await second.has('> ');
    second.input.write('\u0004');
    assert.isTrue(await second.shell.ended);
  });

  it('prints what comes unasked above the line that is being typed', async () => {
    const { shell, input, has } = shellOf();
    await has('> ');
    input.write('typed');
    await has('typed');
    shell.print('news');
    await has('news\n');
    await has('> typed');
  });

  it('runs what a file says to its end, and says whether all went well', async () => {
    const fine = shellOf({ isTerminal: false });
    fine.input.end('one\n(a\nb)\n');
    assert.isTrue(await fine.shell.ended);
    assert.equal(fine.text(), 'ONE\n(A\nB)\n');
    const faulty = shellOf({ isTerminal: false });
    faulty.input.end('fail\nmore\n');
    assert.isFalse(await faulty.shell.ended);
    assert.equal(faulty.text(), 'FAIL\nMORE\n');
  });

  it('ends when the other side is gone', async () => {
    const { shell, input, has } = shellOf();
    input.write('throw\r');
    await has('the other side is gone\n');
    shell.close();
    assert.isFalse(await shell.ended);
  });

  describe('the history', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'troupe-history-'));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it('can be read by nobody else, even if others could before', () => {
      const file = join(folder, 'history');
      writeHistory(file, ['second', 'first']);
      assert.equal(readFileSync(file, 'utf8'), 'first\nsecond\n');
      assert.equal(statSync(file).mode & 0o777, 0o600);
      chmodSync(file, 0o644);
      writeHistory(file, ['third', ...readHistory(file)]);
      assert.deepEqual(readHistory(file), ['third', 'second', 'first']);
      assert.equal(statSync(file).mode & 0o777, 0o600);
    });

    it('holds the newest 1000 lines', () => {
      const file = join(folder, 'history');
      writeHistory(
        file,
        Array.from({ length: 1500 }, (_, i) => `line ${i}`),
      );
      assert.lengthOf(readHistory(file), 1000);
      assert.equal(readHistory(file)[0], 'line 0');
    });

    it('is that of a file of the user’s choice, or none', () => {
      assert.equal(historyFile({}), join(homedir(), '.troupe_history'));
      assert.equal(historyFile({ TROUPE_HISTORY: '/a' }), '/a');
      assert.isUndefined(historyFile({ TROUPE_HISTORY: '' }));
      writeHistory(undefined, ['a']);
      writeHistory(join(folder, 'no', 'such', 'folder'), ['a']);
      assert.deepEqual(readHistory(join(folder, 'nothing')), []);
      writeFileSync(join(folder, 'empty'), '');
      assert.deepEqual(readHistory(join(folder, 'empty')), []);
    });

    it('is there for the keys, and grows by what is typed', async () => {
      const { shell, input, has, echo } = shellOf({ history: ['before'] });
      await has('> ');
      input.write('\u001b[A');
      await has('before');
      input.write('\r');
      await has('BEFORE\n');
      input.write('new\r');
      await has('NEW\n');
      assert.deepEqual(echo.asked, ['before', 'new']);
      assert.deepEqual(shell.history, ['new', 'before']);
      shell.close();
    });
  });
});
