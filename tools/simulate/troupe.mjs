// The runtime that is simulated: what was built into a `dist` directory, here or in a copy of the tree.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export async function loadTroupe(dist) {
  const load = file => import(pathToFileURL(join(dist, file)).href);
  const [main, testkit, seeded, wire] = [
    await load('index.js'),
    await load('testkit/index.js'),
    await load('testkit/seededRandom.js'),
    await load('remoting/wire.js'),
  ];
  return { ...main, ...testkit, ...seeded, readRecords: wire.readRecords };
}
