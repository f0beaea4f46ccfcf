import { assert } from 'chai';
import { keygen, RemotingError } from '../../lib/index.ts';
import { type CurveOptions, makeCurve } from '../../lib/remoting/curve.ts';

describe('makeCurve()', () => {
  const own = keygen();
  const [friend, stranger] = [keygen().publicKey, keygen().publicKey];

  const wrong: [string, unknown, RegExp][] = [
    ['a text', 'key', /^curve must be an object with publicKey, secretKey and allow/],
    ['no keys', {}, /^curve\.publicKey must be a public key, 40 characters of Z85, not undefined$/],
    ['a short public key', { ...own, publicKey: 'abc' }, /^curve\.publicKey .* not a text of 3 characters$/],
    ['a bad secret key', { ...own, secretKey: `${own.secretKey}!` }, /^curve\.secretKey .* 41 characters$/],
    ['a pair that is none', { ...own, publicKey: friend }, /publicKey does not belong to curve\.secretKey/],
    ['one key for a list', { ...own, allow: friend }, /^curve\.allow must be an array or a Set/],
    ['a list with what is no key', { ...own, allow: [friend, 7] }, /^curve\.allow\[1\] must be a public key/],
    [
      'a list that can be read once',
      { ...own, allow: [friend].values() },
      /^curve\.allow can be read only once/,
    ],
    ['servers in an array', { ...own, servers: [] }, /^curve\.servers must be an object/],
    [
      'a bad key of a server',
      { ...own, servers: { 'a:1': 'x' } },
      /^curve\.servers\["a:1"\] must be a public/,
    ],
    [
      'an unknown option',
      { ...own, alow: [] },
      /^curve: there is no option "alow"; .* publicKey, secretKey, allow/,
    ],
  ];
  for (const [what, options, message] of wrong) {
    it(`refuses ${what}, and never says the secret`, () => {
      let error: unknown;
      try {
        makeCurve(options as CurveOptions);
      } catch (thrown) {
        error = thrown;
      }
      assert.isTrue(error instanceof TypeError || error instanceof RemotingError);
      assert.match((error as Error).message, message);
      assert.notInclude((error as Error).message, own.secretKey.slice(0, 8));
    });
  }

  it('shows no secret when it is printed', async () => {
    const { inspect } = await import('node:util');
    assert.notInclude(inspect(makeCurve(own), { depth: 9, showHidden: true }), own.secretKey);
  });

  it('allows its own key and those on the list', () => {
    const curve = makeCurve({ ...own, allow: [friend] });
    assert.isTrue(curve.isAllowed(friend));
    assert.isTrue(curve.isAllowed(own.publicKey));
    assert.isFalse(curve.isAllowed(stranger));
    assert.isFalse(makeCurve(own).isAllowed(stranger));
  });

  for (const kind of ['Set', 'array'] as const) {
    it(`follows a list that changes (${kind})`, () => {
      const [set, array] = [new Set<string>(), [] as string[]];
      const curve = makeCurve({ ...own, allow: kind === 'Set' ? set : array });
      set.add(friend);
      array.push(friend);
      assert.isTrue(curve.isAllowed(friend));
      set.clear();
      array.pop();
      assert.isFalse(curve.isAllowed(friend));
    });
  }

  it('takes a server to have its own key, else one of the list', () => {
    const curve = makeCurve({ ...own, allow: [friend, own.publicKey, friend] });
    assert.deepEqual(curve.serverKeys('a:1'), [own.publicKey, friend]);
  });

  it('takes a server whose key is given to have that alone', () => {
    const curve = makeCurve({ ...own, allow: [friend], servers: { 'a:1': stranger } });
    assert.deepEqual(curve.serverKeys('a:1'), [stranger]);
    assert.deepEqual(curve.serverKeys('toString'), [own.publicKey, friend]);
  });

  it('passes over what is no key in a list that the program changes', () => {
    const allow = new Set([friend]);
    const curve = makeCurve({ ...own, allow });
    allow.add('nonsense');
    assert.deepEqual(curve.serverKeys('a:1'), [own.publicKey, friend]);
  });
});

describe('proof()', () => {
  const [a, b, c] = [keygen(), keygen(), keygen()];
  const [ofA, ofB, ofC] = [makeCurve(a), makeCurve(b), makeCurve(c)];

  it('is the same at both ends, 32 bytes, and the same again', () => {
    const proof = ofA.proof(b.publicKey, 'hello');
    assert.deepEqual(proof, ofB.proof(a.publicKey, 'hello'));
    assert.deepEqual(proof, ofA.proof(b.publicKey, 'hello'));
    assert.equal(proof.byteLength, 32);
  });

  it('is another for another text', () => {
    assert.notDeepEqual(ofA.proof(b.publicKey, 'hello'), ofA.proof(b.publicKey, 'hullo'));
  });

  it('is another for another key', () => {
    assert.notDeepEqual(ofA.proof(b.publicKey, 'hello'), ofA.proof(c.publicKey, 'hello'));
    assert.notDeepEqual(ofC.proof(b.publicKey, 'hello'), ofA.proof(b.publicKey, 'hello'));
  });

  it('is refused for what is no key', () => {
    assert.throws(() => ofA.proof('x', 'hello'), RemotingError, /40 characters/);
  });

  it('keeps only so many secrets, and is right all the same', () => {
    const first = ofA.proof(b.publicKey, 'hello');
    for (let i = 0; i < 1001; i++) ofA.proof(keygen().publicKey, 'hello');
    assert.deepEqual(ofA.proof(b.publicKey, 'hello'), first);
  });
});
