// npm run bench [-- scenario ...]: runs each program of this folder in a process of its own and prints its JSON lines.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const all = [
  'tell',
  'pingPong',
  'ask',
  'instruments',
  'tracing',
  'record',
  'spawn',
  'ring',
  'skynet',
  'restart',
  'flood',
  'remote',
  'links',
  'pool',
  'poolThreads',
  'thread',
  'tasks',
  'flow',
  'flowMemory',
  'http',
  'dashboard',
];
// `remote` is all that has to do with other nodes.
const wanted = process.argv.slice(2).flatMap(name => (name === 'remote' ? ['remote', 'links'] : [name]));
const unknown = wanted.filter(name => !all.includes(name));
if (unknown.length > 0) {
  console.error(`there is no scenario ${unknown.join(', ')}; there are ${all.join(', ')}`);
  process.exit(1);
}
if (!existsSync(join(folder, '..', '..', 'dist', 'index.js'))) {
  console.error('dist/ is missing: run npm install (or npm run build) first');
  process.exit(1);
}
for (const name of wanted.length > 0 ? wanted : all) {
  const { status } = spawnSync(process.execPath, ['--expose-gc', join(folder, `${name}.mjs`)], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}
