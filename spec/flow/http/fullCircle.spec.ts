/** The program of the seeds: a request goes through authentication, two transformations and what does the work, and back. */
import { assert } from 'chai';
import {
  jsonToXml,
  MalformedEventData,
  ResourceNotFound,
  ServiceUnavailable,
  XMLHttpEvent,
  type XmlElement,
} from '../../../lib/flow/events/index.ts';
import {
  BasicAuth,
  Director,
  type Event,
  EventLogger,
  FlowActor,
  type HTTPServer,
  WSGI,
} from '../../../lib/flow/index.ts';
import { local, Quiet, urlOf } from './support.ts';

class Auth extends BasicAuth {
  protected override authenticate(user: string, password: string): boolean {
    return user === 'user' && (password === 'pass' || password === 'a:b');
  }
}

const textIn = (event: Event, name: string): string =>
  (event.data as XmlElement).getElementsByTagName(name)[0]?.textContent ?? '';

/** What the stylesheet of the seed does. */
class Submit extends FlowActor {
  static override input = XMLHttpEvent as never;

  override consume(event: Event): void {
    const id = textIn(event, 'id');
    if (id === 'bad') throw new MalformedEventData('Malformed Request: Invalid XML');
    event.data = jsonToXml({ request: { ref: id } });
    void this.send(event);
  }
}

class Executor extends FlowActor<{ work?: (event: Event) => unknown; seen: string[] }> {
  override async consume(event: Event): Promise<void> {
    this.params.seen.push(event.dataString());
    await this.params.work?.(event);
    event.data = jsonToXml({ response: { ref: textIn(event, 'ref'), status: 'ok' } });
    void this.send(event);
  }
}

class Acknowledge extends FlowActor {
  override consume(event: Event): void {
    event.data = jsonToXml({ ack: { '@ref': textIn(event, 'ref'), '#text': textIn(event, 'status') } });
    void this.send(event);
  }
}

class Counter extends FlowActor<{ seen: string[] }> {
  override consume(event: Event): void {
    this.params.seen.push(event.eventId);
    void this.send(event);
  }
}

const right = `Basic ${Buffer.from('user:pass').toString('base64')}`;
const challenge = 'Basic realm="Compysition Authentication"';

describe('the full circle over HTTP', () => {
  let director: Director;
  let server: HTTPServer;
  let log: Quiet;
  let seen: string[];
  let extra: string[];

  interface Setting {
    work?: (event: Event) => unknown;
    params?: object;
    hasErrorEdge?: boolean;
    isLonger?: boolean;
  }

  async function start({ work, params, hasErrorEdge, isLonger }: Setting = {}) {
    director = new Director({ name: 'circle', handleSignals: false });
    log = director.registerLogActor(Quiet, 'log') as Quiet;
    [seen, extra] = [[], []];
    server = director.registerActor(WSGI, 'wsgi', { ...local, ...params });
    const auth = director.registerActor(Auth, 'auth');
    const submit = director.registerActor(Submit, 'submit_transform');
    const executor = director.registerActor(Executor, 'request_executor', { seen, ...(work && { work }) });
    const acknowledge = director.registerActor(Acknowledge, 'acknowledge_transform');
    director.connectQueue(server, auth);
    if (isLonger === true) {
      const between = director.registerActor(Counter, 'between', { seen: extra });
      director.connectQueue(auth, between);
      director.connectQueue(between, submit);
    } else director.connectQueue(auth, submit);
    director.connectQueue(submit, executor);
    director.connectQueue(executor, acknowledge);
    director.connectQueue(acknowledge, server);
    director.connectErrorQueue(auth, server);
    director.connectErrorQueue(submit, server);
    if (hasErrorEdge === true) director.connectErrorQueue(executor, server);
    await director.start();
  }
  afterEach(() => director.stop());

  /** Every line of the one request bears its id, from when there is an event on; the last one matches as well. */
  function assertOneId(last: RegExp) {
    const lines = log.lines.map(line => line.data as { id: string | null; message: string });
    const from = lines.findIndex(({ message }) => /^Received POST/.test(message));
    const ids = lines.slice(from).filter(({ message }) => !/unknown event ID/.test(message));
    assert.isTrue(ids.some(({ message }) => last.test(message)));
    assert.deepEqual([...new Set(ids.map(({ id }) => id))], [lines[from]?.id]);
  }

  const ask = (body = '<order><id>7</id></order>', headers: Record<string, string> = {}) =>
    fetch(`${urlOf(server)}/auth`, {
      method: 'POST',
      body,
      headers: { authorization: right, 'content-type': 'application/xml', ...headers },
    });

  it('answers an order with its acknowledgement, and logs it under one id', async () => {
    await start();
    const response = await ask();
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'application/xml');
    assert.equal(await response.text(), '<ack ref="7">ok</ack>');
    assert.deepEqual(seen, ['<request><ref>7</ref></request>']);
    await director.settled();
    const ids = new Set(
      log.lines.map(line => (line.data as { id: string | null }).id).filter(id => id != null),
    );
    assert.equal(ids.size, 1);
  });

  for (const [what, authorization] of [
    ['no credentials', undefined],
    ['a wrong password', `Basic ${Buffer.from('user:no').toString('base64')}`],
    ['bad credentials', 'Basic asdf1234'],
    ['empty credentials', 'Basic'],
    ['another scheme', 'Bearer x'],
  ] as const) {
    it(`refuses ${what}: nobody else sees the order, and it is not sent back`, async () => {
      await start();
      const headers = authorization === undefined ? {} : { authorization };
      const response = await fetch(`${urlOf(server)}/auth`, {
        method: 'POST',
        body: '<order><id>7</id></order>',
        headers: { 'content-type': 'application/xml', ...headers },
      });
      assert.deepEqual([response.status, response.headers.get('www-authenticate')], [401, challenge]);
      assert.match(await response.text(), /^<errors><error><message>Unauthorized<\/message>/);
      assert.deepEqual(seen, []);
    });
  }

  it('takes a password with a colon', async () => {
    await start();
    const authorization = `Basic ${Buffer.from('user:a:b').toString('base64')}`;
    assert.equal((await ask(undefined, { authorization })).status, 200);
  });

  it('refuses what is not well-formed before anybody sees it', async () => {
    await start();
    const response = await ask('<order>', { authorization: '' });
    assert.equal(response.status, 400);
    assert.match(await response.text(), /^<errors><error><message>/);
  });

  it('tells when a transformation fails, by the error edge', async () => {
    await start();
    const response = await ask('<order><id>bad</id></order>');
    assert.equal(response.status, 400);
    assert.match(await response.text(), /Malformed Request: Invalid XML/);
    assert.deepEqual(seen, []);
  });

  it('answers 500 when an actor without an error edge fails; the error actor gets the event once', async () => {
    await start({
      work: () => {
        throw new Error('boom');
      },
    });
    assert.equal((await ask()).status, 500);
    await director.settled();
    const texts = log.lines.map(line => line.data as { originActor: string; message: string });
    const told = texts.filter(({ originActor }) => originActor === 'default_error_logger');
    assert.equal(told.length, 1);
    assert.match(told[0]?.message ?? '', /Error: boom\n\s+at /);
    assert.equal(server.pending, 0);
    assertOneId(/^\[500 Internal Server Error\] Returned/);
  });

  for (const [Failure, status] of [
    [ResourceNotFound, 404],
    [ServiceUnavailable, 503],
  ] as const) {
    for (const hasErrorEdge of [true, false]) {
      it(`answers ${status} to ${Failure.name}, with an error edge or without: ${hasErrorEdge}`, async () => {
        await start({
          hasErrorEdge,
          work: () => {
            throw new Failure('no');
          },
        });
        assert.equal((await ask()).status, status);
      });
    }
  }

  it('answers 408 when nobody does, and ignores the late answer', async () => {
    let release: () => void = () => {};
    const late = new Promise<void>(resolve => {
      release = resolve;
    });
    await start({ work: () => late, params: { timeout: 30 } });
    assert.equal((await ask()).status, 408);
    assert.equal(server.pending, 0);
    release();
    await director.settled();
    const messages = log.lines.map(line => (line.data as { message: string }).message);
    assert.isTrue(messages.some(message => /unknown event ID/.test(message)));
    assertOneId(/^\[408 Request Timeout\] Returned/);
  });

  it('gives each of fifty clients its own', async () => {
    await start({ work: () => new Promise(resolve => setImmediate(resolve)) });
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, n) => (await ask(`<order><id>${n}</id></order>`)).text()),
    );
    assert.deepEqual(
      answers,
      Array.from({ length: 50 }, (_, n) => `<ack ref="${n}">ok</ack>`),
    );
    assert.equal(server.pending, 0);
  });

  it('answers in JSON where that is accepted', async () => {
    await start();
    const response = await ask(undefined, { accept: 'application/json' });
    assert.equal(response.headers.get('content-type'), 'application/json');
    assert.deepEqual(await response.json(), { data: { ack: { '@ref': '7', '#text': 'ok' } } });
  });

  it('answers what is under way when it stops, and takes nothing new', async () => {
    let release: () => void = () => {};
    let arrived: () => void = () => {};
    const isThere = new Promise<void>(resolve => {
      arrived = resolve;
    });
    await start({
      work: () => {
        arrived();
        return new Promise<void>(resolve => {
          release = resolve;
        });
      },
    });
    const response = ask();
    await isThere;
    const stopped = director.stop();
    const refused = await ask().then(
      () => false,
      () => true,
    );
    assert.isTrue(refused);
    release();
    assert.equal(await (await response).text(), '<ack ref="7">ok</ack>');
    await stopped;
  });

  it('takes another actor in between by two lines of wiring', async () => {
    await start({ isLonger: true });
    assert.equal(await (await ask()).text(), '<ack ref="7">ok</ack>');
    assert.equal(extra.length, 1);
  });

  it('has the names of older versions', async () => {
    director = new Director({ name: 'old', handleSignals: false });
    director.registerLogModule(Quiet, 'log');
    director.registerFailedModule(EventLogger, 'failed');
    [seen, extra] = [[], []];
    server = director.registerModule(WSGI, 'wsgi', local) as HTTPServer;
    const auth = director.registerModule(Auth, 'auth');
    const submit = director.registerModule(Submit, 'submit');
    const executor = director.registerModule(Executor, 'executor', { seen });
    const acknowledge = director.registerModule(Acknowledge, 'acknowledge');
    director.connect(server, auth);
    director.connect(auth, submit);
    director.connect(submit, executor);
    director.connect(executor, acknowledge);
    director.connect(acknowledge, server);
    director.connectError(auth, server);
    director.connectQueueError(submit, server);
    await director.start();
    assert.equal(await (await ask()).text(), '<ack ref="7">ok</ack>');
    const response = await ask(undefined, { authorization: 'Basic x' });
    assert.deepEqual([response.status, response.headers.get('www-authenticate')], [401, challenge]);
  });
});
