import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { assert } from 'chai';
import { bytesOf } from '../../../lib/flow/io/fileReader.ts';
import { freshDirectory } from './support.ts';

describe('bytesOf', () => {
  const at = freshDirectory();

  it('reads what was written to a file between the last look and the renaming', async () => {
    writeFileSync(at('log'), 'one\n');
    const other = await open(at('log'));
    const handles = Object.getPrototypeOf(other) as { stat(): Promise<unknown> };
    await other.close();
    const { stat } = handles;
    // It has read to the end, and is about to look whether another file has that name.
    handles.stat = function (this: unknown) {
      handles.stat = stat;
      appendFileSync(at('log'), 'two\n');
      renameSync(at('log'), at('log.1'));
      writeFileSync(at('log'), 'three\n');
      return stat.call(this);
    };
    try {
      const found: string[] = [];
      for await (const bytes of bytesOf(at('log'), { from: 0, more: async () => true }))
        found.push(bytes.toString());
      assert.deepEqual(found, ['one\n', 'two\n']);
    } finally {
      handles.stat = stat;
    }
  });
});
