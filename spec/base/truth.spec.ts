import { assert } from 'chai';
import { truthOf } from '../../lib/base/truth.ts';

describe('truthOf', () => {
  for (const yes of [true, '1', 'true', 'yes', 'on']) {
    it(`takes ${JSON.stringify(yes)} for a yes`, () => assert.isTrue(truthOf(yes)));
  }
  for (const no of [false, '0', 'false', 'no', 'off', '']) {
    it(`takes ${JSON.stringify(no)} for a no`, () => assert.isFalse(truthOf(no)));
  }
  for (const neither of [1, 0, 'maybe', 'TRUE!', null, undefined, []]) {
    it(`takes ${JSON.stringify(neither)} for neither`, () => assert.isUndefined(truthOf(neither)));
  }
});
