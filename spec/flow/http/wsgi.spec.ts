import { assert } from 'chai';
import type { HttpEvent } from '../../../lib/flow/events/index.ts';
import { type FlowHarness, type HTTPServer, WSGI, WSGIServer } from '../../../lib/flow/index.ts';
import { serve, urlOf } from './support.ts';

describe('WSGI', () => {
  let harness: FlowHarness<HTTPServer>;
  afterEach(() => harness?.stop());

  /** Where a request goes: the outbox and the service; the status when nowhere. */
  async function wayOf(path: string, method = 'GET'): Promise<unknown> {
    const response = fetch(urlOf(harness.actor) + path, { method });
    const first = await Promise.race([response, harness.next()]);
    if (first instanceof Response) return first.status;
    const event = first as HttpEvent;
    await harness.put(event);
    await response;
    return [event.service, event.method];
  }

  it('sends every path and every method to the only outbox', async () => {
    harness = await serve({}, WSGI, ['mdp_client']);
    assert.deepEqual(await wayOf('/test_service'), ['test_service', 'GET']);
    assert.deepEqual(await wayOf('/a/b/c', 'DELETE'), ['a', 'DELETE']);
    assert.deepEqual(await wayOf('/'), ['default', 'GET']);
    assert.deepEqual(await wayOf('/a', 'OPTIONS'), ['a', 'OPTIONS']);
  });

  it('prefers the outbox with the name of the service', async () => {
    harness = await serve({}, WSGIServer, ['a', 'default']);
    const way = async (path: string, outbox: string) => {
      const response = fetch(urlOf(harness.actor) + path);
      const event = await harness.next(outbox);
      await harness.put(event);
      await response;
      return event.service;
    };
    assert.equal(await way('/a', 'a'), 'a');
    assert.equal(await way('/b', 'default'), 'b');
    assert.equal(await way('/', 'default'), 'default');
  });

  it('knows nothing of a service when there are several outboxes, none of them default', async () => {
    harness = await serve({}, WSGI, ['a', 'b']);
    assert.equal(await wayOf('/c'), 404);
  });

  it('begins at its base path', async () => {
    harness = await serve({ basePath: '/api/' }, WSGI, ['a']);
    assert.deepEqual(await wayOf('/api/a'), ['a', 'GET']);
    assert.deepEqual(await wayOf('/api'), ['default', 'GET']);
    assert.equal(await wayOf('/a'), 404);
  });

  it('says what is wrong with its base path', () => {
    assert.throws(() => new WSGI('wsgi', { basePath: 'api' }), /wsgi: basePath must be a path that begins/);
  });
});
