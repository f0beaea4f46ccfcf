/** Commands from another node: the same as here, as far as values can cross, and no more than the policy of the node allows. */
import { ExtData, encode } from '@msgpack/msgpack';
import { assert } from 'chai';
import {
  Actor,
  ActorError,
  ActorStopped,
  CommandNotFound,
  type CommandRef,
  command,
  DeadLetter,
  InvalidMessage,
  MalformedInput,
  type Node,
  NodeDownError,
  type NodeOptions,
  OperationRefused,
  type Ref,
  RemotingError,
  SerializationError,
  send,
  TimeoutError,
} from '../../lib/index.ts';
import { outcomeOf, rejection } from '../core/support.ts';
import { RawPeer, writeUser } from '../remoting/rawPeer.ts';
import { addressOf, type Cluster, heard, newCluster } from '../remoting/support.ts';
import { newGates, oneNumber, Worker } from './worker.ts';

async function started(more: object = {}, options: NodeOptions = {}) {
  const cluster = newCluster();
  const there = await cluster.start(1, options);
  const here = await cluster.start(2);
  const local = there.spawn(Worker.using({ greeting: 'hi', ...more }), { name: 'worker' });
  const worker = here.lookup(local.address) as CommandRef<Worker>;
  /** What a promise gives, once the network has carried what it waits for. */
  const settled = async <T>(promise: Promise<T>): Promise<T> => {
    promise.catch(() => {});
    await cluster.clock.advance(20);
    return promise;
  };
  return { cluster, there, here, local, worker, settled };
}

describe('send() to another node', () => {
  it('gives what the command gives', async () => {
    const { worker, settled } = await started();
    assert.equal(await settled(send(worker, 'greet', 'you')), 'hi, you');
    assert.equal(await settled(send(worker, 'add', 1, 2)), 3);
    assert.equal(await settled(send(worker, 'counted')), 3);
    assert.equal(await settled(send(worker, 'late', 'text')), 'text, late');
    assert.equal(await settled(send(worker as Ref, 'half-of', 10)), 5);
    assert.isUndefined(await settled(send(worker, 'echo')));
  });

  it('has the commands that are built in', async () => {
    const { local, worker, settled } = await started();
    assert.equal(await settled(send(worker, 'ping')), 'pong');
    const echoed = { when: new Date(0), big: 7n, set: new Set([1]), local };
    assert.deepEqual(await settled(send(worker, 'echo', echoed)), { ...echoed, local: worker });
    const { address, class: className, commands } = await settled(send(worker, 'info'));
    assert.deepEqual([address, className], [`${addressOf(1)}/worker`, 'Worker']);
    assert.include(commands, 'greet');
    assert.equal(await settled(send(worker, 'run', 'greetBy', 'you')), 'hi, you');
    assert.isTrue(await settled(send(worker, 'config', 'set', 'mode', 'slow')));
    assert.equal(await settled(send(worker, 'config', 'get', 'mode')), 'slow');
  });

  it('stops an actor', async () => {
    const { local, worker, settled } = await started();
    assert.isUndefined(await settled(send(worker, 'stop')));
    assert.isTrue(local.isStopped);
    assert.instanceOf(await settled(rejection(send(worker, 'stop'))), ActorStopped);
  });

  it('is rejected with the error that was thrown there: its name, message, code, fields and stack', async () => {
    const { worker, settled } = await started();
    for (const kind of ['error', 'later', 'yielding', 'given'] as const) {
      const error = await settled(rejection(send(worker, 'fails', kind)));
      assert.instanceOf(error, Error);
      assert.deepInclude(error as object, {
        ...{ name: 'Oops', message: 'no such part', code: 'OOPS', details: { part: 7 } },
      });
      assert.match(error.stack ?? '', /worker\.ts/);
    }
  });

  it('is rejected with a CommandNotFound that lists what there is', async () => {
    const { worker, settled } = await started();
    const names = (await settled(send(worker, 'info'))).commands;
    for (const name of ['greetyou', 'constructor', '__proto__', 'toString', 'receive', 'notMarked', 'then']) {
      const error = (await settled(rejection(send(worker as Ref, name)))) as CommandNotFound;
      assert.instanceOf(error, CommandNotFound);
      assert.deepEqual([error.code, error.command], ['COMMAND_NOT_FOUND', name]);
      assert.deepEqual(error.available, names);
    }
  });

  it('can send no function, neither as a task nor as an argument', async () => {
    const { worker, settled } = await started();
    for (const name of ['run', 'echo'])
      assert.instanceOf(await settled(rejection(send(worker as Ref, name, () => 1))), SerializationError);
  });

  it('is rejected when the result can not cross', async () => {
    const { worker, settled } = await started();
    const error = await settled(rejection(send(worker, 'fn')));
    assert.instanceOf(error, SerializationError);
    assert.match(error.message, /a function can't be sent to another node/);
  });

  it('ends the wait when it is told to, which the command sees', async () => {
    const gates = newGates(1);
    const { cluster, worker, there } = await started({ gates });
    const letters = heard(there, DeadLetter);
    const controller = new AbortController();
    const lost = rejection(send.with({ signal: controller.signal })(worker, 'aborted'));
    await cluster.clock.advance(20);
    controller.abort();
    assert.equal((await lost).code, 'ABORTED');
    await cluster.clock.advance(20);
    assert.deepEqual(letters, []);
    const late = rejection(send.with({ timeout: 30 })(worker, 'held', 0));
    await cluster.clock.advance(30);
    assert.instanceOf(await late, TimeoutError);
  });

  it('is rejected when the node goes down meanwhile', async () => {
    const { cluster, there, worker } = await started({ gates: newGates(1) });
    const lost = rejection(send.with({ timeout: 60_000 })(worker, 'held', 0));
    await cluster.clock.advance(20);
    cluster.crash(there);
    await cluster.clock.advance(10_000);
    assert.instanceOf(await lost, NodeDownError);
  });

  it('waits in turn with what this node sends otherwise', async () => {
    const gates = newGates(1);
    const seen: unknown[] = [];
    const { cluster, worker } = await started({ gates, seen });
    const first = outcomeOf(send(worker, 'held', 0));
    worker.tell('text');
    await cluster.clock.advance(20);
    assert.deepEqual([first, seen], [[], []]);
    gates[0]?.open();
    await cluster.clock.advance(20);
    assert.deepEqual([first, seen], [[['0 begins', '0 ends']], ['text']]);
  });
});

describe('a policy', () => {
  it('decides about commands as about any question', async () => {
    const { there, worker, settled } = await started({}, { remoting: { allow: { ask: '/other' } } });
    const refused = heard(there, OperationRefused);
    assert.instanceOf(await settled(rejection(send(worker, 'ping'))), RemotingError);
    assert.deepEqual(
      refused.map(({ operation, path }) => [operation, path]),
      [['ask', '/worker']],
    );
  });

  it('decides about the command stop as about any stop', async () => {
    const { there, local, worker, settled } = await started({}, { remoting: { allow: { stop: false } } });
    const refused = heard(there, OperationRefused);
    assert.instanceOf(await settled(rejection(send(worker, 'stop'))), RemotingError);
    assert.deepEqual(
      refused.map(({ operation, path }) => [operation, path]),
      [['stop', '/worker']],
    );
    assert.isFalse(local.isStopped);
    assert.equal(await settled(send(worker, 'ping')), 'pong');
  });

  it('lets nobody send commands to the guardian and what belongs to the runtime', async () => {
    const { here, there, settled } = await started();
    const guardian: Ref = here.lookup(`${there.address}/`);
    assert.instanceOf(await settled(rejection(send(guardian, 'stop'))), RemotingError);
    assert.instanceOf(await settled(rejection(send(guardian, 'ping'))), RemotingError);
  });
});

describe('accepts of an actor', () => {
  it('is about the messages of receive: a command has a schema of its own', async () => {
    const { cluster, here, there, settled } = await started();
    class Strict extends Actor<[number]> {
      static override accepts = oneNumber;
      @command({ accepts: oneNumber }) take(n: number) {
        return n;
      }
    }
    const invalid = heard(there, InvalidMessage);
    const strict: Ref = here.lookup(there.spawn(Strict, { name: 'strict' }).address);
    strict.tell('text');
    await cluster.clock.advance(20);
    assert.lengthOf(invalid, 1);
    assert.equal(await settled(send(strict, 'take', 4)), 8);
    assert.match(
      (await settled(rejection(send(strict, 'take', 'x')))).message,
      /does not accept such arguments/,
    );
    assert.lengthOf(invalid, 1);
  });
});

describe('a hostile peer', () => {
  it('can not have anything called by what is no name and no list', async () => {
    const { node, peer, worker } = await joined();
    const errors = heard(node, ActorError);
    for (const fields of [
      {},
      { name: 7, args: [] },
      { name: null, args: null },
      { name: ['greet'], args: ['x'] },
      { name: { toString: 'greet' }, args: [] },
      { name: 'greet', args: 'you' },
      { name: 'greet', args: { length: 1, 0: 'you' } },
      { name: 'run', args: [['greetBy'], 'x'] },
      { name: 'run', args: ['constructor'] },
      { name: 'config', args: ['get', '__proto__'] },
      { name: 'config', args: ['set', 'constructor', 1] },
      { name: 'config', args: [{}, {}, {}] },
      { name: 'constructor', args: ['return process'] },
      { name: 'x'.repeat(100_000), args: [] },
      7,
      ['ping', []],
    ]) {
      const answer = (await peer.ask(worker.path, fields)) as Map<string, unknown> | undefined;
      assert.equal(peer.extensionOf(answer), 'error', JSON.stringify(fields).slice(0, 100));
    }
    assert.deepEqual(errors, []);
    assert.isFalse(worker.isStopped);
  });

  it('can not stop an actor with fields in the place of what a command is', async () => {
    const { node, peer, worker } = await joined({ remoting: { allow: { stop: false } } });
    const refused = heard(node, OperationRefused);
    const errors = heard(node, ActorError);
    const names = ['needed', 'Symbol(needed)', 'carryOut', 'operation', 'constructor', 'toString'];
    for (const value of [undefined, null, 'tell', {}]) {
      const fields = Object.fromEntries(names.map(name => [name, value]));
      await peer.ask(worker.path, { ...fields, name: 'stop', args: [] });
    }
    assert.lengthOf(refused, 4);
    assert.deepEqual(errors, []);
    assert.isFalse(worker.isStopped);
  });

  it('gets so much of a name back as fits a line', async () => {
    const { peer, worker } = await joined();
    await peer.ask(worker.path, { name: 'x'.repeat(100_000), args: [] });
    assert.isBelow(peer.lastSize, 5000);
  });

  it('does nothing with commands that it tells, or gives as an answer, or hides in a message', async () => {
    const seen: unknown[] = [];
    const { cluster, node, peer, worker } = await joined({}, seen);
    const errors = heard(node, ActorError);
    const malformed = heard(node, MalformedInput);
    await peer.tell(worker.path, { name: 'fails', args: ['error'] });
    await peer.tell(worker.path, { name: 'constructor', args: [] });
    await peer.raw(worker.path, [commandOf({ name: 'stop', args: [] })]);
    assert.deepEqual([errors, malformed], [[], []]);
    assert.isFalse(worker.isStopped);
    assert.lengthOf(seen, 1); // a list is a message like any other
    await cluster.clock.advance(20);
  });
});

async function joined(options: NodeOptions = {}, seen: unknown[] = []) {
  const cluster = newCluster();
  const node = await cluster.start(1, options);
  const worker = node.spawn(Worker.using({ greeting: 'hi', seen }), { name: 'worker' });
  await cluster.clock.settle();
  return { cluster, node, worker, peer: await Caller.join(cluster, node) };
}

const registered = 10;
const errorType = 6;

const commandOf = (fields: unknown) =>
  new ExtData(registered, encode(['troupe.command', fields]) as Uint8Array<ArrayBuffer>);

/** Sends commands as bytes. */
class Caller {
  readonly #raw: RawPeer;
  readonly #cluster: Cluster;
  #asked = 0;

  constructor(raw: RawPeer, cluster: Cluster) {
    this.#raw = raw;
    this.#cluster = cluster;
  }

  static async join(cluster: Cluster, node: Node): Promise<Caller> {
    return new Caller(await RawPeer.join(cluster, node, 9), cluster);
  }

  async ask(path: string, fields: unknown): Promise<unknown> {
    const sender = `${this.#raw.address}/$ask/${++this.#asked}`;
    await this.#raw.say(writer => writeUser(writer, path, sender, encode(commandOf(fields))));
    await this.#cluster.clock.advance(5);
    return this.#raw.messages.at(-1)?.[2];
  }

  async tell(path: string, fields: unknown): Promise<void> {
    await this.raw(path, commandOf(fields));
  }

  async raw(path: string, value: unknown): Promise<void> {
    await this.#raw.say(writer => writeUser(writer, path, undefined, encode(value)));
    await this.#cluster.clock.advance(5);
  }

  get lastSize(): number {
    return encode(this.#raw.messages.at(-1)?.[2]).length;
  }

  extensionOf(answer: unknown): string {
    return answer instanceof ExtData && answer.type === errorType ? 'error' : String(answer);
  }
}
