import { assert } from 'chai';
import { world } from '../../../lib/base/world.ts';
import {
  Director,
  Event,
  FlowActor,
  FlowHarness,
  JSONEvent,
  Null,
  serializeEvent,
  XMLEvent,
  ZMQPull,
  ZMQPush,
} from '../../../lib/flow/index.ts';
import { zeromqSockets } from '../../../lib/flow/zeromqSockets.ts';
import { dataOf, freshDirectory, text, until } from './support.ts';

describe('ZMQPush to ZMQPull', function () {
  this.timeout(30_000);
  const at = freshDirectory();
  const ends: [string, () => object][] = [
    ['tcp', () => ({ port: 0 })],
    ['ipc', () => ({ transmissionProtocol: 'ipc', socketFile: at('socket') })],
    ['inproc', () => ({ transmissionProtocol: 'inproc', socketFile: 'io-spec' })],
  ];

  for (const [protocol, params] of ends) {
    it(`keeps class, data, ids and order: ${protocol}`, async () => {
      const pull = await FlowHarness.start(ZMQPull, { params: params() });
      const push = await FlowHarness.start(ZMQPush, { params: otherEnd(params(), pull.actor.endpoint) });
      const given = [
        new JSONEvent({ data: { a: [1, 'two'] } }),
        new XMLEvent({ data: '<a><b>c</b></a>', colour: 'red' }),
        new Event({ data: 'text', service: 'x' }),
      ];
      for (const event of given) await push.put(event);
      for (const event of given) {
        const found = await pull.next();
        assert.equal(found.constructor, event.constructor);
        assert.equal(serializeEvent(found), serializeEvent(event));
        assert.equal(found.metaId, event.metaId);
        assert.equal((await push.next()).eventId, event.eventId);
      }
      await push.stop();
      await pull.stop();
    });
  }

  it('may be the push that binds', async () => {
    const push = await FlowHarness.start(ZMQPush, { params: { port: 0, mode: 'bind' } });
    const params = { ...otherEnd({ port: 0 }, push.actor.endpoint), mode: 'connect' };
    const pull = await FlowHarness.start(ZMQPull, { params });
    await push.put(text('turned round'));
    assert.equal((await pull.next()).data, 'turned round');
    await push.stop();
    await pull.stop();
  });

  it('shares events out among the pulls', async () => {
    const push = await FlowHarness.start(ZMQPush, { params: { port: 0, mode: 'bind' } });
    const params = { ...otherEnd({ port: 0 }, push.actor.endpoint), mode: 'connect' };
    const pulls = [
      await FlowHarness.start(ZMQPull, { params }),
      await FlowHarness.start(ZMQPull, { params }),
    ];
    const seen = [new Set<unknown>(), new Set<unknown>()];
    let sent = 0;
    // Nobody is told when a peer is connected: it is seen by what it gets.
    await until(() => {
      void push.put(text(sent++));
      pulls.forEach((pull, n) => {
        for (const data of dataOf(pull.takeAll())) seen[n]?.add(data);
      });
      return seen.every(({ size }) => size > 0);
    });
    assert.isTrue([...(seen[0] as Set<unknown>)].every(data => !seen[1]?.has(data)));
    await push.stop();
    for (const pull of pulls) await pull.stop();
  });

  it('tells of what is no event, and goes on', async () => {
    const pull = await FlowHarness.start(ZMQPull, { params: { port: 0 } });
    const socket = zeromqSockets(world())({ kind: 'push' });
    socket.connect(pull.actor.endpoint as string);
    await socket.send([Buffer.from('no event')]);
    await socket.send([Buffer.from(serializeEvent(text(1))), Buffer.from('and more')]);
    await socket.send([Buffer.from(serializeEvent(text('fine')))]);
    assert.equal((await pull.next()).data, 'fine');
    const faults = [await pull.error(), await pull.error()];
    assert.equal(faults[0]?.data, 'no event');
    assert.match(faults[0]?.error?.message as string, /no event can be read/);
    assert.match(faults[1]?.error?.message as string, /2 frames/);
    await socket.close();
    await pull.stop();
  });

  it('gives what there is no room for to the error outboxes, and goes on', async () => {
    let open = () => {};
    const gate = new Promise<void>(resolve => {
      open = resolve;
    });
    const errors: Event[] = [];
    class Slow extends FlowActor {
      override consume(): Promise<void> {
        return gate;
      }
    }
    class Errors extends FlowActor {
      override consume(event: Event): void {
        errors.push(event);
      }
    }
    const director = new Director({ handleSignals: false });
    director.registerLogActor(Null, 'log');
    const pull = director.registerActor(ZMQPull, 'pull', { port: 0 });
    const slow = director.registerActor(Slow, 'slow', { concurrency: 1 });
    director.connectQueue(pull, slow, { size: 1, policy: 'fail' });
    director.connectErrorQueue(pull, director.registerActor(Errors, 'errors'));
    await director.start();
    const push = await FlowHarness.start(ZMQPush, { params: otherEnd({ port: 0 }, pull.endpoint) });
    for (let n = 0; n < 6; n++) await push.put(text(n));
    await until(() => errors.length === 4);
    assert.deepEqual(dataOf(errors), [2, 3, 4, 5]);
    assert.equal(errors[0]?.error?.name, 'QueueFull');
    assert.equal(director.stats()?.actors.find(({ name }) => name === 'pull')?.restarts, 0);
    open();
    await push.stop();
    await director.stop();
  });

  it('discards, with a warning, what other actors give to a pull', async () => {
    const pull = await FlowHarness.start(ZMQPull, { params: { port: 0 } });
    await pull.put(text('from inside'));
    await pull.settled();
    assert.equal(pull.takeLogs()[0]?.level, 'WARNING');
    assert.deepEqual(pull.takeAll(), []);
    await pull.stop();
  });

  it('does not start where it can not bind', async () => {
    const first = await FlowHarness.start(ZMQPull, { params: { port: 0 } });
    const params = otherEnd({}, first.actor.endpoint);
    let message = '';
    try {
      await FlowHarness.start(ZMQPull, { params });
    } catch (error) {
      message = (error as Error).message;
    }
    assert.match(message, /is in use; choose another port/);
    await first.stop();
  });

  it('connects to no port that is yet to be chosen', () => {
    assert.throws(() => new ZMQPush('push', { port: 0 }), /^push: port must be a port from 1 up, to connect/);
    assert.throws(() => new ZMQPull('pull', { port: 0, mode: 'connect' }), /^pull: port must be/);
    assert.doesNotThrow(() => new ZMQPush('push', { port: 0, mode: 'bind' }));
  });

  for (const params of [
    { transmissionProtocol: 'udp' },
    { transmissionProtocol: 'ipc' },
    { transmissionProtocol: 'ipc', socketFile: 'x'.repeat(101) },
    { mode: 'both' },
    { port: -1 },
    { host: '' },
    { highWaterMark: 0 },
  ]) {
    it(`refuses ${JSON.stringify(params).slice(0, 60)}`, () => {
      assert.throws(() => new ZMQPush('push', params as never), /^push: \w+ must be/);
      assert.throws(() => new ZMQPull('pull', params as never), /^pull: \w+ must be/);
    });
  }
});

/** The parameters of the end that connects. */
function otherEnd(params: object, endpoint: string | undefined): object {
  const port = /:(\d+)$/.exec(endpoint ?? '')?.[1];
  return port === undefined ? params : { ...params, port: Number(port) };
}
