/** What one spec sets up: processes, proxies, journals. Ends all of it, whatever has become of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RemotingOptions } from '../../../lib/index.ts';
import { within } from './deadline.ts';
import { readJournal } from './journal.ts';
import { isSettled, type Tally, tally } from './ledger.ts';
import { Peer, type PeerOptions } from './peerProcess.ts';
import { TcpProxy } from './tcpProxy.ts';

/** Short, so that a spec is short; long enough for a machine with more work than cores. */
export const maxSilence = 900;
export const remoting: RemotingOptions = {
  heartbeatInterval: 200,
  maxSilence,
  maxMessageSize: 10 * 1024 * 1024,
};

export interface NodeSetting extends PeerOptions {
  /** What to bind (a free port of 127.0.0.1). */
  readonly address?: string;
  /** Where others find it. */
  readonly advertise?: string;
  readonly remoting?: RemotingOptions;
}

export class Scene {
  #folder = '';
  readonly #peers: Peer[] = [];
  readonly #proxies: TcpProxy[] = [];
  #journals = 0;

  /** Nobody is there yet. */
  begin(): this {
    this.#folder = mkdtempSync(join(tmpdir(), 'troupe-chaos-'));
    this.#peers.length = 0;
    this.#proxies.length = 0;
    this.#journals = 0;
    return this;
  }

  /** A process with a node in it. */
  async node({
    address = '127.0.0.1:0',
    advertise,
    remoting: special,
    ...options
  }: NodeSetting = {}): Promise<Peer> {
    const peer = new Peer(join(this.#folder, String(this.#journals++)), options);
    this.#peers.push(peer);
    await peer.start({ address, ...(advertise && { advertise }), remoting: { ...remoting, ...special } });
    return peer;
  }

  /** A node that others reach through a proxy, and the proxy. */
  async nodeBehindProxy(setting: NodeSetting = {}): Promise<{ peer: Peer; proxy: TcpProxy }> {
    const address = await freeAddress();
    const proxy = await this.proxy(address);
    const peer = await this.node({ ...setting, address, advertise: proxy.address });
    return { peer, proxy };
  }

  async proxy(target: string): Promise<TcpProxy> {
    const proxy = await TcpProxy.listen(target);
    this.#proxies.push(proxy);
    return proxy;
  }

  /** Where the messages of a stream are by now. */
  tally(stream: string): Tally {
    return tally(
      stream,
      this.#peers.map(peer => readJournal(peer.journal)),
    );
  }

  /** Where they are once all of them are accounted for; or, past the deadline, where they are then. */
  async settled(stream: string, isDone = isSettled): Promise<Tally> {
    return this.#until(stream, isDone).catch(() => this.tally(stream));
  }

  /** Once the stream has come so far. */
  async until(stream: string, isDone: (tally: Tally) => boolean): Promise<void> {
    await this.#until(stream, isDone);
  }

  /**
   * Stops the nodes that are left and draws up the stream for the last time, so that what comes late, a second delivery
   * above all, is seen as well.
   */
  async closed(stream: string): Promise<Tally> {
    await Promise.all(this.#peers.filter(peer => peer.isRunning).map(peer => peer.stop()));
    return this.tally(stream);
  }

  async end(): Promise<void> {
    await Promise.all(this.#peers.map(peer => peer.kill()));
    await Promise.all(this.#proxies.map(proxy => proxy.close()));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Journals are files, which tell nobody that they have grown. */
  async #until(stream: string, isDone: (tally: Tally) => boolean): Promise<Tally> {
    let isOver = false;
    const poll = async () => {
      for (;;) {
        const now = this.tally(stream);
        if (isOver || isDone(now)) return now;
        await new Promise(resolve => setTimeout(resolve, 50));
      }
    };
    return within(`the stream ${stream}`, poll()).finally(() => {
      isOver = true;
    });
  }
}

/** A scene that begins and ends with each spec. */
export function setScene(suite: Mocha.Suite, timeout: number): Scene {
  const scene = new Scene();
  suite.timeout(timeout);
  suite.retries(2); // the machine may be busy with something else for as long as a node may be silent
  suite.beforeEach(() => void scene.begin());
  suite.afterEach(() => scene.end());
  return scene;
}

/** An address of this machine that was free a moment ago: a proxy needs to know it before the node is there. */
export async function freeAddress(host = '127.0.0.1'): Promise<string> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, host, resolve));
  const { port } = server.address() as { port: number };
  await new Promise(resolve => server.close(resolve));
  return `${host}:${port}`;
}
