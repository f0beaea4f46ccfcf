import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { assert } from 'chai';
import { world } from '../../../lib/base/world.ts';
import {
  ActorTimeout,
  Event,
  HttpEvent,
  JSONEvent,
  JSONHttpEvent,
  MalformedEventData,
  ServiceUnavailable,
  XMLEvent,
  XMLHttpEvent,
} from '../../../lib/flow/events/index.ts';
import { BadGateway, FlowHarness, HTTPClient, type HTTPClientParams } from '../../../lib/flow/index.ts';
import { ManualClock } from '../../../lib/testkit/manualClock.ts';

describe('HTTPClient', () => {
  let server: Server;
  let at: string;
  let handle: (request: IncomingMessage, response: ServerResponse, body: string) => void;
  let harness: FlowHarness<HTTPClient>;

  before(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', chunk => {
        body += chunk;
      });
      request.on('end', () => handle(request, response, body));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    handle = (request, response, body) => {
      response.setHeader('content-type', 'application/json');
      const { method, url, headers } = request;
      response.end(
        JSON.stringify({ method, url, body, type: headers['content-type'] ?? null, key: headers['x-key'] }),
      );
    };
  });
  afterEach(() => harness?.stop());

  const start = async (params: Partial<HTTPClientParams> = {}) => {
    harness = await FlowHarness.start(HTTPClient, { name: 'client', params: { url: `${at}/`, ...params } });
  };
  const asked = async (event: Event): Promise<HttpEvent> => {
    await harness.put(event);
    return (await harness.next()) as HttpEvent;
  };
  const failed = async (event: Event = new Event()): Promise<Error> => {
    await harness.put(event);
    return (await harness.error()).error as Error;
  };
  const answerWith = (status: number, type: string, body: string | Buffer, headers = {}) => {
    handle = (_request, response) => {
      response.writeHead(status, { 'content-type': type, ...headers }).end(body);
    };
  };

  describe('that is sent elsewhere', () => {
    let other: Server;
    let there: string;
    let asked: { method?: string; url?: string; headers: IncomingMessage['headers']; body: string }[];

    beforeEach(async () => {
      asked = [];
      other = createServer((request, response) => {
        let body = '';
        request.on('data', chunk => {
          body += chunk;
        });
        request.on('end', () => {
          const { method = '', url = '', headers } = request;
          asked.push({ method, url, headers, body });
          if (url === '/back') response.writeHead(302, { location: `${at}/end` }).end();
          else response.end('there');
        });
      }).listen(0, '127.0.0.1');
      await once(other, 'listening');
      there = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    });
    afterEach(() => {
      other.closeAllConnections();
      other.close();
    });

    const headers = { authorization: 'Bearer T', cookie: 'a=b', 'x-api-key': 'K', accept: 'text/plain' };
    const redirectTo = (status: number, location: string) => {
      handle = (request, response, body) => {
        asked.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
        if (request.url === '/') response.writeHead(status, { location }).end('elsewhere');
        else response.end('here');
      };
    };
    const ask = async (event: Event = new Event()): Promise<unknown> => {
      await harness.put(event);
      return (await harness.next()).data;
    };

    it('tells another server nothing that was meant for the first', async () => {
      redirectTo(302, `${there}/x`);
      await start({ headers });
      assert.equal(await ask(), 'there');
      const { authorization, cookie, accept, 'x-api-key': key } = asked[1]?.headers ?? {};
      assert.deepEqual([authorization, cookie, key, accept], [undefined, undefined, undefined, 'text/plain']);
    });

    it('nor, when that sends it back, the first one again', async () => {
      redirectTo(302, `${there}/back`);
      await start({ headers });
      assert.equal(await ask(), 'here');
      assert.deepEqual([asked[2]?.url, asked[2]?.headers['x-api-key']], ['/end', undefined]);
    });

    it('tells the same server all of it', async () => {
      redirectTo(307, '/again');
      await start({ headers, method: 'POST' });
      assert.equal(await ask(new Event({ data: 'text' })), 'here');
      assert.include(asked[1], { method: 'POST', url: '/again', body: 'text' });
      assert.include(asked[1]?.headers, { 'x-api-key': 'K', authorization: 'Bearer T' });
    });

    it('makes a GET of a POST for 301, 302 and 303', async () => {
      await start({ method: 'POST' });
      for (const status of [301, 302, 303]) {
        redirectTo(status, `${there}/x`);
        assert.equal(await ask(new Event({ data: 'text' })), 'there');
        assert.include(asked.at(-1), { method: 'GET', body: '' });
        assert.notProperty(asked.at(-1)?.headers, 'content-type');
      }
    });

    it('takes no data to another server', async () => {
      redirectTo(307, `${there}/x`);
      await start({ method: 'PUT' });
      const error = await failed(new Event({ data: 'text' }));
      assert.instanceOf(error, ServiceUnavailable);
      assert.include((error.cause as Error).message, 'another server, which may not have the data');
      assert.lengthOf(asked, 1);
    });

    for (const [what, location, text] of [
      ['in a circle', '/', 'sent on more than 20 times'],
      ['to a file', 'file:///etc/passwd', 'sent to a URL of file:'],
      ['nowhere', 'http://[', 'sent to what is no URL'],
    ] as const)
      it(`gives up when that goes ${what}`, async () => {
        redirectTo(302, location);
        await start();
        assert.include(((await failed()).cause as Error).message, text);
      });

    it('takes what has no Location for the answer', async () => {
      handle = (_request, response) => {
        response.writeHead(304).end();
      };
      await start();
      await harness.put(new Event());
      assert.deepEqual(((await harness.next()) as HttpEvent).status, [304, 'Not Modified']);
    });
  });

  it('asks for what the event says, and sends on what it gets, with the ids and attributes of the event', async () => {
    await start({ url: `${at}/orders/{data/id}?by={user}`, headers: { 'x-key': '{data/key}' } });
    const event = new JSONEvent({ data: { id: 'a/b', key: 'K' }, user: 'x y', metaId: 'M', service: 'S' });
    const answer = await asked(event);
    assert.instanceOf(answer, JSONHttpEvent);
    assert.deepEqual(answer.data, {
      method: 'GET',
      url: '/orders/a%2Fb?by=x%20y',
      body: '',
      type: null,
      key: 'K',
    });
    assert.deepEqual(
      [answer.eventId, answer.metaId, answer.service, answer.get('user'), answer.status],
      [event.eventId, 'M', 'S', 'x y', [200, 'OK']],
    );
    const { 'content-type': type } = answer.get('responseHeaders') as Record<string, string>;
    assert.equal(type, 'application/json');
  });

  it('sends the data of the event with POST', async () => {
    await start({ method: 'post' });
    const { method, body, type } = (await asked(new JSONEvent({ data: { a: 1 } }))).data as Record<
      string,
      string
    >;
    assert.deepEqual([method, body, type], ['POST', '{"a":1}', 'application/json']);
    const answer = await asked(new XMLEvent({ data: '<a/>' }));
    const { body: sent, type: said } = answer.data as Record<string, string>;
    assert.deepEqual([sent, said], ['<a/>', 'application/xml']);
  });

  it('makes events of the class that the response says it is', async () => {
    await start();
    answerWith(201, 'application/xml', '<a>1</a>');
    const xml = await asked(new JSONEvent({ data: { a: 1 } }));
    assert.deepEqual([xml.constructor, xml.dataString(), xml.status[0]], [XMLHttpEvent, '<a>1</a>', 201]);
    answerWith(200, 'text/plain', 'hello');
    assert.equal((await asked(new Event())).data, 'hello');
    answerWith(404, 'application/problem+json', '{"title":"gone"}');
    assert.deepEqual((await asked(new Event())).data, { title: 'gone' });
    answerWith(200, 'image/png', Buffer.from([1, 255]));
    assert.deepEqual((await asked(new Event())).data, Buffer.from([1, 255]));
  });

  it('keeps the environment of a request from elsewhere, so that the answer finds its way back', async () => {
    await start();
    const event = new HttpEvent({
      environment: { REQUEST_METHOD: 'GET' },
      accept: 'text/plain',
      headers: { a: '1' },
    });
    const answer = await asked(event);
    assert.deepEqual(answer.environment, { REQUEST_METHOD: 'GET' });
    assert.deepEqual(answer.headers, { a: '1' });
  });

  it('takes answers for errors only where it is told to', async () => {
    const outcomes = async (failOn: 'never' | 'serverError' | 'error') => {
      await start({ failOn });
      const found: unknown[] = [];
      for (const status of [404, 429, 500, 503]) {
        answerWith(status, 'text/plain', 'x');
        await harness.put(new Event());
        await harness.settled();
        const [error] = harness.takeErrors();
        found.push(error === undefined ? status : error.error?.constructor.name);
        harness.takeAll();
      }
      await harness.stop();
      return found;
    };
    assert.deepEqual(await outcomes('never'), [404, 429, 500, 503]);
    assert.deepEqual(await outcomes('serverError'), [
      404,
      'ServiceUnavailable',
      'BadGateway',
      'ServiceUnavailable',
    ]);
    assert.deepEqual(await outcomes('error'), [
      'BadGateway',
      'ServiceUnavailable',
      'BadGateway',
      'ServiceUnavailable',
    ]);
  });

  it('says when nobody is there: 503', async () => {
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    gone.close();
    await once(gone, 'close');
    await start({ url: `http://127.0.0.1:${port}/` });
    const error = await failed();
    assert.instanceOf(error, ServiceUnavailable);
    assert.equal(error.message, 'the server that was asked could not be asked');
    assert.match((error.cause as Error).message, /^http:\/\/127.0.0.1:\d+: .*ECONNREFUSED/);
    assert.isTrue(harness.takeLogs().some(line => /ECONNREFUSED/.test(line.data.message)));
  });

  it('gives up after its time, and ends the request: 408', async () => {
    const clock = new ManualClock();
    let hasCome: () => void = () => {};
    const came = new Promise<void>(resolve => {
      hasCome = resolve;
    });
    let hasGone: () => void = () => {};
    const gone = new Promise<void>(resolve => {
      hasGone = resolve;
    });
    handle = (_request, response) => {
      response.on('close', hasGone);
      hasCome();
    };
    harness = await FlowHarness.start(HTTPClient, {
      name: 'client',
      params: { url: `${at}/`, timeout: 1000 },
      world: world({ clock }),
    });
    await harness.put(new Event());
    await came;
    const error = harness.error();
    clock.advance(1000);
    assert.instanceOf((await error).error, ActorTimeout);
    await gone;
  });

  it('reads no more than it may, unpacked too: 502', async () => {
    await start({ bodyLimit: 1000 });
    answerWith(200, 'text/plain', 'x'.repeat(1001));
    assert.instanceOf(await failed(), BadGateway);
    answerWith(200, 'text/plain', gzipSync('x'.repeat(1_000_000)), { 'content-encoding': 'gzip' });
    assert.match(((await failed()).cause as Error).message, /more than 1000 bytes/);
    answerWith(200, 'text/plain', 'x'.repeat(1000));
    assert.equal((await asked(new Event())).dataString().length, 1000);
  });

  it('says when the response is not what it says, or breaks off: 502', async () => {
    await start();
    answerWith(200, 'application/json', '{"a":');
    assert.instanceOf(await failed(), BadGateway);
    answerWith(200, 'application/xml', '<!DOCTYPE a [<!ENTITY b "x">]><a>&b;</a>');
    assert.instanceOf(await failed(), BadGateway);
    handle = (_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('x');
      response.socket?.destroySoon();
    };
    assert.instanceOf(await failed(), BadGateway);
  });

  it('goes nowhere but where the template says', async () => {
    const cases: [url: string, data: unknown][] = [
      [`${at}/{data}`, '..'],
      [`${at}/{data}`, '.'],
      ['{+data}', 'file:///etc/passwd'],
      ['{+data}', 'no url'],
      [`${at}/{data}`, null],
      [`${at}/{data}`, { a: 1 }],
      [`${at}/{other}`, 'x'],
      [`${at}/{toString}`, 'x'],
    ];
    for (const [url, data] of cases) {
      await start({ url });
      assert.instanceOf(await failed(new Event({ data })), MalformedEventData, `${url} ${data}`);
      await harness.stop();
    }
    await start({ url: `${at}/a/{+data}` });
    const { url } = (await asked(new Event({ data: '/b?c=d' }))).data as { url: string };
    assert.equal(url, '/a//b?c=d');
  });

  it('sends no header that breaks the request apart', async () => {
    await start({ headers: { 'x-key': '{data}' } });
    assert.instanceOf(await failed(new Event({ data: 'a\r\nHost: evil' })), MalformedEventData);
  });

  it('says what is wrong with its parameters', () => {
    const cases: [object | undefined, RegExp][] = [
      [undefined, /client: url must be given/],
      [{ url: '' }, /url must be a text/],
      [{ url: 'http://x', method: 'GET it' }, /method must be a method of HTTP/],
      [{ url: 'http://x', sendData: true }, /sendData does not go with GET/],
      [{ url: 'http://x', failOn: 'often' }, /failOn must be never or serverError or error/],
      [{ url: 'http://x', headers: { a: 1 } }, /headers must be an object of texts/],
    ];
    for (const [params, message] of cases)
      assert.throws(() => new HTTPClient('client', params as HTTPClientParams), message);
  });
});
