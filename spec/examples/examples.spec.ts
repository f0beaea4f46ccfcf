import { type AddressInfo, createServer } from 'node:net';
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
      /worker failed: Error: job 3 is broken\n[\s\S]*worker failed: Error: job 6 is broken\n/,
    );
  });
});

async function interrupted(example: Command): Promise<void> {
  example.kill('SIGINT');
  const { code, stderr } = await example.end;
  assert.deepEqual([code, stderr], [130, '']);
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
