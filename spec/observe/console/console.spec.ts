import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { assert } from 'chai';
import { Actor, type NodeFace, Process, sleep } from '../../../lib/index.ts';
import { ConsoleClient } from '../../../lib/observe/console/client.ts';
import { ConsoleError } from '../../../lib/observe/console/consoleError.ts';
import { consoleFolder, findConsoles } from '../../../lib/observe/console/places.ts';
import { LocalSource } from '../../../lib/observe/console/source.ts';
import { Observatory, openConsole } from '../../../lib/observe/index.ts';
import { startNode } from '../../core/support.ts';
import { attached, opened, printed, runtimeFolder, shownBy, terminal } from './support.ts';

class Counter extends Actor<unknown> {
  #sum = 0;

  override receive(message: unknown) {
    if (message === 'fail') throw new Error('as told');
    this.#sum += (message as { add?: number }).add ?? 0;
    this.reply(this.#sum);
  }
}

class Sleeper extends Process {
  *run() {
    yield* sleep(60_000);
  }
}

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe('openConsole()', () => {
  describe('the socket', () => {
    it('can be opened by its owner alone, in a folder that nobody else can enter', async () => {
      const { node } = await startNode();
      const { path } = await opened(node);
      assert.equal(path, join(runtimeFolder(), 'troupe', `${process.pid}.sock`));
      assert.deepEqual([modeOf(path), modeOf(dirname(path))], ['600', '700']);
      assert.isTrue(statSync(path).isSocket());
    });

    it('is not for others even where the process lets them read all it makes', async () => {
      const before = process.umask(0);
      try {
        const { node } = await startNode();
        const path = join(runtimeFolder(), 'open.sock');
        await opened(node, { socket: path });
        assert.equal(modeOf(path), '600');
        assert.equal(process.umask(), 0);
      } finally {
        process.umask(before);
      }
    });

    it('closes a folder that others could enter', async () => {
      const folder = join(runtimeFolder(), 'troupe');
      mkdirSync(folder);
      chmodSync(folder, 0o755);
      const { node } = await startNode();
      await opened(node);
      assert.equal(modeOf(folder), '700');
    });

    it('is in no folder that leads elsewhere', async () => {
      symlinkSync(tmpdir(), join(runtimeFolder(), 'troupe'));
      const { node } = await startNode();
      const error = await failureOf(opened(node));
      assert.match(error.message, /is no folder of this user/);
    });

    it('is below the folder for temporary files where there is no other', () => {
      assert.equal(consoleFolder({}), join(tmpdir(), `troupe-${process.getuid?.()}`));
      assert.equal(consoleFolder({ XDG_RUNTIME_DIR: '' }), join(tmpdir(), `troupe-${process.getuid?.()}`));
    });

    it('is one for each node of the process', async () => {
      const [first, second] = [await startNode(), await startNode()];
      const paths = [(await opened(first.node)).path, (await opened(second.node)).path];
      assert.deepEqual(
        paths.map(path => path.slice(dirname(path).length + 1)),
        [`${process.pid}.sock`, `${process.pid}-2.sock`],
      );
      assert.deepEqual((await findConsoles()).map(({ path }) => path).sort(), [...paths].sort());
    });

    it('takes the place of one that a dead process has left', async () => {
      const path = join(runtimeFolder(), 'left.sock');
      leaveSocket(path);
      const { node } = await startNode();
      const client = await attached(await opened(node, { socket: path }));
      assert.equal(client.hello.pid, process.pid);
    });

    it('removes those that dead processes have left in the folder, and no others', async () => {
      const folder = join(runtimeFolder(), 'troupe');
      mkdirSync(folder, { mode: 0o700 });
      leaveSocket(join(folder, '999999999.sock'));
      const living = createServer().listen(join(folder, '999999998.sock'));
      await once(living, 'listening');
      const { node } = await startNode();
      await opened(node);
      assert.sameMembers(readdirSync(folder), ['999999998.sock', `${process.pid}.sock`]);
      await new Promise(resolve => living.close(resolve));
    });

    it('is not taken from somebody who listens there', async () => {
      const path = join(runtimeFolder(), 'taken.sock');
      const living = createServer().listen(path);
      await once(living, 'listening');
      const { node } = await startNode();
      const error = await failureOf(opened(node, { socket: path }));
      assert.equal(error.message, `somebody else listens at ${path}: give another socket`);
      assert.isTrue(living.listening && existsSync(path));
      await new Promise(resolve => living.close(resolve));
    });

    it('takes the place of no file that is not a socket', async () => {
      const path = join(runtimeFolder(), 'precious');
      writeFileSync(path, 'precious');
      const { node } = await startNode();
      assert.match((await failureOf(opened(node, { socket: path }))).message, /^somebody else listens at/);
      assert.equal(readFileSync(path, 'utf8'), 'precious');
    });

    it('is found where the one who looks has other variables than the node', async () => {
      const folder = runtimeFolder();
      const { node } = await startNode();
      const { env } = process;
      Object.assign(env, { XDG_RUNTIME_DIR: join(folder, 'nowhere') });
      const { path } = await opened(node);
      Object.assign(env, { XDG_RUNTIME_DIR: folder });
      assert.equal(path, join(folder, `troupe-${process.getuid?.()}`, `${process.pid}.sock`));
      assert.deepEqual(await findConsoles(), [{ path, pid: process.pid }]);
    });

    it('is not looked for in a folder that others can enter', async () => {
      const { node } = await startNode();
      const { path } = await opened(node);
      assert.lengthOf(await findConsoles(), 1);
      chmodSync(dirname(path), 0o777);
      assert.lengthOf(await findConsoles(), 0);
    });

    it('can have no path that is longer than the system takes', async () => {
      const { node } = await startNode();
      const error = await failureOf(opened(node, { socket: join(runtimeFolder(), 'x'.repeat(120)) }));
      assert.match(error.message, /can have 103 bytes at the most, not \d+: .*; give a shorter one$/);
    });

    it('can be closed and opened again', async () => {
      const { node } = await startNode();
      const first = await opened(node);
      const client = await attached(first);
      await Promise.all([first.close(), first.close()]);
      assert.equal(await client.gone, 'the console was closed');
      assert.isFalse(existsSync(first.path));
      assert.equal((await opened(node)).path, first.path);
    });
  });

  it('says what is wrong with its options', async () => {
    const { node } = await startNode();
    const faults: [options: object, text: RegExp][] = [
      [{ sockt: 'x' }, /there is no option "sockt"; the options are socket, interval/],
      [{ socket: 5 }, /socket must be the path of a socket, not 5/],
      [{ interval: 0 }, /interval must be a number from 1 up/],
    ];
    for (const [options, text] of faults) {
      const error = await failureOf(opened(node, options));
      assert.instanceOf(error, TypeError);
      assert.match(error.message, text);
    }
    assert.deepEqual(await findConsoles(), []);
  });

  it('says where it can not be, and what is no node', async () => {
    const { node } = await startNode();
    const error = await failureOf(opened(node, { socket: '/nowhere/at.sock' }));
    assert.instanceOf(error, ConsoleError);
    assert.match(
      error.message,
      /there can be no socket at \/nowhere\/at\.sock: .*; its folder must exist, and be one to write to$/,
    );
    const noNode = await failureOf(openConsole({} as NodeFace));
    assert.deepEqual([noNode.name, noNode.message], ['TypeError', 'openConsole: expected a node, not {}']);
  });

  it('shows no message in the hands of a process that has not taken any', async () => {
    const { node, clock } = await startNode();
    const client = await attached(await opened(node));
    node.spawn(Sleeper, { name: 'sleeper' });
    await clock.advance(10);
    assert.isUndefined((await client.query('actor', { path: '/sleeper' }))?.current);
  });

  it('ends with the node, and says so to whoever is attached', async () => {
    const { node, clock } = await startNode();
    const { path } = await opened(node);
    const client = await ConsoleClient.open(path);
    const waiting = failureOf(client.evaluate('await new Promise(() => {})', terminal));
    const stopped = node.stop();
    await clock.advance(10_000);
    await stopped;
    assert.equal(await client.gone, 'the node has stopped');
    assert.equal((await waiting).message, 'the node has stopped');
    assert.isFalse(existsSync(path));
  });

  it('tells what each actor has done, to the message', async () => {
    const { node, clock } = await startNode();
    const client = await attached(await opened(node));
    await client.query('overview', {});
    const [busy, idle] = [node.spawn(Counter, { name: 'busy' }), node.spawn(Counter, { name: 'idle' })];
    for (let i = 0; i < 300; i++) busy.tell({ add: 1 });
    idle.tell({ add: 1 });
    await clock.advance(1000);
    const { total, rows } = await client.query('actors', { sort: 'rate' });
    assert.deepEqual(
      [total, rows.map(({ path, handled, rate }) => ({ path, handled, rate }))],
      [
        2,
        [
          { path: '/busy', handled: 300, rate: 300 },
          { path: '/idle', handled: 1, rate: 1 },
        ],
      ],
    );
    assert.equal((await client.query('overview', {})).rates.handled, 301);
  });

  it('measures nothing once nobody is attached', async () => {
    const { node, clock } = await startNode();
    const client = await attached(await opened(node));
    await client.query('overview', {});
    await clock.advance(5000);
    assert.equal((await client.query('overview', {})).observedFor, 5000);
    await client.close();
    await client.gone;
    // The other end hears of it in its own time.
    while (Observatory.open(node).overview().observedFor > 0) {
      for (let i = 0; i < 2; i++) Observatory.open(node).close();
      await new Promise(resolve => setImmediate(resolve));
    }
  });

  it('keeps what several clients declare apart', async () => {
    const { node } = await startNode();
    const console = await opened(node);
    const [one, other] = [await attached(console), await attached(console)];
    await shownBy(one, 'const mine = 1');
    assert.equal(await shownBy(one, 'mine'), '1');
    assert.match((await shownBy(other, 'mine')) ?? '', /ReferenceError: mine is not defined/);
    assert.notProperty(globalThis, 'mine');
  });

  it('sends, asks and shows what became of it', async () => {
    const { node } = await startNode();
    node.spawn(Counter, { name: 'counter' });
    const client = await attached(await opened(node));
    assert.equal(await shownBy(client, "tell('/counter', { add: 2 })"), '');
    assert.equal(await shownBy(client, "ask('/counter', { add: 40 })"), '42');
    assert.equal(await shownBy(client, "(await ask('/counter', { add: 0 })) / 2"), '21');
    assert.match((await shownBy(client, 'tree()')) ?? '', /^\/ running\n└─ counter \(Counter\) running/);
    assert.match((await shownBy(client, "inspect('/counter')")) ?? '', /^handled: {8}3, /m);
    assert.equal(
      await shownBy(client, "inspect('/nobody')"),
      'CannotLook: there is no live actor /nobody; tree() shows all',
    );
    assert.match(
      (await shownBy(client, 'ask("counter", 1)')) ?? '',
      /expected the path of an actor, such as '\/a\/b'/,
    );
  });

  it('restarts and stops actors by hand', async () => {
    const { node, clock } = await startNode();
    const ref = node.spawn(Counter, { name: 'counter' });
    const client = await attached(await opened(node));
    await shownBy(client, "ask('/counter', { add: 1 })");
    await shownBy(client, "restart('/counter')");
    await clock.settle();
    assert.equal(await shownBy(client, "ask('/counter', {})"), '0');
    await shownBy(client, "stop('/counter')");
    await clock.settle();
    assert.isTrue(ref.isStopped);
  });

  it('prints each message that an actor takes, until it is left', async () => {
    const { node, clock } = await startNode();
    const counter = node.spawn(Counter, { name: 'counter' });
    const client = await attached(await opened(node));
    const lines: string[] = [];
    let heard = () => {};
    client.onPrint = text => {
      lines.push(text.replace(/^[\d:.]+ |in [\d.]+ .s$/g, ''));
      heard();
    };
    const until = (count: number) =>
      new Promise<void>(resolve => {
        heard = () => lines.length >= count && resolve();
        heard();
      });
    const tracing = client.evaluate("trace('/counter')", terminal);
    await until(1);
    counter.tell({ add: 1 });
    counter.tell('fail', node.guardian);
    await until(3);
    client.abandon();
    await tracing;
    counter.tell({ add: 2 });
    await clock.settle();
    assert.equal(await shownBy(client, '1 + 1'), '2'); // whatever was printed before has come before
    assert.deepEqual(lines, [
      'each message that /counter takes, until Ctrl-C:',
      '/counter ← { add: 1 }  handled ',
      "/counter ← 'fail'  from /  failed: Error: as told ",
    ]);
  });

  it('counts the messages that are too many to be read', async () => {
    const { node, clock } = await startNode();
    const counter = node.spawn(Counter, { name: 'counter' });
    const client = await attached(await opened(node));
    let [told, skipped] = [0, 0];
    const done = new Promise<void>(resolve => {
      void client.trace('/counter', (trace, more) => {
        if (trace === undefined) {
          skipped = more;
          resolve();
        } else told++;
      });
    });
    await client.query('overview', {});
    for (let i = 0; i < 1000; i++) counter.tell({ add: 1 });
    await clock.advance(1000);
    await done;
    assert.deepEqual([told, skipped], [200, 800]);
  });

  it('stands whatever somebody else sends', async () => {
    const { node } = await startNode();
    const console = await opened(node);
    for (const bytes of ['no JSON\n', '5\n', 'null\n', '\0\u{1F600}\n']) {
      const socket = connect(console.path);
      socket.on('error', () => {});
      socket.resume();
      socket.write(bytes);
      await once(socket, 'close');
    }
    const client = await attached(console);
    const odd = client as unknown as { query(name: string, params: unknown): Promise<unknown> };
    assert.match((await failureOf(odd.query('nothing', {}))).message, /there is no question "nothing"/);
    assert.match((await failureOf(odd.query('overview', 5))).message, /must be an object/);
    assert.match((await failureOf(client.trace('a', () => {}))).message, /expected the path of an actor/);
    assert.equal(await shownBy(client, '1'), '1');
  });

  it('lets go of somebody who leaves in the middle', async () => {
    const { node } = await startNode();
    const console = await opened(node);
    const socket = connect(console.path);
    socket.write(
      `${JSON.stringify({ id: 1, do: 'evaluate', code: 'setInterval(() => {}, 1)', terminal })}\n`,
    );
    await once(socket, 'data');
    socket.destroy();
    await once(socket, 'close');
    assert.equal(await shownBy(await attached(console), '2'), '2');
    await console.close();
  });

  it('measures nothing for code that a client has left running', async () => {
    const { node } = await startNode();
    const source = new LocalSource(node, 'a spec', {});
    await source.query('overview', {});
    source.close();
    assert.match(
      (await failureOf(source.query('overview', {}))).message,
      /nobody looks at this node any more/,
    );
    assert.match(
      (await failureOf(source.trace('/a', () => {}))).message,
      /nobody looks at this node any more/,
    );
  });

  it('tells the client what fails later', async () => {
    const { node } = await startNode();
    const client = await attached(await opened(node));
    const heard = printed(client);
    await shownBy(client, 'setImmediate(() => { throw new Error("too late") })');
    assert.match(await heard, /^Uncaught \(later\) Error: too late/);
  });

  it('does not talk to a console of another kind', async () => {
    const path = join(runtimeFolder(), 'other.sock');
    const other = createServer(socket => socket.end('{"hello":{"protocol":99,"troupe":"9.9.9","pid":1}}\n'));
    await once(other.listen(path), 'listening');
    assert.match(
      (await failureOf(ConsoleClient.open(path))).message,
      /is of troupe 9\.9\.9, which this version can't/,
    );
    await new Promise(resolve => other.close(resolve));
    assert.match(
      (await failureOf(ConsoleClient.open(path))).message,
      /nobody listens there: is the node running, with -d\?/,
    );
  });
});

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it has not failed');
}

/** As a process that is killed leaves it. */
function leaveSocket(path: string): void {
  const code = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', code]);
  assert.isTrue(existsSync(path));
}
