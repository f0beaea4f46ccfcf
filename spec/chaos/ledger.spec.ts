import { assert } from 'chai';
import type { Entry } from './support/journal.ts';
import { assertBalanced, type Faults, tally } from './support/ledger.ts';

const told = (n: number): Entry => ({ kind: 'told', stream: 's', n });
const delivered = (n: number): Entry => ({ kind: 'delivered', stream: 's', n });
const certain = (n: number): Entry => ({ kind: 'dead', stream: 's', n, reason: 'nodeDown' });
const inDoubt = (n: number): Entry => ({ kind: 'dead', stream: 's', n, reason: 'inDoubt' });

/** What the books of the other specs must not overlook. */
const planted: { readonly [F in keyof Faults]: readonly (readonly Entry[])[] } = {
  unaccounted: [[told(0), told(1)], [delivered(0)]],
  invented: [[told(0)], [delivered(0), delivered(1)]],
  duplicated: [[told(0)], [delivered(0)], [delivered(0)]],
  buriedTwice: [[told(0), certain(0), certain(0)]],
  risen: [[told(0), certain(0)], [delivered(0)]],
  disordered: [
    [told(0), told(1)],
    [delivered(1), delivered(0)],
  ],
};

describe('the ledger', () => {
  for (const [fault, journals] of Object.entries(planted)) {
    it(`finds a message that is ${fault}`, () => {
      const books = tally('s', journals);
      assert.throws(() => assertBalanced(books));
      const found = Object.entries(books.faults).filter(([, messages]) => messages.length > 0);
      assert.deepEqual(
        found.map(([name]) => name),
        [fault],
      );
    });
  }

  it('balances what was delivered, is dead, or is in doubt and was delivered or died over there', () => {
    const sender = [told(0), told(1), told(2), told(3), certain(1), inDoubt(2), inDoubt(3)];
    const books = tally('s', [sender, [delivered(0), delivered(2), certain(3)]]);
    assertBalanced(books);
    assert.deepInclude(books, { told: 4, delivered: 2, certain: 2, inDoubt: 2, deliveredInDoubt: 1 });
  });

  it('takes each life of a node as another recipient: order begins anew', () => {
    assertBalanced(tally('s', [[told(0), told(1)], [delivered(1)], [delivered(0)]]));
  });

  it('keeps streams apart', () => {
    assert.equal(tally('s', [[told(0), { ...told(1), stream: 'other' }], [delivered(0)]]).told, 1);
  });
});
