import { assert } from 'chai';
import { Seldom } from '../../lib/remoting/seldom.ts';
import { ManualClock } from '../../lib/testkit/index.ts';

describe('Seldom', () => {
  it('tells a thing once a second', async () => {
    const clock = new ManualClock();
    const seldom = new Seldom(clock);
    assert.deepEqual([seldom.mayTell('a'), seldom.mayTell('a'), seldom.mayTell('b')], [true, false, true]);
    await clock.advance(999);
    assert.isFalse(seldom.mayTell('a'));
    await clock.advance(1);
    assert.isTrue(seldom.mayTell('a'));
  });

  it('remembers a bounded number of things', () => {
    const seldom = new Seldom(new ManualClock());
    for (let i = 0; i <= 1000; i++) assert.isTrue(seldom.mayTell(`thing ${i}`));
    assert.isTrue(seldom.mayTell('thing 0'));
    assert.isFalse(seldom.mayTell('thing 1000'));
  });
});
