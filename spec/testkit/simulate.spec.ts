/** The simulator as a command: it runs on what was built into dist/. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { assert } from 'chai';

const main = fileURLToPath(new URL('../../tools/simulate/main.mjs', import.meta.url));

describe('npm run simulate', function () {
  this.timeout(60_000);

  it('finds no violation in its first seeds, and repeats some of them', async () => {
    const { code, output } = await simulate('--seeds', '30');
    assert.include(output, 'no violation');
    assert.equal(code, 0);
  });

  it('runs one seed again as the same run', async () => {
    const trace = async () =>
      /^seed 3: trace ([0-9a-f]{16})/m.exec((await simulate('--seed', '3')).output)?.[1];
    const first = await trace();
    assert.isString(first);
    assert.equal(await trace(), first);
  });

  it('finds a bug that was planted, and says which seed shows it', async () => {
    const { code, output } = await simulate('--plant', 'go on ticking', '--most', '20');
    assert.match(output, /found by seed \d+: go on ticking after the end\n .*timers pending/);
    assert.equal(code, 0);
  });

  it('fails loudly when the text that a bug is to replace is not there, or is there more than once', async () => {
    const { withPlant } = await import(new URL('../../tools/simulate/plant.mjs', import.meta.url).href);
    for (const [from, told] of [
      ['no such text', /occurs 0 times/],
      ['import', /occurs [2-9] times/],
    ] as const) {
      const plant = { name: 'old', file: 'testkit/virtualProcess.ts', from, to: '' };
      assert.match(String(await withPlant(plant, () => 'used').catch((thrown: Error) => thrown)), told);
    }
  });

  for (const args of [['--seeds', '0'], ['--seed', 'x'], ['--nodes', '1'], ['--fast']]) {
    it(`refuses ${args.join(' ')} and says what it takes`, async () => {
      const { code, output } = await simulate(...args);
      assert.equal(code, 2);
      assert.include(output, 'npm run simulate --');
    });
  }
});

const simulate = (...args: string[]): Promise<{ code: number; output: string }> =>
  new Promise(resolve => {
    const { NODE_OPTIONS: _, ...env } = process.env;
    execFile(process.execPath, [main, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr }),
    );
  });
