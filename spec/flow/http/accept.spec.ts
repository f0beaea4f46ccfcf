import { assert } from 'chai';
import { bestType } from '../../../lib/flow/http/accept.ts';

describe('bestType()', () => {
  for (const [header, type] of [
    [undefined, '*/*'],
    ['*/*', '*/*'],
    ['application/json', 'application/json'],
    ['Application/JSON; charset=utf-8', 'application/json'],
    ['text/plain;q=0.5, application/xml', 'application/xml'],
    ['application/xml;q=0.5, application/json;q=0.9, */*;q=0.1', 'application/json'],
    ['text/xml, application/json', 'text/xml'],
    ['application/*', 'application/json'],
    ['text/*, application/json;q=0.1', 'text/xml'],
    ['application/json;q=0, application/*', 'application/xml'],
    ['image/png, */*;q=0.1', '*/*'],
    ['image/png', undefined],
    ['application/json;q=0', undefined],
    ['', undefined],
    ['nonsense', undefined],
    ['application/json;q=2', undefined],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text/html'],
  ] as const) {
    it(`takes ${type ?? 'nothing'} for ${header ?? 'no header'}`, () => {
      assert.equal(bestType(header), type);
      assert.equal(bestType(header), type, 'also the second time');
    });
  }

  it('keeps no endless number of headers', () => {
    for (let n = 0; n < 2000; n++) assert.equal(bestType(`text/x${n}, application/json`), 'application/json');
  });
});
