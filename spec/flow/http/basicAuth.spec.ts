import { assert } from 'chai';
import { HttpEvent, UnauthorizedEvent } from '../../../lib/flow/events/index.ts';
import { BasicAuth, Director, FlowHarness } from '../../../lib/flow/index.ts';

const challenge = { 'WWW-Authenticate': 'Basic realm="Compysition Authentication"' };

const basic = (credentials: string): string => `Basic ${Buffer.from(credentials).toString('base64')}`;

const from = (header?: unknown): HttpEvent =>
  new HttpEvent({
    data: 'secret order',
    environment: header === undefined ? {} : { HTTP_AUTHORIZATION: header },
  });

describe('BasicAuth', () => {
  let harness: FlowHarness<BasicAuth>;
  const start = async (what: new (name: string, params?: object) => BasicAuth, params?: object) => {
    harness = await FlowHarness.start(what, { params });
  };
  afterEach(() => harness?.stop());

  async function refused(header?: unknown): Promise<HttpEvent> {
    await harness.put(from(header));
    const event = (await harness.error()) as HttpEvent;
    assert.deepEqual(event.status, [401, 'Unauthorized'], String(header));
    assert.deepEqual(event.headers, challenge, String(header));
    assert.instanceOf(event.error, UnauthorizedEvent);
    await harness.settled();
    assert.deepEqual(harness.takeAll(), []);
    return event;
  }

  describe('with users', () => {
    beforeEach(() => start(BasicAuth, { users: { user: 'pass', zoë: 'a:b:c', 'me@x': 'p w' } }));

    it('lets those in who have the right password, and says who it is', async () => {
      for (const credentials of ['user:pass', 'zoë:a:b:c', 'me@x:p w']) {
        await harness.put(from(basic(credentials)));
        const event = await harness.next();
        assert.equal(event.get('user'), credentials.split(':')[0]);
        assert.deepEqual(event.data, 'secret order');
      }
    });

    it('takes the scheme in any case', async () => {
      await harness.put(from('bAsIc dXNlcjpwYXNz'));
      assert.equal((await harness.next()).get('user'), 'user');
    });

    for (const [what, header] of [
      ['no header', undefined],
      ['a header that is no text', 7],
      ['an empty header', ''],
      ['another scheme', 'Bearer dXNlcjpwYXNz'],
      ['no credentials', 'Basic'],
      ['more than credentials', 'Basic dXNlcjpwYXNz more'],
      ['bad base64', 'Basic asdf1234!'],
      ['base64 of no credentials', 'Basic asdf1234'],
      ['base64 of no text', `Basic ${Buffer.from([0xff, 0x3a, 0xfe]).toString('base64')}`],
      ['no colon', basic('userpass')],
      ['a wrong password', basic('user:wrong')],
      ['the beginning of the password', basic('user:pas')],
      ['more than the password', basic('user:pass ')],
      ['an empty password', basic('user:')],
      ['somebody unknown', basic('nobody:pass')],
      ['somebody unknown without a password', basic('nobody:')],
      ['a name that every object has', basic('__proto__:pass')],
      ['another one', basic('constructor:pass')],
    ] as const) {
      it(`refuses ${what}`, async () => {
        await refused(header);
      });
    }

    it('does not log passwords', async () => {
      await refused(basic('user:hunter2'));
      assert.isFalse(harness.takeLogs().some(line => JSON.stringify(line.data).includes('hunter2')));
    });
  });

  it('asks a class that says itself who may, at once or later', async () => {
    class Slow extends BasicAuth {
      protected override async authenticate(user: string, password: string): Promise<boolean> {
        return user === 'user' && password === 'pass';
      }
    }
    await start(Slow);
    await harness.put(from(basic('user:pass')));
    assert.equal((await harness.next()).get('user'), 'user');
    await refused(basic('user:wrong'));
  });

  it('lets nobody in when that fails, or answers something else than true', async () => {
    const answers: (() => unknown)[] = [
      () => {
        throw new Error('no database');
      },
      () => Promise.reject(new Error('no database')),
      () => 'yes',
      () => ({ id: 1 }),
      () => Promise.resolve(1),
    ];
    for (const answer of answers) {
      class Odd extends BasicAuth {
        protected override authenticate(): boolean {
          return answer() as boolean;
        }
      }
      await start(Odd);
      await refused(basic('user:pass'));
      await harness.stop();
    }
  });

  it('does not start when nobody could ever get in', async () => {
    const director = new Director({ handleSignals: false });
    director.registerActor(BasicAuth, 'auth');
    assert.match(director.check().join(), /auth: nobody could ever get in: give users, or override/);
  });

  it('has the realm that it is given', async () => {
    await start(BasicAuth, { users: {}, realm: 'The "shop"' });
    await harness.put(from());
    const event = (await harness.error()) as HttpEvent;
    assert.deepEqual(event.headers, { 'WWW-Authenticate': 'Basic realm="The \\"shop\\""' });
  });

  it('says what is wrong with its parameters', () => {
    assert.throws(
      () => new BasicAuth('auth', { users: { a: '' } }),
      /auth: users must be an object with a password/,
    );
    assert.throws(() => new BasicAuth('auth', { users: { 'a:b': 'x' } }), /whose name has no colon/);
    assert.throws(
      () => new BasicAuth('auth', { realm: 'a\r\nb' }),
      /realm must be a text of printable ASCII/,
    );
  });
});
