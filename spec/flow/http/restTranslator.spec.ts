import { assert } from 'chai';
import {
  HttpEvent,
  type HttpEventInit,
  JSONHttpEvent,
  ResourceNotFound,
  XMLHttpEvent,
} from '../../../lib/flow/events/index.ts';
import { FlowHarness, RESTTranslator } from '../../../lib/flow/index.ts';

type AnyClass = new (init?: HttpEventInit) => HttpEvent;

const request = (method: string, init: HttpEventInit = {}, Class: unknown = HttpEvent): HttpEvent =>
  new (Class as AnyClass)({ environment: { REQUEST_METHOD: method, PATH_INFO: '/orders' }, ...init });

describe('RESTTranslator', () => {
  let harness: FlowHarness<RESTTranslator>;
  const start = async (params: object = { urlPostLocation: 'http://foo.com/bar' }) => {
    harness = await FlowHarness.start(RESTTranslator, { params });
  };
  afterEach(() => harness?.stop());

  async function translated(event: HttpEvent): Promise<HttpEvent> {
    await harness.put(event);
    return (await harness.next()) as HttpEvent;
  }

  it('makes 204 of 200 without data, but for POST', async () => {
    await start();
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      for (const data of [null, '', {}, []])
        assert.deepEqual((await translated(request(method, { data }))).status, [204, 'No Content'], method);
    }
    for (const Class of [JSONHttpEvent, XMLHttpEvent] as unknown as (new (
      init: object,
    ) => HttpEvent)[])
      assert.deepEqual((await translated(request('GET', {}, Class))).status, [204, 'No Content']);
  });

  it('leaves 200 with data, and every other status', async () => {
    await start();
    assert.deepEqual((await translated(request('GET', { data: 'x' }))).status, [200, 'OK']);
    assert.deepEqual((await translated(request('GET', { data: 0 }))).status, [200, 'OK']);
    assert.deepEqual((await translated(request('GET', { data: '<a/>' }, XMLHttpEvent))).status, [200, 'OK']);
    assert.deepEqual((await translated(request('GET', { status: 202 }))).status, [202, 'Accepted']);
    assert.deepEqual((await translated(request('HEAD'))).status, [200, 'OK']);
    const error = new ResourceNotFound('gone');
    assert.deepEqual((await translated(request('POST', { error }))).status, [404, 'Not Found']);
  });

  it('does not lead to another server by a path that begins with two slashes', async () => {
    await start({});
    const event = request('POST', { status: 200, entityId: 7 });
    event.environment = { REQUEST_METHOD: 'POST', PATH_INFO: '//evil.test/x' };
    assert.include((await translated(event)).headers, { Location: '/evil.test/x/7' });
  });

  it('makes 201 of a POST, and says where that is', async () => {
    await start();
    for (const status of [200, 201]) {
      const { status: after, headers } = await translated(request('POST', { status }));
      const { Location = '' } = headers;
      assert.deepEqual(after, [201, 'Created']);
      assert.match(Location, /^http:\/\/foo.com\/bar\/[a-z0-9]{32}$/);
    }
  });

  it('puts the id of what was made where the place for it is', async () => {
    const location = async (params: object, init: HttpEventInit = {}) => {
      await start(params);
      const { Location } = (await translated(request('POST', init))).headers;
      await harness.stop();
      return Location;
    };
    assert.equal(await location({ urlPostLocation: '/a/{entity_id}/b' }, { entityId: 'x/y' }), '/a/x%2Fy/b');
    assert.equal(await location({ urlPostLocation: '/a/{entityId}' }, { entityId: '$&' }), '/a/%24%26');
    assert.equal(await location({}, { entityId: 7 }), '/orders/7');
    const environment = { REQUEST_METHOD: 'POST', PATH_INFO: '/ö\r\nX: 1' };
    assert.equal(await location({}, { entityId: 7, environment }), '/%C3%B6%0D%0AX:%201/7');
  });

  it('says what is wrong with its parameter', () => {
    assert.throws(
      () => new RESTTranslator('rest', { urlPostLocation: '' }),
      /rest: urlPostLocation must be a text/,
    );
  });
});
