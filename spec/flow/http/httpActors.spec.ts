import { assert } from 'chai';
import { world } from '../../../lib/base/world.ts';
import { EventCommandNotAllowed, HttpEvent, type HttpEventInit } from '../../../lib/flow/events/index.ts';
import {
  Director,
  FlowHarness,
  HTTPMethodEventRouter,
  HTTPStatusModifier,
  SetCookie,
} from '../../../lib/flow/index.ts';

describe('SetCookie', () => {
  const epoch = {
    now: () => 0,
    wall: () => 0,
    after: (ms: number, run: () => void) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  };
  const cookiesOf = async (params: object, init: HttpEventInit = {}) => {
    await using harness = await FlowHarness.start(SetCookie, { params, world: world({ clock: epoch }) });
    await harness.put(new HttpEvent(init));
    const event = (await harness.next()) as HttpEvent;
    return { cookie: (event.headers as Record<string, unknown>)['Set-Cookie'], kept: event.get('cookies') };
  };

  it('sets a cookie with its path and its end', async () => {
    assert.deepEqual(await cookiesOf({}), {
      cookie:
        'session=session_value; Path=/; Expires=Thu, 01 Jan 1970 01:40:00 GMT; Max-Age=6000; HttpOnly; SameSite=Lax',
      kept: { session: 'session_value' },
    });
  });

  it('sets it as it is told', async () => {
    const params = {
      ...{ cookieKey: 'k', cookieValue: 'v', expiry: 0, path: '/a', secure: true, httpOnly: false },
      sameSite: 'None',
    };
    assert.equal(
      (await cookiesOf(params)).cookie,
      'k=v; Path=/a; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Secure; SameSite=None',
    );
  });

  it('makes up a value that nobody knows, another one for each event', async () => {
    const values = new Set<string>();
    for (let n = 0; n < 3; n++) {
      const { kept } = await cookiesOf({ valueMode: 'random' });
      const { session } = kept as { session: string };
      assert.match(session, /^[0-9a-f]{24}$/);
      values.add(session);
    }
    assert.equal(values.size, 3);
  });

  it('leaves the cookies of others', async () => {
    const { cookie: both } = await cookiesOf({ cookieKey: 'b' }, { headers: { 'Set-Cookie': 'a=1' } });
    assert.equal((both as string[])[0], 'a=1');
    assert.match((both as string[])[1] ?? '', /^b=session_value; /);
  });

  it('says what is wrong with its parameters', () => {
    for (const params of [
      { cookieKey: 'a b' },
      { cookieKey: 'a;b' },
      { cookieValue: 'a; Domain=evil' },
      { cookieValue: 'a\r\nb' },
      { valueMode: 'dynamic' },
      { expiry: -1 },
      { path: '/; x' },
      { sameSite: 'None' },
    ])
      assert.throws(
        () => new SetCookie('cookie', params as object),
        /^cookie: \w+ must be /,
        JSON.stringify(params),
      );
  });

  it('is refused where browsers would refuse it', () => {
    for (const params of [
      { cookieKey: '__Host-a' },
      { cookieKey: '__Secure-a' },
      { cookieKey: '__host-a', secure: true, path: '/shop' },
    ])
      assert.throws(() => new SetCookie('cookie', params), /^cookie: browsers refuse a cookie __/);
    new SetCookie('cookie', { cookieKey: '__Host-a', secure: true });
    new SetCookie('cookie', { cookieKey: '__Secure-a', secure: true, path: '/shop' });
  });
});

describe('HTTPStatusModifier', () => {
  it('sets the status of every event', async () => {
    const cases: [unknown, [number, string]][] = [
      [404, [404, 'Not Found']],
      ['418 Teapot', [418, 'Teapot']],
      ['404-Not Here', [404, 'Not Here']],
      [
        [201, 'Made'],
        [201, 'Made'],
      ],
      [undefined, [200, 'OK']],
    ];
    for (const [value, status] of cases) {
      await using harness = await FlowHarness.start(HTTPStatusModifier, { params: { value } });
      await harness.put(new HttpEvent({ status: 202 }));
      assert.deepEqual(((await harness.next()) as HttpEvent).status, status);
    }
  });

  it('says when that is no status', () => {
    for (const value of [99, 'nonsense', {}, [1000, 'x']])
      assert.throws(
        () => new HTTPStatusModifier('status', { value: value as number }),
        /^status: value must be an HTTP/,
      );
  });
});

describe('HTTPMethodEventRouter', () => {
  const of = (method?: string) =>
    new HttpEvent({ environment: method === undefined ? {} : { REQUEST_METHOD: method } });

  it('sends every event where its method says', async () => {
    await using harness = await FlowHarness.start(HTTPMethodEventRouter, { outboxes: ['GET', 'POST'] });
    for (const [method, outbox] of [
      ['GET', 'GET'],
      ['POST', 'POST'],
      ['post', 'POST'],
      ['HEAD', 'GET'],
    ] as const) {
      await harness.put(of(method));
      assert.equal(((await harness.next(outbox)) as HttpEvent).method, method.toUpperCase());
    }
  });

  it('refuses what there is no outbox for, and says what is allowed', async () => {
    await using harness = await FlowHarness.start(HTTPMethodEventRouter, { outboxes: ['GET', 'POST'] });
    for (const method of ['DELETE', '__proto__', undefined]) {
      await harness.put(of(method));
      const event = (await harness.error()) as HttpEvent;
      assert.instanceOf(event.error, EventCommandNotAllowed);
      assert.deepEqual([event.status[0], event.headers], [405, { Allow: 'GET, POST' }]);
    }
    assert.deepEqual(harness.takeAll(), []);
  });

  it('does not start with an outbox that is no method', () => {
    const director = new Director({ handleSignals: false });
    const router = director.registerActor(HTTPMethodEventRouter, 'router');
    director.connectQueue([router, 'FETCH'], director.registerActor(SetCookie, 'sink'));
    assert.match(director.check().join(), /router: the outbox FETCH is none of GET/);
  });
});
