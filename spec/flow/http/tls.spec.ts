import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { fileURLToPath } from 'node:url';
import { assert } from 'chai';
import { HTTPServer } from '../../../lib/flow/index.ts';
import { serve } from './support.ts';

const file = (name: string): string => fileURLToPath(new URL(`tls/${name}.pem`, import.meta.url));

describe('HTTPServer with TLS', () => {
  it('answers over an encrypted connection', async () => {
    await using harness = await serve({ keyFile: file('key'), certFile: file('cert') });
    const { port } = harness.actor;
    const text = new Promise<string>((resolve, reject) => {
      const asked = request(
        { port, host: '127.0.0.1', path: '/echo', ca: readFileSync(file('cert')), agent: false },
        response => {
          let body = '';
          response.setEncoding('utf8').on('data', chunk => {
            body += chunk;
          });
          response.on('end', () => resolve(body));
        },
      );
      asked.on('error', reject).end();
    });
    await harness.put(await harness.next());
    assert.equal(await text, '{"data":{}}');
  });

  it('does not start without its files', async () => {
    const failure = await serve({ keyFile: file('nothing'), certFile: file('cert') }).catch(error => error);
    assert.match(failure.message, /http: no TLS without its files: ENOENT/);
    assert.throws(() => new HTTPServer('http', { tls: 'yes' as never }), /tls must be an object/);
  });
});
