import { assert } from 'chai';
import { PropertiesToXML, SetupError, ToDict, ToXML } from '../../../lib/flow/index.ts';

describe('parameters of converters', () => {
  for (const key of ['', 'my key', '<', '9', null, 5])
    it(`refuses the key ${JSON.stringify(key)}`, () => {
      for (const Kind of [ToXML, PropertiesToXML])
        assert.throws(
          () => new Kind('xml', { key } as never),
          SetupError,
          /^xml: key must be the name of an element, not /,
        );
    });

  it('takes any name that an element may have', () => {
    for (const key of ['a', '_9', 'größe', 'x.y-z', 'soap:Body']) {
      assert.doesNotThrow(() => new ToXML('xml', { key }));
      assert.doesNotThrow(() => new PropertiesToXML('xml', { key }));
    }
  });

  it('refuses what is neither true nor false for flatten', () => {
    assert.throws(
      () => new ToDict('dict', { flatten: 'yes' } as never),
      /^dict: flatten must be true or false/,
    );
  });
});
