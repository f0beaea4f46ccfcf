/** What the specs of remoting share: nodes on one network in memory, whose time stands still until a spec moves it. */
import { type EventClass, Node, type NodeOptions, silentLogger } from '../../lib/index.ts';
import { captureEvents, ManualClock, MemoryNetwork } from '../../lib/testkit/index.ts';

// Mocha requires a spec as CommonJS, while a node imports its remoting as an ES module, and then there are two of every
// class. A module that awaits can't be required: so these specs are imported, and there is one of each.
await import('../../lib/node/openRemoting.ts');

/** The nodes of one spec, by their port on 127.0.0.1. */
export class Cluster {
  readonly clock = new ManualClock();
  readonly network = new MemoryNetwork();
  readonly #nodes: Node[] = [];
  #seed = 1;

  async start(port: number, options: NodeOptions = {}): Promise<Node> {
    const { clock, network } = this;
    const own = { address: addressOf(port), clock, transport: network.transport, logger: silentLogger };
    const node = await Node.start({ ...own, random: seeded(this.#seed++), ...options });
    this.#nodes.push(node);
    await clock.settle();
    return node;
  }

  /** From one moment to the next: the node neither says goodbye nor hears anything any more. */
  crash(node: Node): void {
    this.network.crash(node.address as string);
  }

  async stop(): Promise<void> {
    for (const node of this.#nodes) {
      const stopped = node.stop();
      await this.clock.advance(20_000);
      await stopped;
    }
  }
}

export const addressOf = (port: number): string => `127.0.0.1:${port}`;

const running: Cluster[] = [];

export function newCluster(): Cluster {
  const cluster = new Cluster();
  running.push(cluster);
  return cluster;
}

afterEach(async () => {
  for (const cluster of running.splice(0)) await cluster.stop();
});

/** All events of a class from now on. */
export const heard = <E>(node: Node, event: EventClass<E>): E[] => captureEvents(node, event).events;

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
