/** What every transport keeps; run against each of them. */
import { assert } from 'chai';
import { RemotingError } from '../../lib/index.ts';
import type { Route, Transport, TransportEvents } from '../../lib/remoting/transport.ts';

export interface TransportUnderTest {
  make(events: TransportEvents): Transport;
  /** What to listen at: any free address. */
  readonly anywhere: string;
  /** Lets things happen, for a transport on a clock that stands still. */
  settle(): Promise<void>;
}

interface Heard {
  readonly route: Route;
  readonly frame: Uint8Array;
}

/** A transport with what came in on it. */
class End {
  readonly transport: Transport;
  readonly malformed: string[] = [];
  readonly refused: string[] = [];
  readonly #heard: Heard[] = [];
  readonly #waiting: ((heard: Heard) => void)[] = [];

  constructor(make: (events: TransportEvents) => Transport) {
    this.transport = make({
      frame: (route, frame) => {
        const next = this.#waiting.shift();
        if (next === undefined) this.#heard.push({ route, frame });
        else next({ route, frame });
      },
      malformed: (_, reason) => this.malformed.push(reason),
      refused: (_, reason) => this.refused.push(reason),
    });
  }

  next(): Promise<Heard> {
    const heard = this.#heard.shift();
    return heard === undefined ? new Promise(resolve => this.#waiting.push(resolve)) : Promise.resolve(heard);
  }
}

export function itKeepsTheTransportContract(name: string, under: () => TransportUnderTest): void {
  describe(name, () => {
    let test: TransportUnderTest;
    let ends: End[];

    beforeEach(() => {
      test = under();
      ends = [];
    });

    afterEach(async () => {
      for (const { transport } of ends) await transport.close();
    });

    const newEnd = () => {
      const end = new End(events => test.make(events));
      ends.push(end);
      return end;
    };

    const pair = async () => {
      const [a, b] = [newEnd(), newEnd()];
      await a.transport.listen(test.anywhere);
      const there = await b.transport.listen(test.anywhere);
      return { a, b, there, route: a.transport.connect(there) };
    };

    const sent = (from: End, route: Route, frame: Uint8Array) => {
      const left = new Promise<boolean>(resolve => from.transport.send(route, frame, resolve));
      return test.settle().then(() => left);
    };

    it('says which port it took when any was right', async () => {
      const there = await newEnd().transport.listen(test.anywhere);
      assert.match(there, /^127\.0\.0\.1:[1-9]\d*$/);
    });

    it('refuses an address that is taken, in one line', async () => {
      const { there } = await pair();
      const error = await newEnd()
        .transport.listen(there)
        .then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
      assert.instanceOf(error, RemotingError);
      assert.match((error as Error).message, /in use/);
      assert.notInclude((error as Error).message, '\n');
    });

    it('delivers the frames of one route whole and in order', async () => {
      const { a, b, route } = await pair();
      for (let i = 0; i < 20; i++) assert.isTrue(await sent(a, route, Uint8Array.of(i, 1, 2)));
      for (let i = 0; i < 20; i++) assert.deepEqual([...(await b.next()).frame], [i, 1, 2]);
    });

    it('delivers a large frame', async () => {
      const { a, b, route } = await pair();
      const large = new Uint8Array(1_000_000).map((_, i) => i % 251);
      await sent(a, route, large);
      assert.isTrue(Buffer.from(large).equals((await b.next()).frame));
    });

    it('delivers an answer on the route that the question came in on', async () => {
      const { a, b, route } = await pair();
      await sent(a, route, Uint8Array.of(1));
      await sent(b, (await b.next()).route, Uint8Array.of(2));
      assert.deepEqual([...(await a.next()).frame], [2]);
    });

    it('gives an answer to the route that the question went out on', async () => {
      const { a, b, route } = await pair();
      await sent(a, route, Uint8Array.of(1));
      await sent(b, (await b.next()).route, Uint8Array.of(2));
      assert.equal((await a.next()).route, route);
    });

    it('keeps the routes of two senders apart', async () => {
      const { a, b, there, route } = await pair();
      const c = newEnd();
      await c.transport.listen(test.anywhere);
      await sent(a, route, Uint8Array.of(1));
      const first = await b.next();
      await sent(c, c.transport.connect(there), Uint8Array.of(3));
      const second = await b.next();
      await sent(b, second.route, Uint8Array.of(33));
      await sent(b, first.route, Uint8Array.of(11));
      assert.deepEqual([...(await c.next()).frame], [33]);
      assert.deepEqual([...(await a.next()).frame], [11]);
    });

    it('has a route that is alive, at both ends, once something came through it', async () => {
      const { a, b, route } = await pair();
      await sent(a, route, Uint8Array.of(1));
      const answer = await b.next();
      assert.isTrue(b.transport.isAlive(answer.route));
      await sent(b, answer.route, Uint8Array.of(2));
      await a.next();
      assert.isTrue(a.transport.isAlive(route));
    });

    it('takes what makes and ends a connection for no frame', async () => {
      const { a, b, there, route } = await pair();
      await sent(a, route, Uint8Array.of(1));
      assert.deepEqual([...(await b.next()).frame], [1]);
      await a.transport.close();
      const c = newEnd();
      await c.transport.listen(test.anywhere);
      await sent(c, c.transport.connect(there), Uint8Array.of(2));
      assert.deepEqual([...(await b.next()).frame], [2]);
      assert.deepEqual([...b.malformed, ...b.refused], []);
    });

    it('sends nothing on a route that was disconnected, which is not alive', async () => {
      const { a, route } = await pair();
      a.transport.disconnect(route);
      assert.isFalse(await sent(a, route, Uint8Array.of(1)));
      assert.isFalse(a.transport.isAlive(route));
    });

    it('takes a frame for an address where nobody listens', async () => {
      const { a } = await pair();
      assert.doesNotThrow(() =>
        a.transport.send(a.transport.connect('127.0.0.1:1'), Uint8Array.of(1), () => {}),
      );
    });

    it('frees its address when it is closed, and can be closed twice', async () => {
      const { b, there } = await pair();
      await b.transport.close();
      await b.transport.close();
      assert.equal(await newEnd().transport.listen(there), there);
    });
  });
}
