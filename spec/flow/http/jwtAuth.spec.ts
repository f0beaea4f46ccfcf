import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { assert } from 'chai';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { HttpEvent, ServiceUnavailable, UnauthorizedEvent } from '../../../lib/flow/events/index.ts';
import { FlowHarness, JWTAuth } from '../../../lib/flow/index.ts';

const secret = 'a secret of more than 32 bytes, really';
const other = 'another one of more than 32 bytes, too';
const bytes = (text: string) => new TextEncoder().encode(text);

const token = (claims: object = {}, algorithm = 'HS256', key: unknown = bytes(secret), header: object = {}) =>
  new SignJWT({ sub: 'ada', ...claims })
    .setProtectedHeader({ alg: algorithm, ...header })
    .setExpirationTime('1h')
    .sign(key as Uint8Array);

const from = (bearer?: string): HttpEvent =>
  new HttpEvent({ environment: bearer === undefined ? {} : { HTTP_AUTHORIZATION: `Bearer ${bearer}` } });

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('JWTAuth', () => {
  let harness: FlowHarness<JWTAuth>;
  const start = async (params: object) => {
    harness = await FlowHarness.start(JWTAuth, { name: 'auth', params });
  };
  afterEach(() => harness?.stop());

  async function accepted(bearer: string): Promise<{ sub?: string }> {
    await harness.put(from(bearer));
    return (await harness.next()).get('claims') as { sub?: string };
  }

  async function refused(bearer?: string): Promise<HttpEvent> {
    await harness.put(from(bearer));
    const event = (await harness.error()) as HttpEvent;
    assert.instanceOf(event.error, UnauthorizedEvent);
    assert.deepEqual(event.status, [401, 'Unauthorized']);
    await harness.settled();
    assert.deepEqual(harness.takeAll(), []);
    return event;
  }

  describe('with a secret', () => {
    beforeEach(() => start({ secret }));

    it('lets a valid token through, with its claims', async () => {
      assert.equal((await accepted(await token())).sub, 'ada');
    });

    it('refuses a request without a token, and says what it wants', async () => {
      const { headers } = await refused();
      assert.deepEqual(headers, { 'WWW-Authenticate': 'Bearer realm="Compysition Authentication"' });
    });

    it('refuses a token of somebody else, and says that it is invalid', async () => {
      const { headers } = await refused(await token({}, 'HS256', bytes(other)));
      assert.deepEqual(headers, {
        'WWW-Authenticate': 'Bearer realm="Compysition Authentication", error="invalid_token"',
      });
    });

    it('refuses what has been changed, what is none, and algorithms that nobody asked for', async () => {
      const [head, , signature] = (await token()).split('.');
      await refused(`${head}.${encode({ sub: 'root', exp: 9e9 })}.${signature}`);
      await refused('abc');
      await refused('a.b.c');
      await refused(`${encode({ alg: 'none' })}.${encode({ sub: 'root', exp: 9e9 })}.`);
      await refused(await token({}, 'HS512'));
    });

    it('refuses one without an end, past its end, or before its beginning', async () => {
      const sign = (change: (jwt: SignJWT) => SignJWT) =>
        change(new SignJWT({}).setProtectedHeader({ alg: 'HS256' })).sign(bytes(secret));
      await refused(await sign(jwt => jwt));
      await refused(await sign(jwt => jwt.setExpirationTime('-1s')));
      await refused(await sign(jwt => jwt.setExpirationTime('1h').setNotBefore('1m')));
    });
  });

  it('forgives as many seconds as it is told', async () => {
    await start({ secret, clockTolerance: 60 });
    const late = await new SignJWT({ sub: 'ada' })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('-30s')
      .sign(bytes(secret));
    assert.equal((await accepted(late)).sub, 'ada');
  });

  it('wants the audience and the issuer that it is told', async () => {
    await start({ secret, audience: ['shop', 'store'], issuer: 'us' });
    assert.equal((await accepted(await token({ aud: 'shop', iss: 'us' }))).sub, 'ada');
    await refused(await token({ aud: 'bank', iss: 'us' }));
    await refused(await token({ aud: 'shop', iss: 'them' }));
    await refused(await token());
  });

  for (const algorithm of ['RS256', 'ES256']) {
    describe(`with a public key for ${algorithm}`, () => {
      it('lets its tokens through, and nothing that was signed with the public key as a secret', async () => {
        const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
        const pem = await exportSPKI(publicKey);
        await start({ publicKey: pem });
        assert.equal((await accepted(await token({}, algorithm, privateKey))).sub, 'ada');
        const forged = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ sub: 'root', exp: 9e9 })}`;
        const signature = createHmac('sha256', pem).update(forged).digest('base64url');
        await refused(`${forged}.${signature}`);
        const { privateKey: stranger } = await generateKeyPair(algorithm);
        await refused(await token({}, algorithm, stranger));
      });
    });
  }

  it('finds the key in a set by its name', async () => {
    const [one, two] = [
      await generateKeyPair('RS256', { extractable: true }),
      await generateKeyPair('ES256', { extractable: true }),
    ];
    const jwks = {
      keys: [
        { ...(await exportJWK(one.publicKey)), kid: 'one', alg: 'RS256' },
        { ...(await exportJWK(two.publicKey)), kid: 'two', alg: 'ES256' },
      ],
    };
    await start({ jwks });
    assert.equal((await accepted(await token({}, 'RS256', one.privateKey, { kid: 'one' }))).sub, 'ada');
    assert.equal((await accepted(await token({}, 'ES256', two.privateKey, { kid: 'two' }))).sub, 'ada');
    await refused(await token({}, 'ES256', two.privateKey, { kid: 'three' }));
    await refused(await token({}, 'RS256', one.privateKey, { kid: 'two' }));
  });

  it('fetches the set; when that fails it is no fault of the token: 503', async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
    let isBroken = true;
    const keys = [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256' }];
    const server = createServer((_request, response) => {
      response.statusCode = isBroken ? 500 : 200;
      response.end(JSON.stringify({ keys }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    await start({ jwksUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys` });
    const bearer = await token({}, 'RS256', privateKey, { kid: 'one' });
    await harness.put(from(bearer));
    assert.instanceOf((await harness.error()).error, ServiceUnavailable);
    isBroken = false;
    assert.equal((await accepted(bearer)).sub, 'ada');
    server.closeAllConnections();
    server.close();
  });

  it('says what is wrong with its parameters', () => {
    const cases: [object, RegExp][] = [
      [{}, /auth: give one of secret, publicKey, jwks, jwksUri, not none/],
      [{ secret, jwks: { keys: [] } }, /not secret and jwks/],
      [{ secret: 'short' }, /secret must be a text or bytes, 32 bytes at least/],
      [{ secret, algorithms: ['RS256'] }, /RS256 does not go with secret/],
      [{ secret, algorithms: ['none'] }, /none does not go with secret/],
      [{ jwks: { keys: [] }, algorithms: ['HS256'] }, /HS256 does not go with jwks/],
      [{ publicKey: 'nonsense' }, /publicKey is no key in PEM/],
      [{ jwksUri: 'ftp://x' }, /jwksUri must be a URL of http or https/],
      [{ secret, clockTolerance: -1 }, /clockTolerance must be seconds/],
      [{ secret, claimsAttribute: 'data' }, /claimsAttribute can't be data/],
    ];
    for (const [params, message] of cases) assert.throws(() => new JWTAuth('auth', params), message);
  });
});
