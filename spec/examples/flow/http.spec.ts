import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { assert } from 'chai';

const program = fileURLToPath(new URL('../../../examples/flow/http.ts', import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

describe('the example flow/http', function () {
  this.timeout(30_000);
  let child: ChildProcess;
  let url: string;
  before(async () => {
    const { NODE_OPTIONS: _, ...env } = process.env;
    child = spawn(process.execPath, ['--import', tsx, program], {
      env: { ...env, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
      const [, port] = /listens on 127\.0\.0\.1:(\d+)/.exec(line) ?? [];
      if (port === undefined) continue;
      url = `http://127.0.0.1:${port}/auth`;
      break;
    }
    // Nobody reads on, and nobody is to wait for that.
    child.stdout?.resume();
  });
  after(() => child.kill('SIGKILL'));

  const order = (body: string, user = 'user:pass') =>
    fetch(url, {
      method: 'POST',
      body,
      headers: {
        authorization: `Basic ${Buffer.from(user).toString('base64')}`,
        'content-type': 'application/xml',
      },
    });

  it('acknowledges an order', async () => {
    const response = await order('<order><id>7</id></order>');
    assert.deepEqual([response.status, await response.text()], [200, '<ack ref="7">ok</ack>']);
  });

  it('says what is wrong with one', async () => {
    assert.equal((await order('<order><id>7</id></order>', 'user:no')).status, 401);
    assert.equal((await order('<order>')).status, 400);
    const response = await order('<order/>');
    assert.equal(response.status, 400);
    assert.match(await response.text(), /Malformed Request: Invalid XML/);
  });

  it('ends when it is asked to', async () => {
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
  });
});
