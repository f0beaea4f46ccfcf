import { assert } from 'chai';
import {
  Actor,
  ActorStopped,
  CommandNotFound,
  type CommandRef,
  type Context,
  type Ref,
  Registry,
  send,
} from '../../lib/index.ts';
import { rejection, startNode } from '../core/support.ts';
import { newGates, Worker } from './worker.ts';

async function started(more: object = {}) {
  const { node, clock } = await startNode();
  const worker: CommandRef<Worker> = node.spawn(Worker.using({ greeting: 'hi', ...more }), {
    name: 'worker',
  });
  return { node, clock, worker };
}

describe('every actor', () => {
  for (const [what, actor] of [
    ['a class', class extends Actor {}],
    ['a function', () => {}],
  ] as const)
    it(`answers a ping: ${what}`, async () => {
      const { node } = await startNode();
      assert.equal(await send(node.spawn(actor as () => void), 'ping'), 'pong');
    });

  it('answers a ping: those of the runtime, and the guardian', async () => {
    const { node } = await startNode();
    const registry = Registry.start(node);
    assert.equal(await send(node.lookup(registry.ref.path), 'ping'), 'pong');
    assert.equal(await send(node.guardian, 'ping'), 'pong');
  });

  it('echoes one value', async () => {
    const { worker } = await started();
    const value = { a: [1, worker] };
    assert.equal(await send(worker, 'echo', value), value);
    assert.isUndefined(await send(worker, 'echo'));
  });
});

describe('info', () => {
  it('tells what is known of an actor', async () => {
    const { node, clock } = await startNode();
    const busy = (_: unknown, { spawn, stash }: Context) => {
      spawn(() => {});
      stash();
    };
    const ref: Ref = node.spawn(busy, { name: 'a' });
    ref.tell('one');
    await clock.advance(1500);
    const info = send(ref, 'info');
    ref.tell('two');
    assert.deepEqual(await info, {
      ...{ address: '/a', name: 'a', class: 'busy', state: 'running', mailbox: 1, stashed: 1 },
      ...{ restarts: 0, uptime: 1500, children: 1 },
      commands: ['config', 'echo', 'info', 'ping', 'run', 'stop'],
    });
  });

  it('counts restarts, which do not begin the uptime anew', async () => {
    const { clock, worker } = await started();
    await clock.advance(100);
    worker.tell('fail');
    await clock.advance(100);
    const { class: className, restarts, uptime } = await send(worker, 'info');
    assert.deepEqual([className, restarts, uptime], ['Worker', 1, 200]);
  });
});

describe('run', () => {
  it('calls a task of the actor by name, with the actor and the arguments', async () => {
    const { worker } = await started();
    assert.equal(await send(worker, 'run', 'greetBy', 'you'), 'hi, you');
  });

  it('calls a function, in the turn of the actor', async () => {
    const gates = newGates(1);
    const { clock, worker } = await started({ gates });
    void send(worker, 'held', 0);
    const now = send(worker, 'run', ({ now }, more) => [...now, more], 'more');
    await clock.settle();
    gates[0]?.open();
    assert.deepEqual(await now, ['0 begins', '0 ends', 'more']);
  });

  for (const name of ['greet', 'constructor', '__proto__', 'toString'])
    it(`finds no task ${JSON.stringify(name)}`, async () => {
      const { worker } = await started();
      const error = await rejection(send(worker, 'run', name));
      assert.instanceOf(error, CommandNotFound);
      assert.equal(error.message, `run: there is no task "${name}"; the tasks are greetBy`);
    });

  it('says so when there are none', async () => {
    const { node } = await startNode();
    assert.match((await rejection(send(node.guardian, 'run', 'x'))).message, /"x"; there are none$/);
  });

  it('takes nothing but a name or a function', async () => {
    const { worker } = await started();
    assert.match(
      (await rejection(send(worker as Ref, 'run', 7))).message,
      /expected the name of a task, or here a function, not 7/,
    );
  });
});

describe('stop', () => {
  it('answers, and stops the actor in its turn', async () => {
    const seen: unknown[] = [];
    const { worker } = await started({ seen });
    worker.tell('before');
    const stopped = send(worker, 'stop');
    worker.tell('after');
    assert.isUndefined(await stopped);
    await worker.join();
    assert.deepEqual(seen, ['before']);
    assert.instanceOf(await rejection(send(worker, 'stop')), ActorStopped);
  });
});

describe('config', () => {
  it('reads one setting, or all', async () => {
    const { worker } = await started();
    assert.equal(await send(worker, 'config', 'get', 'retries'), 3);
    for (const args of [[], ['get']] as const)
      assert.deepEqual(await send(worker, 'config', ...args), { retries: 3, mode: 'fast' });
  });

  it('changes a setting', async () => {
    const { worker } = await started();
    assert.isTrue(await send(worker, 'config', 'set', 'retries', 5));
    assert.equal(await send(worker, 'config', 'get', 'retries'), 5);
  });

  for (const [args, text] of [
    [['get', 'constructor'], /there is no setting "constructor"; the settings are retries, mode/],
    [['set', '__proto__', {}], /there is no setting "__proto__"/],
    [['set', 'retries', '5'], /setting "retries" must be a number, not "5"/],
    [['set', 'mode', 'odd'], /setting "mode" must be one of "fast", "slow", not "odd"/],
    [['delete', 'mode'], /expected 'get', a name or 'set', a name and a value, not "delete"/],
  ] as const)
    it(`refuses ${JSON.stringify(args)}, and changes nothing`, async () => {
      const { worker } = await started();
      const error = await rejection(send(worker as Ref, 'config', ...args));
      assert.match(error.message, text);
      assert.deepEqual(await send(worker, 'config'), { retries: 3, mode: 'fast' });
    });

  it('is the default again after a restart', async () => {
    const { worker } = await started();
    await send(worker, 'config', 'set', 'retries', 5);
    worker.tell('fail');
    assert.equal(await send(worker, 'config', 'get', 'retries'), 3);
  });

  it('says so when there are no settings, or something else of that name', async () => {
    const { node } = await startNode();
    class Plain extends Actor {}
    class Odd extends Actor {
      override settings = new Map([['secret', 1]]) as never;
    }
    for (const ref of [node.spawn(Plain), node.spawn(Odd)])
      assert.match(
        (await rejection(send(ref, 'config', 'get', 'secret'))).message,
        /has no settings; it needs/,
      );
  });
});
