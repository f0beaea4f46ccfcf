/** Commands of a process: it answers them while it waits in a `get`. */
import { assert } from 'chai';
import {
  ActorError,
  CommandNotFound,
  type CommandRef,
  command,
  DeadLetter,
  oneForOne,
  Process,
  type Ref,
  Resume,
  send,
  sleep,
} from '../../lib/index.ts';
import { boom, type Gate, gate, heard, outcomeOf, rejection, startNode } from '../core/support.ts';
import { Clerk } from './worker.ts';

async function started(more: { gate?: Gate } = {}) {
  const { node, clock } = await startNode();
  const seen: unknown[] = [];
  const clerk: CommandRef<Clerk> = node.spawn(Clerk.using({ seen, ...more }), { name: 'clerk' });
  return { node, clock, clerk, seen };
}

describe('a process', () => {
  it('answers commands while it waits in a get', async () => {
    const { clerk } = await started();
    assert.equal(await send(clerk, 'ping'), 'pong');
    assert.equal((await send(clerk, 'info')).class, 'Clerk');
    assert.equal(await clerk.ask('text'), 'got text');
    assert.equal(await send(clerk, 'count'), 1);
    assert.instanceOf(await rejection(send(clerk as Ref, 'run')), TypeError);
    assert.instanceOf(await rejection(send(clerk as Ref, 'get')), CommandNotFound);
  });

  it('answers them in turn with its messages', async () => {
    const { clerk } = await started();
    clerk.tell('one');
    const first = send(clerk, 'count');
    clerk.tell('two');
    const second = send(clerk, 'count');
    assert.deepEqual([await first, await second], [1, 2]);
  });

  it('gets no message while a command takes its time', async () => {
    const held = gate();
    const { clock, clerk, seen } = await started({ gate: held });
    const outcome = outcomeOf(send(clerk, 'held'));
    clerk.tell('text');
    const count = send(clerk, 'count');
    await clock.settle();
    assert.deepEqual([outcome, seen], [[], []]);
    held.open();
    assert.equal(await count, 2);
    assert.deepEqual([outcome, seen], [[1], ['held', 'text']]);
  });

  it('has the sender of its own message again after a command', async () => {
    const { node, clock } = await startNode();
    const held = gate();
    class Answering extends Process {
      @command async held() {
        await held.opened;
      }
      *run() {
        yield* this.get('question');
        try {
          yield* this.get('never', { timeout: 100 });
        } catch {
          this.reply('answer');
        }
        yield* this.get();
      }
    }
    const ref: Ref = node.spawn(Answering);
    const answer = outcomeOf(ref.ask('question'));
    await clock.settle();
    const done = [outcomeOf(send(ref, 'ping')), outcomeOf(send(ref, 'held'))];
    await clock.advance(150);
    assert.deepEqual([done, answer], [[['pong'], []], []]); // run goes on when the command is done
    held.open();
    await clock.settle();
    assert.deepEqual([done, answer], [[['pong'], [undefined]], ['answer']]);
  });

  it('does not see commands as messages, and has them wait while it does something else', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    class Busy extends Process {
      *run() {
        yield* sleep(100);
        seen.push(this.getNowait(), this.getNowait());
        this.flush();
        yield* sleep(100);
        yield* this.get('never');
      }
    }
    const busy: Ref = node.spawn(Busy);
    const outcome = outcomeOf(send(busy, 'ping'));
    busy.tell('text');
    await clock.advance(199);
    assert.deepEqual([seen, outcome], [['text', undefined], []]);
    await clock.advance(1);
    assert.deepEqual(outcome, ['pong']);
  });

  it('answers them between messages that are always there', async () => {
    const { clerk } = await started();
    for (let i = 0; i < 10; i++) clerk.tell('text');
    assert.equal(await send(clerk, 'count'), 10);
  });

  it('is not failed by a command that throws', async () => {
    const { node, clerk } = await started();
    const errors = heard(node, ActorError);
    await rejection(send(clerk, 'run', () => boom()));
    assert.deepEqual(errors, []);
    assert.equal(await clerk.ask('text'), 'got text');
  });

  it('can be stopped in the middle of one, and leaves the rest as dead letters', async () => {
    const held = gate();
    const { node, clock, clerk } = await started({ gate: held });
    const letters = heard(node, DeadLetter);
    const outcome = outcomeOf(send(clerk, 'held'));
    const lost = rejection(send(clerk, 'ping'));
    await clock.settle();
    clerk.stop();
    await clock.settle();
    assert.isFalse(clerk.isStopped);
    held.open();
    assert.equal((await lost).code, 'ACTOR_STOPPED');
    assert.deepEqual(outcome, [1]);
    assert.deepEqual(
      letters.map(({ reason }) => reason),
      ['stopped'],
    );
  });

  it('is stopped by the command stop', async () => {
    const { clerk } = await started();
    await send(clerk, 'stop');
    await clerk.join();
  });

  it('answers none while its finally blocks run', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    class Careful extends Process {
      *run(): Generator<unknown, void, never> {
        try {
          yield* this.get('never');
        } finally {
          seen.push(yield* this.get(String));
        }
      }
    }
    const careful: Ref = node.spawn(Careful);
    await clock.settle();
    const outcome = outcomeOf(send(careful, 'ping'));
    careful.tell('last words');
    careful.stop();
    await clock.settle();
    assert.deepEqual(seen, ['last words']);
    assert.equal((outcome[0] as { code?: string }).code, 'ACTOR_STOPPED');
  });

  it('does not go on before its command is done, also when it was suspended meanwhile', async () => {
    const { node, clock } = await startNode({ supervision: oneForOne({ decide: () => Resume }) });
    const [held, seen]: [Gate, string[]] = [gate(), []];
    class Child extends Process {
      *run() {
        try {
          yield* this.get('never', { timeout: 50 });
        } catch {
          seen.push('run');
        }
        yield* this.get('never');
      }
      @command async held() {
        await held.opened;
        seen.push('held');
      }
    }
    const children: Ref[] = [];
    const parent: Ref = node.spawn((message, { spawn }) => {
      if (message === 'fail') throw new Error('told to');
      children.push(spawn(Child));
    });
    parent.tell('spawn');
    await clock.settle();
    const outcome = outcomeOf(send(children[0] as Ref, 'held'));
    await clock.settle();
    parent.tell('fail');
    await clock.advance(100);
    assert.deepEqual([seen, outcome], [[], []]);
    held.open();
    await clock.settle();
    assert.deepEqual([seen, outcome], [['held', 'run'], [undefined]]);
  });
});
