import { assert } from 'chai';
import { ActorError, DeadLetter, StateMachine, type Stats } from '../../lib/index.ts';
import { boom, gate, heard, startNode } from '../core/support.ts';
import { noting, startMachine } from './machine.ts';

describe('StateMachine.postpone()', () => {
  it('keeps a message until the state has changed, before newer ones', async () => {
    const { seen, tell } = await startMachine(machine => ({
      a: { on: { go: () => machine.goto('b') }, otherwise: () => machine.postpone() },
    }));
    await tell('1', '2', 'go', '3');
    assert.deepEqual(seen, ['b: 1', 'b: 2', 'b: 3']);
  });

  it('does not try again while the state stays the same', async () => {
    const { node, seen, tell } = await startMachine((machine, seen) => ({
      a: {
        on: { stay: () => machine.goto('a'), again: () => machine.repeat() },
        otherwise: message => {
          seen.push(message);
          machine.postpone();
        },
      },
    }));
    await tell('1', 'stay', 'again');
    assert.deepEqual(seen, ['1']);
    assert.equal(node.stats().stashed, 1);
  });

  it('tries the very message that changes the state again when that is postponed too', async () => {
    const { seen, tell } = await startMachine(machine => ({
      a: {
        on: {
          go: () => {
            machine.postpone();
            machine.goto('b');
          },
        },
        otherwise: () => machine.postpone(),
      },
    }));
    await tell('1', 'go', '2');
    assert.deepEqual(seen, ['b: 1', 'b: go', 'b: 2']);
  });

  it('keeps the order over several changes: what is postponed again is older than what is still to be tried', async () => {
    const { seen, tell } = await startMachine(machine => ({
      a: { on: { go: () => machine.goto('b') }, otherwise: () => machine.postpone() },
      b: { on: { 2: () => machine.goto('c') }, otherwise: () => machine.postpone() },
    }));
    await tell('1', '2', '3', 'go', '4');
    assert.deepEqual(seen, ['c: 1', 'c: 3', 'c: 4']);
  });

  it('is tried after enter of the new state', async () => {
    const { seen, tell } = await startMachine((machine, seen) => ({
      a: { on: { go: () => machine.goto('b') }, otherwise: () => machine.postpone() },
      b: {
        enter: async () => {
          await Promise.resolve();
          seen.push('entered');
        },
        ...noting('b', seen),
      },
    }));
    await tell('1', 'go');
    assert.deepEqual(seen, ['entered', 'b: 1']);
  });

  it('keeps who asked', async () => {
    const { clock, ref, tell } = await startMachine(machine => ({
      a: { on: { go: () => machine.goto('b'), ask: () => machine.postpone() } },
      b: { on: { ask: () => machine.reply('answer') } },
    }));
    const asked = ref.ask('ask');
    await clock.settle();
    await tell('go');
    assert.equal(await asked, 'answer');
  });

  it('works in an async handler, after an await', async () => {
    const { seen, tell } = await startMachine(machine => ({
      a: {
        on: { go: () => machine.goto('b') },
        otherwise: async () => {
          await Promise.resolve();
          machine.postpone();
        },
      },
    }));
    await tell('1', 'go', '2');
    assert.deepEqual(seen, ['b: 1', 'b: 2']);
  });

  it('keeps the message of a timeout too', async () => {
    const { clock, seen, tell } = await startMachine(machine => ({
      a: {
        enter: () => machine.stateTimeout(10, 'time'),
        on: { time: () => machine.postpone(), go: () => machine.goto('b') },
      },
    }));
    await clock.advance(10);
    await tell('go', 'next');
    assert.deepEqual(seen, ['b: time', 'b: next']);
  });

  it('keeps nothing when the handler fails', async () => {
    const { node, tell } = await startMachine(machine => ({
      a: {
        on: {
          fail: () => {
            machine.postpone();
            boom();
          },
        },
      },
    }));
    const errors = heard(node, ActorError);
    await tell('fail');
    assert.lengthOf(errors, 1);
    assert.equal(node.stats().stashed, 0);
  });

  it('is tried again in the initial state after a restart, before what is queued', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    let starts = 0;
    class Restarting extends StateMachine<'a', string> {
      readonly initial = 'a';
      isFirst = ++starts === 1;
      states = this.define({
        a: {
          on: { fail: boom },
          otherwise: message => {
            if (this.isFirst) this.postpone();
            else seen.push(message);
          },
        },
      });
    }
    node.spawn(Restarting).tell('1').tell('2').tell('fail').tell('3');
    await clock.settle();
    assert.deepEqual(seen, ['1', '2', '3']);
    assertBalanced(node.stats());
  });

  it('makes dead letters when the machine stops, in order, and the books balance', async () => {
    const { opened } = gate();
    const { node, clock, ref, tell } = await startMachine(machine => ({
      a: { on: { block: () => opened }, otherwise: () => machine.postpone() },
    }));
    const dead = heard(node, DeadLetter);
    await tell('1', '2', 'block', '3');
    assertBalanced(node.stats());
    ref.kill();
    await clock.settle();
    assert.deepEqual(
      dead.map(({ message, reason }) => [message, reason]),
      [
        ['1', 'stopped'],
        ['2', 'stopped'],
        ['3', 'stopped'],
      ],
    );
    assertBalanced(node.stats());
  });

  it('keeps the books balanced through changes and timeouts', async () => {
    const { node, clock, tell } = await startMachine(machine => ({
      a: {
        enter: () => machine.stateTimeout(10, 'time'),
        on: { go: () => machine.goto('b'), time: () => machine.goto('c') },
        otherwise: () => machine.postpone(),
      },
      c: { on: { back: () => machine.goto('a') } },
    }));
    await tell('1', '2');
    await clock.advance(10);
    await tell('back', '3', 'pull', 'go', '4');
    const stats = node.stats();
    assertBalanced(stats);
    assert.deepEqual([stats.stashed, stats.queued], [0, 0]);
  });
});

function assertBalanced({ sent, handled, unhandled, queued, stashed, deadLetters }: Stats): void {
  assert.equal(handled + unhandled + queued + stashed + deadLetters.total, sent);
}
