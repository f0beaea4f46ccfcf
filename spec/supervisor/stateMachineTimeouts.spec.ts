import { assert } from 'chai';
import { ActorError, sleep } from '../../lib/index.ts';
import { heard } from '../core/support.ts';
import { noting, startMachine } from './machine.ts';

describe('StateMachine.stateTimeout()', () => {
  it('delivers its message after the time in the state, and not before', async () => {
    const { clock, seen } = await startMachine((machine, seen) => ({
      a: { enter: () => machine.stateTimeout(100, 'time'), ...noting('a', seen) },
    }));
    await clock.advance(99);
    assert.deepEqual(seen, []);
    await clock.advance(1);
    assert.deepEqual(seen, ['a: time']);
  });

  it('ends with the state', async () => {
    const { clock, seen, tell } = await startMachine(machine => ({
      a: { enter: () => machine.stateTimeout(100, 'time'), on: { go: () => machine.goto('b') } },
    }));
    await tell('go');
    await clock.advance(1000);
    assert.deepEqual(seen, []);
    assert.equal(clock.pending, 0);
  });

  it('does not end with other messages, nor with a goto to the same state, nor with repeat', async () => {
    const { clock, seen, tell } = await startMachine((machine, seen) => ({
      a: {
        on: {
          set: () => machine.stateTimeout(100, 'time'),
          stay: () => machine.goto('a'),
          again: () => machine.repeat(),
        },
        ...noting('a', seen),
      },
    }));
    await tell('set');
    await clock.advance(50);
    await tell('stay', 'again', 'other');
    await clock.advance(50);
    assert.deepEqual(seen, ['a: other', 'a: time']);
  });

  it('belongs to the state that the handler goes to, whichever it calls first', async () => {
    const { clock, seen, tell } = await startMachine(machine => ({
      a: {
        on: {
          go: () => {
            machine.stateTimeout(100, 'time');
            machine.goto('b');
          },
        },
      },
    }));
    await tell('go');
    await clock.advance(100);
    assert.deepEqual(seen, ['b: time']);
  });

  it('takes the place of the one before', async () => {
    const { clock, seen, tell } = await startMachine((machine, seen) => ({
      a: {
        on: {
          set: () => machine.stateTimeout(100, 'first'),
          reset: () => machine.stateTimeout(200, 'second'),
        },
        ...noting('a', seen),
      },
    }));
    await tell('set', 'reset');
    await clock.advance(1000);
    assert.deepEqual(seen, ['a: second']);
  });

  it('is cancelled with undefined', async () => {
    const { clock, seen, tell } = await startMachine((machine, seen) => ({
      a: {
        enter: () => machine.stateTimeout(100, 'time'),
        on: { cancel: () => machine.stateTimeout(undefined) },
        ...noting('a', seen),
      },
    }));
    await tell('cancel');
    await clock.advance(1000);
    assert.deepEqual(seen, []);
  });

  it('is not delivered when the state has changed while it was in the mailbox', async () => {
    const { clock, seen, tell } = await startMachine(machine => ({
      a: {
        enter: () => machine.stateTimeout(100, 'time'),
        on: {
          *go() {
            yield* sleep(200);
            machine.goto('b');
          },
        },
      },
    }));
    await tell('go');
    await clock.advance(200);
    assert.deepEqual(seen, []);
  });

  it('of no time comes after what is in the mailbox already', async () => {
    const { clock, seen, tell } = await startMachine((machine, seen) => ({
      a: { on: { set: () => machine.stateTimeout(0, 'time') }, ...noting('a', seen) },
    }));
    await tell('set', 'queued');
    await clock.advance(0);
    assert.deepEqual(seen, ['a: queued', 'a: time']);
  });
});

describe('StateMachine.eventTimeout()', () => {
  it('delivers its message when no other has come', async () => {
    const { clock, seen, tell } = await startMachine((machine, seen) => ({
      a: { on: { set: () => machine.eventTimeout(100, 'time') }, ...noting('a', seen) },
    }));
    await tell('set');
    await clock.advance(99);
    assert.deepEqual(seen, []);
    await clock.advance(1);
    assert.deepEqual(seen, ['a: time']);
  });

  it('is cancelled by any message, also one that is unhandled', async () => {
    const { clock, node, tell } = await startMachine(machine => ({
      a: { on: { set: () => machine.eventTimeout(100, 'time') } },
    }));
    await tell('set');
    await clock.advance(50);
    await tell('other');
    await clock.advance(1000);
    assert.deepEqual([node.stats().unhandled, clock.pending], [1, 0]);
  });

  it('is cancelled by a message that is in the mailbox already', async () => {
    const { clock, seen, tell } = await startMachine((machine, seen) => ({
      a: { on: { set: () => machine.eventTimeout(100, 'time') }, ...noting('a', seen) },
    }));
    await tell('set', 'other');
    await clock.advance(1000);
    assert.deepEqual(seen, ['a: other']);
  });

  it('is cancelled by another timeout', async () => {
    const { clock, seen, tell } = await startMachine((machine, seen) => ({
      a: {
        on: {
          set: () => {
            machine.eventTimeout(100, 'event');
            machine.timeout('name', 50, 'named');
          },
        },
        ...noting('a', seen),
      },
    }));
    await tell('set');
    await clock.advance(1000);
    assert.deepEqual(seen, ['a: named']);
  });

  it('is not cancelled by a change of state alone', async () => {
    const { clock, seen, tell } = await startMachine(machine => ({
      a: {
        on: {
          go: () => {
            machine.goto('b');
            machine.eventTimeout(100, 'time');
          },
        },
      },
    }));
    await tell('go');
    await clock.advance(100);
    assert.deepEqual(seen, ['b: time']);
  });
});

describe('StateMachine.timeout()', () => {
  it('delivers its message whatever the state is by then', async () => {
    const { clock, seen, tell } = await startMachine(machine => ({
      a: { on: { set: () => machine.timeout('name', 100, 'time'), go: () => machine.goto('b') } },
    }));
    await tell('set', 'go', 'other');
    await clock.advance(100);
    assert.deepEqual(seen, ['b: other', 'b: time']);
  });

  it('runs beside those of other names, and takes the place of one of its own', async () => {
    const { clock, seen, tell } = await startMachine((machine, seen) => ({
      a: {
        on: {
          set: () => {
            machine.timeout('x', 100, 'x');
            machine.timeout('y', 50, 'y');
          },
          reset: () => machine.timeout('x', 200, 'x again'),
        },
        ...noting('a', seen),
      },
    }));
    await tell('set', 'reset');
    await clock.advance(1000);
    assert.deepEqual(seen, ['a: y', 'a: x again']);
  });

  it('is cancelled with undefined', async () => {
    const { clock, seen, tell } = await startMachine((machine, seen) => ({
      a: {
        on: {
          set: () => machine.timeout('x', 100, 'x'),
          cancel: () => machine.timeout('x', undefined),
        },
        ...noting('a', seen),
      },
    }));
    await tell('set', 'cancel');
    await clock.advance(1000);
    assert.deepEqual(seen, []);
  });

  for (const ms of [-1, Number.NaN, Number.POSITIVE_INFINITY, '5']) {
    it(`fails the machine for ${ms} ms`, async () => {
      const { node, tell } = await startMachine(machine => ({
        a: { on: { set: () => machine.timeout('x', ms as number, 'x') } },
      }));
      const errors = heard(node, ActorError);
      await tell('set');
      assert.instanceOf(errors[0]?.error, TypeError);
      assert.include(errors[0]?.error.message, 'timeout: expected milliseconds from 0 up');
    });
  }

  it('throws when no handler is running', async () => {
    let late = () => {};
    const { tell } = await startMachine(machine => ({
      a: { on: { keep: () => (late = () => machine.timeout('x', 1, 'x')) } },
    }));
    await tell('keep');
    assert.throws(() => late(), TypeError, 'timeout: no handler of Given is running');
  });
});
