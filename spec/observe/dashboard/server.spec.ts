import { connect } from 'node:net';
import { assert } from 'chai';
import {
  Actor,
  ErrorIgnored,
  Node,
  oneForOne,
  Restart,
  SupervisionWarning,
  silentLogger,
} from '../../../lib/index.ts';
import { type DashboardOptions, dashboard } from '../../../lib/observe/index.ts';
import { gate, heard, rejection, startNode } from '../../core/support.ts';
import { ask, command, letCircle, letGrow, listen, showNode, token } from './support.ts';

class Worker extends Actor {
  override receive(message: unknown) {
    if (message === 'fail') throw new Error('as told');
  }
}

const bearer = { authorization: `Bearer ${token}` };
const query = (questions: unknown) => `/api/live?q=${encodeURIComponent(JSON.stringify(questions))}`;

describe('dashboard()', () => {
  it('serves a page of its own files alone', async () => {
    const { board } = await showNode();
    assert.equal(board.url, `http://127.0.0.1:${board.port}/`);
    const page = await ask(board, '/');
    assert.equal(page.status, 200);
    assert.match(page.headers['content-type'] as string, /^text\/html/);
    assert.include(page.headers['content-security-policy'], "default-src 'self'");
    assert.include(page.headers['content-security-policy'], "frame-ancestors 'none'");
    assert.equal(page.headers['x-content-type-options'], 'nosniff');
    assert.equal(page.headers['cache-control'], 'no-store');
    assert.isUndefined(page.headers['access-control-allow-origin']);
    assert.notMatch(page.text, /https?:|\/\/[a-z]/i, 'it names another host');
    assert.equal((await ask(board, '/vendor/preact.js')).status, 200);
    for (const path of ['/../dashboard.ts', '/%2e%2e/dashboard.ts', '/server.ts', '/page/index.html', '//x/'])
      assert.equal((await ask(board, path)).status, 404, path);
  });

  it('has the metrics of the node, for whoever may look', async () => {
    const { node, clock, board } = await showNode({ token });
    assert.equal((await ask(board, '/metrics')).status, 401);
    const scrape = async () => (await ask(board, '/metrics', { headers: bearer })).text;
    await scrape(); // it measures from here on
    const worker = node.spawn(Worker);
    for (let i = 0; i < 7; i++) worker.tell(i);
    await clock.settle();
    assert.match(await scrape(), /^troupe_messages_handled_total\{.*class="Worker".*\} 7$/m);
  });

  it('answers questions with what the node does', async () => {
    const { node, clock, board } = await showNode();
    await ask(board, '/api/overview'); // it measures from here on
    const busy = node.spawn(Worker, { name: 'busy' });
    node.spawn(Worker, { name: 'idle' });
    for (let i = 0; i < 300; i++) busy.tell(i);
    busy.tell('fail');
    await clock.advance(1000);
    const { json } = await ask(board, '/api/actors?sort=rate&limit=1');
    const [{ path, handled, rate, restarts, lastError }] = json.rows;
    assert.deepEqual([json.total, path, handled, rate, restarts], [2, '/busy', 301, 301, 1]);
    assert.equal(lastError.text, 'Error: as told');
    const overview = (await ask(board, '/api/overview')).json;
    assert.deepEqual([overview.rates.handled, overview.stats.restarts], [301, 1]);
    const events = (await ask(board, '/api/events?levels=error&levels=warn&subject=busy')).json;
    assert.deepEqual(
      events.map(({ kind }: { kind: string }) => kind),
      ['ActorRestarted', 'ActorError'],
    );
    const outline = (await ask(board, '/api/outline')).json;
    assert.deepEqual(
      outline.rows.map((line: { key: string }) => line.key),
      ['/busy', '/idle'],
    );
    assert.equal((await ask(board, '/api/actor?path=/busy')).json.className, 'Worker');
  });

  it('says what is wrong with a question', async () => {
    const { board } = await showNode();
    const errorOf = async (path: string) => {
      const { status, json } = await ask(board, path);
      return [status, json.error];
    };
    assert.deepEqual(await errorOf('/api/actor?path=/nobody'), [404, 'there is no such actor on this node']);
    assert.include((await errorOf('/api/colour'))[1], 'there is no question "colour"');
    assert.include((await errorOf('/api/actors?colour=red'))[1], 'there is no parameter "colour"');
    assert.include((await errorOf('/api/actors?sort=red'))[1], 'sort must be one of path, rate');
    assert.deepEqual(await errorOf('/api/actors?limit=-1'), [
      400,
      'limit must be a whole number from 0 up, not "-1"',
    ]);
    assert.include((await errorOf('/api/actors?system=perhaps'))[1], 'system must be true or false');
    assert.deepEqual(await errorOf('/api/live?q=%7B'), [400, 'q must be JSON, such as [["overview", {}]]']);
    assert.equal((await errorOf(query([['actors', { sort: 'red' }]])))[0], 400);
    assert.equal((await errorOf(query(Array(7).fill(['overview']))))[0], 400);
    assert.equal((await errorOf('/nothing'))[0], 404);
  });

  it('gives no more than is good at once', async () => {
    const { node, clock, board } = await showNode();
    for (let i = 0; i < 700; i++) node.spawn(Worker);
    await clock.settle();
    const { json } = await ask(board, '/api/actors?limit=100000');
    assert.deepEqual([json.total, json.rows.length], [700, 500]);
  });

  it('knows GET, HEAD and POST, and has no body for HEAD', async () => {
    const { board } = await showNode();
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE']) {
      const { status, headers } = await ask(board, '/', { method });
      assert.deepEqual([method, status, headers.allow], [method, 405, 'GET, HEAD, POST']);
    }
    const head = await ask(board, '/api/overview', { method: 'HEAD' });
    assert.deepEqual([head.status, head.text], [200, '']);
    assert.equal((await ask(board, '/api/live', { method: 'HEAD' })).status, 405);
  });

  it('measures only while somebody looks, and remembers from its beginning', async () => {
    const { node, clock, board } = await showNode();
    const worker = node.spawn(Worker, { name: 'worker' });
    worker.tell(1);
    await clock.settle();
    const handled = async () => (await ask(board, '/api/actor?path=/worker')).json.handled;
    assert.equal(await handled(), 0);
    worker.tell(2);
    await clock.settle();
    assert.equal(await handled(), 1);
    await clock.advance(10_000);
    worker.tell(3);
    await clock.settle();
    assert.equal(await handled(), 1);
    const { history } = (await ask(board, '/api/actor?path=/worker')).json;
    assert.deepEqual(
      history.map(({ text }: { text: string }) => text),
      ['started'],
    );
  });

  it('hides messages where it is told to', async () => {
    const { node, clock, board } = await showNode({ showMessages: false });
    const held = gate();
    node.spawn(() => held.opened, { name: 'held' }).tell('secret');
    await clock.settle();
    const { text } = await ask(board, '/api/actor?path=/held');
    assert.include(text, '(not shown)');
    assert.notInclude(text, 'secret');
    held.open();
  });

  it('ends with its node', async () => {
    const node = await Node.start({ logger: silentLogger });
    const board = await dashboard(node, { port: 0 });
    const stream = await listen(board, '/api/live');
    await node.stop();
    await stream.ended;
    assert.match(String(await rejection(ask(board, '/'))), /ECONNREFUSED/);
    assert.include(String(await rejection(dashboard(node, { port: 0 }))), 'NodeStopped');
  });

  it('ends before its node when it is closed, and can be opened again', async () => {
    const { node, board } = await showNode();
    await ask(board, '/api/overview');
    await Promise.all([board.close(), board.close()]);
    assert.match(String(await rejection(ask(board, '/'))), /ECONNREFUSED/);
    const again = await dashboard(node, { port: board.port });
    assert.equal((await ask(again, '/api/overview')).status, 200);
  });

  it('says that a port is in use', async () => {
    const { node, board } = await showNode();
    const error = await rejection(dashboard(node, { port: board.port }));
    assert.include(error.message, `port ${board.port} of 127.0.0.1 is in use: give another port`);
  });

  it('refuses options that are wrong, and those that would let strangers in', async () => {
    const { node } = await startNode();
    const refused = async (options: unknown) => {
      const error = await rejection(dashboard(node, { port: 0, ...(options as DashboardOptions) }));
      assert.instanceOf(error, TypeError);
      return error.message;
    };
    const noNode = await rejection(dashboard({} as Parameters<typeof dashboard>[0]));
    assert.equal(noNode.message, 'dashboard: expected a node, not {}');
    assert.include(await refused({ host: '0.0.0.0' }), 'others can reach 0.0.0.0');
    assert.include(await refused({ host: '::' }), 'give a token');
    assert.include(await refused({ host: '127.0.0.1.example.com' }), 'others can reach');
    assert.include(await refused({ control: true }), 'it needs a token');
    assert.include(await refused({ token: 'short' }), 'at least 16 characters');
    assert.include(await refused({ port: 70_000 }), 'port must be');
    assert.include(await refused({ prot: 1 }), 'there is no option "prot"');
    assert.include(await refused({ hosts: ['a/b'] }), 'hosts must be a list of names');
    assert.include(await refused({ interval: 0 }), 'interval must be');
    assert.include(String(await rejection(dashboard(node, null as never))), 'must be an object');
  });

  describe('what is stuck', () => {
    it('is answered with what the doctor finds, and how much of it', async () => {
      const shown = await showNode();
      const { node, clock, board } = shown;
      const first = (await ask(board, '/api/doctor')).json;
      assert.deepEqual([first.findings, first.supervisors], [[], []]);
      assert.deepEqual((await ask(board, '/api/stuck')).json, { critical: 0, warning: 0, notice: 0 });
      letCircle(node);
      await clock.advance(2000);
      const { json } = await ask(board, '/api/doctor?slow=5000&limit=1');
      const [finding] = json.findings;
      assert.deepEqual([finding.kind, finding.gravity], ['askCycle', 'critical']);
      assert.deepEqual(finding.subjects, ['/anna', '/bert']);
      assert.equal(json.slow, 5000);
      assert.equal(json.watchedSince, clock.wall() - 2000);
      assert.equal((await ask(board, '/api/stuck')).json.critical, 1);
      const wrong = await ask(board, '/api/doctor?slow=fast');
      assert.deepEqual(
        [wrong.status, wrong.json.error],
        [400, 'slow must be a whole number from 0 up, not "fast"'],
      );
    });

    it('is told in the stream, from the first look on', async () => {
      const shown = await showNode();
      const { clock, board } = shown;
      const stream = await listen(board, query([['stuck'], ['doctor', { limit: 0 }]]));
      const [none, watched] = (await stream.next('sample')).data.answers;
      assert.deepEqual(none, { critical: 0, warning: 0, notice: 0 });
      const slow = letGrow(shown);
      await clock.advance(8000);
      let told = watched;
      while (told.looks < 8) {
        const { answers } = (await stream.next('sample')).data;
        told = answers[1];
        const { warning } = answers[0];
        assert.equal(told.omitted, answers[0].critical + warning + answers[0].notice);
        assert.equal(warning, told.looks >= 7 ? 1 : 0, `after ${told.looks} looks`);
      }
      assert.deepEqual([told.findings, told.watchedSince], [[], watched.watchedSince]);
      assert.equal((await ask(board, '/api/doctor')).json.findings[0].id, 'mailbox /slow');
      slow.kill();
      stream.close();
    });

    it('knows how many restarts supervisors have left', async () => {
      const { node, clock, board } = await showNode(
        {},
        { supervision: oneForOne({ decide: () => Restart, max: 3, within: 60_000 }) },
      );
      const worker = node.spawn(Worker, { name: 'worker' });
      await ask(board, '/api/doctor');
      worker.tell('fail').tell('fail');
      await clock.advance(1000);
      const { supervisors } = (await ask(board, '/api/doctor')).json;
      assert.deepEqual(supervisors, [
        {
          ...{ path: '/', className: 'Guardian', child: '/worker' },
          ...{ left: 1, max: 3, within: 60_000, restarts: 2 },
        },
      ]);
    });
  });

  describe('stream', () => {
    it('tells what a page shows after each look at the actors', async () => {
      const { node, clock, board } = await showNode();
      const worker = node.spawn(Worker, { name: 'worker' });
      const stream = await listen(board, query([['actors', { limit: 5 }], ['outline']]));
      const first = (await stream.next('sample')).data;
      assert.equal(first.answers[0].rows[0].handled, 0);
      for (let i = 0; i < 50; i++) worker.tell(i);
      await clock.advance(1000);
      const second = (await stream.next('sample')).data;
      assert.equal(second.overview.rates.handled, 50);
      assert.equal(second.answers[0].rows[0].rate, 50);
      assert.equal(second.answers[1].rows[0].key, '/worker');
      stream.close();
    });

    it('tells events soon, filtered, and a page that comes back only those it has missed', async () => {
      const { node, clock, board } = await showNode();
      const worker = node.spawn(Worker, { name: 'worker' });
      await clock.settle();
      const stream = await listen(board, '/api/live?events={"levels":["error"]}');
      worker.tell('fail');
      await clock.advance(250);
      const { events } = (await stream.next('events')).data;
      assert.deepEqual(
        events.map(({ kind }: { kind: string }) => kind),
        ['ActorError'],
      );
      stream.close();
      node.spawn(Worker, { name: 'late' });
      await clock.settle();
      const later = await listen(board, `/api/live?events={"after":${events[0].number + 1}}`);
      const missed = (await later.next('events')).data.events;
      assert.deepEqual(
        missed.map(({ subject }: { subject: string }) => subject),
        ['/late'],
      );
      later.close();
    });

    it('tells a burst of events as a part of them, and says so', async () => {
      const { node, clock, board } = await showNode();
      const stream = await listen(board, '/api/live?events={"levels":["warn"]}');
      const gone = node.spawn(Worker);
      gone.stop();
      await clock.settle();
      for (let i = 0; i < 5000; i++) gone.tell(i);
      await clock.advance(250);
      const { events, isCut } = (await stream.next('events')).data;
      assert.deepEqual([events.length, isCut], [200, true]);
      await clock.advance(250);
      node.spawn(Worker, { name: 'worker' }).tell('fail');
      await clock.advance(250);
      assert.isBelow((await stream.next('events')).data.events.length, 10);
      stream.close();
    });

    it('keeps nothing for a page that does not read, and gives it up in the end', async () => {
      const { node, clock, board } = await showNode();
      for (let i = 0; i < 500; i++) node.spawn(Worker, { name: `${'long-'.repeat(60)}${i}` });
      await clock.settle();
      const q = query([['actors', { limit: 500 }]]);
      const socket = connect(board.port, '127.0.0.1');
      socket.write(`GET ${q} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
      await new Promise(resolve => socket.once('data', resolve));
      socket.pause();
      const before = process.memoryUsage().arrayBuffers + process.memoryUsage().external;
      for (let i = 0; i < 300; i++) {
        await clock.advance(100);
        await new Promise(resolve => setImmediate(resolve));
      }
      // Thirty samples of 300 kB were due; what the sockets of the machine take is far less than that.
      const kept = process.memoryUsage().arrayBuffers + process.memoryUsage().external - before;
      assert.isBelow(kept, 6e6);
      await clock.advance(31_000);
      socket.resume();
      await new Promise(resolve => socket.once('close', resolve));
    });

    it('goes on when what it is to tell throws', async () => {
      const { node, clock, board } = await showNode();
      const ignored = heard(node, ErrorIgnored);
      const loop: { self?: object } = {};
      loop.self = loop;
      node.instruments.exhibit({ kind: 'odd', name: 'loop', view: () => loop });
      const worker = node.spawn(() => {
        throw Object.assign(new Error('odd'), {
          toString() {
            throw new Error('no text');
          },
        });
      });
      const stream = await listen(board, `${query([['exhibits'], ['actors']])}&events={}`);
      await stream.next('sample');
      worker.tell('fail');
      await clock.advance(1000);
      const { answers } = (await stream.next('sample')).data;
      assert.equal(answers[1].rows[0].lastError.text, 'an error that has no text');
      assert.isEmpty(ignored);
      class Odd {
        get ref() {
          throw new Error('no ref');
        }
      }
      node.events.publish(new Odd());
      await clock.advance(250);
      assert.equal(ignored[0]?.error.message, 'no ref');
      node.spawn(Worker, { name: 'late' });
      await clock.settle();
      await clock.advance(250);
      for (;;) {
        const { events } = (await stream.next('events')).data;
        if (events.some(({ subject }: { subject?: string }) => subject === '/late')) break;
      }
      assert.match((await ask(board, '/api/exhibits')).json[0].view.error, /circular/);
      stream.close();
    });

    it('has room for so many pages, and gives their places back', async () => {
      const { board } = await showNode();
      const streams = await Promise.all(Array.from({ length: 20 }, () => listen(board, '/api/live')));
      const { status, json } = await ask(board, '/api/live');
      assert.deepEqual([status, json.error], [503, '20 pages are open already: close one of them']);
      for (const stream of streams) stream.close();
      for (;;) {
        try {
          (await listen(board, '/api/live')).close();
          break;
        } catch {
          await new Promise(resolve => setImmediate(resolve));
        }
      }
    });
  });

  describe('security', () => {
    it('knows no host but localhost, addresses and those that it is told', async () => {
      const { board } = await showNode({ hosts: ['board.example'] });
      const statusFor = async (host: string) =>
        (await ask(board, '/api/overview', { headers: { host } })).status;
      for (const host of [
        'localhost',
        'localhost:1',
        '127.0.0.1:9',
        '[::1]:80',
        'board.example',
        'BOARD.example:8',
      ])
        assert.equal(await statusFor(host), 200, host);
      for (const host of [
        'evil.example',
        'localhost.evil.example',
        '127.0.0.1.evil.example',
        '[x]:1',
        'a b',
        'localhost:x',
      ])
        assert.equal(await statusFor(host), 403, host);
    });

    it('refuses pages of other sites', async () => {
      const { board } = await showNode();
      const host = `127.0.0.1:${board.port}`;
      const statusFor = async (headers: Record<string, string>, path = '/api/overview') =>
        (await ask(board, path, { headers: { host, ...headers } })).status;
      assert.equal(await statusFor({ origin: `http://${host}` }), 200);
      assert.equal(await statusFor({ origin: 'http://evil.example' }), 403);
      assert.equal(await statusFor({ origin: 'null' }), 403);
      assert.equal(await statusFor({ 'sec-fetch-site': 'same-origin' }), 200);
      assert.equal(await statusFor({ 'sec-fetch-site': 'cross-site' }), 403);
      assert.equal(await statusFor({ 'sec-fetch-site': 'same-site' }, '/api/live'), 403);
      assert.equal(await statusFor({ 'sec-fetch-site': 'cross-site' }, '/'), 200, 'a link leads to the page');
    });

    it('shows nothing but a form without the token', async () => {
      const { board } = await showNode({ token });
      for (const path of ['/api/overview', '/api/about', '/api/live', '/api/actor?path=/'])
        assert.equal((await ask(board, path)).status, 401, path);
      const { text } = await ask(board, '/');
      assert.include(text, 'name="token"');
      assert.equal((await ask(board, '/api/overview', { headers: bearer })).status, 200);
      const wrong = { authorization: `Bearer ${token}x` };
      assert.equal((await ask(board, '/api/overview', { headers: wrong })).status, 401);
      assert.equal((await ask(board, `/api/overview?token=${token}`)).status, 401);
    });

    it('gives a cookie that no script can read for the token', async () => {
      const { board } = await showNode({ token });
      const login = (given: string) =>
        ask(board, '/login', {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: new URLSearchParams({ token: given }).toString(),
        });
      const wrong = await login('something else');
      assert.equal(wrong.status, 401);
      assert.isUndefined(wrong.headers['set-cookie']);
      const { status, headers } = await login(token);
      assert.deepEqual([status, headers.location], [303, '/']);
      const cookie = headers['set-cookie']?.[0] as string;
      assert.match(cookie, /; Path=\/; HttpOnly; SameSite=Strict$/);
      assert.notInclude(cookie, token);
      const value = cookie.split(';')[0] as string;
      assert.equal((await ask(board, '/api/overview', { headers: { cookie: value } })).status, 200);
      assert.equal((await ask(board, '/api/overview', { headers: { cookie: `${value}x` } })).status, 401);
      assert.match(value, new RegExp(`^troupe-dashboard-${board.port}=`), 'cookies know no ports');
      const other = `a=b; troupe-dashboard-1=${'x'.repeat(43)}; ${value}`;
      assert.equal((await ask(board, '/api/overview', { headers: { cookie: other } })).status, 200);
    });

    it('looks at no more tokens for a minute after twenty wrong ones', async () => {
      const { clock, board } = await showNode({ token });
      const statusFor = async (given: string) =>
        (await ask(board, '/api/about', { headers: { authorization: `Bearer ${given}` } })).status;
      for (let i = 0; i < 20; i++) assert.equal(await statusFor(`wrong-${i}`), 401);
      assert.equal(await statusFor(token), 429);
      await clock.advance(60_000);
      assert.equal(await statusFor(token), 200);
    });

    it('takes no long bodies', async () => {
      const { board } = await showNode({ token, control: true });
      const { status, json } = await command(board, 'send', { path: '/', message: 'x'.repeat(70_000) });
      assert.deepEqual([status, json.error], [413, 'the body must be no longer than 65536 bytes']);
      const outcome = await command(board, 'send', { path: '/', message: 'x'.repeat(20_000_000) }).catch(
        String,
      );
      assert.match(typeof outcome === 'string' ? outcome : String(outcome.status), /413|ECONNRESET|EPIPE/);
      assert.equal((await ask(board, '/api/about', { headers: bearer })).status, 200);
    });
  });

  describe('control', () => {
    it('is off unless it is asked for', async () => {
      const { node, board } = await showNode({ token });
      node.spawn(Worker, { name: 'worker' });
      const { status, json } = await command(board, 'stop', { path: '/worker' });
      assert.deepEqual([status, json.error.includes('control: true')], [403, true]);
      assert.isFalse(node.lookup('/worker').isStopped);
    });

    it('sends, restarts, stops and kills, and writes down who did', async () => {
      const { node, clock, board } = await showNode({ token, control: true });
      const seen: unknown[] = [];
      const warnings = heard(node, SupervisionWarning);
      node.spawn(message => void seen.push(message), { name: 'told' });
      node.spawn(Worker, { name: 'worker' });
      const sent = await command(board, 'send', { path: '/told', message: { a: [1] } });
      await clock.settle();
      assert.deepEqual(
        [sent.status, sent.json],
        [200, { action: 'send', path: '/told', text: '/told was sent a message' }],
      );
      assert.deepEqual(seen, [{ a: [1] }]);
      await command(board, 'restart', { path: '/worker' });
      await clock.settle();
      assert.equal((await ask(board, '/api/actor?path=/worker', { headers: bearer })).json.restarts, 1);
      await command(board, 'kill', { path: '/worker' });
      await command(board, 'stop', { path: '/told' });
      await clock.settle();
      assert.equal((await ask(board, '/api/actors', { headers: bearer })).json.total, 0);
      assert.deepEqual(
        warnings.map(({ ref, text }) => `${ref.path}: ${text}`),
        [
          '/told: it was sent a message by hand, by 127.0.0.1 (dashboard)',
          '/worker: it was told to restart by hand, by 127.0.0.1 (dashboard)',
          '/worker: it was killed by hand, by 127.0.0.1 (dashboard)',
          '/told: it was told to stop by hand, by 127.0.0.1 (dashboard)',
        ],
      );
    });

    it('needs the token, the header, JSON, and a page of its own', async () => {
      const { node, board } = await showNode({ token, control: true });
      node.spawn(Worker, { name: 'worker' });
      const statusWith = async (headers: Record<string, string>) =>
        (await command(board, 'kill', { path: '/worker' }, headers)).status;
      assert.equal(await statusWith({ authorization: '' }), 401);
      assert.equal(await statusWith({ authorization: 'Bearer wrong' }), 401);
      assert.equal(await statusWith({ 'x-troupe-control': '' }), 403);
      assert.equal(await statusWith({ 'content-type': 'text/plain' }), 415);
      assert.equal(await statusWith({ origin: 'http://evil.example' }), 403);
      assert.equal(await statusWith({ 'sec-fetch-site': 'cross-site' }), 403);
      assert.equal(await statusWith({ host: 'evil.example' }), 403);
      assert.equal((await ask(board, '/api/control/kill?path=/worker', { headers: bearer })).status, 400);
      assert.isFalse(node.lookup('/worker').isStopped);
    });

    it('leaves the runtime alone, and says what it can not do', async () => {
      const { board } = await showNode({ token, control: true });
      assert.equal((await command(board, 'stop', { path: '/' })).status, 409);
      assert.equal((await command(board, 'kill', { path: '/system' })).status, 409);
      assert.equal((await command(board, 'kill', { path: '/nobody' })).status, 409);
      assert.equal((await command(board, 'explode', { path: '/' })).status, 404);
      assert.equal((await command(board, 'stop', { path: 5 })).status, 400);
      assert.equal((await command(board, 'stop', null as never)).status, 400);
    });
  });
});
