import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { assert } from 'chai';
import { rotate } from '../../../lib/flow/io/rotation.ts';
import { freshDirectory } from './support.ts';

describe('rotate', () => {
  const at = freshDirectory();

  it('renames a full file once, though several loggers find it full', async () => {
    for (let round = 0; round < 20; round++) {
      writeFileSync(at('log'), `new ${round} `.repeat(20));
      writeFileSync(at('log.1'), 'old');
      writeFileSync(at('log.2'), 'older');
      await Promise.all(Array.from({ length: 8 }, () => rotate(at('log'), 10, 100, 3)));
      assert.deepEqual(readdirSync(at('')).sort(), ['log.1', 'log.2', 'log.3']);
      assert.match(readFileSync(at('log.1'), 'utf8'), new RegExp(`^new ${round} `));
      assert.equal(readFileSync(at('log.2'), 'utf8'), 'old');
    }
  });

  it('goes on after a file could not be renamed', async () => {
    writeFileSync(at('log'), 'x'.repeat(200));
    writeFileSync(at('log.1'), '');
    const failed = await rotate(at('log/none'), 10, 100, 3).catch((error: Error) => error);
    assert.match((failed as Error).message, /ENOTDIR/);
    await rotate(at('log'), 10, 100, 1);
    assert.deepEqual(readdirSync(at('')), ['log.1']);
  });
});
