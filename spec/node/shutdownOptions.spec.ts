import { assert } from 'chai';
import { Node, silentLogger } from '../../lib/index.ts';
import { phaseTimeouts } from '../../lib/node/shutdownOptions.ts';
import { rejection } from '../core/support.ts';

describe('phaseTimeouts()', () => {
  it('gives each phase 5 s unless it has its own timeout', () => {
    assert.deepEqual(phaseTimeouts({ phases: { drain: { timeout: 30_000 }, unbind: {} } }), {
      beforeStop: 5000,
      unbind: 5000,
      drain: 30_000,
      afterStop: 5000,
    });
    assert.equal(phaseTimeouts().drain, 5000);
  });
});

describe('Node.start({ shutdown })', () => {
  const wrong: [string, unknown, RegExp][] = [
    ['what is no object', 5000, /^shutdown must be an object with phases, not 5000$/],
    [
      'an option that does not exist',
      { timeout: 1 },
      /^shutdown has no use for "timeout"; it may have phases$/,
    ],
    [
      'phases that are none',
      { phases: null },
      /^shutdown\.phases must be an object with beforeStop, .*, not null$/,
    ],
    [
      'a phase that does not exist',
      { phases: { flush: {} } },
      /^shutdown\.phases has no use for "flush"; it may have beforeStop, unbind, drain, afterStop$/,
    ],
    [
      'a phase that is a number',
      { phases: { drain: 5 } },
      /^shutdown\.phases\.drain must be an object with timeout, not 5$/,
    ],
    [
      'an option of a phase that does not exist',
      { phases: { drain: { within: 5 } } },
      /^shutdown\.phases\.drain has no use for "within"; it may have timeout$/,
    ],
    ...[-1, Number.NaN, Number.POSITIVE_INFINITY, '5'].map((timeout): [string, unknown, RegExp] => [
      `a timeout of ${JSON.stringify(timeout)} (${timeout})`,
      { phases: { drain: { timeout } } },
      /^shutdown\.phases\.drain\.timeout must be a finite number of milliseconds from 0 up, not /,
    ]),
  ];
  for (const [what, shutdown, message] of wrong) {
    it(`refuses ${what}`, async () => {
      const error = await rejection(Node.start({ shutdown, logger: silentLogger } as never));
      assert.instanceOf(error, TypeError);
      assert.match(error.message, message);
    });
  }
});
