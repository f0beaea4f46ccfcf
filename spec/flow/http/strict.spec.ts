/** Requests that two servers in a row could read in two ways: what the flow is told is what the routes have seen. */
import { assert } from 'chai';
import type { Director, Event, HTTPServer } from '../../../lib/flow/index.ts';
import { post, serveWith, talk, Wire } from './support.ts';

describe('HTTPServer, of requests that can be read in two ways,', () => {
  let director: Director;
  let server: HTTPServer;
  let seen: Record<string, unknown>[];
  /** Answers wait for it. */
  let ready: Promise<void>;

  beforeEach(async () => {
    seen = [];
    ready = Promise.resolve();
    const routes = [
      { path: '/echo', queue: 'echo' },
      { path: '/echo/<rest:path>', queue: 'echo' },
    ];
    const change = async (event: Event) => {
      seen.push(event.get('environment') as Record<string, unknown>);
      event.set('pagination', { limit: 1, offset: 1 });
      await ready;
    };
    const served = await serveWith(change, {
      routesConfig: { routes: [...routes, { path: '/*', queue: 'echo' }] },
    });
    ({ director, server } = served);
  });
  afterEach(() => director.stop());

  const get = (target: string, headers: readonly string[] = []) =>
    talk(server.port, [`GET ${target} HTTP/1.1`, 'Host: test', ...headers, '', ''].join('\r\n'));

  it('tells the path alone of one that names a server as well, as to a proxy', async () => {
    const answer = await get('http://evil.test/echo/a?b=1');
    assert.include(seen[0], { PATH_INFO: '/echo/a', QUERY_STRING: 'b=1' });
    assert.notInclude(answer.split('\r\n\r\n')[1], 'evil.test');
    await get('HTTP://evil.test');
    assert.include(seen[1], { PATH_INFO: '/', QUERY_STRING: '' });
  });

  it('tells the path without a fragment, which the routes do not see either', async () => {
    await get('/echo/a?b=1#/admin');
    assert.include(seen[0], { PATH_INFO: '/echo/a', QUERY_STRING: 'b=1' });
    await get('/echo#?b=1');
    assert.include(seen[1], { PATH_INFO: '/echo', QUERY_STRING: '' });
  });

  it('makes no link to another server of a path that begins with two slashes', async () => {
    const wire = await Wire.open(server.port);
    wire.write('GET //evil.test/x HTTP/1.1\r\nHost: test\r\n\r\n');
    assert.include(await wire.has('_pagination'), '"prev":"/evil.test/x?');
    wire.end();
  });

  it('leaves out headers with an underscore: they would be taken for those with a dash', async () => {
    await get('/echo', ['X_User: mallory', 'X-User: ada', 'X_Role: admin']);
    assert.include(seen[0], { HTTP_X_USER: 'ada' });
    assert.notProperty(seen[0], 'HTTP_X_ROLE');
  });

  it('refuses one with two Hosts', async () => {
    assert.match(await get('/echo', ['Host: other']), /^HTTP\/1.1 400 /);
    assert.lengthOf(seen, 0);
  });

  for (const [what, headers] of [
    ['a length and chunks', ['Content-Length: 3', 'Transfer-Encoding: chunked']],
    ['two lengths', ['Content-Length: 2', 'Content-Length: 3']],
    ['an unknown transfer', ['Transfer-Encoding: xchunked']],
    ['a folded header', ['X-A: b', ' c']],
  ] as const)
    it(`refuses one with ${what}, and reads nothing more of it`, async () => {
      const wire = await Wire.open(server.port);
      const next = 'GET /echo/smuggled HTTP/1.1\r\nHost: test\r\n\r\n';
      wire.write(['POST /echo HTTP/1.1', 'Host: test', ...headers, '', `0\r\n\r\n${next}`].join('\r\n'));
      assert.match(await wire.closed(), /^HTTP\/1.1 400 /);
      assert.deepEqual(
        seen.filter(({ PATH_INFO }) => PATH_INFO !== '/echo'),
        [],
      );
    });

  it('refuses a body in an encoding that it does not undo', async () => {
    const json = 'Content-Type: application/json';
    assert.match(
      await talk(server.port, post('/echo', '{}', [json, 'Content-Encoding: gzip'])),
      /^HTTP\/1.1 415 /,
    );
    assert.match(
      await talk(server.port, post('/echo', '{}', [json, 'Content-Encoding: identity'])),
      /^HTTP\/1.1 200 /,
    );
  });

  it('answers what has begun, and not garbage that follows it, in its place', async () => {
    let go = () => {};
    ready = new Promise(resolve => {
      go = resolve;
    });
    const wire = await Wire.open(server.port);
    wire.write(`${post('/echo', '{"a":1}')}\u0001garbage\r\n\r\n`);
    while (server.pending === 0 || seen.length === 0) await new Promise(resolve => setImmediate(resolve));
    for (let i = 0; i < 10; i++) await new Promise(resolve => setImmediate(resolve));
    go();
    const answer = await wire.closed();
    assert.match(answer, /^HTTP\/1.1 200 OK\r\n/);
    assert.match(answer, /connection: close/i);
    assert.equal(answer.split('HTTP/1.1').length, 2);
  });
});
