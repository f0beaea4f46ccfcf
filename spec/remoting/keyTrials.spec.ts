import { assert } from 'chai';
import { keygen } from '../../lib/index.ts';
import { type CurveOptions, makeCurve } from '../../lib/remoting/curve.ts';
import { KeyTrials, RememberedKeys } from '../../lib/remoting/keyTrials.ts';

describe('KeyTrials', () => {
  const own = keygen();
  const [first, second] = [keygen().publicKey, keygen().publicKey];
  const trials = (options: Partial<CurveOptions> = {}, remembered = new RememberedKeys()) =>
    new KeyTrials('a:1', makeCurve({ ...own, allow: [first, second], ...options }), remembered);

  it('try the own key first, then the list, one right after the other', () => {
    const some = trials();
    assert.equal(some.next(), own.publicKey);
    for (const key of [first, second]) {
      assert.deepEqual(some.failed('key'), { delay: 0, complaint: undefined });
      assert.equal(some.next(), key);
    }
  });

  it('complain when none fits, and begin again after a pause that doubles up to 2 s', () => {
    const some = trials({ allow: [] });
    const pauses = Array.from({ length: 7 }, () => {
      assert.equal(some.next(), own.publicKey);
      const { delay, complaint } = some.failed('key');
      assert.match(complaint ?? '', /none of the keys known here fits/);
      return delay;
    });
    assert.deepEqual(pauses, [100, 200, 400, 800, 1600, 2000, 2000]);
  });

  it('begin the next round with the list as it is then', () => {
    const allow = new Set<string>();
    const some = trials({ allow });
    some.next();
    some.failed('key');
    allow.add(first);
    assert.equal(some.next(), own.publicKey);
    some.failed('key');
    assert.equal(some.next(), first);
  });

  it('stay with the key of a server that does not want ours', () => {
    const some = trials();
    some.next();
    some.failed('key');
    assert.equal(some.next(), first);
    assert.deepEqual(some.failed('unlisted'), {
      delay: 100,
      complaint: "this node's key is not allowed there",
    });
    assert.equal(some.next(), first);
  });

  it('begin with the key that fitted last at that address, unless it is off the list', () => {
    const remembered = new RememberedKeys();
    const allow = new Set([first, second]);
    const some = trials({ allow }, remembered);
    for (const _ of [1, 2]) {
      some.next();
      some.failed('key');
    }
    assert.equal(some.next(), second);
    some.worked();
    assert.equal(trials({ allow }, remembered).next(), second);
    allow.delete(second);
    assert.equal(trials({ allow }, remembered).next(), own.publicKey);
  });

  it('try all others when the one that fitted does not any more, and pause as little as at first', () => {
    const some = trials({ allow: [first] });
    some.next();
    some.failed('protocol');
    some.next();
    some.worked();
    assert.equal(some.failed('key').delay, 0);
    assert.equal(some.next(), first);
    assert.equal(some.failed('key').delay, 100);
  });

  it('never try to connect without a key', () => {
    const servers: Record<string, string> = { 'a:1': first };
    const some = trials({ servers });
    servers['a:1'] = 'nonsense';
    assert.equal(some.next(), own.publicKey);
  });

  it('have no key to try without CURVE, and say who wants one', () => {
    const none = new KeyTrials('a:1', undefined, new RememberedKeys());
    assert.isUndefined(none.next());
    assert.match(none.failed('mechanism').complaint ?? '', /it wants CURVE, and this node has no keys/);
    assert.match(trials().failed('mechanism').complaint ?? '', /it does not use CURVE/);
  });

  it('remember a bounded number of addresses', () => {
    const remembered = new RememberedKeys();
    for (let i = 0; i <= 10_000; i++) remembered.set(`a:${i}`, first);
    assert.isUndefined(remembered.get('a:0'));
    assert.equal(remembered.get('a:1'), first);
  });
});
