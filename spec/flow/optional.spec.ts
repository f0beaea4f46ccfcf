import { assert } from 'chai';
import { PackageMissing } from '../../lib/flow/events/index.ts';
import { loadPackage, loadPackageAsync, pathOfPackage } from '../../lib/flow/optional.ts';

describe('optional packages', () => {
  const message = 'The frobnicator needs the package @no/such: npm install @no/such';

  it('are loaded when they are there', async () => {
    assert.isFunction(loadPackage<{ parseXmlDocument: unknown }>('slimdom', 'XML').parseXmlDocument);
    assert.isFunction((await loadPackageAsync<{ v4: unknown }>('uuid', 'Ids')).v4);
    assert.match(pathOfPackage('slimdom', 'XML'), /slimdom/);
  });

  it('that are missing are named, with the command that installs them', async () => {
    assert.throws(() => loadPackage('@no/such/part', 'The frobnicator'), PackageMissing, message);
    assert.throws(() => pathOfPackage('@no/such', 'The frobnicator'), PackageMissing, message);
    const error = await loadPackageAsync('@no/such', 'The frobnicator').catch((thrown: unknown) => thrown);
    assert.instanceOf(error, PackageMissing);
    assert.equal((error as PackageMissing).message, message);
    assert.equal((error as PackageMissing).code, 'PACKAGE_MISSING');
  });

  it('that can only be imported fail with an error of their own', () => {
    const thrown = assert.throws(() => loadPackage('libxml2-wasm', 'XSD'));
    assert.notInstanceOf(thrown, PackageMissing);
  });
});
