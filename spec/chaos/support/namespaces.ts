/**
 * Two hosts and a router between them, as network namespaces of this machine: what the router drops, the kernel's own TCP
 * has to cope with. Needs root and `ip`; uses `nft` for loss where it is installed.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';

export type Host = 'left' | 'right';

const addresses: Readonly<Record<Host, string>> = { left: '10.77.1.2', right: '10.77.2.2' };
const gateways: Readonly<Record<Host, string>> = { left: '10.77.1.1', right: '10.77.2.1' };
const hosts: readonly Host[] = ['left', 'right'];
/** How long, in ms, the router drops all or nothing where it can't choose single packets. */
const slot = 10;

export class Namespaces {
  readonly #prefix = `troupe-${process.pid}-`;
  readonly #router = `${this.#prefix}router`;
  #losing: NodeJS.Timeout | undefined;
  #batch: ChildProcess | undefined;

  /** @throws Error that says what this machine lacks */
  static create(): Namespaces {
    const namespaces = new Namespaces();
    try {
      namespaces.#build();
      return namespaces;
    } catch (error) {
      namespaces.remove();
      throw error;
    }
  }

  addressOf(host: Host): string {
    return addresses[host];
  }

  /** The words that a command is to begin with to run on that host. */
  wrapper(host: Host): readonly string[] {
    return ['ip', 'netns', 'exec', this.#prefix + host];
  }

  /** From now on nothing that these hosts send gets past the router, and nobody is told. */
  cut(...from: readonly Host[]): void {
    for (const host of from) this.#ip('-n', this.#router, 'rule', 'add', 'iif', `to-${host}`, 'blackhole');
  }

  /** Lets what these hosts send pass again. */
  heal(...from: readonly Host[]): void {
    for (const host of from) this.#ip('-n', this.#router, 'rule', 'del', 'iif', `to-${host}`, 'blackhole');
  }

  /**
   * Has the router lose a share of all packets, in both directions.
   * @returns how it does that
   */
  lose(share: number): 'each packet by itself, with nft' | 'in bursts of 10 ms' {
    if (this.#loseSinglePackets(share)) return 'each packet by itself, with nft';
    // One process that takes rules line by line: starting one for each would take longer than a slot.
    this.#batch = spawn('ip', ['-n', this.#router, '-force', '-batch', '-'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    let isLost = false;
    this.#losing = setInterval(() => {
      const isNext = Math.random() < share;
      if (isNext !== isLost) this.#batch?.stdin?.write(`rule ${isNext ? 'add' : 'del'} pref 1 blackhole\n`);
      isLost = isNext;
    }, slot);
    return 'in bursts of 10 ms';
  }

  /** Segments that the kernel of that host has sent again so far. */
  retransmissions(host: Host): number {
    const [names, values] = this.#ip('netns', 'exec', this.#prefix + host, 'cat', '/proc/net/snmp')
      .split('\n')
      .filter(line => line.startsWith('Tcp:'))
      .map(line => line.split(' '));
    return Number(values?.[names?.indexOf('RetransSegs') ?? -1]);
  }

  remove(): void {
    clearInterval(this.#losing);
    this.#batch?.kill();
    for (const name of [...hosts.map(host => this.#prefix + host), this.#router]) {
      try {
        this.#ip('netns', 'del', name);
      } catch {
        // It was never made.
      }
    }
  }

  #build(): void {
    this.#ip('netns', 'add', this.#router);
    for (const host of hosts) {
      const name = this.#prefix + host;
      const device = `to-${host}`;
      this.#ip('netns', 'add', name);
      this.#ip(
        '-n',
        this.#router,
        'link',
        'add',
        device,
        'type',
        'veth',
        'peer',
        'name',
        'out',
        'netns',
        name,
      );
      this.#ip('-n', this.#router, 'addr', 'add', `${gateways[host]}/24`, 'dev', device);
      this.#ip('-n', name, 'addr', 'add', `${addresses[host]}/24`, 'dev', 'out');
      this.#ip('-n', this.#router, 'link', 'set', device, 'up');
      for (const link of ['lo', 'out']) this.#ip('-n', name, 'link', 'set', link, 'up');
      this.#ip('-n', name, 'route', 'add', 'default', 'via', gateways[host]);
    }
    this.#ip('netns', 'exec', this.#router, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward');
  }

  #loseSinglePackets(share: number): boolean {
    const nft = (...words: readonly string[]) => this.#ip('netns', 'exec', this.#router, 'nft', ...words);
    try {
      nft('add', 'table', 'inet', 'chaos');
      nft('add', 'chain', 'inet', 'chaos', 'forward', '{ type filter hook forward priority 0; }');
      const chance = ['numgen', 'random', 'mod', '100', '<', String(Math.round(100 * share))];
      nft('add', 'rule', 'inet', 'chaos', 'forward', ...chance, 'drop');
      return true;
    } catch {
      return false;
    }
  }

  #ip(...words: readonly string[]): string {
    return execFileSync('ip', words, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
  }
}
