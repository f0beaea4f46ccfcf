import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { assert } from 'chai';
import { type Node, NodeStopped, RemotingError } from '../../../lib/index.ts';
import { type MetricsServer, metrics, type ServeOptions } from '../../../lib/observe/index.ts';
import { rejection, startNode } from '../../core/support.ts';
import { Scrape } from './prometheus.ts';

describe('metrics(node).serve()', () => {
  async function served(options: Partial<ServeOptions> = {}): Promise<{ node: Node; server: MetricsServer }> {
    const { node, clock } = await startNode();
    const open = metrics(node);
    node.spawn(function sink() {}).tell('a');
    await clock.settle();
    return { node, server: await open.serve({ port: 0, ...options }) };
  }

  it('gives the metrics to who asks for them, on this machine alone', async () => {
    const { server } = await served();
    assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    const answer = await fetch(`${server.url}?format=any`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    const now = new Scrape(await answer.text());
    assert.equal(now.value('troupe_messages_handled_total', { class: 'sink' }), 1);
  });

  it('says to a HEAD how much that would be', async () => {
    const { server } = await served();
    const answer = await fetch(server.url, { method: 'HEAD' });
    assert.equal(answer.status, 200);
    assert.isAbove(Number(answer.headers.get('content-length')), 1000);
    assert.equal(await answer.text(), '');
  });

  it('has nothing at other paths, and takes nothing', async () => {
    const { server } = await served({ path: '/internal/metrics' });
    assert.match(server.url, /\/internal\/metrics$/);
    const status = async (path: string, method = 'GET') => {
      const answer = await fetch(new URL(path, server.url), { method });
      return [answer.status, answer.headers.get('allow')];
    };
    assert.deepEqual(await status('/internal/metrics'), [200, null]);
    assert.deepEqual(await status('/metrics'), [404, null]);
    assert.deepEqual(await status('/'), [404, null]);
    assert.deepEqual(await status('/internal/metrics', 'POST'), [405, 'GET, HEAD']);
    assert.deepEqual(await status('/internal/metrics', 'DELETE'), [405, 'GET, HEAD']);
  });

  it('answers within a server of your own, too', async () => {
    const { node } = await startNode();
    const open = metrics(node);
    const own = createServer(open.handler).listen(0, '127.0.0.1');
    await new Promise(resolve => own.once('listening', resolve));
    const { port } = own.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/whatever`);
    assert.isTrue(new Scrape(await answer.text()).families.has('troupe_node_info'));
    await open.close();
    const late = await fetch(`http://127.0.0.1:${port}/whatever`);
    assert.equal(late.status, 500);
    assert.match(await late.text(), /closed/);
    own.closeAllConnections();
    await new Promise(resolve => own.close(resolve));
  });

  it('ends with its close(), with that of the metrics, and with the node', async () => {
    const ends: ((all: { node: Node; server: MetricsServer }) => Promise<void>)[] = [
      ({ server }) => server.close().then(() => server.close()),
      ({ node }) => node.stop(),
    ];
    for (const end of ends) {
      const all = await served();
      await (await fetch(all.server.url)).text(); // and its connection stays open
      await end(all);
      const { cause } = await rejection(fetch(all.server.url));
      assert.equal((cause as NodeJS.ErrnoException).code, 'ECONNREFUSED');
    }
  });

  it('leaves no server behind when the metrics are closed meanwhile', async () => {
    const { node } = await startNode();
    const open = metrics(node);
    const serving = open.serve({ port: 0 });
    await Promise.all([
      open.close(),
      rejection(serving).then(error => assert.instanceOf(error, NodeStopped)),
    ]);
    assert.instanceOf(await rejection(open.serve({ port: 0 })), NodeStopped);
  });

  it('says what is wrong with a port that is taken', async () => {
    const { node, server } = await served();
    const port = Number(new URL(server.url).port);
    const error = await rejection(metrics(node).serve({ port }));
    assert.instanceOf(error, RemotingError);
    assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port}: it is in use .* choose another port`));
  });

  it('checks its options', async () => {
    const { node } = await startNode();
    const open = metrics(node);
    const bad: [unknown, RegExp][] = [
      [null, /expected options/],
      [{ port: '9464' }, /port must be a whole number from 0 to 65535, not "9464"/],
      [{ port: 70_000 }, /port must be a whole number from 0 to 65535, not 70000/],
      [{ port: 0, host: '' }, /host must be a text/],
      [{ port: 0, path: 'metrics' }, /path must begin with \//],
      [{ port: 0, path: '/a?b' }, /path must begin with \//],
      [{ prot: 0 }, /no option "prot"/],
    ];
    for (const [options, message] of bad) {
      const error = await rejection(open.serve(options as ServeOptions));
      assert.instanceOf(error, TypeError);
      assert.match(error.message, message);
    }
  });
});
