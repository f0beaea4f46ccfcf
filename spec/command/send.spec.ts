import { assert } from 'chai';
import {
  AbortError,
  Actor,
  ActorError,
  ActorStopped,
  bounded,
  CommandNotFound,
  type CommandRef,
  command,
  DeadLetter,
  MailboxFull,
  priority,
  type Ref,
  send,
  TimeoutError,
} from '../../lib/index.ts';
import { heard, outcomeOf, rejection, startNode } from '../core/support.ts';
import { newGates, oneNumber, Worker } from './worker.ts';

async function started(more: object = {}, options: object = {}) {
  const { node, clock } = await startNode();
  const worker: CommandRef<Worker> = node.spawn(Worker.using({ greeting: 'hi', ...more }), {
    name: 'worker',
    ...options,
  });
  return { node, clock, worker };
}

describe('send()', () => {
  it('gives what a marked method gives', async () => {
    const { worker } = await started();
    assert.equal(await send(worker, 'greet', 'you'), 'hi, you');
  });

  it('gives what a function of the table gives', async () => {
    const { worker } = await started();
    assert.equal(await send(worker, 'add', 1, 2), 3);
    assert.equal(await send(worker, 'who'), '/worker');
  });

  it('waits for what an async command gives in the end', async () => {
    const { worker } = await started();
    assert.equal(await send(worker, 'late', 'good night'), 'good night, late');
  });

  it('waits for what a generator gives in the end', async () => {
    const { worker } = await started();
    assert.equal(await send(worker, 'counted'), 3);
  });

  it('leaves all other messages to receive', async () => {
    const { worker } = await started();
    assert.equal(await worker.ask('text'), 'received text');
  });

  it('finds the commands of an actor that has become another, and has no receive', async () => {
    const { node } = await startNode();
    class Silent extends Actor {
      @command answer() {
        this.become(() => {});
        return 42;
      }
    }
    const silent = node.spawn(Silent);
    assert.deepEqual([await send(silent, 'answer'), await send(silent, 'answer')], [42, 42]);
  });

  it('counts every command as a message that was handled', async () => {
    const { node, worker } = await started();
    const before = node.stats();
    await send(worker, 'greet', 'you');
    const { sent, handled } = node.stats();
    assert.deepEqual([sent - before.sent, handled - before.handled], [2, 2]); // the answer is one, too
  });

  for (const target of [undefined, '/worker', {}])
    it(`is rejected for ${JSON.stringify(target)} in the place of a ref`, async () => {
      assert.match(
        (await rejection(send(target as unknown as Ref, 'ping'))).message,
        /expected the ref of an actor/,
      );
    });

  it('is rejected for a name that is no text', async () => {
    const { worker } = await started();
    assert.match(
      (await rejection(send(worker as Ref, 7 as never))).message,
      /the name must be a text, not 7/,
    );
  });
});

describe('the turn of a command', () => {
  it('comes after the messages before it and before those after it', async () => {
    const seen: unknown[] = [];
    const { worker } = await started({ seen });
    worker.tell('one');
    const count = send(worker as Ref, 'run', () => seen.length);
    worker.tell('two');
    assert.equal(await count, 1);
  });

  it('is not over before its promise is settled', async () => {
    const gates = newGates(2);
    const seen: unknown[] = [];
    const { clock, worker } = await started({ gates, seen });
    const outcomes = [0, 1].map(index => outcomeOf(send(worker, 'held', index)));
    worker.tell('text');
    gates[1]?.open();
    await clock.settle();
    assert.deepEqual([outcomes, seen], [[[], []], []]);
    gates[0]?.open();
    await clock.settle();
    assert.deepEqual(outcomes[1], [['0 begins', '0 ends', '1 begins', '1 ends']]);
    assert.deepEqual(seen, ['text']);
  });

  it('can be put off: it is answered when it is carried out again', async () => {
    const { clock, worker } = await started();
    const outcome = outcomeOf(send(worker, 'wait'));
    await clock.settle();
    assert.deepEqual(outcome, []);
    assert.isTrue(await send(worker, 'goOn'));
    await clock.settle();
    assert.deepEqual(outcome, []); // it has put itself off once more
  });

  it('counts in a bounded mailbox', async () => {
    const gates = newGates(1);
    const mailbox = bounded({ capacity: 1, overflow: 'fail' });
    const { clock, worker } = await started({ gates }, { mailbox });
    const first = send(worker, 'held', 0);
    await clock.settle();
    const second = send(worker, 'ping');
    assert.instanceOf(await rejection(send(worker, 'ping')), MailboxFull);
    gates[0]?.open();
    await first;
    assert.equal(await second, 'pong');
  });

  it('comes last in a priority mailbox, whose compare never sees it', async () => {
    const seen: unknown[] = [];
    const mailbox = priority<string>((a, b) => a.localeCompare(b));
    const { worker } = await started({ seen }, { mailbox });
    const count = send(worker as Ref, 'run', () => seen.length);
    worker.tell('b').tell('a');
    assert.equal(await count, 2);
    assert.deepEqual(seen, ['a', 'b']);
  });
});

describe('a command that there is not', () => {
  it('is an error that lists those that there are', async () => {
    const { worker } = await started();
    const error = (await rejection(send(worker as Ref, 'greetyou'))) as CommandNotFound;
    assert.instanceOf(error, CommandNotFound);
    assert.equal(error.command, 'greetyou');
    assert.deepEqual(error.available, await send(worker, 'info').then(({ commands }) => commands));
    assert.equal(
      error.message,
      '/worker has no command "greetyou"; it has aborted, add, config, counted, echo, endless, fails, fn, goOn, greet, ' +
        'half-of, held, info, late, ping, run, stop, wait, who',
    );
  });

  for (const name of [
    ...['notMarked', 'receive', 'preStart', 'postStop', 'double', 'tell', 'version', ''],
    ...['constructor', '__proto__', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'],
    ...['commands', 'tasks', 'settings', 'ref', 'params', 'then'],
  ])
    it(`is ${JSON.stringify(name)}`, async () => {
      const { worker } = await started();
      assert.instanceOf(await rejection(send(worker as Ref, name)), CommandNotFound);
    });

  it('does no harm to the actor', async () => {
    const { node, worker } = await started();
    const errors = heard(node, ActorError);
    await rejection(send(worker as Ref, 'constructor'));
    assert.deepEqual(errors, []);
    assert.equal(await send(worker, 'ping'), 'pong');
  });
});

describe('a command that fails', () => {
  for (const kind of ['error', 'later', 'yielding', 'given'] as const)
    it(`is rejected with its error: ${kind}`, async () => {
      const { worker } = await started();
      const error = await rejection(send(worker, 'fails', kind));
      assert.deepInclude(error as object, {
        ...{ name: 'Oops', message: 'no such part', code: 'OOPS', details: { part: 7 } },
      });
      assert.match(error.stack ?? '', /worker\.ts/);
    });

  it('is rejected with an error also when what it throws is none', async () => {
    const { worker } = await started();
    const error = await rejection(send(worker, 'fails', 'text'));
    assert.deepEqual([error.code, error.cause], ['THROWN', 'text']);
  });

  it('is rejected when it is an async generator, which nobody could drive', async () => {
    const { worker } = await started();
    assert.equal((await rejection(send(worker, 'endless'))).code, 'ASYNC_GENERATOR');
  });

  it('does not fail its actor', async () => {
    const { node, worker } = await started();
    const errors = heard(node, ActorError);
    for (const kind of ['error', 'later', 'yielding'] as const) await rejection(send(worker, 'fails', kind));
    assert.deepEqual(errors, []);
    assert.equal((await send(worker, 'info')).restarts, 0);
  });
});

describe('the arguments of a command', () => {
  it('are those that its schema gives', async () => {
    const { worker } = await started();
    assert.equal(await send(worker as Ref, 'half-of', 10), 5);
  });

  it('are refused when they do not conform', async () => {
    const { worker } = await started();
    const error = await rejection(send(worker as Ref, 'half-of', 'ten'));
    assert.deepEqual(
      [error.name, error.message],
      ['TypeError', 'half-of does not accept such arguments: expected one number'],
    );
  });
});

describe('send.with()', () => {
  it('gives up after its timeout', async () => {
    const { clock, worker } = await started({ gates: newGates(1) });
    const lost = rejection(send.with({ timeout: 100 })(worker, 'held', 0));
    await clock.advance(100);
    assert.instanceOf(await lost, TimeoutError);
  });

  it('gives up when its signal is aborted, which the command sees', async () => {
    const { node, clock, worker } = await started();
    const letters = heard(node, DeadLetter);
    const controller = new AbortController();
    const lost = rejection(
      send.with({ signal: controller.signal }).with({ timeout: 1e6 })(worker, 'aborted'),
    );
    await clock.settle();
    controller.abort();
    assert.instanceOf(await lost, AbortError);
    await clock.settle();
    assert.deepEqual(
      letters.map(({ message, reason }) => [message, reason]),
      [['aborted', 'lateReply']],
    );
  });

  it('leaves send as it is, with 5000 ms', async () => {
    const { clock, worker } = await started({ gates: newGates(1) });
    const outcome = outcomeOf(send(worker, 'held', 0));
    await clock.advance(4999);
    assert.deepEqual(outcome, []);
    await clock.advance(1);
    assert.instanceOf(outcome[0], TimeoutError);
  });
});

describe('an actor that is gone', () => {
  it('rejects a command at once', async () => {
    const { worker } = await started();
    worker.stop();
    await worker.join();
    assert.instanceOf(await rejection(send(worker, 'ping')), ActorStopped);
  });

  it('leaves commands that waited as dead letters', async () => {
    const gates = newGates(1);
    const { node, clock, worker } = await started({ gates });
    const letters = heard(node, DeadLetter);
    const first = send(worker, 'held', 0);
    const lost = rejection(send(worker, 'greet', 'you'));
    await clock.settle();
    worker.stop();
    gates[0]?.open();
    await first;
    assert.instanceOf(await lost, ActorStopped);
    assert.deepEqual(
      letters.map(({ message, reason }) => [{ ...(message as object) }, reason]),
      [[{ name: 'greet', args: ['you'] }, 'stopped']],
    );
  });

  it('is told of once, also when its command ends after it was killed', async () => {
    const gates = newGates(1);
    const { clock, worker } = await started({ gates });
    const outcome = outcomeOf(send(worker, 'held', 0));
    await clock.settle();
    worker.kill();
    await clock.settle();
    assert.instanceOf(outcome[0], ActorStopped);
    gates[0]?.open();
    await clock.settle();
    assert.lengthOf(outcome, 1);
  });
});

describe('@command', () => {
  it('is inherited, and can be overridden with and without the mark', async () => {
    const { node } = await startNode();
    class Base extends Actor {
      @command one() {
        return 'base';
      }
      @command({ accepts: oneNumber }) two(n: number) {
        return n;
      }
      @command three() {
        return 'base';
      }
    }
    class Derived extends Base {
      override one() {
        return `derived from ${super.one()}`;
      }
      @command override two(n: number) {
        return n;
      }
      @command four() {
        return 'derived';
      }
    }
    for (let i = 0; i < 2; i++) {
      const [derived, base] = [node.spawn(Derived), node.spawn(Base)];
      assert.equal(await send(derived, 'one'), 'derived from base');
      assert.equal(await send(derived, 'two', 2), 2); // the mark of the subclass has no schema
      assert.equal(await send(base, 'two', 2), 4);
      assert.equal(await send(derived, 'three'), 'base');
      assert.equal(await send(derived, 'four'), 'derived');
      assert.instanceOf(await rejection(send(base as Ref, 'four')), CommandNotFound);
    }
  });

  it('works below another decorator', async () => {
    const { node } = await startNode();
    const loud = (method: () => string) =>
      function (this: object) {
        return `${method.call(this)}!`;
      };
    class Loud extends Actor {
      @loud @command hello() {
        return 'hello';
      }
    }
    assert.equal(await send(node.spawn(Loud), 'hello'), 'hello!');
  });

  it('refuses a name that is built in', () => {
    assert.throws(() => {
      class Bad extends Actor {
        @command ping() {}
      }
      return Bad;
    }, /@command: "ping" is built in/);
  });

  it('refuses what can not be called by a name', () => {
    assert.throws(() => {
      class Bad extends Actor {
        @command #hidden() {}
        shown = () => this.#hidden();
      }
      return Bad;
    }, /#hidden can't be called by name/);
    assert.throws(() => {
      class Bad extends Actor {
        @command static shared() {}
      }
      return Bad;
    }, /neither private nor static/);
  });

  it('refuses a schema that is none', () => {
    assert.throws(() => command({ accepts: {} as never })(() => {}, methodContext()), /a Standard Schema/);
  });

  it('says that it is no decorator of the experimental kind', () => {
    const legacy = command as unknown as (prototype: object, key: string, descriptor: object) => void;
    assert.throws(() => legacy({}, 'key', {}), /leave out experimentalDecorators/);
  });

  it('lets no actor start that has two commands of one name', async () => {
    const { node, clock } = await startNode();
    class Twice extends Actor {
      @command one() {}
      @command({ name: 'one' }) two() {}
    }
    const errors = heard(node, ActorError);
    node.spawn(Twice);
    await clock.settle();
    assert.match(errors[0]?.error.message ?? '', /one and two of Twice have the same name, "one"/);
  });
});

describe('a table of commands', () => {
  for (const [what, commands, text] of [
    ['is no object', 'greet', /commands of Bad must be an object of functions, not "greet"/],
    ['has a name that is built in', { ping: () => 'mine' }, /commands of Bad: "ping" is built in/],
  ] as const)
    it(`that ${what} is an error for who sends one`, async () => {
      const { node } = await startNode();
      class Bad extends Actor {
        override commands = commands as never;
      }
      const error = await rejection(send(node.spawn(Bad), 'greet'));
      assert.match(error.message, text);
      assert.instanceOf(error, TypeError);
    });
});

describe('a command that nobody waits for', () => {
  it('has its outcome as a dead letter', async () => {
    const { node, clock, worker } = await started();
    const letters = heard(node, DeadLetter);
    const { Command } = await import('../../lib/command/command.ts');
    for (const name of ['greet', 'wait', 'late']) (worker as Ref).tell(new Command(name, ['you']));
    (worker as Ref).tell(new Command('fails', ['error']));
    await clock.settle();
    assert.deepEqual(
      letters.map(({ message }) => String(message)),
      ['hi, you', 'you, late', 'Oops: no such part'],
    );
  });
});

const methodContext = () =>
  ({
    kind: 'method',
    name: 'key',
    private: false,
    static: false,
    addInitializer() {},
  }) as unknown as ClassMethodDecoratorContext;
