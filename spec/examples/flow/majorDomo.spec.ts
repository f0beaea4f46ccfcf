import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { assert } from 'chai';

const program = fileURLToPath(new URL('../../../examples/flow/majorDomo.ts', import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** So many ports that are free now. */
async function freePorts(many: number): Promise<string[]> {
  const servers = Array.from({ length: many }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map(server => once(server, 'listening')));
  const ports = servers.map(server => String((server.address() as AddressInfo).port));
  await Promise.all(servers.map(server => once(server.close(), 'close')));
  return ports;
}

describe('the example flow/majorDomo', function () {
  this.timeout(60_000);
  let child: ChildProcess;
  let url: string;
  const lines: string[] = [];

  before(async () => {
    const { NODE_OPTIONS: _, ...env } = process.env;
    const ports = await freePorts(4);
    url = `http://127.0.0.1:${ports[0]}`;
    child = spawn(process.execPath, ['--import', tsx, program, ...ports], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise<void>(resolve => {
      createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', line => {
        lines.push(line);
        if (line.includes('listens on') && line.includes('actor=wsgi')) resolve();
      });
    });
  });
  after(() => child.kill('SIGKILL'));

  it('answers with what the service says, also to the first request, whoever is ready when', async () => {
    const response = await fetch(`${url}/test_service`);
    assert.deepEqual([response.status, await response.text()], [200, 'Hello, this has been a test']);
  });

  it('answers in JSON to those who want that', async () => {
    const response = await fetch(`${url}/test_service`, { headers: { accept: 'application/json' } });
    assert.deepEqual(await response.json(), { data: 'Hello, this has been a test' });
  });

  it('tells of a request under one id, in the order of what has happened', () => {
    const [first] = lines.filter(line => line.includes('Received GET request for service test_service'));
    const id = /id=([0-9a-f]{32})/.exec(String(first))?.[1];
    const actors = lines.filter(line => line.includes(`id=${id}`)).map(line => /actor=(\w+)/.exec(line)?.[1]);
    const order = ['wsgi', 'mdp_client', 'mdp_broker', 'mdp_worker', 'mdp_broker', 'mdp_client', 'wsgi'];
    let at = 0;
    for (const actor of actors) if (actor === order[at]) at++;
    assert.equal(at, order.length, actors.join(' → '));
  });

  it('ends when it is asked to', async () => {
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
  });
});
