// Plants a bug in a copy of the tree and builds that.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');

/**
 * Calls `use` with the `dist` of a tree that has the bug, and removes the tree afterwards.
 * @throws Error when the text is not there, or more than once: then the plant has to be brought up to date
 */
export async function withPlant({ name, file, from, to }, use) {
  const copy = mkdtempSync(join(tmpdir(), 'troupe-plant-'));
  try {
    for (const part of ['lib', 'tools', 'package.json', 'tsconfig.json'])
      cpSync(join(root, part), join(copy, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'dir');
    const path = join(copy, 'lib', file);
    const code = readFileSync(path, 'utf8');
    const count = code.split(from).length - 1;
    if (count !== 1)
      throw new Error(
        `plant "${name}": its text occurs ${count} times in lib/${file}; bring tools/simulate/plants.mjs up to date`,
      );
    writeFileSync(
      path,
      code.replace(from, () => to),
    );
    // What is planted need not please the type checker; it is built all the same.
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', join(copy, 'tools', 'tsconfig.build.json')], {
      encoding: 'utf8',
    });
    const dist = join(copy, 'dist');
    if (!existsSync(join(dist, 'index.js'))) throw new Error(`plant "${name}" does not build: ${stdout}`);
    return await use(dist);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
