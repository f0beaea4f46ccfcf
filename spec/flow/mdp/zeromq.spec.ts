/** MajorDomo over real ZeroMQ: with peers that are written from RFC 7's text, byte by byte, and with processes that die. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { assert } from 'chai';
import { Dealer, Request } from 'zeromq';
import {
  type ActorOf,
  Director,
  Event,
  FlowActor,
  type FlowActorClass,
  LogEvent,
  type ParamsOf,
} from '../../../lib/flow/index.ts';
import { MDPBroker, MDPClient, type MDPClientParams, MDPWorker } from '../../../lib/flow/mdp/index.ts';
import { seededRandom } from '../../../lib/testkit/seededRandom.ts';
import { Keep, Source } from './ends.ts';
import { clientFrames, disconnect, heartbeat, hex, ready, replyTo, requestTo, show } from './raw.ts';

const { TROUPE_CI: CI } = process.env;

describe('MajorDomo over ZeroMQ', function () {
  this.timeout(30_000);

  describe('a raw client and a raw worker of RFC 7', () => {
    let flow: Flow;
    let broker: MDPBroker;
    let worker: Raw;
    let client: Raw;

    beforeEach(async () => {
      flow = new Flow();
      broker = flow.add(MDPBroker, 'broker', { port: 0, heartbeatInterval: 200, liveness: 6 });
      await flow.start();
      worker = new Raw(broker.endpoint as string);
      client = new Raw(broker.endpoint as string);
    });
    afterEach(async () => {
      worker.close();
      client.close();
      await flow.stop();
    });

    it('get exactly the frames of RFC 7', async () => {
      await worker.send(ready('test_service'));
      await client.send(clientFrames('test_service', 'hi'));
      const request = await worker.next();
      const address = request[3] as Buffer;
      assert.deepEqual(request, [...hex('', 'MDPW01', 2), address, ...hex('', 'hi')]);
      assert.isAbove(address.length, 0);
      await worker.send([...hex('', 'MDPW01', 3), address, ...hex('', 'Hi', '')]);
      assert.deepEqual(show(await client.next()), ['', 'MDPC01', 'test_service', 'Hi', '']);
    });

    it('get heartbeats from the broker, and lose it when they send none', async () => {
      await worker.send(ready('test_service'));
      assert.deepEqual(await worker.nextOfAny(), heartbeat());
      assert.deepEqual(await worker.nextOfAny(), heartbeat());
      await until(() => broker.stats.workers === 0);
      await worker.send(heartbeat());
      assert.deepEqual(await worker.next(), disconnect());
    });

    it('are told to go when they send what was not to be expected', async () => {
      for (const frames of [
        replyTo('x', 'y'),
        requestTo('x', 'y'),
        hex('', 'MDPW01', 7),
        ready('mmi.service'),
      ]) {
        const other = new Raw(broker.endpoint as string);
        await other.send(frames);
        assert.deepEqual(await other.next(), disconnect());
        other.close();
      }
    });

    it('ask about services', async () => {
      await worker.send(ready('test_service'));
      await until(() => broker.stats.workers === 1);
      for (const [service, body, status] of [
        ['mmi.service', 'test_service', '200'],
        ['mmi.service', 'nope', '404'],
        ['mmi.foo', 'x', '501'],
      ] as const) {
        await client.send(clientFrames(service, body));
        assert.deepEqual(await client.next(), clientFrames(service, status));
      }
    });

    it('do no harm with garbage', async () => {
      for (const frames of [
        hex(''),
        hex('x'),
        hex('', ''),
        hex('', 'MDPC01'),
        hex('', 'MDPC01', ''),
        hex('', 'MDPX01', 'x'),
      ]) {
        await client.send(frames);
      }
      await client.send(clientFrames('mmi.service', 'x'));
      assert.deepEqual(await client.next(), clientFrames('mmi.service', '404'));
    });

    it('are served while others send bytes that are no ZeroMQ', async () => {
      const port = Number((broker.endpoint as string).split(':').at(-1));
      const random = seededRandom(1);
      for (let count = 0; count < 30; count++) {
        const stranger = connect(port, '127.0.0.1').on('error', () => {});
        await once(stranger, 'connect');
        stranger.write(Buffer.from(Array.from({ length: 500 }, () => Math.floor(random() * 256))));
        stranger.end('GET / HTTP/1.1\r\n\r\n');
      }
      await client.send(clientFrames('mmi.service', 'x'));
      assert.deepEqual(await client.next(), clientFrames('mmi.service', '404'));
    });

    it('may be a REQ socket, as the simplest clients are', async () => {
      const request = new Request({ linger: 0 });
      request.connect(broker.endpoint as string);
      await request.send(hex('MDPC01', 'mmi.service', 'x'));
      assert.deepEqual(await request.receive(), hex('MDPC01', 'mmi.service', '404'));
      request.close();
    });

    it('are missed at once when their connection goes', async () => {
      await worker.send(ready('test_service'));
      await until(() => broker.stats.workers === 1);
      worker.close();
      await until(() => broker.stats.workers === 0);
    });
  });

  describe('our client and our worker', () => {
    const flows: Flow[] = [];
    const make = () => {
      const flow = new Flow();
      flows.push(flow);
      return flow;
    };
    afterEach(async () => {
      await Promise.all(flows.splice(0).map(flow => flow.stop()));
      await endAll();
    });

    it('answer 200 requests at once', async () => {
      const flow = make();
      const broker = await flow.broker();
      const elsewhere = make();
      elsewhere.worker({ brokers: [broker], workers: 4 });
      await elsewhere.start();
      const asking = make();
      const client = asking.client({ brokers: [broker] });
      await asking.start();
      const sent = Array.from({ length: 200 }, (_, at) => new Event({ service: 'echo', data: `text ${at}` }));
      for (const event of sent) asking.put(event);
      const replies = new Map<string, unknown>();
      for (const _ of sent) {
        const { eventId, data } = await asking.next();
        replies.set(eventId, data);
      }
      for (const { eventId, data } of sent) assert.equal(replies.get(eventId), `${data}!`);
      await asking.director.settled();
      assert.equal(client.pending, 0);
    });

    it('share requests between two brokers, each reply through that which brought the request', async () => {
      const [one, other] = [make(), make()];
      const brokers = [await one.broker(), await other.broker()];
      const flow = make();
      flow.worker({ brokers });
      flow.client({ brokers, requestTimeout: 2000 });
      await flow.start();
      await until(() => [one, other].every(({ theBroker }) => theBroker?.stats.workers === 1));
      for (let count = 0; count < 6; count++) {
        flow.put(new Event({ service: 'echo', data: 'x' }));
        await flow.next();
      }
      assert.deepEqual(
        [one, other].map(({ theBroker }) => theBroker?.stats.replies),
        [3, 3],
      );
      await other.stop();
      for (let count = 0; count < 4; count++) {
        flow.put(new Event({ service: 'echo', data: 'y' }));
        assert.equal((await flow.next()).data, 'y!');
      }
    });

    it('come back when the broker does, in another process at the same port', async () => {
      const first = await Piece.start('broker', { port: 0 });
      const endpoint = first.endpoint as string;
      const flow = make();
      flow.worker({ brokers: [endpoint], reconnectMin: 50 });
      flow.client({ brokers: [endpoint], requestTimeout: 1000, retries: 20 });
      await flow.start();
      flow.put(new Event({ service: 'echo', data: 'before' }));
      assert.equal((await flow.next()).data, 'before!');
      await first.kill();
      await Piece.start('broker', { endpoint });
      flow.put(new Event({ service: 'echo', data: 'after' }));
      assert.equal((await flow.next()).data, 'after!');
    });

    it('lose no request when a worker is killed at work, in processes of their own', async () => {
      const { endpoint } = await Piece.start('broker', { port: 0, resend: true });
      const brokers = [endpoint as string];
      const workers = await Promise.all(
        [1, 2].map(() => Piece.start('worker', { brokers, service: 'echo' })),
      );
      const flow = make();
      flow.client({ brokers, requestTimeout: 60_000, retries: 0 });
      await flow.start();
      const count = 40;
      for (let at = 0; at < count; at++) flow.put(new Event({ service: 'echo', data: `text ${at}` }));
      const texts = new Set<unknown>();
      for (let at = 0; at < count; at++) {
        if (at === 10) await workers[0]?.kill();
        texts.add((await flow.next()).data);
      }
      assert.equal(texts.size, count);
    });

    it('find each other through a registration service, all in processes of their own', async () => {
      const registrar = await Piece.start('registrar', {
        listenPort: 0,
        publishPort: 0,
        heartbeatInterval: 300,
      });
      const find = { registrationPublisherEndpoint: registrar.publish as string };
      const broker = { port: 0, registrationServiceEndpoint: registrar.endpoint, heartbeatInterval: 300 };
      await Promise.all([
        Piece.start('worker', { ...find, service: 'echo' }),
        Piece.start('broker', broker),
        Piece.start('broker', broker),
      ]);
      const flow = make();
      const client = flow.client({ ...find, requestTimeout: 2000, retries: 10 });
      await flow.start();
      await until(() => client.brokers.length === 2);
      for (let at = 0; at < 4; at++) {
        flow.put(new Event({ service: 'echo', data: `text ${at}` }));
        assert.equal((await flow.next()).data, `text ${at}!`);
      }
    });
  });

  describe('peers in Python, with pyzmq', () => {
    let python: string;
    let flow: Flow;
    before(function () {
      const found = ['/usr/bin/python3', 'python3'].find(canRunPeers);
      if (found !== undefined) python = found;
      else if (CI !== undefined) assert.fail(missing);
      else {
        console.log(`      skipped: ${missing}`);
        this.skip();
      }
    });
    beforeEach(() => {
      flow = new Flow();
    });
    afterEach(async () => {
      await flow.stop();
      await endAll();
    });

    it('ask our broker and our worker', async () => {
      const endpoint = await flow.broker();
      flow = flow.also();
      flow.worker({ brokers: [endpoint] });
      await flow.start();
      const output = execFileSyncLater(python, pythonClient, endpoint);
      assert.equal(await output, "[b'MDPC01', b'echo', b'Ada!']\n[b'MDPC01', b'mmi.service', b'200']\n");
    });

    it('work for our broker and our client', async () => {
      const endpoint = await flow.broker();
      const worker = start(python, ['-c', pythonWorker, endpoint]);
      flow = flow.also();
      flow.client({ brokers: [endpoint] });
      await flow.start();
      for (const name of ['Ada', 'Grace']) {
        flow.put(new Event({ service: 'shout', data: name }));
        const { data, service } = await flow.next();
        assert.equal(service, 'shout');
        assert.match(String(data), new RegExp(`^SEEN .*${name.toUpperCase()}`));
      }
      worker.kill();
    });
  });
});

/** The guide's simplest client: a REQ socket. */
const pythonClient = `
import sys, zmq
socket = zmq.Context().socket(zmq.REQ)
socket.connect(sys.argv[1])
socket.send_multipart([b'MDPC01', b'echo', b'Ada'])
print(socket.recv_multipart())
socket.send_multipart([b'MDPC01', b'mmi.service', b'echo'])
print(socket.recv_multipart())
`;

/** A worker that sends heartbeats, and answers with what it has seen in capitals, in one frame. */
const pythonWorker = `
import sys, time, zmq
socket = zmq.Context().socket(zmq.DEALER)
socket.connect(sys.argv[1])
socket.send_multipart([b'', b'MDPW01', b'\\x01', b'shout'])
beat = time.monotonic() + 1
while True:
    if socket.poll(100):
        empty, header, command, *rest = socket.recv_multipart()
        assert empty == b'' and header == b'MDPW01'
        if command == b'\\x02':
            client, empty, *body = rest
            assert empty == b''
            socket.send_multipart([b'', b'MDPW01', b'\\x03', client, b'', b'SEEN ' + body[-1].upper()])
    if time.monotonic() > beat:
        socket.send_multipart([b'', b'MDPW01', b'\\x04'])
        beat = time.monotonic() + 1
`;

const missing = 'no python3 here can import zmq (on Debian: apt-get install python3-zmq)';

function canRunPeers(interpreter: string): boolean {
  try {
    execFileSync(interpreter, ['-c', 'import zmq'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const processes = new Set<ChildProcess>();

function start(command: string, args: readonly string[]): ChildProcess {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  processes.add(child);
  return child;
}

async function endAll(): Promise<void> {
  await Promise.all([...processes].map(end));
}

async function end(child: ChildProcess): Promise<void> {
  processes.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function execFileSyncLater(python: string, script: string, endpoint: string): Promise<string> {
  const child = start(python, ['-c', script, endpoint]);
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', text => {
    output += text;
  });
  await once(child, 'close');
  processes.delete(child);
  return output;
}

/** One piece of MajorDomo in a process of its own. */
class Piece {
  readonly #process: ChildProcess;
  readonly endpoint: string | undefined;
  readonly publish: string | undefined;

  private constructor(child: ChildProcess, { endpoint, publish }: { endpoint?: string; publish?: string }) {
    this.#process = child;
    this.endpoint = endpoint;
    this.publish = publish;
  }

  static async start(kind: 'broker' | 'worker' | 'registrar', params: object): Promise<Piece> {
    const script = fileURLToPath(new URL('./piece.ts', import.meta.url));
    const child = start(process.execPath, ['--import', 'tsx/esm', script, kind, JSON.stringify(params)]);
    const [told] = await once(child, 'message');
    return new Piece(child, told);
  }

  /** SIGKILL: nobody is told. */
  kill = () => end(this.#process);
}

/** A DEALER that speaks what it is told to. */
class Raw {
  readonly #socket = new Dealer({ linger: 0 });

  constructor(endpoint: string) {
    this.#socket.connect(endpoint);
  }

  send = (frames: Buffer[]) => this.#socket.send(frames);
  nextOfAny = () => this.#socket.receive();
  close = () => this.#socket.close();

  /** The next message that is no heartbeat. */
  async next(): Promise<Buffer[]> {
    for (;;) {
      const frames = await this.nextOfAny();
      if (frames[2]?.length !== 1 || frames[2][0] !== 4) return frames;
    }
  }
}

class Silence extends FlowActor {
  static override input = LogEvent;
  override consume() {}
}

class Exclaim extends FlowActor {
  override consume(event: Event) {
    event.data = `${event.data}!`;
    this.send(event);
  }
}

/** A flow of which some pieces may be elsewhere. What fails is among what comes out. */
class Flow {
  readonly director = new Director();
  readonly #source = this.director.registerActor(Source, 'source');
  readonly #results = this.director.registerActor(Keep, 'results');
  theBroker: MDPBroker | undefined;
  #before: Flow | undefined;

  constructor() {
    this.director.registerLogActor(Silence, 'silence');
  }

  /** Another flow that is stopped with this one. */
  also(): Flow {
    const other = new Flow();
    other.#before = this;
    return other;
  }

  add<C extends FlowActorClass>(Class: C, name: string, params: ParamsOf<C>): ActorOf<C> {
    return this.director.registerActor(Class, name, params);
  }

  /** Starts, with a broker at a free port. */
  async broker(): Promise<string> {
    this.theBroker = this.add(MDPBroker, 'broker', { port: 0 });
    await this.start();
    return this.theBroker.endpoint as string;
  }

  worker(params: object): void {
    const worker = this.add(MDPWorker, 'worker', { service: 'echo', ...params });
    const work = this.add(Exclaim, 'work', {});
    this.director.connectQueue(worker, work);
    this.director.connectQueue(work, worker);
    this.director.connectErrorQueue(work, worker);
  }

  client(params: MDPClientParams): MDPClient {
    const client = this.add(MDPClient, 'client', { errorsTo: 'outboxes', ...params });
    this.director.connectQueue(this.#source, client);
    this.director.connectQueue(client, this.#results);
    return client;
  }

  start = () => this.director.start();
  put = (event: Event) => void this.#source.put(event);

  async next(): Promise<Event> {
    const event = await this.#results.next();
    if (event.error !== null) throw event.error;
    return event;
  }

  async stop(): Promise<void> {
    await this.director.stop();
    await this.#before?.stop();
  }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(resolve => setTimeout(resolve, 5));
}
