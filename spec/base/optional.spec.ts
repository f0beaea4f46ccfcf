import { assert } from 'chai';
import { TroupeError } from '../../lib/base/errors.ts';
import { loadPackage, loadPackageAsync, pathOfPackage } from '../../lib/base/optional.ts';

describe('a package that is not installed', () => {
  const message = 'frobnicate() needs the package @no/such: npm install @no/such';

  it('is named, with the command that installs it', async () => {
    const errors = [
      assert.throws(() => loadPackage('@no/such/part', 'frobnicate()'), TroupeError, message),
      assert.throws(() => pathOfPackage('@no/such', 'frobnicate()'), TroupeError, message),
      await loadPackageAsync('@no/such', 'frobnicate()').catch((thrown: unknown) => thrown),
    ];
    for (const error of errors as unknown as TroupeError[])
      assert.deepEqual([error.code, error.message], ['PACKAGE_MISSING', message]);
  });

  it('is told of by an error of the caller, where that has one', () => {
    assert.throws(
      () => loadPackage('@no/such', 'frobnicate()', (text, options) => new RangeError(text, options)),
      RangeError,
      message,
    );
  });
});
