import { assert } from 'chai';
import { endAll, startnode } from '../cli/command.ts';

describe('examples/tasks', function () {
  this.timeout(30_000);
  afterEach(endAll);

  it('counts primes in two threads, while other tasks get stuck, are given up and end their thread', async () => {
    const { code, stdout } = await startnode(['--actor', 'examples.tasks.Studio']);
    assert.equal(code, 0);
    assert.deepEqual(stdout.trimEnd().split('\n'), [
      'primes: 9592, 17984, 25997',
      'stuck: TimeoutError',
      'search: AbortError',
      'crash: done in attempt 2',
      '{ done: 4, failed: 1, cancelled: 1, retried: 1 }',
    ]);
  });
});
