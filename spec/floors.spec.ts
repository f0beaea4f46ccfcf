import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { assert } from 'chai';

/** The folders of lib, the lowest floor first. Those of one floor know nothing of each other. */
const floors = [
  ['base'],
  ['restart'],
  ['core'],
  ['process', 'supervisor', 'command', 'remoting'],
  ['placement'],
  ['node'],
  ['net', 'flow', 'pool', 'observe', 'persistence', 'cluster', 'testkit'],
  ['cli'],
];
const floorOf = new Map(floors.flatMap((folders, floor) => folders.map(folder => [folder, floor] as const)));
const lib = new URL('../lib', import.meta.url).pathname;

describe('floors', () => {
  it('has a floor for every folder of lib', () => {
    const folders = readdirSync(lib, { withFileTypes: true }).filter(entry => entry.isDirectory());
    assert.deepEqual(
      folders.map(({ name }) => name).filter(name => !floorOf.has(name)),
      [],
    );
  });

  for (const folder of floorOf.keys()) {
    if (!existsSync(join(lib, folder))) continue;
    it(`${folder} imports only from lower floors`, () => {
      assert.deepEqual(upwardImports(folder), []);
    });
  }

  for (const folder of floorOf.keys()) {
    if (!existsSync(join(lib, folder))) continue;
    it(`${folder} has no circle of imports`, () => {
      assert.deepEqual(circles(folder), []);
    });
  }

  it('nothing but index.ts lies beside the folders', () => {
    assert.deepEqual(
      readdirSync(lib).filter(name => name.endsWith('.ts')),
      ['index.ts'],
    );
  });
});

function upwardImports(folder: string): string[] {
  const own = floorOf.get(folder) as number;
  return filesIn(folder).flatMap(file =>
    importsOf(file)
      .filter(target => folderOf(target) !== folder)
      .filter(target => (floorOf.get(folderOf(target)) ?? Number.POSITIVE_INFINITY) >= own)
      .map(target => `${file} -> ${target}`),
  );
}

/** The first circle that each file closes, found by going down its imports; type imports count. */
function circles(folder: string): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(' -> '));
    if (done.has(file) || path.includes(file)) return;
    for (const target of importsOf(file)) if (folderOf(target) === folder) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of filesIn(folder)) visit(file, []);
  return found;
}

const filesIn = (folder: string): string[] =>
  readdirSync(join(lib, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => posix.join(folder, name));

/** The files of lib that a file imports, statically or not, for types or not. */
const importsOf = (file: string): string[] =>
  [
    ...readFileSync(join(lib, file), 'utf8').matchAll(/(?:from|import) '(\.[^']+)'|import\('(\.[^']+)'\)/g),
  ].map(([, fixed, lazy]) => posix.join(posix.dirname(file), (fixed ?? lazy) as string));

const folderOf = (file: string): string => file.split('/')[0] ?? '';
