import { setImmediate as turn } from 'node:timers/promises';
import { assert } from 'chai';
import { RemotingError } from '../../lib/index.ts';
import { toZ85 } from '../../lib/remoting/keys.ts';
import { answerTo, ZapHandler, type ZapSocket } from '../../lib/remoting/zap.ts';
import { ManualClock } from '../../lib/testkit/index.ts';

const key = new Uint8Array(32).fill(7);
const parts = {
  envelope: 'e',
  empty: '',
  version: '1.0',
  request: 'r',
  door: 'd',
  from: '10.0.0.1',
  identity: '',
  mechanism: 'CURVE',
  key,
};
const question = (changes: Partial<Record<keyof typeof parts, string | Uint8Array>> = {}) =>
  Object.values({ ...parts, ...changes }).map(part => Buffer.from(part as string));

describe('an answer of ZAP', () => {
  const doors = new Map([
    ['d', (asked: string, from: string) => asked === toZ85(key) && from === '10.0.0.1'],
  ]);
  const status = (changes: Parameters<typeof question>[0]) => answerTo(question(changes), doors)?.[4];

  it('goes back to who asked, and lets in whom the keeper of that door lets in', () => {
    assert.deepEqual(answerTo(question(), doors)?.map(String), ['e', '', '1.0', 'r', '200', 'OK', '', '']);
  });

  for (const [what, changes] of [
    ['another key', { key: new Uint8Array(32) }],
    ['another address', { from: '10.0.0.2' }],
    ['a door that nobody keeps', { door: 'x' }],
    ['another mechanism', { mechanism: 'PLAIN' }],
    ['another version', { version: '2.0' }],
    ['a key that is none', { key: 'short' }],
  ] as const) {
    it(`is no for ${what}`, () => assert.equal(status(changes), '400'));
  }

  it('is no when the keeper throws', () => {
    const throwing = () => {
      throw new Error('no list');
    };
    assert.equal(answerTo(question(), new Map([['d', throwing]]))?.[4], '400');
  });

  it('is not given to what is no question', () => {
    assert.isUndefined(answerTo([Buffer.from('e')], doors));
  });
});

/** A socket that hears what a spec asks, and that can be taken or not. */
class FakeSocket implements ZapSocket {
  closed = false;
  readonly answers: string[] = [];
  #ask: ((question: Uint8Array[]) => void) | undefined;
  #fail: ((error: Error) => void) | undefined;
  readonly #isTaken: boolean;

  constructor(isTaken: boolean) {
    this.#isTaken = isTaken;
  }

  async bind(): Promise<void> {
    if (this.#isTaken) throw new Error('address in use');
  }

  receive(): Promise<Uint8Array[]> {
    return new Promise((resolve, reject) => {
      this.#ask = resolve;
      this.#fail = reject;
    });
  }

  async send(answer: (Uint8Array | string)[]): Promise<void> {
    this.answers.push(String(answer[4]));
  }

  close(): void {
    this.closed = true;
    this.#fail?.(new Error('closed'));
  }

  async ask(door: string): Promise<string | undefined> {
    this.#ask?.(question({ door }));
    await turn();
    return this.answers.at(-1);
  }
}

describe('ZapHandler', () => {
  const handlerWith = (takenFor: number) => {
    const sockets: FakeSocket[] = [];
    const handler = new ZapHandler(() => {
      const socket = new FakeSocket(sockets.length < takenFor);
      sockets.push(socket);
      return socket;
    });
    return { handler, sockets, clock: new ManualClock() };
  };

  it('keeps several doors with one socket, each with its own list, and closes it with the last', async () => {
    const { handler, sockets, clock } = handlerWith(0);
    await handler.keep('open', () => true, clock);
    await handler.keep('shut', () => false, clock);
    const [socket] = sockets as [FakeSocket];
    assert.equal(await socket.ask('open'), '200');
    assert.equal(await socket.ask('shut'), '400');
    handler.leave('open');
    assert.equal(await socket.ask('open'), '400');
    assert.isFalse(socket.closed);
    handler.leave('shut');
    assert.isTrue(socket.closed);
    await handler.keep('open', () => true, clock);
    assert.equal(await sockets[1]?.ask('open'), '200');
    assert.lengthOf(sockets, 2);
    handler.leave('open');
  });

  it('waits until the socket before it has gone', async () => {
    const { handler, sockets, clock } = handlerWith(3);
    const kept = handler.keep('open', () => true, clock);
    await clock.advance(15);
    await kept;
    assert.equal(await sockets[3]?.ask('open'), '200');
    assert.deepEqual(
      sockets.map(({ closed }) => closed),
      [true, true, true, false],
    );
    handler.leave('open');
  });

  it('says so when its place is taken for good', async () => {
    const { handler, sockets, clock } = handlerWith(1000);
    const failed = handler
      .keep('open', () => true, clock)
      .then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
    await clock.advance(1000);
    assert.instanceOf(await failed, RemotingError);
    assert.match(((await failed) as Error).message, /keys can't be checked: .* address in use/);
    assert.isTrue(sockets.every(({ closed }) => closed));
  });

  it('gives up when its last door is left meanwhile', async () => {
    const { handler, sockets, clock } = handlerWith(1);
    const kept = handler.keep('open', () => true, clock);
    await turn();
    handler.leave('open');
    await clock.advance(1000);
    await kept;
    assert.deepEqual(
      sockets.map(({ closed }) => closed),
      [true],
    );
  });
});
