import { assert } from 'chai';
import { Recent } from '../../../lib/flow/xml/recent.ts';

describe('Recent', () => {
  it('makes a thing once, also for those who ask while it is being made', async () => {
    const recent = new Recent<object>(2);
    let made = 0;
    const make = async () => ({ number: ++made });
    const [first, second] = await Promise.all([recent.get('a', make), recent.get('a', make)]);
    assert.equal(first, second);
    assert.equal(await recent.get('a', make), first);
    assert.equal(made, 1);
  });

  it('forgets what has not been asked for the longest', async () => {
    const recent = new Recent<string>(2);
    const made: string[] = [];
    const ask = (key: string) =>
      recent.get(key, async () => {
        made.push(key);
        return key;
      });
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) assert.equal(await ask(key), key);
    assert.deepEqual(made, ['a', 'b', 'c', 'b']);
  });

  it('tries again what could not be made', async () => {
    const recent = new Recent<string>(2);
    const failed = await recent.get('a', () => Promise.reject(new Error('no'))).catch(String);
    assert.equal(failed, 'Error: no');
    assert.equal(await recent.get('a', async () => 'yes'), 'yes');
  });
});
