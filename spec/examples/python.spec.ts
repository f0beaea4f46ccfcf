/** The example in Python, a peer that was written from the page on the wire protocol, and a node of Troupe: two real processes. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { assert } from 'chai';
import { Command, endAll, root } from '../cli/command.ts';

const { TROUPE_CI: CI } = process.env;

describe('the peer in Python', function () {
  this.timeout(30_000);
  let python: string;
  let node: string;
  let greeter: Command;

  before(function () {
    const found = interpreters.find(canRunPeers);
    if (found !== undefined) python = found;
    else if (CI !== undefined) assert.fail(missing);
    else {
      console.log(`      skipped: ${missing}`);
      this.skip();
    }
  });
  beforeEach(async () => {
    node = await freeAddress();
    greeter = await greeterOn(node, 'examples.python.node.Greeter');
  });
  afterEach(() => Promise.all([endAll(), endPeers()]));

  const peer = (...args: string[]) => new Peer(python, [`${root}examples/python/peer.py`, node, ...args]);
  /** A peer that runs the lines of Python after it has joined. */
  const scripted = (lines: string) =>
    new Peer(python, ['-c', preamble + lines, `${root}examples/python`, node]);

  it('tells, asks, answers, and is watched until it says goodbye', async () => {
    const it = peer('--actor', '/greeter');
    assert.equal(await it.line('joined'), `joined ${node}`);
    assert.equal(await greeter.line('hello'), 'hello from Python');
    assert.match(await it.line('printer'), /\{'watched since': datetime.datetime\(1970, 1, 1, 0, 0/);
    assert.equal(await it.line('echo'), "echo: got 'ping'");
    assert.equal(await greeter.line('answered'), 'echo answered: ping');
    assert.equal(await it.line('answered'), '/greeter answered: hello, Python');
    assert.equal(await greeter.line('ended'), '/echo has ended: stopped');
    const ended = greeter.line('ended');
    it.kill('SIGTERM');
    assert.equal(await it.line('goodbye'), 'said goodbye');
    assert.equal(await ended, '/printer has ended: nodeDown');
    assert.equal(await it.end, '');
  });

  it('reads over what travels with the messages of a node that is traced', async () => {
    node = await freeAddress();
    greeter = await greeterOn(node, 'spec.examples.tracedGreeter.TracedGreeter');
    const it = peer('--actor', '/greeter');
    assert.match(await it.line('printer'), /watched since/);
    assert.equal(await it.line('echo'), "echo: got 'ping'");
    assert.equal(await greeter.line('answered'), 'echo answered: ping');
  });

  it('hears of the end of an actor, and the goodbye of the node', async () => {
    const it = peer();
    await it.line('/greeter answered');
    greeter.kill('SIGTERM');
    assert.equal(await it.line('Terminated'), "printer: got Terminated(path='/greeter', reason='stopped')");
    assert.equal(await it.line('down'), `${node} is down: it said goodbye (stop)`);
    assert.equal(await it.end, '');
  });

  it('gives up where nobody answers', async () => {
    greeter.kill('SIGTERM');
    await greeter.end;
    assert.equal(await peer().line('down'), `${node} is down: it does not answer`);
  });

  it('learns that there is nobody to answer, or to watch', async () => {
    const it = scripted(`
peer.watch('/nobody', watcher='/printer')
try: peer.ask('/nobody', 1)
except ActorStopped as error: print(error, flush=True)
`);
    assert.equal(
      await it.line('Terminated'),
      "printer: Terminated(path='/nobody', reason='notFound') from None",
    );
    assert.equal(await it.line('ended'), '/nobody has ended (notFound) and will not answer');
    assert.equal(await it.end, '');
  });

  it('links its actors to others, and unlinks them', async () => {
    const it = scripted(`
peer.actors['/other'] = printer
peer.link('/greeter', '/printer')
peer.unlink('/greeter', '/printer')
until(lambda: not peer.linked)
peer.stop('/printer', 'failed')
peer.link('/nobody', '/other')
until(lambda: '/other' not in peer.actors)
print(peer.ask('/greeter', {'name': 'you are not linked'}), flush=True)
peer.actors['/last'] = printer
peer.watch('/greeter', watcher='/last')
peer.link('/greeter', '/last')
peer.stop('/last', 'failed')
peer.actors['/last'] = printer
until(lambda: peer.told)
`);
    assert.equal(await it.line('hello'), 'hello, you are not linked');
    assert.match(await it.line('Terminated'), /\/greeter.*failed/);
    assert.equal(await it.end, '');
  });

  it('has an actor stopped with one of the node that it is linked to', async () => {
    const it = scripted(`
peer.actors['/other'] = printer
peer.link('/greeter', '/printer')
peer.system('kill', '/greeter', '')
until(lambda: '/printer' not in peer.actors)
print('ended with it', list(peer.actors), flush=True)
`);
    assert.equal(await it.line('ended'), "ended with it ['/other']");
    assert.equal(await it.end, '');
  });

  it('sends and takes large messages in chunks', async () => {
    const it = scripted(`
print(len(peer.ask('/greeter', {'name': 'x' * 900_000})), flush=True)
`);
    assert.equal(await it.line(/\d/), '900007');
    assert.equal(await it.end, '');
  });

  it('is kept when it has nothing to say, for it beats', async () => {
    const it = scripted(`
quiet = time.monotonic() + 4
while time.monotonic() < quiet: peer.pump(0.1)
print(peer.ask('/greeter', {'name': 'again'}), not peer.in_flight or 'not settled', flush=True)
`);
    assert.equal(await it.line('hello'), 'hello, again True');
    assert.equal(await it.end, '');
  });

  it('keeps its link when its connection is another one', async () => {
    const it = scripted(`
incarnation = peer.target
peer.ask('/greeter', {'name': 'first'})
peer.socket.close()
peer.socket = peer.open()
until(lambda: peer.socket.poll(0, zmq.POLLOUT))
try: peer.ask('/greeter', {'name': 'unknown here'})
except Lost as error: print(error, flush=True)
print(peer.ask('/greeter', {'name': 'same'}), peer.target == incarnation, flush=True)
`);
    assert.equal(await it.line('the question'), 'the question to /greeter was lost on its way');
    assert.equal(await it.line('hello'), 'hello, same True');
    assert.equal(await it.end, '');
  });

  it('notices what is lost on its way to it, and gets the system records again', async () => {
    const it = scripted(`
peer.deaf = 1
peer.watch('/nobody', watcher='/printer')
until(lambda: peer.told and not peer.gaps)
`);
    assert.match(await it.line('Terminated'), /\/nobody.*notFound/);
    assert.equal(await it.end, '');
  });

  it('hears what is lost on its way to the node, and sends the system records again', async () => {
    const it = scripted(`
peer.mute = 2
peer.tell('/greeter', 'this gets lost')
peer.watch('/nobody', watcher='/printer')
until(lambda: peer.told and not peer.in_flight and not peer.unconfirmed)
try:
    peer.mute = 1
    peer.ask('/greeter', {'name': 'lost'})
except Lost as error: print(error, flush=True)
print(peer.ask('/greeter', {'name': 'found'}), flush=True)
`);
    assert.equal(await it.line('lost'), 'a message to /greeter was lost on its way');
    assert.match(await it.line('Terminated'), /\/nobody.*notFound/);
    assert.equal(await it.line('the question'), 'the question to /greeter was lost on its way');
    assert.equal(await it.line('hello'), 'hello, found');
    assert.equal(await it.end, '');
  });
});

/** A peer that can be told to lose the next numbered frames, in either direction, and notes what its printer gets. */
const preamble = `
import sys, time
sys.path.insert(0, sys.argv[1])
import peer as module
from peer import *
module.TICK = 0.1

class Lossy(Peer):
    deaf = mute = 0
    told = None
    def frame(self, frame):
        lost = self.deaf > 0 and not frame[3] & (HANDSHAKE | UNNUMBERED)
        if lost: self.deaf -= 1
        else: super().frame(frame)
    def send_frame(self, flags, *rest):
        lost = self.mute > 0 and not flags & (HANDSHAKE | UNNUMBERED)
        if lost: self.mute -= 1
        return lost or super().send_frame(flags, *rest)

def printer(message, sender):
    print('printer:', message, 'from', sender, flush=True)
    peer.told = message

def until(is_done):
    while not is_done(): peer.pump(0.1)

peer = Lossy(sys.argv[2], lambda line: print(line, flush=True))
peer.actors['/printer'] = printer
peer.join()
import atexit
atexit.register(peer.leave)
`;

/** Debian's own has Debian's packages; another one may stand before it in the path. */
const interpreters = ['/usr/bin/python3', 'python3'];
const missing =
  'no python3 here can import zmq and msgpack (on Debian: apt-get install python3-zmq python3-msgpack)';

function canRunPeers(interpreter: string): boolean {
  try {
    execFileSync(interpreter, ['-c', 'import zmq, msgpack'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const peers = new Set<Peer>();

async function endPeers(): Promise<void> {
  const left = [...peers];
  for (const peer of left) peer.kill('SIGKILL');
  await Promise.all(left.map(({ end }) => end));
}

/** The process of a peer, which is waited for by its lines and its end. */
/** The node, with that actor as `/greeter`. */
async function greeterOn(node: string, actor: string): Promise<Command> {
  const greeter = new Command(['--actor', actor, '--name', 'greeter', '--remoting', node]);
  await greeter.line('waiting');
  return greeter;
}

class Peer {
  /** What it has written to standard error, when it has ended. */
  readonly end: Promise<string>;
  readonly #process: ChildProcess;
  readonly #lines: string[] = [];
  #rest = '';
  #errors = '';
  #hasEnded = false;
  #onOutput = () => {};

  constructor(interpreter: string, args: readonly string[]) {
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
    this.#process = spawn(interpreter, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process.stdout?.setEncoding('utf8').on('data', text => this.#take(text));
    this.#process.stderr?.setEncoding('utf8').on('data', text => {
      this.#errors += text;
    });
    peers.add(this);
    this.end = this.#awaitEnd();
  }

  /** The next line that has `part` in it, or matches it. */
  line(part: string | RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const seen: string[] = [];
      this.#onOutput = () => {
        for (let line = this.#lines.shift(); line !== undefined; line = this.#lines.shift()) {
          if (typeof part === 'string' ? line.includes(part) : part.test(line)) {
            this.#onOutput = () => {};
            return resolve(line);
          }
          seen.push(line);
        }
        if (this.#hasEnded)
          reject(new Error(`it ended without ${part}:\n${seen.join('\n')}\n${this.#errors}`));
      };
      this.#onOutput();
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    this.#lines.push(...lines);
    this.#onOutput();
  }

  async #awaitEnd(): Promise<string> {
    await once(this.#process, 'close');
    peers.delete(this);
    this.#hasEnded = true;
    this.#onOutput();
    return this.#errors;
  }
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
