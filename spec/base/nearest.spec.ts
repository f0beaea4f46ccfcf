import { assert } from 'chai';
import { didYouMean, nearest } from '../../lib/base/nearest.ts';

describe('nearest', () => {
  const names = ['workers', 'bind', 'maxRetries', 'mode'];
  for (const [written, meant] of [
    ['wokers', 'workers'],
    ['worksers', 'workers'],
    ['wrokers', 'workers'],
    ['vorkers', 'workers'],
    ['bnid', 'bind'],
    ['max-retries', 'maxRetries'],
    ['MAX_RETRIES', 'maxRetries'],
    ['mod', 'mode'],
  ] as const) {
    it(`takes ${written} for ${meant}`, () => {
      assert.equal(nearest(written, names), meant);
    });
  }

  for (const written of ['', 'x', 'colour', 'network', 'workersworkers']) {
    it(`takes ${JSON.stringify(written)} for none of them`, () => {
      assert.isUndefined(nearest(written, names));
    });
  }

  it('takes the nearest of several, and the first of equals', () => {
    assert.equal(nearest('abcd', ['abxy', 'abcx', 'abdc', 'abcd']), 'abcd');
    assert.equal(nearest('abcd', ['abcx', 'abcy']), 'abcx');
  });

  it('offers it at the end of a message, or nothing', () => {
    assert.equal(didYouMean('--bnd', ['--bind']), '; did you mean --bind?');
    assert.equal(didYouMean('--colour', ['--bind']), '');
  });
});
