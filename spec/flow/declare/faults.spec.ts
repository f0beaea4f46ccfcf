import { assert } from 'chai';
import { FlowFileError, keyOf } from '../../../lib/flow/declare/faults.ts';

describe('faults of a flow file', () => {
  it('name keys as they are, and in quotes what could be taken for more than one', () => {
    assert.equal(keyOf(['actors', 'a/b', 'params', 'list', 0, 'x']), 'actors.a/b.params.list[0].x');
    assert.equal(keyOf(['actors', 'a.b', 'x']), 'actors["a.b"].x');
    assert.equal(keyOf(['actors', '']), 'actors[""]');
    assert.equal(keyOf(['actors', 'a\n"b"']), 'actors["a\\n\\"b\\""]');
    assert.equal(keyOf([]), '');
  });

  it('are a line each, of which none gives orders to a terminal', () => {
    const place = { file: 'f.yaml', column: 1 };
    const { message, faults } = new FlowFileError([
      { ...place, line: 2, key: '', message: 'second\n  line' },
      { ...place, line: 1, key: 'a', message: 'red: \u001b[31m' },
    ]);
    assert.equal(message, 'f.yaml:1:1 a: red: \\u001b[31m\nf.yaml:2:1: second line');
    assert.equal(faults[0]?.message, 'red: \u001b[31m');
  });
});
