/** The actors of MajorDomo in one flow, over sockets in memory. */
import { assert } from 'chai';
import { type World, world } from '../../../lib/base/world.ts';
import {
  ActorTimeout,
  EventRateExceeded,
  JSONEvent,
  NoAnswer,
  ResourceNotFound,
  ServiceUnavailable,
  SetupError,
} from '../../../lib/flow/events/index.ts';
import {
  Director,
  Event,
  FlowActor,
  type FlowActorClass,
  type FlowActorOptions,
  FlowError,
  LogEvent,
  Null,
  WiringError,
} from '../../../lib/flow/index.ts';
import {
  MDPBroker,
  MDPBrokerRegistrationService,
  MDPClient,
  type MDPClientParams,
  MDPWorker,
  type MDPWorkerParams,
} from '../../../lib/flow/mdp/index.ts';
import { type FlowSocket, SocketError, type SocketOptions } from '../../../lib/flow/sockets.ts';
import { ManualClock } from '../../../lib/testkit/manualClock.ts';
import { Keep, Source } from './ends.ts';
import { MemoryNetwork } from './memorySockets.ts';
import { clientFrames, disconnect, heartbeat, hex, ready, replyTo } from './raw.ts';

const at = 'tcp://127.0.0.1:5555';

describe('the actors of MajorDomo', () => {
  let flow: Flow;
  beforeEach(() => {
    flow = new Flow();
  });
  afterEach(() => flow.stop());

  it('bring an event to a flow elsewhere and what that makes of it back', async () => {
    flow.broker().worker('test_service', Greeter).client();
    await flow.start();
    const event = new JSONEvent({ service: 'test_service', data: { name: 'Ada' }, colour: 'blue' });
    flow.put(event);
    const reply = await flow.next();
    assert.instanceOf(reply, JSONEvent);
    assert.deepEqual(reply.data, { greeting: 'Hello, Ada' });
    assert.equal(reply.eventId, event.eventId);
    assert.equal(reply.metaId, event.metaId);
    assert.equal(reply.get('colour'), 'blue');
  });

  it('log what happens to a request in the order in which it happens, under one id', async () => {
    flow.broker().worker('test_service', Greeter).client();
    await flow.start();
    const event = new JSONEvent({ service: 'test_service', data: { name: 'Ada' } });
    flow.put(event);
    await flow.next();
    await flow.director.settled();
    const lines = flow.logs.arrived.filter(line => line.metaId === event.metaId);
    const steps = [
      'client sends a request for test_service',
      'broker received a client request for test_service (1 workers)',
      'worker got a request for test_service',
      'worker replies',
      'broker routes a reply of test_service to its client',
      'client received a reply',
    ];
    assert.deepEqual(
      lines.map(line => (line as LogEvent).message),
      steps,
    );
  });

  it('answer 200 requests, each with its own, and keep nothing of them', async () => {
    flow.broker().worker('echo', Slow, { workers: 4 });
    const client = flow.client();
    await flow.start();
    const sent = Array.from({ length: 200 }, (_, at) => new Event({ service: 'echo', data: `text ${at}` }));
    for (const event of sent) flow.put(event);
    const dataOf = new Map<string, unknown>();
    for (let count = 0; count < 200; count++) {
      const { eventId, data } = await flow.next();
      dataOf.set(eventId, data);
    }
    for (const { eventId, data } of sent) assert.equal(dataOf.get(eventId), `${data}!`);
    assert.equal(flow.most, 4);
    await flow.director.settled();
    assert.equal(client.pending, 0);
    assert.equal(flow.theWorker?.pending, 0);
    assert.include(flow.theBroker?.stats, { workers: 4, idle: 4, waiting: 0, requests: 200, replies: 200 });
  });

  it('make the client wait for a worker that comes later', async () => {
    flow.broker().client();
    await flow.start();
    flow.put(new Event({ service: 'late', data: 'x' }));
    const other = new Flow(flow);
    other.worker('late', Slow);
    await other.start();
    assert.equal((await flow.next()).data, 'x!');
    await other.stop();
  });

  it('put names together from prefix, service and postfix', async () => {
    flow.broker().worker('eu.echo.v1', Slow);
    flow.client({ servicePrefix: 'eu.', servicePostfix: '.v1' });
    await flow.start();
    flow.put(new Event({ service: 'echo', data: 'x' }));
    assert.equal((await flow.next()).data, 'x!');
  });

  it('let one ask the broker about services', async () => {
    flow.broker().worker('echo', Slow).client();
    await flow.start();
    flow.put(new Event({ service: 'mmi.service', data: 'nope' }));
    assert.equal((await flow.next()).data, '404');
    flow.put(new Event({ service: 'mmi.service', data: 'echo' }));
    assert.equal((await flow.next()).data, '200');
    flow.put(new Event({ service: 'mmi.foo', data: 'echo' }));
    assert.equal((await flow.next()).data, '501');
  });

  describe('when something goes wrong', () => {
    it('send an error of the flow elsewhere to the error outboxes', async () => {
      flow.broker().worker('broken', Broken).client();
      await flow.start();
      flow.put(new Event({ service: 'broken', data: 'x' }));
      const { error, data } = await flow.nextError();
      assert.instanceOf(error, ResourceNotFound);
      assert.equal(error?.message, 'no x here');
      assert.equal(data, 'x');
    });

    it('send it with the event to the outboxes, if that is wanted', async () => {
      flow.broker().worker('broken', Broken).client({ errorsTo: 'outboxes' });
      await flow.start();
      flow.put(new Event({ service: 'broken', data: 'x' }));
      assert.instanceOf((await flow.next()).error, ResourceNotFound);
    });

    for (const acks of [false, true])
      it(`tell the client when the error reaches nobody but the error actor${acks ? ', with acknowledgements' : ''}`, async () => {
        flow = new Flow(undefined, { acks });
        flow.broker().worker('broken', Broken, {}, false).client();
        await flow.start();
        flow.put(new Event({ service: 'broken', data: 'x' }));
        const event = await flow.nextError();
        assert.equal(event.error?.message, 'no x here');
        assert.isUndefined(event.get('redelivered', undefined));
      });

    it('keep an event acknowledged to the end of the flow behind the client', async () => {
      flow = new Flow(undefined, { acks: true });
      flow.broker().worker('echo', Slow).client();
      await flow.start();
      flow.results.isPatient = true;
      flow.put(new Event({ service: 'echo', data: 'x' }));
      await flow.next();
      assert.deepEqual(flow.acknowledged, []);
      flow.results.release();
      await flow.until(() => flow.acknowledged.join() === 'x');
    });

    it('tell the client that a worker has not answered in time', async () => {
      flow.broker().worker('silent', Silent, { replyTimeout: 2000 });
      flow.client({ retries: 0 });
      await flow.start();
      flow.put(new Event({ service: 'silent', data: 'x' }));
      await flow.pass(2000);
      const { error } = await flow.nextError();
      assert.instanceOf(error, ActorTimeout);
      assert.match(error?.message ?? '', /silent has not answered within 2000 ms/);
      assert.equal(flow.theWorker?.pending, 0);
    });

    it('tell the client at once that the flow elsewhere has taken the event and gives no answer', async () => {
      flow.broker().worker('sink', Swallower).client();
      await flow.start();
      flow.put(new Event({ service: 'sink', data: 'x' }));
      const { error, data } = await flow.nextError();
      assert.instanceOf(error, NoAnswer);
      assert.equal(error?.message, 'sink has taken the event and gives no answer');
      assert.equal(data, 'x');
      assert.equal(flow.theWorker?.pending, 0);
    });

    it('tell the client when to come again to a flow that has too much to do', async () => {
      flow.broker().worker('slow', Never).client();
      await flow.start();
      flow.put(new Event({ service: 'slow', data: 'x' }));
      const { error } = await flow.nextError();
      assert.instanceOf(error, EventRateExceeded);
      assert.include((error as FlowError).extra, { retryAfter: 7 });
    });

    it('are done with a request when the flow elsewhere answers late', async () => {
      flow.broker().worker('silent', Silent, { replyTimeout: 2000 }).client({ retries: 0 });
      await flow.start();
      flow.put(new Event({ service: 'silent', data: 'x' }));
      await flow.pass(2000);
      await flow.nextError();
      flow.silent?.answer();
      await flow.until(() => flow.hasLogged(/nobody waits for this answer/));
      assert.equal(flow.results.arrived.length, 0);
    });

    it('say 503 when nobody offers the service', async () => {
      flow.broker().client({ requestTimeout: 1000, retries: 1 });
      await flow.start();
      flow.put(new Event({ service: 'nope', data: 'x' }));
      await flow.pass(2000);
      const { error } = await flow.nextError();
      assert.instanceOf(error, ServiceUnavailable);
      assert.match(error?.message ?? '', /no worker offers nope \(2 tries of 1000 ms\)/);
    });

    it('say 503 when there is no broker', async () => {
      flow.client({ requestTimeout: 1000, retries: 0 });
      await flow.start();
      flow.put(new Event({ service: 'nope', data: 'x' }));
      await flow.pass(1000);
      const { error } = await flow.nextError();
      assert.instanceOf(error, ServiceUnavailable);
      assert.match(error?.message ?? '', /the broker at tcp:\/\/127.0.0.1:5555 does not answer/);
    });

    it('say 408 when a worker is there that does not answer', async () => {
      flow
        .broker()
        .worker('silent', Silent)
        .client({ requestTimeout: 1000, retries: 0, errorsTo: 'outboxes' });
      await flow.start();
      flow.put(new Event({ service: 'silent', data: 'x' }));
      await flow.pass(1000);
      assert.instanceOf((await flow.next()).error, ActorTimeout);
    });

    it('begin a request once that the client sends again', async () => {
      flow.broker().worker('silent', Silent, { workers: 2 }).client({ requestTimeout: 1000, retries: 1 });
      await flow.start();
      flow.put(new Event({ service: 'silent', data: 'x' }));
      await flow.pass(1000);
      await flow.until(() => flow.hasLogged(/again that is under way/));
      assert.equal(flow.silent?.waiting.length, 1);
      flow.silent?.answer();
      assert.equal((await flow.next()).data, 'x');
      assert.equal(flow.results.arrived.length, 0);
    });

    it('refuse a service that has no printable name', async () => {
      flow.broker().client();
      await flow.start();
      flow.put(new Event({ service: 'a\nb', data: 'x' }));
      assert.match((await flow.nextError()).error?.message ?? '', /"a\\nb" is no name of a service/);
    });

    it('send an event back that cannot be serialised', async () => {
      flow.broker().client();
      await flow.start();
      flow.put(new Event({ service: 'echo', data: () => {} }));
      assert.instanceOf((await flow.nextError()).error, FlowError);
    });

    it('send an answer that cannot be serialised back as that', async () => {
      flow.broker().worker('odd', Odd).client();
      await flow.start();
      flow.put(new Event({ service: 'odd', data: 'x' }));
      const { error } = await flow.nextError();
      assert.instanceOf(error, ServiceUnavailable);
      assert.match(error?.message ?? '', /the answer of odd can't be sent/);
    });
  });

  describe('with peers that know no events', () => {
    it('take what a client sends as data, and answer with data', async () => {
      flow.broker().worker('echo', Slow);
      await flow.start();
      const peer = flow.peer();
      peer.send(clientFrames('echo', 'hi'));
      assert.deepEqual(await peer.next(), clientFrames('echo', 'hi!').map(String));
    });

    it('tell a client of an error as text', async () => {
      flow.broker().worker('broken', Broken);
      await flow.start();
      const peer = flow.peer();
      peer.send(clientFrames('broken', 'hi'));
      assert.include((await peer.next()).at(-1), 'no hi here');
    });

    it('refuse a body that is no event, and go on', async () => {
      flow.broker().worker('echo', Slow);
      await flow.start();
      const peer = flow.peer();
      const bad = ['{"type":"Process","eventId":"x"}', 'no json', '{"__proto__":{"x":1}}', 'null', '\xff'];
      for (const text of bad) {
        peer.send(clientFrames('echo', 'meta', text));
        const [, , , , answer = ''] = await peer.next();
        assert.include(answer, 'MalformedEventData');
      }
      peer.send(clientFrames('echo', 'one', 'two', 'three'));
      assert.include((await peer.next()).at(-1), 'not 3');
      await flow.until(() =>
        flow.hasLogged(/a request was refused: no event can be read: the data has a key __proto__/),
      );
      peer.send(clientFrames('echo', 'fine'));
      assert.equal((await peer.next()).at(-1), 'fine!');
      assert.equal(flow.theBroker?.stats.workers, 1);
    });

    it('do not get the answer to what another one has asked', async () => {
      flow.broker().worker('silent', Silent, { workers: 2 }).client();
      await flow.start();
      const event = new Event({ service: 'silent', data: 'secret' });
      flow.put(event);
      await flow.until(() => flow.silent?.waiting.length === 1);
      const peer = flow.peer();
      const { eventId } = event;
      peer.send(clientFrames('silent', 'meta', JSON.stringify(new Event({ eventId, data: 'guess' }))));
      assert.include((await peer.next()).at(-1), 'with other content is under way');
      flow.silent?.answer();
      assert.equal((await flow.next()).data, 'secret');
    });

    it('take what a worker answers as the data of the event', async () => {
      flow.broker().client();
      await flow.start();
      const peer = flow.peer();
      peer.send(ready('raw'));
      await flow.until(() => flow.theBroker?.stats.workers === 1);
      const event = new Event({ service: 'raw', data: 'x', colour: 'blue' });
      flow.put(event);
      const [, , , client = '', , metaId, envelope = ''] = await peer.next();
      assert.equal(metaId, event.metaId);
      assert.equal(JSON.parse(envelope).eventId, event.eventId);
      peer.send(replyTo(client, 'from afar'));
      const reply = await flow.next();
      assert.equal(reply.data, 'from afar');
      assert.equal(reply.eventId, event.eventId);
      assert.equal(reply.get('colour'), 'blue');
    });

    it('give to another one what does not reach a worker any more', async () => {
      flow.broker().client();
      await flow.start();
      const [first, second] = [flow.peer('first'), flow.peer('second')];
      for (const [at, peer] of [first, second].entries()) {
        peer.send(ready('raw'));
        await flow.until(() => flow.theBroker?.stats.workers === at + 1);
      }
      await first.close();
      flow.put(new Event({ service: 'raw', data: 'x' }));
      const [, , command, client = ''] = await second.next();
      assert.equal(command, '\x02');
      assert.equal(flow.theBroker?.stats.workers, 1);
      second.send(replyTo(client, 'done'));
      assert.equal((await flow.next()).data, 'done');
    });

    it('do not take the answer to another event', async () => {
      flow.broker().client();
      await flow.start();
      const peer = flow.peer();
      peer.send(ready('raw'));
      await flow.until(() => flow.theBroker?.stats.workers === 1);
      flow.put(new Event({ service: 'raw', data: 'x' }));
      const [, , , client = ''] = await peer.next();
      peer.send(replyTo(client, 'meta', JSON.stringify(new Event({ data: 'other' }))));
      assert.match((await flow.nextError()).error?.message ?? '', /answered with another event/);
    });

    it('send heartbeats both ways', async () => {
      flow.broker().worker('echo', Slow);
      await flow.start();
      const peer = flow.peer();
      peer.send(ready('raw'));
      await flow.until(() => flow.theBroker?.stats.workers === 2);
      flow.network.traffic.length = 0;
      await flow.pass(2500);
      const beats = flow.network.traffic.filter(frames => frames.join() === heartbeat().join());
      assert.equal(beats.length, 3, 'the broker to both, the worker to the broker');
      await flow.pass(7500);
      assert.equal(flow.theBroker?.stats.workers, 1);
    });

    it('drop garbage without end and stay up', async () => {
      flow.broker().worker('echo', Slow).client();
      await flow.start();
      const peer = flow.peer();
      for (const frames of [[], hex(''), hex('x', 'y'), hex('', 'MDPW01'), hex('', 'MDPC01', 'a')]) {
        for (let count = 0; count < 50; count++) peer.send(frames);
      }
      flow.put(new Event({ service: 'echo', data: 'x' }));
      assert.equal((await flow.next()).data, 'x!');
      await flow.director.settled();
      assert.isAtMost(flow.logs.arrived.filter(line => (line as LogEvent).level === 'WARNING').length, 25);
    });
  });

  describe('when they stop', () => {
    it('answer what is under way, and say goodbye', async () => {
      flow.broker().worker('silent', Silent).client();
      await flow.start();
      flow.put(new Event({ service: 'silent', data: 'x' }));
      await flow.until(() => flow.silent?.waiting.length === 1);
      const stopping = flow.director.stop();
      await flow.pass(50);
      assert.equal(flow.results.arrived.length, 0);
      flow.silent?.answer();
      await flow.until(() => flow.results.arrived.length === 1);
      await flow.pass(1000);
      await stopping;
      assert.isTrue(flow.network.traffic.some(frames => frames.join() === disconnect().join()));
    });

    it('answer all that has come in, though it all stops at once', async () => {
      flow.broker().worker('echo', Slow).client({ concurrency: 3 });
      await flow.start();
      for (let count = 0; count < 30; count++) flow.put(new Event({ service: 'echo', data: `${count}` }));
      await flow.stop();
      assert.equal(flow.results.arrived.length, 30);
    });

    it('have a broker wait for the reply that is under way', async () => {
      const other = new Flow(flow).broker();
      await other.start();
      flow.worker('silent', Silent).client();
      await flow.start();
      flow.put(new Event({ service: 'silent', data: 'x' }));
      await flow.until(() => flow.silent?.waiting.length === 1);
      void other.director.stop();
      await flow.pass(1000);
      flow.silent?.answer();
      assert.equal((await flow.next()).data, 'x');
      await other.stop();
    });

    it('leave a broker that goes on, and what it has not begun to others', async () => {
      const other = new Flow(flow);
      other.broker();
      await other.start();
      flow.worker('echo', Slow);
      await flow.start();
      await flow.until(() => other.theBroker?.stats.workers === 1);
      await flow.stop();
      await flow.until(() => other.theBroker?.stats.workers === 0);
      await other.stop();
    });
  });

  it('let no more into the flow than it may have, however many brokers there are', async () => {
    const endpoints = ['tcp://127.0.0.1:7001', 'tcp://127.0.0.1:7002'];
    const others = endpoints.map(endpoint => new Flow(flow).broker({ endpoint }));
    for (const other of others) await other.start();
    flow.worker('echo', Slow, { brokers: endpoints }).client({ brokers: endpoints });
    await flow.start();
    for (let count = 0; count < 20; count++) flow.put(new Event({ service: 'echo', data: 'x' }));
    for (let count = 0; count < 20; count++) await flow.next();
    assert.equal(flow.most, 1);
    for (const other of others) {
      assert.equal(other.theBroker?.stats.replies, 10);
      await other.stop();
    }
  });

  it('come back to a broker that was replaced', async () => {
    flow.worker('echo', Slow).client();
    await flow.start();
    for (const text of ['first', 'second']) {
      const other = new Flow(flow);
      other.broker();
      await other.start();
      await flow.until(() => other.theBroker?.stats.workers === 1, 500);
      flow.put(new Event({ service: 'echo', data: text }));
      assert.equal((await flow.next()).data, `${text}!`);
      await other.stop();
    }
  });

  it('find brokers through a registration service, also one that comes later', async () => {
    const find = { registrationPublisherPort: 6001 };
    flow.director.registerActor(MDPBrokerRegistrationService, 'registrar', { sockets: flow.network.sockets });
    flow.worker('echo', Slow, find);
    const client = flow.client(find);
    await flow.start();
    const brokers = ['tcp://127.0.0.1:7001', 'tcp://127.0.0.1:7002'].map(endpoint => {
      const other = new Flow(flow);
      other.broker({ endpoint, registrationServicePort: 6000 });
      return other;
    });
    for (const other of brokers) {
      await other.start();
      await flow.until(() => other.theBroker?.stats.workers === 1);
    }
    for (let count = 0; count < 6; count++) {
      flow.put(new Event({ service: 'echo', data: 'x' }));
      await flow.next();
    }
    assert.deepEqual(
      brokers.map(other => other.theBroker?.stats.replies),
      [3, 3],
    );
    await flow.pass(7500);
    await brokers[0]?.stop();
    await flow.until(() => client.brokers.join() === 'tcp://127.0.0.1:7002');
    flow.put(new Event({ service: 'echo', data: 'last' }));
    assert.equal((await flow.next()).data, 'last!');
    const unknown = new Flow(flow);
    unknown.broker({ endpoint: 'tcp://127.0.0.1:7001' });
    await unknown.start();
    await flow.pass(30_000);
    assert.equal(unknown.theBroker?.stats.workers, 0);
    await unknown.stop();
    await brokers[1]?.stop();
  });

  describe('when one of them crashes', () => {
    /** What its sockets are told of a fault of their receiver. */
    const faulty = () => {
      const { sockets } = flow.network;
      const made: SocketOptions[] = [];
      return {
        sockets: (own: World) => (options: SocketOptions) => {
          made.push(options);
          return sockets(own)(options);
        },
        crash: () => made.at(-1)?.failed?.(new Error('a fault')),
      };
    };

    it('a client gives what is under way to the error outboxes, and goes on', async () => {
      const { sockets, crash } = faulty();
      flow.broker().worker('silent', Silent).client({ sockets });
      await flow.start();
      flow.put(new Event({ service: 'silent', data: 'first' }));
      await flow.until(() => flow.silent?.waiting.length === 1);
      await withoutErrors(async () => {
        crash();
        await flow.pass(1);
        assert.instanceOf((await flow.nextError()).error, ServiceUnavailable);
      });
      flow.silent?.waiting.splice(0);
      flow.put(new Event({ service: 'mmi.service', data: 'silent' }));
      assert.equal((await flow.next()).data, '200');
    });

    it('a worker says goodbye, and offers its service again', async () => {
      const { sockets, crash } = faulty();
      flow.broker().worker('echo', Slow, { sockets }).client();
      await flow.start();
      await flow.until(() => flow.theBroker?.stats.workers === 1);
      await withoutErrors(async () => {
        crash();
        await flow.pass(1);
        await flow.until(() => flow.theBroker?.stats.workers === 0);
        await flow.until(() => flow.theBroker?.stats.workers === 1);
      });
      flow.put(new Event({ service: 'echo', data: 'x' }));
      assert.equal((await flow.next()).data, 'x!');
    });

    it('a broker listens again, and all find back', async () => {
      const { sockets, crash } = faulty();
      flow.broker({ sockets }).worker('echo', Slow).client();
      await flow.start();
      await flow.until(() => flow.theBroker?.stats.workers === 1);
      await withoutErrors(async () => {
        crash();
        await flow.pass(1);
      });
      flow.put(new Event({ service: 'echo', data: 'x' }));
      await flow.pass(5000);
      assert.equal((await flow.next()).data, 'x!');
    });
  });

  describe('are refused before anything starts', () => {
    const faults: [string, (flow: Flow) => unknown, RegExp][] = [
      ['a worker without a service', f => f.worker('', Slow), /service must be a printable text/],
      ['a worker for mmi', f => f.worker('mmi.x', Slow), /does not begin with mmi/],
      ['a broker that is none', f => f.client({ brokers: ['5555'] }), /"5555" is no endpoint/],
      ['a port', f => f.broker({ port: 70_000 }), /port must be a port from 0 to 65535/],
      ['an endpoint', f => f.broker({ endpoint: 'x' }), /endpoint must be an endpoint such as/],
      ['an address for others', f => f.broker({ advertise: 'tcp://*:1' }), /advertise must be/],
      ['where errors go', f => f.client({ errorsTo: 'x' as never }), /errorsTo must be/],
    ];
    for (const [name, make, message] of faults) {
      it(name, async () => {
        make(flow);
        await assertRejects(flow.start(), WiringError, message);
      });
    }

    it('a worker that leads nowhere', async () => {
      flow.director.registerActor(MDPWorker, 'worker', { service: 'x' });
      await assertRejects(flow.start(), WiringError, /it needs an outbox/);
    });
  });

  it('refuse figures that make no sense when they are made', () => {
    assert.throws(() => new MDPBroker('b', { liveness: 0 }), SetupError, /^b: liveness/);
    assert.throws(() => new MDPClient('c', { retries: -1 }), SetupError, /^c: retries/);
    assert.throws(
      () => new MDPWorker('w', { service: 'x', workers: 0 }),
      SetupError,
      /workers must be a whole number/,
    );
    assert.throws(
      () => new MDPBrokerRegistrationService('r', { maxBrokers: 0 }),
      SetupError,
      /^r: maxBrokers/,
    );
  });

  it('do not start on a port that is taken', async () => {
    flow.broker();
    await flow.start();
    const other = new Flow(flow);
    other.broker();
    await assertRejects(
      withoutErrors(() => other.start()),
      SocketError,
      /is in use/,
    );
  });
});

/** The node of the flow tells of the failure; here it is wanted. */
async function withoutErrors(start: () => Promise<void>): Promise<void> {
  const { error } = console;
  console.error = () => {};
  try {
    await start();
  } finally {
    console.error = error;
  }
}

async function assertRejects(promise: Promise<unknown>, Class: ErrorClass, message: RegExp) {
  let caught: unknown;
  await promise.catch(error => {
    caught = error;
  });
  assert.instanceOf(caught, Class);
  assert.match((caught as Error).message, message);
}

// biome-ignore lint/suspicious/noExplicitAny: constructors take what they like
type ErrorClass = new (...args: any[]) => Error;

class Greeter extends FlowActor {
  override consume(event: Event) {
    event.data = { greeting: `Hello, ${(event.data as { name: string }).name}` };
    this.send(event);
  }
}

/** Has too much to do for any event. */
class Never extends FlowActor {
  override consume(event: Event) {
    this.settle(event, new EventRateExceeded('too much', { retryAfter: 7 }));
  }
}

/** Discards all, and takes what all workers here are given. */
class Swallower extends Null {}

class Slow extends FlowActor<{ flow: Flow }> {
  override async consume(event: Event) {
    const { flow } = this.params;
    flow.most = Math.max(flow.most, ++flow.now);
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    flow.now--;
    event.data = `${event.data}!`;
    await this.send(event);
  }
}

class Broken extends FlowActor {
  override consume(event: Event) {
    throw new ResourceNotFound(`no ${event.data} here`);
  }
}

class Odd extends FlowActor {
  override consume(event: Event) {
    event.data = () => {};
    this.send(event);
  }
}

/** Keeps what it gets until it is told to send it on. */
class Silent extends FlowActor<{ flow: Flow }> {
  readonly waiting: Event[] = [];

  override preStart() {
    this.params.flow.silent = this;
  }

  override consume(event: Event) {
    this.waiting.push(event);
  }

  answer() {
    for (const event of this.waiting.splice(0)) this.send(event);
  }
}

class AckedSource extends Source<{ flow: Flow }> {
  override acked({ data }: Event) {
    this.params.flow.acknowledged.push(data);
  }
}

class PatientKeep extends Keep {
  release = () => {};
  /** Whether it takes until it is released to be done with an event. */
  isPatient = false;

  override async consume(event: Event) {
    await super.consume(event);
    if (!this.isPatient) return;
    await new Promise<void>(resolve => {
      this.release = resolve;
    });
  }
}

class KeepLog extends Keep {
  static override input = LogEvent;
}

/** A flow with a time of its own, and what comes out of it; one made of another shares its time and network. */
class Flow {
  readonly director: Director;
  readonly network: MemoryNetwork;
  readonly clock: ManualClock;
  readonly results: PatientKeep;
  readonly errors: Keep;
  readonly logs: Keep;
  theBroker: MDPBroker | undefined;
  theWorker: MDPWorker | undefined;
  silent: Silent | undefined;
  most = 0;
  now = 0;
  readonly acknowledged: unknown[] = [];
  readonly #source: AckedSource;
  readonly #world;

  constructor(shared?: Flow, options: { acks?: boolean } = {}) {
    this.network = shared?.network ?? new MemoryNetwork();
    this.clock = shared?.clock ?? new ManualClock();
    this.#world = world({ clock: this.clock });
    this.director = new Director({ world: this.#world, ...options });
    this.#source = this.director.registerActor(AckedSource, 'source', { flow: this });
    this.results = this.director.registerActor(PatientKeep, 'results');
    this.errors = this.director.registerActor(Keep, 'errors');
    this.logs = this.director.registerLogActor(KeepLog, 'logs') as KeepLog;
  }

  broker(params: object = {}): this {
    const all = { ...('port' in params ? {} : { endpoint: at }), sockets: this.network.sockets, ...params };
    this.theBroker = this.director.registerActor(MDPBroker, 'broker', all);
    return this;
  }

  worker(
    service: string,
    Work: FlowActorClass,
    params: Partial<MDPWorkerParams> = {},
    hasErrors = true,
  ): this {
    const { director } = this;
    const worker = director.registerActor(MDPWorker, 'worker', {
      service,
      sockets: this.network.sockets,
      ...params,
    });
    const work = director.registerActor(Work, 'work', { flow: this });
    director.connectQueue(worker, work);
    director.connectQueue(work, worker);
    if (hasErrors) director.connectErrorQueue(work, worker);
    this.theWorker = worker;
    return this;
  }

  client(params: MDPClientParams & FlowActorOptions = {}): MDPClient {
    const { director } = this;
    const client = director.registerActor(MDPClient, 'client', { sockets: this.network.sockets, ...params });
    director.connectQueue(this.#source, client);
    director.connectQueue(client, this.results);
    director.connectErrorQueue(client, this.errors);
    return client;
  }

  start = () => this.director.start();
  put = (event: Event) => void this.#source.put(event);
  next = () => this.results.next();
  nextError = () => this.errors.next();
  pass = (ms: number) => this.clock.advance(ms);

  hasLogged = (what: RegExp) => this.logs.arrived.some(line => what.test((line as LogEvent).message));

  /** Stops it; time passes until it has. */
  async stop(): Promise<void> {
    let hasStopped = false;
    const stopping = this.director.stop().then(() => {
      hasStopped = true;
    });
    await this.until(() => hasStopped, 25);
    await stopping;
  }

  /** Waits until something is so; `ms` pass meanwhile with every look. */
  async until(isSo: () => boolean, ms = 0): Promise<void> {
    while (!isSo()) await this.pass(ms);
  }

  /** Somebody who speaks RFC 7 and nothing else. */
  peer(routingId?: string) {
    const came: string[][] = [];
    let wake = () => {};
    const socket: FlowSocket = this.network.sockets(this.#world)({
      kind: 'dealer',
      ...(routingId !== undefined && { routingId }),
      receive: frames => {
        if (String(frames[2]) === '\x04') return;
        came.push(frames.map(String));
        wake();
      },
    });
    socket.connect(at);
    return {
      send: (frames: Buffer[]) => void socket.send(frames),
      close: () => socket.close(),
      async next(): Promise<string[]> {
        while (came.length === 0) {
          await new Promise<void>(resolve => {
            wake = resolve;
          });
        }
        return came.shift() as string[];
      },
    };
  }
}
