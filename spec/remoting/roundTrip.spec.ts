import { assert } from 'chai';
import { RoundTrip } from '../../lib/remoting/roundTrip.ts';

describe('RoundTrip', () => {
  it('is unknown until it has been measured', () => {
    const way = new RoundTrip();
    assert.isFalse(way.leaves(1, true, 0));
    way.comes(1, 'numbered', 5);
    assert.isUndefined(way.last);
  });

  it('is the time from a numbered frame to the first that confirms it', () => {
    const way = new RoundTrip();
    way.tick();
    assert.isTrue(way.leaves(3, false, 100));
    assert.isFalse(way.leaves(4, false, 101));
    way.comes(2, 'empty', 102);
    assert.isUndefined(way.last);
    way.comes(4, 'numbered', 107);
    way.comes(5, 'numbered', 200);
    assert.equal(way.last, 7);
  });

  it('is the time from a heartbeat to an empty frame, whatever heartbeat crosses it', () => {
    const way = new RoundTrip();
    way.tick();
    assert.isTrue(way.leaves(0, true, 100));
    way.comes(9, 'control', 101);
    way.comes(9, 'empty', 120);
    assert.equal(way.last, 20);
  });

  it('is not taken from a heartbeat while something else is on its way', () => {
    const way = new RoundTrip();
    way.tick();
    assert.isFalse(way.leaves(0, false, 100));
    assert.isTrue(way.leaves(0, true, 200));
  });

  it('is not taken from what may answer something else, and tried again in the next interval', () => {
    const way = new RoundTrip();
    way.tick();
    way.leaves(0, true, 100);
    way.leaves(1, true, 101);
    way.comes(1, 'empty', 150);
    assert.isUndefined(way.last);
    way.tick();
    assert.isTrue(way.leaves(0, true, 200));
    way.comes(1, 'numbered', 210);
    way.comes(1, 'empty', 900);
    assert.isUndefined(way.last);
  });

  it('is measured once in five intervals', () => {
    const way = new RoundTrip();
    const asks = Array.from({ length: 11 }, (_, i) => {
      way.tick();
      const asks = way.leaves(i + 1, true, i);
      way.comes(i + 1, 'empty', i + 0.5);
      return asks;
    });
    assert.deepEqual(
      asks.map((isAsking, i) => (isAsking ? i : -1)).filter(i => i >= 0),
      [0, 5, 10],
    );
  });

  it('stays what it was when the answer is lost', () => {
    const way = new RoundTrip();
    way.tick();
    way.leaves(1, true, 0);
    way.comes(1, 'empty', 4);
    for (let i = 0; i < 5; i++) way.tick();
    assert.isTrue(way.leaves(2, true, 10));
    way.forget();
    way.comes(2, 'empty', 5000);
    assert.equal(way.last, 4);
  });
});
