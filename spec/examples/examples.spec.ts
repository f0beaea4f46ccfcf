import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { assert } from 'chai';
import { Command, endAll, startnode } from '../cli/command.ts';

describe('examples', function () {
  this.timeout(20_000);
  afterEach(endAll);

  it('example1 says hello to its child until it is interrupted', async () => {
    const example = new Command(['--actor', 'examples.example1.ExampleProcess']);
    for (let round = 0; round < 2; round++) {
      assert.equal(await example.line(''), 'sending hello!...');
      assert.equal(await example.line(''), 'child: got hello! from /exampleprocess$1');
      assert.equal(await example.line(''), 'got ack');
    }
    await interrupted(example);
  });

  it('example2Local has the actors of example2 on one node', async () => {
    const example = new Command(['--actor', 'examples.example2Local.LocalExample', '--name', 'local']);
    for (let round = 0; round < 2; round++) {
      assert.equal(await example.line(''), 'saying hello to /local/other');
      assert.equal(await example.line(''), 'got hello world from /local/process');
      assert.equal(await example.line(''), 'got ack');
    }
    await interrupted(example);
  });

  it('supervisors draws its tree before and after the store has failed', async () => {
    const { code, stdout } = await startnode(['--actor', 'examples.supervisors.Shop']);
    assert.equal(code, 0);
    assert.deepEqual(stdout.trimEnd().split('\n').slice(-8), [
      '├─ store (Store) running',
      '└─ workers (DynamicSupervisor) running',
      '   ├─ ada (Worker) running',
      '   └─ bob (Worker) running, 1 restart',
      'store: open',
      '/shop$1/shop (Supervisor) running',
      '├─ store (Store) running, 1 restart',
      '└─ workers (DynamicSupervisor) running, 1 restart',
    ]);
  });

  it('threads counts primes in two threads, and replaces the one that gets stuck', async () => {
    const { code, stdout } = await startnode(['--actor', 'examples.threads.Counting']);
    assert.equal(code, 0);
    assert.deepEqual(stdout.trimEnd().split('\n'), [
      'below 200000 there are 9592 + 8392 primes',
      'two: 25',
      'one: NodeDownError',
      'one, in another thread: 25',
    ]);
  });

  it('restartPool gets three files from a server that is busy every other time', async () => {
    const { code, stdout } = await startnode(['--actor', 'examples.restartPool.Downloads']);
    assert.equal(code, 0);
    const lines = stdout.trimEnd().split('\n');
    assert.deepEqual(
      lines.filter(line => line.startsWith('the content')),
      ['the content of one', 'the content of two', 'the content of three'],
    );
    assert.include(lines, 'task 4 (nowhere) is given up: no such server');
    assert.equal(lines.at(-1), '6 requests for 3 files');
  });

  it('stateMachine lets in who knocked, and locks itself', async () => {
    const { code, stdout } = await startnode(['--actor', 'examples.stateMachine.House']);
    assert.equal(code, 0);
    assert.deepEqual(stdout.trimEnd().split('\n'), [
      'the door is closed',
      'the door is open',
      'come in',
      'come in',
      'the door is closed',
      'the door is locked',
      'it can not be opened',
      '/house$1 (House) running',
      '└─ door (Door) running',
    ]);
  });

  it('commands calls an actor by names, here and from another node', async () => {
    const { code, stdout } = await startnode(['--actor', 'examples.commands.Manager']);
    assert.equal(code, 0);
    assert.deepEqual(stdout.trimEnd().split('\n'), [
      'ping: pong',
      'greet: hello, ada',
      'greet: good morning, bob',
      'from another node: hello, eve',
      'CommandNotFound: there are config, echo, greet, info, ping, run, stop, sum',
      'sum: 6',
    ]);
  });

  it('registry finds the second session under the name of the first', async () => {
    const { code, stdout } = await startnode(['--actor', 'examples.registry.Chat']);
    assert.equal(code, 0);
    assert.deepEqual(stdout.trimEnd().split('\n'), [
      'ada: hello',
      'ada: is anybody there?',
      'bob: is anybody there?',
      'registered: 1, in the group: 1',
      'ada, once more: hello again',
      '/chat$1 (Chat) running',
      '├─ users (Registry) running',
      '├─ session$2 (Session) running',
      '└─ session$3 (Session) running',
    ]);
  });

  it('pool loses the order of the cook who left, and no other', async () => {
    const { code, stdout } = await startnode(['--actor', 'examples.pool.Kitchen']);
    assert.equal(code, 0);
    const lines = stdout.trimEnd().split('\n');
    assert.deepEqual(lines.slice(0, 5), [
      '/kitchen$1 (Kitchen) running',
      '└─ cooks (Pool) running, 3 messages',
      '   ├─ cook$1 (Cook) busy',
      '   ├─ cook$2 (Cook) busy',
      '   └─ cook$3 (Cook) busy',
    ]);
    assert.deepEqual(
      lines
        .slice(5, -4)
        .map(line => line.split(' ')[1])
        .sort(),
      ['bread', 'cake', 'fish', 'salad', 'soup'],
    );
    assert.deepEqual(lines.slice(-4), [
      '/kitchen$1 (Kitchen) running',
      '└─ cooks (Pool) running',
      '   └─ cook$4 (Cook) running',
      'that makes 50',
    ]);
  });

  it('links ends both ends of a pipe, and tells who traps exits', async () => {
    const { code, stdout } = await startnode(['--actor', 'examples.links.Plumber']);
    assert.equal(code, 0);
    assert.deepEqual(stdout.trimEnd().split('\n').slice(-5), [
      'sink2: drop 2',
      'sink2: drop 3',
      'sink2: stopped',
      'plumber: source2 has ended (failed)',
      '/plumber$1 (Plumber) running',
    ]);
  });

  for (const order of ['the actor', 'the process']) {
    it(`example2 is two nodes, of which ${order} may start first`, async () => {
      const [there, here] = await Promise.all([freeAddress(), freeAddress()]);
      const startActor = () =>
        new Command(['--actor', 'examples.example2.ExampleActor', '--name', 'other', '--remoting', there]);
      const startProcess = () =>
        new Command([
          ...['--actor', 'examples.example2.ExampleProcess', '--remoting', here],
          ...['--params', JSON.stringify({ other: `${there}/other` })],
        ]);
      let [actor, process]: Command[] = [];
      if (order === 'the actor') {
        actor = startActor();
        process = startProcess();
      } else {
        process = startProcess();
        await process.line(`saying hello to ${there}/other`);
        actor = startActor();
      }
      assert.equal(await actor.line('got'), `got hello world from ${here}/exampleprocess$1`);
      assert.equal(await process.line('got'), 'got ack');
      await Promise.all([interrupted(actor), interrupted(process)]);
    });
  }

  it('echo gives every line back, lives on when a connection crashes, and says goodbye', async () => {
    const example = new Command(['--actor', 'examples.echo.Echo']);
    const address = await example.line('listens on');
    assert.equal(await conversation(address, 'hello\nwörld\n'), 'hello\nwörld\n');
    assert.equal(await conversation(address, 'a\ncrash\nb\n'), 'a\n');
    assert.equal(await conversation(address, 'still here\nquit\nnot any more\n'), 'still here\ngoodbye\n');
    example.kill('SIGINT');
    const { code, stdout, stderr } = await example.end;
    assert.equal(code, 130);
    assert.deepEqual(stdout.trimEnd().split('\n').slice(1), [
      ...['echoconnection$1: connected', 'echoconnection$1: ended'],
      ...['echoconnection$2: connected', 'echoconnection$2: stopped'],
      ...['echoconnection$3: connected', 'echoconnection$3: stopped'],
    ]);
    assert.match(
      stderr,
      /^\S+ ERROR \/echo\$1\/echoconnection\$2 failed\n {4}Error: it was asked to crash\n/,
    );
  });

  it('echo ends with one clear line when its port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { code, stderr } = await startnode([
      ...['--actor', 'examples.echo.Echo'],
      ...['--params', JSON.stringify({ port })],
    ]);
    server.close();
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^startnode: \/echo\$1 \(Echo\) failed to start: can't listen on [^\n]*EADDRINUSE[^\n]*\n$/,
    );
  });

  it('calculator answers requests, and errors as JSON-RPC has them', async () => {
    const example = new Command(['--actor', 'examples.calculator.Calculator']);
    const address = await example.line('listens on');
    const request = (id: unknown, method: string, params?: unknown) => ({
      jsonrpc: '2.0',
      id,
      method,
      params,
    });
    const requests = [
      request(1, 'add', [1, 2]),
      request('two', 'divide', [1, 8]),
      request(3, 'divide', [1, 0]),
      request(4, 'power', [1, 0]),
      request(5, 'add', ['1', 2]),
      { id: 6 },
      request(undefined, 'add', [1, 2]), // a notification
      [request(7, 'subtract', [5, 3]), request(undefined, 'add'), 8],
      [],
      request(9, 'multiply', [6, 7]),
    ].map(one => JSON.stringify(one));
    const text = await conversation(
      address,
      `${[...requests.slice(0, -1), 'no JSON', requests.at(-1)].join('\n')}\n`,
    );
    const error = (id: unknown, code: number, message: string) => ({
      jsonrpc: '2.0',
      id,
      error: { code, message },
    });
    assert.deepEqual(
      text
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line)),
      [
        { jsonrpc: '2.0', id: 1, result: 3 },
        { jsonrpc: '2.0', id: 'two', result: 0.125 },
        error(3, -32000, 'Division by zero'),
        error(4, -32601, 'Method not found: power'),
        error(5, -32602, 'Invalid params: add takes two numbers'),
        error(6, -32600, 'Invalid Request'),
        [{ jsonrpc: '2.0', id: 7, result: 2 }, error(null, -32600, 'Invalid Request')],
        error(null, -32600, 'Invalid Request'),
        error(null, -32700, 'Parse error'),
        { jsonrpc: '2.0', id: 9, result: 42 },
      ],
    );
    await interrupted(example);
  });

  it('philosophers eat their meals, never two neighbours at once, and end', async () => {
    const { code, stdout, stderr } = await startnode(['--actor', 'examples.philosophers.Table']);
    assert.deepEqual([code, stderr], [0, '']);
    const table = ['Hypatia', 'Plato', 'Laozi', 'Hume', 'Arendt'];
    const lines = stdout.trimEnd().split('\n');
    assert.equal(lines.pop(), 'the table is cleared: 15 meals');
    const meals = new Map(table.map(name => [name, 0]));
    const eating = new Set<string>();
    for (const line of lines) {
      const name = line.split(' ')[0] as string;
      if (line.endsWith(' eats')) {
        const seat = table.indexOf(name);
        for (const neighbour of [seat + 1, seat + table.length - 1])
          assert.isFalse(
            eating.has(table[neighbour % table.length] as string),
            `${line} beside a neighbour who eats`,
          );
        eating.add(name);
      } else {
        meals.set(name, (meals.get(name) ?? 0) + 1);
        assert.equal(line, `${name} is done with meal ${meals.get(name)}`);
        eating.delete(name);
      }
    }
    assert.deepEqual([...meals.values()], [3, 3, 3, 3, 3]);
  });

  it('shutdown answers the request that it has, and takes no other, before it ends', async () => {
    const example = new Command(['--actor', 'examples.shutdown.Web']);
    const url = (await example.line('http')).slice('web: '.length);
    const answer = fetch(`${url}one`);
    await example.line('greeter: works on /one');
    example.kill('SIGTERM');
    await example.line('no more requests');
    const refused = await fetch(`${url}two`).catch((error: Error) => error.cause);
    assert.equal((refused as { code?: string }).code, 'ECONNREFUSED');
    assert.equal(await (await answer).text(), 'hello from /one\n');
    const { code, stdout, stderr } = await example.end;
    assert.deepEqual([code, stderr], [143, '']);
    assert.deepEqual(stdout.split('\n').slice(1), [
      'greeter: works on /one',
      'web: no more requests (signal SIGTERM)',
      'web: all requests are answered',
      'web: stopped',
      '',
    ]);
  });

  it('supervision restarts the worker after each broken job and ends by itself', async () => {
    const { code, stdout, stderr } = await startnode(['--actor', 'examples.supervision.Boss']);
    assert.deepEqual(stdout.split('\n'), [
      'worker: starts',
      'worker: job 1 is done',
      'worker: job 2 is done',
      'worker: will be restarted, because job 3 is broken',
      'worker: starts',
      'worker: job 4 is done',
      'worker: job 5 is done',
      'worker: will be restarted, because job 6 is broken',
      'worker: starts',
      'worker: job 7 is done',
      'worker: job 8 is done',
      'boss: all jobs are through',
      '',
    ]);
    assert.equal(code, 0);
    assert.match(
      stderr,
      /worker failed\n {4}Error: job 3 is broken\n[\s\S]*worker failed\n {4}Error: job 6 is broken\n/,
    );
  });
});

async function interrupted(example: Command): Promise<void> {
  example.kill('SIGINT');
  const { code, stderr } = await example.end;
  assert.deepEqual([code, stderr], [130, '']);
}

/** What the server at the end of `line` answers to `text`, until it closes. */
async function conversation(line: string, text: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: Number(line.slice(line.lastIndexOf(':') + 1)) });
  let answer = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    answer += part;
  });
  socket.end(text);
  await once(socket, 'close');
  return answer;
}

/** An address that nobody listens on at the moment. */
function freeAddress(): Promise<string> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(`127.0.0.1:${port}`));
    });
  });
}
