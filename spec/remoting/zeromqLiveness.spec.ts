import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { assert } from 'chai';
import type { Route } from '../../lib/remoting/transport.ts';
import { End } from './zeromqEnd.ts';

describe('the life of a connection over ZeroMQ', () => {
  const ends: End[] = [];
  const closers: (() => void)[] = [];
  afterEach(async () => {
    for (const { transport } of ends.splice(0)) await transport.close();
    for (const close of closers.splice(0)) close();
  });

  const end = (maxSilence?: number) => {
    const made = new End(undefined, maxSilence);
    ends.push(made);
    return made;
  };

  it('is over, at both ends, when one end closes it', async () => {
    const [a, b] = [end(), end()];
    const there = await b.listen();
    const route = a.knock(there);
    await b.hears();
    const back = b.frames[0]?.route as Route;
    assert.isTrue(b.transport.isAlive(back));
    a.transport.disconnect(route);
    assert.isFalse(a.transport.isAlive(route));
    await until(() => !b.transport.isAlive(back));
    const again = a.knock(there);
    await b.hears(2);
    await until(() => a.transport.isAlive(again));
    await b.transport.close();
    await until(() => !a.transport.isAlive(again));
  });

  it('is over while nobody listens, and begins when somebody does', async () => {
    const [a, b] = [end(), end()];
    const there = await b.listen();
    await b.transport.close();
    const route = a.knock(there);
    assert.isFalse(a.transport.isAlive(route));
    const c = end();
    await c.transport.listen(there);
    await c.hears();
    await until(() => a.transport.isAlive(route));
  });

  it('is over, whoever dialled, when the process at the other end is stopped, and goes on when that does', async () => {
    const a = end(600);
    const [peer, there] = await startPeer(await a.listen());
    closers.push(() => peer.kill('SIGKILL'));
    const dialled = a.knock(there);
    await a.hears(2);
    const inbound = a.frames.find(({ route }) => route !== dialled)?.route as Route;
    const areAlive = () => [dialled, inbound].map(route => a.transport.isAlive(route)).join();
    await until(() => areAlive() === 'true,true');
    peer.kill('SIGSTOP');
    await until(() => areAlive() === 'false,false');
    peer.kill('SIGCONT');
    await until(() => areAlive() === 'true,true');
    a.transport.send(dialled, Uint8Array.of(2), () => {});
    await a.hears(3);
  });

  it('is the same route when the connection breaks and comes back', async () => {
    const b = end();
    const proxy = new BreakableWire(portOf(await b.listen()));
    closers.push(() => proxy.close());
    const a = end();
    const route = a.knock(await proxy.listen());
    await b.hears();
    proxy.breakAll();
    const [{ route: back }] = b.frames as [(typeof b.frames)[number]];
    await until(() => !b.transport.isAlive(back));
    await until(() => a.transport.isAlive(route) && b.transport.isAlive(back));
    a.transport.send(route, Uint8Array.of(2), () => {});
    await b.hears(2);
    assert.equal(b.frames[1]?.route, back);
  });

  it('is the same route, and loses nothing, when only who dialled has seen it break', async () => {
    const b = end();
    const proxy = new BreakableWire(portOf(await b.listen()));
    closers.push(() => proxy.close());
    const a = end();
    const route = a.knock(await proxy.listen());
    await b.hears();
    const [{ route: back }] = b.frames as [(typeof b.frames)[number]];
    proxy.breakForClients();
    await until(() => !a.transport.isAlive(route));
    await until(() => a.transport.isAlive(route));
    for (let i = 2; i < 6; i++) {
      await new Promise(resolve => a.transport.send(route, Uint8Array.of(i), resolve));
    }
    await b.hears(5);
    assert.deepEqual(
      b.frames.map(({ frame }) => frame[0]),
      [1, 2, 3, 4, 5],
    );
    assert.isTrue(b.frames.every(heard => heard.route === back));
    assert.isTrue(b.transport.isAlive(back));
    b.transport.send(back, Uint8Array.of(6), () => {});
    await a.hears();
  });
});

/** Sockets tell of their end in their own time: looked at again and again, until the spec's time is over. */
async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await sleep(5);
}

async function startPeer(dials: string): Promise<[ChildProcess, string]> {
  const peer = fork(fileURLToPath(new URL('peerProcess.ts', import.meta.url)), [dials], {
    execArgv: ['--import', 'tsx'],
  });
  const [address] = (await once(peer, 'message')) as [string];
  return [peer, address];
}

const portOf = (address: string) => Number(address.slice(address.lastIndexOf(':') + 1));

/** Stands between two ends, and breaks what connects them. */
class BreakableWire {
  readonly #pairs: { readonly client: Socket; readonly server: Socket }[] = [];
  readonly #server: Server;

  constructor(port: number) {
    this.#server = createServer(client => {
      const server = dial(port, '127.0.0.1');
      this.#pairs.push({ client, server });
      client.on('error', () => {}).on('data', bytes => server.write(bytes));
      server.on('error', () => {}).on('data', bytes => client.destroyed || client.write(bytes));
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The other side goes on as if nothing had happened. */
  breakForClients(): void {
    for (const { client } of this.#pairs) client.destroy();
  }

  breakAll(): void {
    for (const { client, server } of this.#pairs.splice(0)) {
      client.destroy();
      server.destroy();
    }
  }

  close(): void {
    this.breakAll();
    this.#server.close();
  }
}
