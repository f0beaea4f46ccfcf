import { assert } from 'chai';
import { keygen, RemotingError } from '../../lib/index.ts';
import { isKey, publicKeyOf, sharedSecret, toZ85 } from '../../lib/remoting/keys.ts';

// The keys of ZeroMQ's own test of CURVE.
const known = {
  publicKey: 'Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID',
  secretKey: 'D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs',
};

describe('keygen()', () => {
  it('makes a pair that fits, and another each time', () => {
    const [first, second] = [keygen(), keygen()];
    assert.equal(publicKeyOf(first.secretKey), first.publicKey);
    assert.isTrue(isKey(first.publicKey) && isKey(first.secretKey));
    assert.notEqual(first.secretKey, second.secretKey);
  });
});

describe('keys', () => {
  it('are those of ZeroMQ', () => {
    assert.equal(publicKeyOf(known.secretKey), known.publicKey);
  });

  it('are written in the Z85 of the RFC', () => {
    assert.equal(toZ85(Uint8Array.of(0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b)), 'HelloWorld');
    assert.equal(toZ85(new Uint8Array(8).fill(255)), '%nSc0%nSc0');
  });

  for (const [what, value] of [
    ['nothing', undefined],
    ['bytes', new Uint8Array(32)],
    ['39 characters', known.publicKey.slice(1)],
    ['a character that is not of Z85', `~${known.publicKey.slice(1)}`],
    ['more than 32 bits in 5 characters', `#####${known.publicKey.slice(5)}`],
  ] as const) {
    it(`are not ${what}`, () => assert.isFalse(isKey(value)));
  }

  it('make one secret for two', () => {
    const [a, b, c] = [keygen(), keygen(), keygen()];
    assert.deepEqual(sharedSecret(a.secretKey, b.publicKey), sharedSecret(b.secretKey, a.publicKey));
    assert.notDeepEqual(sharedSecret(a.secretKey, b.publicKey), sharedSecret(a.secretKey, c.publicKey));
  });

  it('make none with what is no key, or with one whose secret everybody knows', () => {
    const { secretKey } = keygen();
    assert.throws(() => sharedSecret(secretKey, 'x'), RemotingError, /40 characters/);
    assert.throws(() => sharedSecret(secretKey, '0'.repeat(40)), RemotingError, /no usable/);
  });
});
