/** Names and parameters of compysition's other versions: they do what the present ones do. */
import { assert } from 'chai';
import {
  BottleWSGI,
  BrokerRegistrationService,
  CallbackEventGenerator,
  CronEventGenerator,
  Data,
  Director,
  Event,
  EventAttributeLookupModifier,
  EventDataAggregator,
  EventJoin,
  EventProducer,
  EventRouter,
  FlowActor,
  type FlowActorClass,
  FlowHarness,
  HTTPServer,
  HttpEvent,
  JSONEvent,
  JSONEventAttributeModifier,
  JSONValidator,
  MajorDomoBroker,
  MDPBroker,
  MDPBrokerRegistrationService,
  MDPClient,
  MDPWorker,
  Null,
  RESTTranslator,
  RedactedFileLogger,
  ResourceGone,
  SMTPIn,
  Transformer,
  WSGI,
  WSGIServer,
  XMLErrorEventAttributeModifier,
  XMLEvent,
  XMLEventJoin,
  XMLMatcher,
  XpathEventAttributeModifer,
  XpathEventAttributeModifier,
} from '../../lib/flow/index.ts';

const faultsOf = (what: FlowActorClass, params: object) => {
  const director = new Director();
  director.registerActor(what, 'it', params as never);
  return director.check();
};

describe('older names of actors', () => {
  for (const [older, newer] of [
    [BottleWSGI, WSGI],
    [XMLMatcher, XMLEventJoin],
    [MajorDomoBroker, MDPBroker],
    [BrokerRegistrationService, MDPBrokerRegistrationService],
    [XpathEventAttributeModifer, XpathEventAttributeModifier],
  ]) {
    it(`${older?.name} is a ${newer?.name}`, () => {
      assert.instanceOf(older?.prototype, newer as never);
    });
  }

  it('joins documents as an XMLMatcher', async () => {
    await using harness = await FlowHarness.start(XMLMatcher, {
      params: { key: 'all' },
      inboxes: ['one', 'two'],
    });
    await harness.put(new XMLEvent({ data: '<a/>' }));
    assert.equal((await harness.next()).dataString(), '<all><a/><a/></all>');
  });

  it('rewrites errors of XML events, and makes XML of others', async () => {
    await using harness = await FlowHarness.start(XMLErrorEventAttributeModifier, {
      params: { message: 'it is gone', errorClass: ResourceGone },
    });
    await harness.put(new JSONEvent({ data: { a: 1 }, error: new Error('secret') }));
    const event = await harness.next();
    assert.instanceOf(event, XMLEvent);
    assert.instanceOf(event.error, ResourceGone);
    assert.match(event.errorString(), /^<errors><error><message>it is gone<\/message>/);
  });

  it('makes an event for each that comes in, and none by itself, as an EventProducer', async () => {
    await using harness = await FlowHarness.start(EventProducer, {
      params: { eventClass: JSONEvent, eventKwargs: { data: { n: 1 }, color: 'red' } },
    });
    await harness.settled();
    assert.isEmpty(harness.takeAll());
    await harness.put(new Event());
    const event = await harness.next();
    assert.instanceOf(event, JSONEvent);
    assert.deepEqual([event.data, event.get('color')], [{ n: 1 }, 'red']);
  });
});

describe('older names of parameters', () => {
  it('of TLS: keyfile and certfile', async () => {
    const file = (name: string) => new URL(`http/tls/${name}.pem`, import.meta.url).pathname;
    const director = new Director({ handleSignals: false });
    director.registerLogActor(Null, 'log');
    const server = director.registerActor(HTTPServer, 'server', {
      address: '127.0.0.1',
      port: 0,
      keyfile: file('key'),
      certfile: file('cert'),
    });
    await director.start();
    try {
      const failure = await fetch(`https://127.0.0.1:${server.port}/`).catch(error => error);
      assert.match(
        String(failure.cause?.code),
        /CERT/,
        'it speaks TLS, with a certificate that nobody knows',
      );
    } finally {
      await director.stop();
    }
  });

  it('of TLS, which belong together under these names as well', () => {
    assert.throws(() => new HTTPServer('http', { keyfile: 'a.pem' }), /keyFile and certFile belong together/);
    assert.throws(() => new SMTPIn('mail', { keyfile: 'a.pem' }), /certFile must be given together/);
    assert.isEmpty(faultsOf(SMTPIn, { keyfile: 'a.pem', certfile: 'b.pem', cafile: 'c.pem' }));
  });

  it('routesJson of BottleWSGI', async () => {
    const director = new Director({ handleSignals: false });
    director.registerLogActor(Null, 'log');
    class Echo extends FlowActor {
      override consume(event: Event) {
        event.data = `${event.service} ${event.get('id', '')}`;
        void this.send(event);
      }
    }
    const server = director.registerActor(BottleWSGI, 'server', {
      address: '127.0.0.1',
      port: 0,
      runServer: true,
      routesJson: JSON.stringify({ routes: [{ path: '/v1/<queue>/<id>', method: ['GET'] }] }),
    });
    const echo = director.registerActor(Echo, 'echo');
    director.connectQueue(server, echo);
    director.connectQueue(echo, server);
    await director.start();
    try {
      const response = await fetch(`http://127.0.0.1:${server.port}/v1/echo/7`);
      assert.deepEqual([response.status, await response.text()], [200, 'echo 7']);
    } finally {
      await director.stop();
    }
  });

  it('runServer of WSGI: that it does not listen is not to be had', () => {
    assert.isEmpty(faultsOf(WSGIServer, { runServer: true }));
    assert.throws(() => new WSGI('wsgi', { runServer: false } as never), /runServer must be true/);
  });

  it('xsltPath of Transformer', async () => {
    const files: [string, string | undefined][] = [
      ['it', new URL('xml/older.xsl', import.meta.url).pathname],
    ];
    for (const [name, xsltPath] of files) {
      await using harness = await FlowHarness.start(Transformer, { name, params: { xsltPath } });
      await harness.put(new XMLEvent({ data: '<a>7</a>' }));
      assert.equal((await harness.next()).dataString(), '<b>7</b>');
    }
    assert.throws(
      () => new Transformer('it', { xsltPath: 'nothing.xsl' }),
      /it: xsltPath can't be read: ENOENT/,
    );
    assert.throws(() => new Transformer('it', {}), /xslt must be the text of a stylesheet, not undefined/);
  });

  it('intervalGraceTime of CallbackEventGenerator', () => {
    assert.isEmpty(faultsOf(CallbackEventGenerator, { intervalGraceTime: 1000 }));
    assert.throws(
      () => new CallbackEventGenerator('it', { intervalGraceTime: -1 }),
      /graceTime must be more than 0 ms, not -1/,
    );
  });

  it('day_of_week of a schedule', () => {
    const interval = { day_of_week: 'mon-fri', hour: 4 };
    assert.isEmpty(faultsOf(CronEventGenerator, { interval }));
    assert.throws(() => new CronEventGenerator('it', { interval: { day_of_week: 'tea' } }), /no schedule/);
  });

  it('maxRescue beside rescue', async () => {
    let tries = 0;
    class Flaky extends FlowActor {
      override consume() {
        tries++;
        throw new Error('no');
      }
    }
    await using harness = await FlowHarness.start(Flaky, { params: { rescue: { delay: 1 }, maxRescue: 2 } });
    await harness.put(new Event());
    assert.equal((await harness.error()).error?.message, 'no');
    assert.equal(tries, 3);
    assert.match(faultsOf(Flaky, { rescue: true, maxRescue: -1 }).join(), /maxRescue must be/);
  });

  it('entity_id in a Location, and as an attribute', async () => {
    await using harness = await FlowHarness.start(RESTTranslator, {
      params: { urlPostLocation: 'http://foo.com/bar/{entity_id}' },
    });
    await harness.put(new HttpEvent({ environment: { REQUEST_METHOD: 'POST' }, entity_id: 7 }));
    const event = (await harness.next()) as HttpEvent;
    assert.deepEqual([event.status, event.headers], [[201, 'Created'], { Location: 'http://foo.com/bar/7' }]);
  });

  it('key of an EventDataAggregator, which has no use for it', () => {
    assert.isEmpty(faultsOf(EventDataAggregator, { key: 'all' }));
  });

  it('settings that all pieces of MajorDomo share; ports may be texts', () => {
    const shared = {
      registrationServicePort: '6000',
      registrationPublisherPort: '6001',
      managerSubscriberScope: 'BrokerUpdates',
      heartbeatInterval: 100,
    };
    const lacksAWay = (fault: string) => !/outbox|inbox|leads/.test(fault);
    assert.isEmpty(faultsOf(MDPBroker, { ...shared, port: '5555' }));
    assert.isEmpty(faultsOf(MDPClient, shared).filter(lacksAWay));
    assert.isEmpty(faultsOf(MDPWorker, { ...shared, service: 'tea' }).filter(lacksAWay));
    assert.isEmpty(faultsOf(MDPBrokerRegistrationService, { listenPort: '6000', publishPort: '6001' }));
    assert.match(faultsOf(MDPBroker, { port: '5x' }).join(), /port must be a port from 0 to 65535, not "5x"/);
  });
});

describe('null for a parameter that is not given', () => {
  it('is no time after which a join is given up, no place of its own, no schema', async () => {
    assert.isEmpty(faultsOf(EventJoin, { purgeInterval: null }));
    await using translator = await FlowHarness.start(RESTTranslator, { params: { urlPostLocation: null } });
    const environment = { REQUEST_METHOD: 'POST', PATH_INFO: '/orders' };
    await translator.put(new HttpEvent({ environment, metaId: '9' }));
    assert.deepEqual(((await translator.next()) as HttpEvent).headers, { Location: '/orders/9' });
    await using validator = await FlowHarness.start(JSONValidator, { params: { schema: null } });
    await validator.put(new JSONEvent({ data: { any: 1 } }));
    assert.deepEqual((await validator.next()).data, { any: 1 });
  });

  it('is the whole data to Data', async () => {
    await using harness = await FlowHarness.start(Data, { params: { key: null, data: 'tea' } });
    await harness.put(new Event({ data: {} }));
    assert.equal((await harness.next()).data, 'tea');
  });
});

describe('one pattern in place of a list', () => {
  it('is enough for a RedactedFileLogger, and none is not', () => {
    assert.isEmpty(faultsOf(RedactedFileLogger, { patterns: 'password=(\\S+)' }));
    assert.throws(
      () => new RedactedFileLogger('it', { patterns: [] }),
      /patterns must be a pattern or a list/,
    );
  });
});

describe('a path as a list of its steps', () => {
  it('says where a modifier takes its value from', async () => {
    await using lookup = await FlowHarness.start(EventAttributeLookupModifier, {
      params: { key: 'id', value: ['data', 'a/b'] },
    });
    await lookup.put(new JSONEvent({ data: { 'a/b': 7 } }));
    assert.equal((await lookup.next()).get('id'), 7);
    await using json = await FlowHarness.start(JSONEventAttributeModifier, {
      params: { key: 'id', value: ['a/b'] },
    });
    await json.put(new JSONEvent({ data: { 'a/b': 8 } }));
    assert.equal((await json.next()).get('id'), 8);
    assert.throws(
      () => new EventAttributeLookupModifier('it', { value: [] }),
      /value must be a path, not \[\]/,
    );
  });
});

describe('what other versions promise of the core', () => {
  it('FlowActor itself is no actor', () => {
    const Class = FlowActor as unknown as new (name: string) => FlowActor;
    assert.throws(() => new Class('it'), TypeError, 'FlowActor is for extending');
  });

  it('an actor without consume is a fault of the wiring', () => {
    // @ts-expect-error: JavaScript lets it pass
    class Idle extends FlowActor {}
    assert.deepEqual(faultsOf(Idle as never, {}), [
      'it: Idle has no method consume(event, origin): an actor of a flow needs one',
    ]);
  });

  it('a director tells its size, and the actors that are registered by their names', async () => {
    assert.equal(new Director().size, 500);
    const director = new Director({ size: 3 });
    assert.deepEqual([director.size, [...director.actors]], [3, []]);
    const data = director.registerActor(Data, 'data');
    assert.deepEqual([...director.actors], [['data', data]]);
  });

  it('an actor can log a warning by its long name', async () => {
    class Warner extends FlowActor {
      override consume(event: Event) {
        this.log.warning('mind the step', event);
      }
    }
    await using harness = await FlowHarness.start(Warner);
    await harness.put(new Event({ metaId: 'm' }));
    await harness.settled();
    const [line] = harness.takeLogs();
    assert.deepInclude(line?.data, { level: 'WARNING', message: 'mind the step', id: 'm' });
  });

  it('a router wants filters', () => {
    const router = new EventRouter('router', { type: 'blacklist' });
    assert.throws(() => router.setFilter('tea' as never), TypeError, 'setFilter takes a filter');
  });

  it('set tells that it has set, and hides no failure', () => {
    const event = new JSONEvent();
    assert.isTrue(event.set('color', 'red'));
    assert.isTrue(event.set('data', '{"a":1}'));
    assert.throws(() => event.set('data', 'tea'), /no JSON/);
  });
});
