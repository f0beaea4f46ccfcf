import { assert } from 'chai';
import { keygen } from '../../lib/index.ts';
import { makeCurve } from '../../lib/remoting/curve.ts';
import { Identity } from '../../lib/remoting/identity.ts';
import type { Introduction } from '../../lib/remoting/wire.ts';

const [a, b] = [keygen(), keygen()];
const here = { label: 'here' };
const there = { label: 'there' };

describe('Identity', () => {
  it('proves who it is once it knows the key of the other, which it is told', () => {
    const [mine, yours] = both();
    const first = mine.proveTo(there, 'hello', 'a:1');
    assert.deepEqual(first, { key: a.publicKey, proof: '' });
    const doubt = yours.doubt(here, 'a', hello(first));
    assert.deepInclude(doubt, { isCurable: true, reason: `prove ${b.publicKey}` });
    assert.isTrue(mine.learn(there, doubt?.reason ?? ''));
    assert.isUndefined(yours.doubt(here, 'a', hello(mine.proveTo(there, 'hello', 'a:1'))));
  });

  it('does not believe a proof that was made for another life, address or kind', () => {
    const [mine, yours] = both();
    mine.learn(there, `prove ${b.publicKey}`);
    const proven = hello(mine.proveTo(there, 'hello', 'a:1'));
    assert.isUndefined(yours.doubt(here, 'a', proven));
    assert.isDefined(yours.doubt(here, 'other life', proven));
    assert.isDefined(yours.doubt(here, 'a', { ...proven, address: 'a:2' }));
    assert.isDefined(yours.doubt(here, 'a', { ...proven, kind: 'welcome' }));
  });

  it('does not believe who names the key of another', () => {
    const thief = new Identity('t', makeCurve({ ...keygen(), allow: [b.publicKey] }));
    const [, yours] = both();
    thief.learn(there, `prove ${b.publicKey}`);
    const { proof } = thief.proveTo(there, 'hello', 'a:1');
    const doubt = yours.doubt(here, 't', hello({ key: a.publicKey, proof }));
    assert.deepInclude(doubt, { isCurable: false });
    assert.match(doubt?.text ?? '', /can't prove/);
  });

  it('proves itself to nobody whose key it does not trust, and to nobody twice', () => {
    const [mine] = both();
    assert.isFalse(mine.learn(there, `prove ${keygen().publicKey}`));
    assert.isTrue(mine.learn(there, `prove ${b.publicKey}`));
    assert.isFalse(mine.learn(there, `prove ${b.publicKey}`));
  });

  it('believes everybody, and says nothing, without keys', () => {
    const open = new Identity('o', undefined);
    assert.isUndefined(open.doubt(here, 'a', hello({ key: 'any', proof: 'any' })));
    assert.deepEqual(open.proveTo(there, 'hello', 'a:1'), { key: '', proof: '' });
  });
});

const both = (): [Identity, Identity] => [
  new Identity('a', makeCurve({ ...a, allow: [b.publicKey] })),
  new Identity('b', makeCurve({ ...b, allow: [a.publicKey] })),
];

const hello = (credentials: { key: string; proof: string }): Introduction => ({
  kind: 'hello',
  address: 'a:1',
  version: '0',
  features: [],
  wantsRoute: false,
  link: 1,
  yourLink: 0,
  maxMessageSize: 1,
  ...credentials,
});
