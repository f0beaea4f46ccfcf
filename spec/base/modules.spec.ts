import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { assert } from 'chai';
import { exportsOf, isMissingPackage, packageOf, splitExport, urlOfModule } from '../../lib/base/modules.ts';

describe('modules', () => {
  const texts: [text: string, parts: ReturnType<typeof splitExport>][] = [
    ['./a.js#B', { module: './a.js', name: 'B' }],
    ['@scope/a/b#C', { module: '@scope/a/b', name: 'C' }],
    ['./a#b.js#C', { module: './a#b.js', name: 'C' }],
    ['#C', undefined],
    ['./a.js#', undefined],
    ['a.B', undefined],
    ['', undefined],
  ];
  for (const [text, parts] of texts) {
    it(`are ${JSON.stringify(parts)} in ${JSON.stringify(text)}`, () => {
      assert.deepEqual(splitExport(text), parts);
    });
  }

  describe('at a URL', () => {
    let folder: string;
    before(() => {
      folder = realpathSync(mkdtempSync(join(tmpdir(), 'modules-')));
      mkdirSync(join(folder, 'node_modules/app'), { recursive: true });
      writeFileSync(join(folder, 'node_modules/app/package.json'), '{"main": "main.js"}');
      writeFileSync(join(folder, 'node_modules/app/main.js'), '');
    });
    after(() => rmSync(folder, { recursive: true }));

    const at = (path: string) => pathToFileURL(path).href;

    it('are files seen from the folder', () => {
      assert.equal(urlOfModule('./a b.js', folder), at(join(folder, 'a b.js')));
      assert.equal(urlOfModule('../a.js', folder), at(join(folder, '../a.js')));
      assert.equal(urlOfModule('/a.js', folder), at('/a.js'));
      assert.equal(urlOfModule('./a.js'), at(join(process.cwd(), 'a.js')));
    });

    it('are packages of the folder', () => {
      assert.equal(urlOfModule('app', folder), at(join(folder, 'node_modules/app/main.js')));
    });

    for (const name of ['gone', 'node:fs', 'fs', 'data:text/javascript,', 'file:///a.js']) {
      it(`are left to import: ${name}`, () => {
        assert.equal(urlOfModule(name, folder), name);
      });
    }
  });

  it('are missing when that is what the import says, and not when they lack something themselves', async () => {
    const failure = async (name: string) => import(name).catch((error: unknown) => error);
    assert.isTrue(isMissingPackage(await failure('gone'), 'gone'));
    assert.isTrue(isMissingPackage(await failure('@gone/part/of'), '@gone/part/of'));
    assert.isFalse(isMissingPackage(await failure('gone'), 'app'));
    for (const thrown of [undefined, 'gone', new Error("'gone'")])
      assert.isFalse(isMissingPackage(thrown, 'gone'));
  });

  it('belong to a package', () => {
    assert.deepEqual(
      ['a', 'a/b/c', '@a/b', '@a/b/c'].map(name => packageOf(name)),
      ['a', 'a', '@a/b', '@a/b'],
    );
  });

  it('export what they say, and what their default export has', () => {
    const A = Object.assign(() => {}, { B: 1 });
    assert.deepEqual(
      { ...exportsOf({ default: { a: 1, b: 2 }, b: 3 }) },
      { default: { a: 1, b: 2 }, a: 1, b: 3 },
    );
    assert.deepEqual({ ...exportsOf({ default: A }) }, { default: A, B: 1 });
    assert.deepEqual({ ...exportsOf({ a: 1 }) }, { a: 1 });
    assert.deepEqual({ ...exportsOf({ default: 'text' }) }, { default: 'text' });
    assert.deepEqual({ ...exportsOf({ default: null }) }, { default: null });
  });
});
