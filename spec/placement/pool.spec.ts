import { assert } from 'chai';
import { type Ref, thread } from '../../lib/index.ts';
import { pool } from '../../lib/pool/index.ts';
import { startNode } from './support.ts';
import { Echo } from './workers.ts';

interface Where {
  readonly threadId: number;
}

describe('a pool of workers in threads', function () {
  this.timeout(20_000);

  it('gives each worker a thread, and shares out what it is told', async () => {
    const node = await startNode();
    const echoes: Ref<unknown> = node.spawn(pool(Echo, { size: 2, on: thread() }));
    const asked = await Promise.all(Array.from({ length: 4 }, () => echoes.ask<Where>('where')));
    assert.lengthOf(new Set(asked.map(({ threadId }) => threadId)), 2);
  });
});
