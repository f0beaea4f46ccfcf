import { assert } from 'chai';
import { Election } from '../../../lib/flow/io/election.ts';

const id = (digit: string) => digit.repeat(32);

describe('Election', () => {
  /** One that has said often enough that it is there. */
  function seasoned(own = id('5')): Election {
    const election = new Election('orders-test', own, 1000);
    for (let n = 0; n < 6; n++) election.say();
    return election;
  }

  it('has no master before somebody has said five times that it is there', () => {
    const election = new Election('orders-test', id('5'), 1000);
    for (let n = 0; n < 5; n++) {
      election.say();
      assert.isFalse(election.isMaster(n * 1000));
    }
    election.say();
    assert.isTrue(election.isMaster(5000));
  });

  it('says the scope and the id', () => {
    assert.equal(seasoned().say(), `orders-test${id('5')}`);
  });

  it('gives way to a higher id, until that has been silent for ten intervals', () => {
    const election = seasoned();
    election.hear(`orders-test${id('4')}`, 0);
    assert.isTrue(election.isMaster(0));
    election.hear(`orders-test${id('6')}`, 0);
    assert.isFalse(election.isMaster(9999));
    assert.isTrue(election.isMaster(10_000));
  });

  for (const [what, message] of [
    ['itself', `orders-test${id('5')}`],
    ['another group', `orders-live${id('6')}`],
    ['a longer name', `my-orders-test${id('6')}`],
    ['what is no id', `orders-test${'z'.repeat(32)}`],
    ['nothing', ''],
  ] as const) {
    it(`does not care for ${what}`, () => {
      const election = seasoned();
      election.hear(message, 0);
      assert.isTrue(election.isMaster(0));
    });
  }

  it('still knows the highest one after a flood of others', () => {
    const election = seasoned();
    election.hear(`orders-test${id('f')}`, 0);
    for (let n = 0; n < 5000; n++) election.hear(`orders-test${String(n).padStart(32, '0')}`, 1);
    assert.isFalse(election.isMaster(2));
  });
});
