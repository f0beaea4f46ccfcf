/** The README and the docs are run: every block that is marked `ts run` prints what the block after it says. */
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { assert } from 'chai';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = ['README.md', ...readdirSync(join(root, 'docs')).map(name => `docs/${name}`)].filter(name =>
  name.endsWith('.md'),
);

describe('documentation', function () {
  this.timeout(60_000);
  let directory: string;
  /** What each program has printed, by page and line. */
  const outputs = new Map<string, Promise<string>>();
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'troupe-docs-'));
    installTroupe(directory);
    const ran = runInTurn(pages.flatMap(page => examplesIn(page).map(example => ({ page, ...example }))));
    for (const [name, output] of ran) outputs.set(name, output);
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  for (const page of pages) {
    for (const { line, output } of examplesIn(page)) {
      it(`${page}:${line} prints what it says`, async () => {
        assert.equal(await outputs.get(`${page}:${line}`), output);
      });
    }

    it(`${page} links to files that exist`, () => {
      assert.deepEqual(brokenLinksIn(page), []);
    });
  }

  /** Two at a time, in the order of the pages: most of what a program takes is its start. */
  function runInTurn(examples: readonly (Example & { page: string })[]): [string, Promise<string>][] {
    const last: Promise<unknown>[] = [Promise.resolve(), Promise.resolve()];
    return examples.map(({ page, line, code }, i) => {
      const program = join(directory, `${page.replace(/\W+/g, '-')}-${line}.ts`);
      writeFileSync(program, code);
      const output = (last[i % 2] as Promise<unknown>).then(() => outputOf(program));
      last[i % 2] = output.catch(() => {}); // the spec that wants it says so
      return [`${page}:${line}`, output];
    });
  }
});

interface Example {
  /** The line where it begins. */
  readonly line: number;
  readonly code: string;
  /** What the page says that it prints; undefined when it does not say. */
  readonly output: string | undefined;
}

function examplesIn(page: string): Example[] {
  const text = textOf(page);
  const blocks = text.matchAll(/^```ts run\n(.*?)^```\n(?:\n```text\n(.*?)^```$)?/gms);
  return [...blocks].map(({ index, 1: code = '', 2: output }) => {
    const line = text.slice(0, index).split('\n').length;
    return { line, code, output };
  });
}

function brokenLinksIn(page: string): string[] {
  return [...textOf(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)]
    .map(([, target = '']) => target)
    .filter(target => !existsSync(join(root, dirname(page), target)));
}

function textOf(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}

/** Makes `import … from 'troupe'` find this checkout, as it finds the package of whoever has installed it. */
function installTroupe(directory: string): void {
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
  mkdirSync(join(directory, 'node_modules'));
  symlinkSync(root, join(directory, 'node_modules', 'troupe'), 'dir');
  symlinkSync(
    join(root, 'node_modules/@opentelemetry'),
    join(directory, 'node_modules/@opentelemetry'),
    'dir',
  );
}

async function outputOf(program: string): Promise<string> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const args = ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href, program];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env,
    cwd: dirname(program),
    timeout: 50_000,
  });
  return stdout;
}
