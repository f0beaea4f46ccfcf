import { request } from 'node:http';
import { assert } from 'chai';
import {
  FormHttpEvent,
  HttpEvent,
  JSONEvent,
  JSONHttpEvent,
  ResourceNotFound,
  XMLHttpEvent,
} from '../../../lib/flow/events/index.ts';
import { type Event, FlowActor, FlowHarness, HTTPServer } from '../../../lib/flow/index.ts';
import { local, post, serve, serveWith, talk, urlOf, Wire } from './support.ts';

const json = { 'content-type': 'application/json' };
const xml = { 'content-type': 'application/xml' };

describe('HTTPServer', () => {
  let harness: FlowHarness<HTTPServer>;
  let url: string;
  const start = async (params?: object, outboxes?: readonly string[]) => {
    harness = await serve(params, undefined, outboxes);
    url = urlOf(harness.actor);
  };
  afterEach(() => harness?.stop());

  /** Sends a request, answers its event, and gives the response. */
  async function round(path: string, init: RequestInit, answer: (event: HttpEvent) => void = () => {}) {
    const response = fetch(url + path, init);
    const event = (await harness.next()) as HttpEvent;
    answer(event);
    await harness.put(event);
    return { response: await response, event };
  }

  describe('a request', () => {
    beforeEach(() => start());

    it('becomes an event of the class of its media type', async () => {
      const cases = [
        ['application/json', '{"a":1}', JSONHttpEvent, '{"a":1}'],
        ['application/json; charset=utf-8', '[1]', JSONHttpEvent, '[1]'],
        ['text/xml', '<a>1</a>', XMLHttpEvent, '<a>1</a>'],
        ['application/xml', '<a>1</a>', XMLHttpEvent, '<a>1</a>'],
        ['text/html', '<a>1</a>', XMLHttpEvent, '<a>1</a>'],
        ['text/plain', 'hello', HttpEvent, 'hello'],
        ['application/x-www-form-urlencoded', 'XML=%3Ca%2F%3E', XMLHttpEvent, '<a/>'],
        ['application/x-www-form-urlencoded', 'json=%7B%22a%22%3A1%7D', JSONHttpEvent, '{"a":1}'],
        ['application/x-www-form-urlencoded', 'a=1&b=2&b=3', FormHttpEvent, 'a=1&b=2&b=3'],
      ] as const;
      for (const [type, body, Class, text] of cases) {
        const { event } = await round('/echo', { method: 'POST', headers: { 'content-type': type }, body });
        assert.equal(event.constructor, Class, `${type} ${body}`);
        assert.equal(event.dataString(), text);
      }
    });

    it('is a form with all its fields, and none at all of what is too long', async () => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const fields = (count: number) => Array.from({ length: count }, (_, at) => `f${at}=1`).join('&');
      const { event } = await round('/echo', { method: 'POST', headers, body: fields(5000) });
      assert.lengthOf(Object.keys(event.data as object), 5000);
      for (const body of [fields(10_001), '__proto__=1']) {
        const { status } = await fetch(`${urlOf(harness.actor)}/echo`, { method: 'POST', headers, body });
        assert.equal(status, 400);
      }
    });

    it('without a type is JSON, without a body has none', async () => {
      const wire = await Wire.open(harness.actor.port);
      wire.write(post('/echo', '{"a":1}'));
      const event = await harness.next();
      assert.instanceOf(event, JSONHttpEvent);
      assert.deepEqual(event.data, { a: 1 });
      wire.end();
      const { event: bare } = await round('/echo', {});
      assert.deepEqual(bare.data, {});
    });

    it('brings its environment, query, service and what the client accepts', async () => {
      const { event } = await round('/echo?a=1&b=2&b=x%20y', {
        headers: { accept: 'application/json', 'x-trace': 'T' },
      });
      const { REQUEST_METHOD, PATH_INFO, QUERY_STRING, REMOTE_ADDR, HTTP_X_TRACE } = event.environment;
      assert.deepEqual(
        { REQUEST_METHOD, PATH_INFO, QUERY_STRING, REMOTE_ADDR, HTTP_X_TRACE },
        {
          REQUEST_METHOD: 'GET',
          PATH_INFO: '/echo',
          QUERY_STRING: 'a=1&b=2&b=x%20y',
          REMOTE_ADDR: '127.0.0.1',
          HTTP_X_TRACE: 'T',
        },
      );
      assert.deepEqual(event.get('queryStringData'), { a: '1', b: ['2', 'x y'] });
      assert.equal(event.service, 'echo');
      assert.equal(event.get('accept'), 'application/json');
      assert.match(event.eventId, /^[0-9a-f]{32}$/);
    });

    it('may have a slash at its end', async () => {
      const { response } = await round('/echo/', {});
      assert.equal(response.status, 200);
    });

    it('can not smuggle in a prototype by its query', async () => {
      const { event } = await round('/echo?__proto__=x&a=1', {});
      assert.deepEqual(event.get('queryStringData'), { a: '1' });
    });
  });

  describe('the answer', () => {
    beforeEach(() => start());

    it('is the data of the event in its format', async () => {
      const { response } = await round('/echo', { method: 'POST', headers: xml, body: '<a>1</a>' });
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('content-type'), 'application/xml');
      assert.equal(await response.text(), '<a>1</a>');
    });

    it('is JSON in data, lists as objects; not twice, and not where the event says no', async () => {
      const cases: [unknown, boolean | undefined, string][] = [
        [{ a: 1 }, undefined, '{"data":{"a":1}}'],
        [[1, 2], undefined, '{"data":[1,2]}'],
        [{ data: [1] }, undefined, '{"data":[1]}'],
        [{ data: [1], more: 1 }, undefined, '{"data":{"data":[1],"more":1}}'],
        [{ a: 1 }, false, '{"a":1}'],
      ];
      for (const [data, wraps, text] of cases) {
        const { response } = await round('/echo', { method: 'POST', headers: json, body: '{}' }, event => {
          event.data = data;
          if (wraps !== undefined) event.set('useResponseWrapper', wraps);
        });
        assert.equal(await response.text(), text);
      }
    });

    it('is in the format that the client accepts', async () => {
      const accept = async (type: string, headers: Record<string, string>, body: string) => {
        const { response } = await round('/echo', {
          method: 'POST',
          headers: { ...headers, accept: type },
          body,
        });
        return [response.headers.get('content-type'), await response.text()];
      };
      assert.deepEqual(await accept('application/xml', json, '{"a":1}'), ['application/xml', '<a>1</a>']);
      assert.deepEqual(await accept('text/plain', json, '{"a":1}'), ['application/json', '{"data":{"a":1}}']);
      assert.deepEqual(await accept('application/json', xml, '<ack ref="7">ok</ack>'), [
        'application/json',
        '{"data":{"ack":{"@ref":"7","#text":"ok"}}}',
      ]);
      assert.deepEqual(
        await accept('text/plain;q=0.1, application/json', { 'content-type': 'text/plain' }, 'hi'),
        ['application/json', '{"data":"hi"}'],
      );
      assert.deepEqual(await accept('application/xml', { 'content-type': 'text/plain' }, 'no xml'), [
        'text/plain',
        'no xml',
      ]);
      assert.deepEqual(await accept('nonsense', json, '{"a":1}'), ['application/json', '{"data":{"a":1}}']);
      assert.isTrue(
        harness.takeLogs().some(line => line.data.level === 'WARNING' && /Accept/.test(line.data.message)),
      );
    });

    it('has the status and the headers of the event', async () => {
      const { response } = await round('/echo', {}, event => {
        event.status = '202 Taken';
        event.headers = { 'X-One': '1', 'Content-Length': '9999', 'Transfer-Encoding': 'nonsense' };
      });
      assert.deepEqual(
        [response.status, response.statusText, response.headers.get('x-one')],
        [202, 'Taken', '1'],
      );
      assert.equal(await response.text(), '{"data":{}}');
    });

    it('has no body for 204', async () => {
      const { response } = await round('/echo', {}, event => {
        event.status = 204;
      });
      assert.deepEqual([response.status, await response.text()], [204, '']);
    });

    it('is 500 when the event can not be sent', async () => {
      const spoil: ((event: HttpEvent) => void)[] = [
        event => {
          event.headers = { 'x-bad': 'a\r\nSet-Cookie: stolen=1' };
        },
        event => {
          event.headers = { 'bad name': '1' };
        },
        event => {
          event.status = 102;
        },
      ];
      for (const one of spoil) {
        const { response } = await round('/echo', {}, one);
        assert.equal(response.status, 500);
        assert.isNull(response.headers.get('set-cookie'));
        assert.deepEqual(await response.json(), {
          errors: [{ message: 'the answer could not be made', code: 'FLOW' }],
        });
      }
    });

    it('says what went wrong, in the format of the client', async () => {
      const fail = (event: HttpEvent) => {
        event.error = new ResourceNotFound(['no such order', 'look again']);
      };
      const { response } = await round('/echo', { headers: { accept: 'application/json' } }, fail);
      assert.equal(response.status, 404);
      assert.deepEqual(await response.json(), {
        errors: [
          { message: 'no such order', code: 'NOT_FOUND' },
          { message: 'look again', code: 'NOT_FOUND' },
        ],
      });
      const { response: inXml } = await round('/echo', { headers: { accept: 'application/xml' } }, fail);
      assert.equal(inXml.headers.get('content-type'), 'application/xml');
      assert.match(await inXml.text(), /^<errors><error><message>no such order<\/message>/);
      const text = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' };
      const { response: inText } = await round('/echo', text, fail);
      assert.equal(await inText.text(), 'no such order\nlook again');
    });

    it("does not tell what is nobody else's business", async () => {
      const { response } = await round('/echo', {}, event => {
        event.error = new Error('the password of the database is 1234');
      });
      assert.equal(response.status, 500);
      assert.deepEqual(await response.json(), { errors: [{ message: 'Internal Server Error', code: null }] });
    });

    it('links to the pages before and after', async () => {
      const page = async (data: unknown[], offset: number) => {
        const { response } = await round('/echo?q=x', {}, event => {
          event.data = data;
          event.set('pagination', { limit: 2, offset });
        });
        return ((await response.json()) as { _pagination: unknown })._pagination;
      };
      assert.deepEqual(await page([1, 2], 2), {
        prev: '/echo?q=x&limit=2&offset=0',
        next: '/echo?q=x&limit=2&offset=4',
      });
      assert.deepEqual(await page([1], 4), { prev: '/echo?q=x&limit=2&offset=2' });
    });

    it('to HEAD has the headers of GET and no body', async () => {
      const { response, event } = await round('/echo', { method: 'HEAD' }, event => {
        event.data = { a: 1 };
      });
      assert.equal(event.method, 'HEAD');
      assert.equal(response.headers.get('content-length'), '16');
      assert.equal(await response.text(), '');
    });

    it('is only the first one, and later ones are logged', async () => {
      const { event } = await round('/echo', {});
      harness.takeLogs();
      await harness.put(event);
      await harness.settled();
      const [line] = harness.takeLogs();
      assert.match(
        line?.data.message ?? '',
        /^Received event response for an unknown event ID: [0-9a-f]{32}$/,
      );
    });

    it('wants no class of HTTP', async () => {
      const response = fetch(`${url}/echo`);
      const { eventId } = await harness.next();
      await harness.put(new JSONEvent({ eventId, data: { a: 1 } }));
      assert.deepEqual(await (await response).json(), { data: { a: 1 } });
    });
  });

  describe('bad input', () => {
    beforeEach(() => start({ bodyLimit: 1000 }));
    afterEach(async () => {
      const { response } = await round('/echo', {});
      assert.equal(response.status, 200, 'the server goes on');
    });

    const bad: [what: string, path: string, type: string, body: string, status: number][] = [
      ['XML that is not well-formed', '/echo', 'application/xml', '<order>', 400],
      [
        'an entity bomb',
        '/echo',
        'application/xml',
        '<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;">]><a>&c;</a>',
        400,
      ],
      ['XML that goes too deep', '/echo', 'application/xml', '<a>'.repeat(300), 400],
      ['broken JSON', '/echo', 'application/json', '{"a":', 400],
      ['a key __proto__', '/echo', 'application/json', '{"__proto__":1}', 400],
      ['an empty form', '/echo', 'application/x-www-form-urlencoded', '&', 400],
      ['an unknown charset', '/echo', 'text/plain; charset=klingon', 'x', 400],
      ['an unknown outbox', '/nowhere', 'application/json', '{}', 404],
      ['an unknown path', '/echo/more', 'application/json', '{}', 404],
      ['a type that is not taken', '/echo', 'image/png', 'x', 415],
      ['a type that is none', '/echo', ';;;', 'x', 415],
      ['a body that is too long', '/echo', 'application/json', `"${'x'.repeat(1000)}"`, 413],
      ['a path that is wrong', '/%zz', 'application/json', '{}', 400],
    ];
    for (const [what, path, type, body, status] of bad) {
      it(`${what} is ${status}, as JSON or XML as the client likes`, async () => {
        const send = (accept: string) =>
          talk(harness.actor.port, post(path, body, [`Content-Type: ${type}`, `Accept: ${accept}`]));
        const inJson = await send('application/json');
        assert.match(inJson, new RegExp(`^HTTP/1.1 ${status} `));
        assert.match(inJson, /content-type: application\/json\r\n[\s\S]*\{"errors":\[\{"message":/i);
        const inXml = await send('application/xml');
        assert.match(inXml, new RegExp(`^HTTP/1.1 ${status} `));
        assert.match(inXml, /content-type: application\/xml\r\n[\s\S]*<errors><error><message>/i);
        assert.equal(harness.actor.pending, 0);
      });
    }

    it('a body of 1 GB is 413 before it is sent', async () => {
      const wire = await Wire.open(harness.actor.port);
      wire.write('POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 1073741824\r\n\r\n');
      await wire.has(/^HTTP\/1.1 413 Payload Too Large\r\n/);
      wire.end();
    });

    it('a body of no known length is 413 when it gets too long, and is not read on', async () => {
      const wire = await Wire.open(harness.actor.port);
      wire.write('POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n');
      for (let i = 0; i < 3; i++) wire.write(`200\r\n${'x'.repeat(512)}\r\n`);
      assert.match(await wire.closed(), /^HTTP\/1.1 413 Payload Too Large\r\n[\s\S]*connection: close/i);
    });

    it('a client that waits for leave to send too much does not get it', async () => {
      const wire = await Wire.open(harness.actor.port);
      wire.write('POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 5000\r\nExpect: 100-continue\r\n\r\n');
      await wire.has(/^HTTP\/1.1 413 /);
      wire.end();
    });

    it('a client that waits for leave to send what is allowed gets it', async () => {
      const wire = await Wire.open(harness.actor.port);
      wire.write('POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n');
      await wire.has('100 Continue');
      wire.write('{}');
      await harness.put(await harness.next());
      await wire.has(' 200 OK');
      wire.end();
    });

    for (const [what, text] of [
      ['no HTTP', 'hello?\r\n\r\n'],
      ['two lengths', 'POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx'],
      ['a length that is no number', 'POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: -5\r\n\r\n'],
      [
        'a length and chunks',
        'POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      ],
      ['a header with a control character', 'GET /echo HTTP/1.1\r\nHost: t\r\nX: a\u0000b\r\n\r\n'],
    ] as const) {
      it(`${what} is 400, and the connection ends`, async () => {
        const wire = await Wire.open(harness.actor.port);
        wire.write(text);
        assert.match(await wire.closed(), /^HTTP\/1.1 400 Bad Request\r\n/);
      });
    }

    it('headers without end are 431', async () => {
      const wire = await Wire.open(harness.actor.port);
      wire.write(`GET /echo HTTP/1.1\r\nHost: t\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
      assert.match(await wire.closed(), /^HTTP\/1.1 431 /);
    });

    it('a body that breaks off is forgotten', async () => {
      const wire = await Wire.open(harness.actor.port);
      wire.write('POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 100\r\n\r\n{');
      wire.socket.end();
      await wire.closed();
      assert.equal(harness.actor.pending, 0);
    });
  });

  describe('slow clients', () => {
    it('get 408 when their headers do not come, and the connection ends', async () => {
      await start({ headersTimeout: 100 });
      const wire = await Wire.open(harness.actor.port);
      wire.write('GET /echo HTTP/1.1\r\nHost: t\r\nX-Slow');
      assert.match(await wire.closed(), /^HTTP\/1.1 408 Request Timeout\r\n/);
    });

    it('get 408 when their body does not come', async () => {
      await start({ requestTimeout: 100 });
      const wire = await Wire.open(harness.actor.port);
      wire.write('POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 100\r\n\r\n{"a":');
      assert.match(await wire.closed(), /^HTTP\/1.1 408 Request Timeout\r\n/);
      assert.equal(wire.text.match(/HTTP\/1.1/g)?.length, 1);
      assert.equal(harness.actor.pending, 0);
    });

    it('that go away before the answer are forgotten, and the answer is only logged', async () => {
      await start();
      const wire = await Wire.open(harness.actor.port);
      wire.write('GET /echo HTTP/1.1\r\nHost: t\r\n\r\n');
      const event = await harness.next();
      assert.equal(harness.actor.pending, 1);
      wire.end();
      await harness.director.settled();
      assert.equal(harness.actor.pending, 0);
      await harness.put(event);
      await harness.settled();
      assert.isTrue(harness.takeLogs().some(line => /unknown event ID/.test(line.data.message)));
    });
  });

  describe('the time limit', () => {
    it('is 408 for the client; the table is empty, and the late answer is ignored', async () => {
      await start({ timeout: 20 });
      const response = await fetch(`${url}/echo`);
      assert.equal(response.status, 408);
      assert.match(await response.text(), /there was no answer within 20 ms/);
      assert.equal(harness.actor.pending, 0);
      await harness.put(await harness.next());
      await harness.settled();
      assert.isTrue(harness.takeLogs().some(line => /unknown event ID/.test(line.data.message)));
    });
  });

  describe('too many requests', () => {
    it('are 503 with a time to come back', async () => {
      await start({ maxPending: 1 });
      const first = fetch(`${url}/echo`);
      const event = await harness.next();
      const second = await fetch(`${url}/echo`);
      assert.deepEqual([second.status, second.headers.get('retry-after')], [503, '1']);
      await harness.put(event);
      assert.equal((await first).status, 200);
    });
  });

  describe('routes', () => {
    const routes = (...given: object[]) => ({ routesConfig: { routes: given } });

    it('take only their methods; others are 405 with those that are', async () => {
      await start(routes({ path: '/<queue>', method: ['POST', 'GET'] }));
      const response = await fetch(`${url}/echo`, { method: 'PUT', body: '{}' });
      assert.deepEqual([response.status, response.headers.get('allow')], [405, 'GET, HEAD, OPTIONS, POST']);
      const options = await fetch(`${url}/echo`, { method: 'OPTIONS' });
      assert.deepEqual([options.status, options.headers.get('allow')], [204, 'GET, HEAD, OPTIONS, POST']);
    });

    it('may be JSON, with the names of older versions', async () => {
      await start({
        routesConfig: JSON.stringify({
          routes: [
            { id: 'base', path: '/v1/', method: ['GET'], queue: 'echo' },
            { path: '/<queue>/<id:re:[0-9]+>', base_path: 'base', method: ['GET'] },
          ],
        }),
      });
      const { event } = await round('/v1/echo/42', {});
      assert.equal(event.get('id'), '42');
      assert.equal((await fetch(`${url}/v1/echo/x42`)).status, 404);
    });

    it('with the same path are told apart by the method', async () => {
      await start(
        routes({ path: '/a', method: 'GET', queue: 'one' }, { path: '/a', method: 'POST', queue: 'two' }),
        ['one', 'two'],
      );
      assert.equal((await round('/a', {})).event.service, 'one');
      assert.equal((await round('/a', { method: 'POST' })).event.service, 'two');
    });

    it('lead to the outbox with the name of the actor when nothing else is said', async () => {
      await start(routes({ path: '/', method: 'GET' }), ['http']);
      assert.equal((await round('/', {})).event.service, 'http');
    });

    it('take more types, or any', async () => {
      await start(
        routes(
          { path: '/a', ctypes: ['image/png'], queue: 'echo' },
          { path: '/b', ignoreCtype: true, queue: 'echo' },
        ),
      );
      const png = {
        method: 'POST',
        headers: { 'content-type': 'image/png' },
        body: new Uint8Array([1, 2, 255]),
      };
      const { event } = await round('/a', png);
      assert.deepEqual(event.data, Buffer.from([1, 2, 255]));
      assert.equal((await round('/b', png)).response.status, 200);
      for (let again = 0; again < 2; again++) {
        const gif = { method: 'POST', headers: { 'content-type': 'image/gif' }, body: 'x' };
        assert.equal((await fetch(`${url}/a`, gif)).status, 415);
      }
    });

    it('that make no sense are refused before anything starts', async () => {
      const refused = async (given: unknown, message: RegExp) => {
        try {
          await start({ routesConfig: given });
        } catch (error) {
          assert.match((error as Error).message, message);
          return;
        }
        assert.fail(`${JSON.stringify(given)} was taken`);
      };
      await refused('{', /http: routesConfig is no JSON/);
      await refused({ routes: [] }, /routesConfig must be/);
      await refused({ routes: [{ path: 'a' }] }, /begins with a slash/);
      await refused({ routes: [{ path: '/a', basePath: 'x' }] }, /no route has the id "x"/);
      await refused({ routes: [{ path: '/<data>' }] }, /every event has "data" already/);
      await refused({ routes: [{ path: '/<a>/<a>' }] }, /has "a" twice/);
      await refused({ routes: [{ path: '/a', method: 'BREW' }] }, /BREW is none of GET/);
      await refused({ routes: [{ path: '/a', colour: 1 }] }, /a route has no "colour"/);
      await refused({ routes: [{ path: '/a' }, { path: '/a', method: 'GET' }] }, /two routes take the same/);
      await refused({ routes: [{ path: '/a', queue: 'nowhere' }] }, /outbox nowhere, which is not connected/);
      await refused(
        {
          routes: [
            { id: 'a', path: '/a', basePath: 'b' },
            { id: 'b', path: '/b', basePath: 'a' },
          ],
        },
        /in a circle/,
      );
    });
  });

  it('calls the hooks of plugins, in their order', async () => {
    const seen: string[] = [];
    const plugin = (name: string) =>
      Object.assign(
        async (app: { addHook(name: string, hook: (...args: unknown[]) => Promise<void>): void }) => {
          app.addHook('onRequest', async () => void seen.push(name));
        },
        { [Symbol.for('skip-override')]: true },
      );
    await start({ plugins: [plugin('one'), [plugin('two'), {}]] });
    await round('/echo', {});
    assert.deepEqual(seen, ['one', 'two']);
  });

  it('sends its own errors on where that is wanted', async () => {
    await start({ sendErrors: true });
    assert.equal((await fetch(`${url}/nowhere?x=1`)).status, 404);
    const event = (await harness.error()) as HttpEvent;
    assert.instanceOf(event.error, ResourceNotFound);
    const { PATH_INFO } = event.environment;
    assert.equal(PATH_INFO, '/nowhere');
  });

  it('says what is wrong with its parameters', () => {
    const cases: [object, RegExp][] = [
      [{ port: 70_000 }, /^http: port must be a port from 0 to 65535, not 70000/],
      [{ bodyLimit: -1 }, /bodyLimit must be a whole number of bytes/],
      [{ timeout: 0 }, /timeout must be more than 0 ms/],
      [{ keyFile: 'a.pem' }, /keyFile and certFile belong together/],
      [{ accessLog: 'yes' }, /accessLog must be true or false/],
    ];
    for (const [params, message] of cases) assert.throws(() => new HTTPServer('http', params), message);
  });

  describe('in a flow', () => {
    it('answers 500 when an actor fails that has no error queue, and the error actor hears of it', async () => {
      const { director, url } = await serveWith(() => {
        throw new Error('boom');
      });
      const response = await fetch(`${url}/echo`);
      assert.equal(response.status, 500);
      assert.notMatch(await response.text(), /boom/);
      await director.stop();
    });

    it('stops: what is under way is answered, and nobody else gets in', async () => {
      let answer: () => void = () => {};
      let arrived: () => void = () => {};
      const hasArrived = new Promise<void>(resolve => {
        arrived = resolve;
      });
      const { director, server, url } = await serveWith(() => {
        arrived();
        return new Promise<void>(resolve => {
          answer = resolve;
        });
      });
      const { port } = server;
      const idle = await Wire.open(port);
      idle.write('GET /nowhere HTTP/1.1\r\nHost: t\r\n\r\n');
      await idle.has(' 404 ');
      const response = fetch(`${url}/echo`);
      await hasArrived;
      const stopped = director.stop();
      await idle.closed();
      const refused = await fetch(`${url}/echo`).then(
        () => 'taken',
        error => (error as { cause: { code: string } }).cause.code,
      );
      assert.equal(refused, 'ECONNREFUSED');
      answer();
      const { status, headers } = await response;
      assert.deepEqual([status, headers.get('connection')], [200, 'close']);
      await stopped;
    });

    it('answers fifty clients at once, each with its own', async () => {
      const { director, server, url } = await serveWith(async (event: Event) => {
        const { n } = event.data as { n: number };
        await new Promise<void>(resolve => setImmediate(resolve));
        event.data = { n: n * 2 };
      });
      const answers = await Promise.all(
        Array.from({ length: 50 }, async (_, n) => {
          const response = await fetch(`${url}/echo`, { method: 'POST', headers: json, body: `{"n":${n}}` });
          return ((await response.json()) as { data: { n: number } }).data.n;
        }),
      );
      assert.deepEqual(
        answers,
        Array.from({ length: 50 }, (_, n) => n * 2),
      );
      assert.equal(server.pending, 0);
      await director.stop();
    });

    it('logs a request under one id, with the service and the time', async () => {
      const { director, url, log } = await serveWith(() => {});
      await fetch(`${url}/echo`);
      await director.stop();
      const lines = log.lines.map(line => line.data as { id: string; message: string });
      const received = lines.find(({ message }) => message === 'Received GET request for service echo');
      const returned = lines.find(({ message }) =>
        /^\[200 OK\] Returned in \d+ ms by service echo$/.test(message),
      );
      assert.isDefined(received);
      assert.equal(received?.id, returned?.id);
    });

    it('tells those who wait when it crashes, and the next one listens', async () => {
      class Fragile extends HTTPServer {
        override consume(event: HttpEvent): void {
          if (event.get('crash', false) === true) FlowActor.fatal(new Error('broken'));
          super.consume(event);
        }
      }
      await using harness = await FlowHarness.start(Fragile, {
        name: 'http',
        params: local,
        outboxes: ['echo'],
      });
      const first = fetch(`${urlOf(harness.actor)}/echo`);
      const event = await harness.next();
      event.set('crash', true);
      await harness.put(event);
      assert.equal((await first).status, 503);
      const present = () => harness.director.getActor('http') as HTTPServer;
      while (present() === harness.actor || present().port === 0)
        await new Promise(resolve => setImmediate(resolve));
      const next = present();
      const third = fetch(`${urlOf(next)}/echo`);
      await harness.put(await harness.next());
      assert.equal((await third).status, 200);
      assert.equal(next.pending, 0);
    });

    it('does not start on a port that is taken', async () => {
      const { director, server } = await serveWith(() => {});
      const failure = await serve({ port: server.port }).catch(error => error);
      assert.match(String(failure.message), /can't listen at 127\.0\.0\.1:\d+: .*EADDRINUSE/);
      await director.stop();
    });

    it('keeps connections for the next request', async () => {
      const { director, server } = await serveWith(() => {});
      const wire = await Wire.open(server.port);
      for (let n = 1; n <= 3; n++) {
        wire.write('GET /echo HTTP/1.1\r\nHost: t\r\n\r\n');
        await wire.has(new RegExp(`^([\\s\\S]*HTTP/1.1 200 OK){${n}}`));
      }
      wire.end();
      await director.stop();
    });
  });

  it('answers with several cookies and lists of headers', async () => {
    await start();
    const cookies = new Promise<string[] | undefined>(resolve => {
      request(`${url}/echo`, response => resolve(response.headers['set-cookie'])).end();
    });
    const event = (await harness.next()) as HttpEvent;
    Object.assign(event.headers, { 'Set-Cookie': ['a=1', 'b=2'] });
    await harness.put(event);
    assert.deepEqual(await cookies, ['a=1', 'b=2']);
  });
});
