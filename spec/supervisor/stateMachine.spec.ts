import { assert } from 'chai';
import {
  ActorError,
  ErrorIgnored,
  oneForOne,
  type Ref,
  Resume,
  StateMachine,
  sleep,
  Terminated,
  UnhandledMessage,
} from '../../lib/index.ts';
import { boom, gate, heard, startNode } from '../core/support.ts';
import { noting, startMachine } from './machine.ts';

describe('StateMachine', () => {
  it('handles a text by its name', async () => {
    const { seen, tell } = await startMachine((_, seen) => ({
      a: { on: { push: message => seen.push(message) } },
    }));
    await tell('push');
    assert.deepEqual(seen, ['push']);
  });

  it('handles an object by its type', async () => {
    const { seen, tell } = await startMachine((_, seen) => ({
      a: { on: { push: message => seen.push(message) } },
    }));
    await tell({ type: 'push', by: 1 });
    assert.deepEqual(seen, [{ type: 'push', by: 1 }]);
  });

  it('calls handlers that are methods with the machine as this', async () => {
    const { node, clock } = await startNode();
    class Counter extends StateMachine<'only', 'add' | 'total'> {
      readonly initial = 'only';
      total = 0;
      states = this.define({
        only: {
          on: {
            add() {
              this.total++;
            },
            total() {
              this.reply(this.total);
            },
          },
        },
      });
    }
    const asked = node.spawn(Counter).tell('add').tell('add').ask('total');
    await clock.settle();
    assert.equal(await asked, 2);
  });

  it('leaves what has no handler by name to otherwise', async () => {
    const { seen, tell } = await startMachine((_, seen) => ({
      a: { on: { push: () => {} }, otherwise: message => seen.push(message) },
    }));
    await tell('push', 'pull', 7);
    assert.deepEqual(seen, ['pull', 7]);
  });

  it('prefers a name in any state to otherwise in this one, and a name in this one to both', async () => {
    const { seen, tell } = await startMachine(
      (_, seen) => ({
        a: { on: { own: () => seen.push('a own') }, otherwise: () => seen.push('a otherwise') },
        b: {},
      }),
      {
        inAny: (machine, seen) => ({
          on: {
            own: () => seen.push('any own'),
            common: () => seen.push('any common'),
            b: () => machine.goto('b'),
          },
          otherwise: () => seen.push('any otherwise'),
        }),
      },
    );
    await tell('own', 'common', 'other', 'b', 'own', 'other');
    assert.deepEqual(seen, ['a own', 'any common', 'a otherwise', 'any own', 'any otherwise']);
  });

  it('says that a message without a handler is unhandled', async () => {
    const { node, tell } = await startMachine(() => ({ a: { on: { push: () => {} } } }));
    const unhandled = heard(node, UnhandledMessage);
    await tell('pull', 'constructor', { type: '__proto__' }, null);
    assert.deepEqual(
      unhandled.map(({ message }) => message),
      ['pull', 'constructor', { type: '__proto__' }, null],
    );
    assert.equal(node.stats().unhandled, 4);
  });

  it('fails when it does not handle a Terminated, as any actor does', async () => {
    const { node, clock, tell } = await startMachine(machine => ({
      a: { on: { watch: () => machine.watch(watched) } },
    }));
    const watched: Ref = node.spawn(() => {});
    const errors = heard(node, ActorError);
    await tell('watch');
    watched.stop();
    await clock.settle();
    assert.equal(errors[0]?.error.name, 'UnhandledTermination');
  });

  it('gives a Terminated to otherwise', async () => {
    const { node, clock, seen, tell } = await startMachine((machine, seen) => ({
      a: { on: { watch: () => machine.watch(watched) }, otherwise: message => seen.push(message) },
    }));
    const watched: Ref = node.spawn(() => {});
    await tell('watch');
    watched.stop();
    await clock.settle();
    assert.deepEqual(seen, [new Terminated(watched, 'stopped')]);
  });

  it('answers an ask from a handler', async () => {
    const { clock, ref } = await startMachine(machine => ({
      a: { on: { ask: () => machine.reply('yes') } },
    }));
    const asked = ref.ask('ask');
    await clock.settle();
    assert.equal(await asked, 'yes');
  });

  it('answers an ask later, in another state, when it has kept the sender', async () => {
    let asker: Ref | undefined;
    const { clock, ref, tell } = await startMachine(machine => ({
      a: {
        on: {
          ask: () => {
            asker = machine.sender;
            machine.goto('b');
          },
        },
      },
      b: { on: { ready: () => asker?.tell('at last') } },
    }));
    const asked = ref.ask('ask');
    await clock.settle();
    await tell('ready');
    assert.equal(await asked, 'at last');
  });

  it('stops from a handler', async () => {
    const { ref, tell } = await startMachine(machine => ({ a: { on: { end: () => machine.stop() } } }));
    await tell('end');
    assert.isTrue(ref.isStopped);
  });

  it('can be spawned with parameters, which decide where it begins', async () => {
    const { node, clock } = await startNode();
    class Gate extends StateMachine<'open' | 'shut', 'where', { isOpen: boolean }> {
      get initial() {
        return this.params.isOpen ? 'open' : 'shut';
      }
      states = this.define({ open: {}, shut: {} }, { on: { where: () => this.reply(this.state) } });
    }
    const asked = node.spawn(Gate.using({ isOpen: true })).ask('where');
    await clock.settle();
    assert.equal(await asked, 'open');
  });

  it('begins once an async preStart of its own is done', async () => {
    const { node, clock } = await startNode();
    const { opened, open } = gate();
    const seen: unknown[] = [];
    class Loaded extends StateMachine<'a', 'go'> {
      readonly initial = 'a';
      states = this.define({
        a: { enter: () => void seen.push('enter'), on: { go: () => seen.push('go') } },
      });
      override async preStart() {
        await opened;
        seen.push('loaded');
        await super.preStart();
      }
    }
    node.spawn(Loaded).tell('go');
    await clock.settle();
    assert.deepEqual(seen, []);
    open();
    await clock.settle();
    assert.deepEqual(seen, ['loaded', 'enter', 'go']);
  });
});

describe('StateMachine.goto()', () => {
  it('changes the state for the next message', async () => {
    const { seen, tell } = await startMachine(machine => ({ a: { on: { go: () => machine.goto('b') } } }));
    await tell('go', 'next');
    assert.deepEqual(seen, ['b: next']);
  });

  it('takes effect when the handler is done: until then the state is the old one', async () => {
    const { seen, tell } = await startMachine((machine, seen) => ({
      a: {
        on: {
          go: () => {
            machine.goto('b');
            seen.push(machine.state);
          },
        },
      },
      b: { enter: () => void seen.push(machine.state) },
    }));
    await tell('go');
    assert.deepEqual(seen, ['a', 'b']);
  });

  it('counts the last time when it is called twice', async () => {
    const { seen, tell } = await startMachine(machine => ({
      a: {
        on: {
          go: () => {
            machine.goto('b');
            machine.goto('c');
          },
        },
      },
    }));
    await tell('go', 'next');
    assert.deepEqual(seen, ['c: next']);
  });

  it('means nothing when the handler fails and the failure is forgiven', async () => {
    const { node, clock } = await startNode({ supervision: oneForOne({ decide: () => Resume }) });
    const seen: unknown[] = [];
    class Failing extends StateMachine<'a' | 'b', 'fail' | 'failLater' | 'failInGenerator' | 'next'> {
      readonly initial = 'a';
      states = this.define({
        a: {
          on: {
            fail: () => {
              this.goto('b');
              boom();
            },
            failLater: async () => {
              this.goto('b');
              await Promise.resolve();
              boom();
            },
            *failInGenerator() {
              this.goto('b');
              yield Promise.resolve();
              boom();
            },
          },
          ...noting('a', seen),
        },
        b: noting('b', seen),
      });
    }
    node.spawn(Failing).tell('fail').tell('failLater').tell('failInGenerator').tell('next');
    await clock.settle();
    assert.deepEqual(seen, ['a: next']);
  });

  it('to a state that does not exist fails the machine, with an error that names those that do', async () => {
    const { node, tell } = await startMachine(machine => ({
      a: { on: { go: () => machine.goto('nowhere' as 'a') } },
    }));
    const errors = heard(node, ActorError);
    await tell('go');
    assert.instanceOf(errors[0]?.error, TypeError);
    assert.equal(
      errors[0]?.error.message,
      'goto: Given has no state "nowhere"; its states are "a", "b", "c"',
    );
  });

  it('throws when no handler is running', async () => {
    let late = () => {};
    const { tell } = await startMachine(machine => ({
      a: { on: { keep: () => (late = () => machine.goto('b')) } },
    }));
    await tell('keep');
    assert.throws(() => late(), TypeError, 'goto: no handler of Given is running');
  });
});

describe('enter of a state', () => {
  it('is called at the start, with nothing before', async () => {
    const { seen } = await startMachine((_, seen) => ({ a: { enter: from => void seen.push(from) } }));
    assert.deepEqual(seen, [undefined]);
  });

  it('is called with the state before', async () => {
    const { seen, tell } = await startMachine((machine, seen) => ({
      a: { on: { go: () => machine.goto('b') } },
      b: { enter: from => void seen.push(from) },
    }));
    await tell('go');
    assert.deepEqual(seen, ['a']);
  });

  it('is not called by a goto to the state that the machine is in', async () => {
    const { seen, tell } = await startMachine((machine, seen) => ({
      a: { enter: from => void seen.push(from), on: { go: () => machine.goto('a') } },
    }));
    await tell('go');
    assert.deepEqual(seen, [undefined]);
  });

  it('is called again by repeat(), with its own name as the state before', async () => {
    const { seen, tell } = await startMachine((machine, seen) => ({
      a: { enter: from => void seen.push(from), on: { again: () => machine.repeat() } },
    }));
    await tell('again');
    assert.deepEqual(seen, [undefined, 'a']);
  });

  it('is called once when a handler both repeats and goes elsewhere', async () => {
    const { seen, tell } = await startMachine((machine, seen) => ({
      a: {
        on: {
          go: () => {
            machine.goto('b');
            machine.repeat();
          },
        },
      },
      b: { enter: from => void seen.push(from) },
    }));
    await tell('go');
    assert.deepEqual(seen, ['a']);
  });

  it('comes before any other message, also when it is async', async () => {
    const { opened, open } = gate();
    const { clock, seen, tell } = await startMachine((machine, seen) => ({
      a: { on: { go: () => machine.goto('b') } },
      b: {
        enter: async () => {
          await opened;
          seen.push('entered');
        },
        ...noting('b', seen),
      },
    }));
    await tell('go', 'next');
    assert.deepEqual(seen, []);
    open();
    await clock.settle();
    assert.deepEqual(seen, ['entered', 'b: next']);
  });

  it('may answer the message that led there', async () => {
    const { clock, ref } = await startMachine(machine => ({
      a: { on: { go: () => machine.goto('b') } },
      b: { enter: () => machine.reply('entered') },
    }));
    const asked = ref.ask('go');
    await clock.settle();
    assert.equal(await asked, 'entered');
  });

  for (const member of ['goto', 'repeat', 'postpone'] as const) {
    it(`fails the machine when it calls ${member}`, async () => {
      const { node, tell } = await startMachine(machine => ({
        a: { on: { go: () => machine.goto('b') } },
        b: { enter: () => machine[member]('c') },
      }));
      const errors = heard(node, ActorError);
      await tell('go');
      assert.include(errors[0]?.error.message, `${member}: an enter of Given can't do that`);
    });
  }

  it('that fails and is forgiven leaves the machine in the new state', async () => {
    const { node, clock } = await startNode({ supervision: oneForOne({ decide: () => Resume }) });
    const seen: unknown[] = [];
    class Failing extends StateMachine<'a' | 'b', string> {
      readonly initial = 'a';
      states = this.define({
        a: { on: { go: () => this.goto('b') } },
        b: { enter: boom, ...noting('b', seen) },
      });
    }
    node.spawn(Failing).tell('go').tell('next');
    await clock.settle();
    assert.deepEqual(seen, ['b: next']);
  });

  it('that fails at the start is a CreateFailed', async () => {
    const { node, clock } = await startNode();
    const errors = heard(node, ActorError);
    class Failing extends StateMachine<'a', string> {
      readonly initial = 'a';
      states = this.define({ a: { enter: boom } });
    }
    node.spawn(Failing);
    await clock.settle();
    assert.deepEqual(
      [errors[0]?.error.name, String(errors[0]?.error.cause)],
      ['CreateFailed', 'Error: boom'],
    );
  });

  it('fails the machine when it is a generator', async () => {
    const { node, tell } = await startMachine(machine => ({
      a: { on: { go: () => machine.goto('b') } },
      b: { *enter() {} },
    }));
    const errors = heard(node, ActorError);
    await tell('go');
    assert.include(errors[0]?.error.message, 'enter of state "b" of Given is a generator');
  });
});

describe('an async handler', () => {
  it('keeps the next message waiting', async () => {
    const { opened, open } = gate();
    const { clock, seen, tell } = await startMachine(machine => ({
      a: {
        on: {
          go: async () => {
            await opened;
            machine.goto('b');
          },
        },
      },
    }));
    await tell('go', 'next');
    assert.deepEqual(seen, []);
    open();
    await clock.settle();
    assert.deepEqual(seen, ['b: next']);
  });

  it('may be a generator, which waits by the clock of the node', async () => {
    const { clock, seen, tell } = await startMachine(machine => ({
      a: {
        on: {
          *go() {
            yield* sleep(100);
            machine.goto('b');
          },
        },
      },
    }));
    await tell('go', 'next');
    await clock.advance(99);
    assert.deepEqual(seen, []);
    await clock.advance(1);
    assert.deepEqual(seen, ['b: next']);
  });

  for (const kind of ['async function', 'generator'] as const) {
    it(`that is a ${kind} may lead to an async enter, which keeps the next message waiting too`, async () => {
      const { opened, open } = gate();
      const { clock, seen, tell } = await startMachine((machine, seen) => {
        async function go() {
          await Promise.resolve();
          machine.goto('b');
        }
        function* goInGenerator() {
          yield Promise.resolve();
          machine.goto('b');
        }
        return {
          a: { on: { go: kind === 'generator' ? goInGenerator : go } },
          b: {
            enter: async () => {
              await opened;
              seen.push('entered');
            },
            ...noting('b', seen),
          },
        };
      });
      await tell('go', 'next');
      assert.deepEqual(seen, []);
      open();
      await clock.settle();
      assert.deepEqual(seen, ['entered', 'b: next']);
    });

    it(`that is a ${kind} and has failed can order nothing more`, async () => {
      let late = () => {};
      const { tell } = await startMachine(machine => {
        late = () => machine.goto('b');
        async function fail() {
          await Promise.resolve();
          boom();
        }
        function* failInGenerator() {
          yield Promise.resolve();
          boom();
        }
        return { a: { on: { fail: kind === 'generator' ? failInGenerator : fail } } };
      });
      const lateOfFirst = late; // a restart makes another instance
      await tell('fail');
      assert.throws(() => lateOfFirst(), TypeError, 'goto: no handler of Given is running');
    });
  }

  it('fails the machine when it rejects', async () => {
    const { node, tell } = await startMachine(() => ({
      a: {
        on: {
          go: async () => {
            boom();
          },
        },
      },
    }));
    const errors = heard(node, ActorError);
    await tell('go');
    assert.equal(errors[0]?.error.message, 'boom');
  });

  it('whose machine was killed meanwhile is reported when it rejects', async () => {
    const { opened, fail } = gate();
    const { node, clock, ref, tell } = await startMachine(() => ({ a: { on: { go: () => opened } } }));
    const ignored = heard(node, ErrorIgnored);
    await tell('go');
    ref.kill();
    await clock.settle();
    fail(new Error('too late'));
    await clock.settle();
    assert.deepEqual(
      ignored.map(({ error }) => error.message),
      ['too late'],
    );
  });

  it('that is a generator runs its finally blocks when the machine is killed', async () => {
    const { clock, ref, seen, tell } = await startMachine((_, seen) => ({
      a: {
        on: {
          *go() {
            try {
              yield* sleep(100);
            } finally {
              seen.push('cleaned up');
            }
          },
        },
      },
    }));
    await tell('go');
    ref.kill();
    await clock.settle();
    assert.deepEqual(seen, ['cleaned up']);
  });

  it('fails the machine when it is an async generator', async () => {
    const { node, tell } = await startMachine(() => ({ a: { on: { async *go() {} } } }));
    const errors = heard(node, ActorError);
    await tell('go');
    assert.equal((errors[0]?.error as { code?: string } | undefined)?.code, 'ASYNC_GENERATOR');
  });
});

describe('a restarted StateMachine', () => {
  it('begins in its initial state, with fresh fields', async () => {
    const { node, clock } = await startNode();
    const seen: unknown[] = [];
    class Fresh extends StateMachine<'a' | 'b', 'go' | 'fail' | 'where'> {
      readonly initial = 'a';
      moves = 0;
      states = this.define(
        {
          a: {
            enter: () => void seen.push('enters a'),
            on: {
              go: () => {
                this.moves++;
                this.goto('b');
              },
            },
          },
          b: { on: { fail: boom } },
        },
        { on: { where: () => seen.push([this.state, this.moves]) } },
      );
    }
    node.spawn(Fresh).tell('go').tell('where').tell('fail').tell('where');
    await clock.settle();
    assert.deepEqual(seen, ['enters a', ['b', 1], 'enters a', ['a', 0]]);
  });

  it('has none of its old timeouts', async () => {
    const { clock, seen, tell } = await startMachine((machine, seen) => ({
      a: {
        on: {
          set: () => {
            machine.stateTimeout(10, 'state');
            machine.eventTimeout(10, 'event');
            machine.timeout('name', 10, 'named');
          },
          fail: boom,
        },
        ...noting('a', seen),
      },
    }));
    await tell('set', 'fail');
    await clock.advance(100);
    assert.deepEqual(seen, []);
  });
});

describe('a StateMachine that is not whole', () => {
  it('fails to start when its initial state does not exist', async () => {
    const { node, clock } = await startNode();
    const errors = heard(node, ActorError);
    class Lost extends StateMachine<'a', string> {
      readonly initial = 'z' as 'a';
      states = this.define({ a: {} });
    }
    node.spawn(Lost);
    await clock.settle();
    assert.equal(
      (errors[0]?.error.cause as Error | undefined)?.message,
      'initial: Lost has no state "z"; its states are "a"',
    );
  });

  it('fails to start when its states are not made by define', async () => {
    const { node, clock } = await startNode();
    const errors = heard(node, ActorError);
    class Undefined extends StateMachine<'a', string> {
      readonly initial = 'a';
      states = { a: {} } as never;
    }
    node.spawn(Undefined);
    await clock.settle();
    assert.include(
      (errors[0]?.error.cause as Error | undefined)?.message,
      'Undefined must have states = this.define',
    );
  });

  it('fails at its first message when its preStart has forgotten super.preStart()', async () => {
    const { node, clock } = await startNode();
    const errors = heard(node, ActorError);
    class Forgetful extends StateMachine<'a', string> {
      readonly initial = 'a';
      states = this.define({ a: {} });
      override preStart() {}
    }
    node.spawn(Forgetful).tell('message');
    await clock.settle();
    assert.include(errors[0]?.error.message, 'it must call super.preStart()');
  });
});
