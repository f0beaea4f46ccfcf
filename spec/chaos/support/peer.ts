/**
 * One process with one node, run by `scene.ts`: does what it is told over IPC, reports what happens to its node, and
 * writes down in a journal what it told, what arrived and what became a dead letter.
 */
import { hrtime, memoryUsage } from 'node:process';
import {
  Actor,
  bounded,
  DeadLetter,
  MalformedInput,
  Node,
  NodeDown,
  type NodeOptions,
  NodeQuarantined,
  NodeUnresponsive,
  NodeUp,
  type Ref,
  silentLogger,
  Terminated,
} from '../../../lib/index.ts';
import { Journal } from './journal.ts';

/** The message of a stream. */
interface Numbered {
  readonly stream: string;
  readonly n: number;
  readonly padding: Uint8Array;
}

interface Collecting {
  readonly name: string;
  /** How long, in ms, it takes for one message (0). */
  readonly delay?: number;
  /** The most messages that wait for it (no limit). */
  readonly capacity?: number;
}

interface Streaming {
  readonly stream: string;
  readonly to: string;
  /** How many messages at a time (10), every so many ms (5), until `endStream`. */
  readonly perTurn?: number;
  readonly every?: number;
  /** Bytes beside the number (16). */
  readonly size?: number;
}

interface Burst {
  readonly stream: string;
  readonly to: string;
  readonly count: number;
  /** Bytes beside the number of each (16). */
  readonly size?: number;
}

/** What a process reports of its own accord. */
export type Report =
  | {
      readonly event: 'NodeUp' | 'NodeQuarantined' | 'NodeUnresponsive';
      readonly address: string;
      readonly incarnation: string;
    }
  | {
      readonly event: 'NodeDown';
      readonly address: string;
      readonly incarnation: string | undefined;
      readonly reason: string;
    }
  | { readonly event: 'Terminated'; readonly address: string; readonly reason: string }
  | { readonly event: 'MalformedInput'; readonly from: string; readonly reason: string };

const journal = new Journal(process.argv[2] as string);
let node: Node;
/** Who tells what is told: one sender, so that all of it is one pair with its recipient. */
let teller: Ref;
const streams = new Map<string, { next: number; timer: NodeJS.Timeout | undefined }>();

const commands = {
  async start(options: Pick<NodeOptions, 'address' | 'advertise' | 'remoting'>) {
    node = await Node.start({ ...options, logger: silentLogger });
    node.events.subscribe(DeadLetter, ({ message, reason }) => {
      if (isNumbered(message)) journal.write('dead', message.stream, message.n, reason);
    });
    for (const event of [NodeUp, NodeQuarantined, NodeUnresponsive, NodeDown, MalformedInput]) {
      node.events.subscribe(event as typeof NodeUp, told => report({ event: event.name, ...told } as Report));
    }
    teller = node.spawn(() => {}, { name: 'teller' });
    return { address: node.address as string, incarnation: node.incarnation };
  },

  /** Spawns an actor that writes down what it gets. */
  collect({ name, delay = 0, capacity }: Collecting): void {
    const mailbox = capacity === undefined ? undefined : bounded({ capacity, overflow: 'dropNewest' });
    node.spawn(Collector.using({ delay }), { name, ...(mailbox && { mailbox }) });
  },

  /** Goes on telling numbered messages, until `endStream`. */
  stream({ stream, to, perTurn = 10, every = 5, size = 16 }: Streaming): void {
    const ref = node.lookup(to);
    const timer = setInterval(() => tell(ref, stream, perTurn, size), every);
    streams.set(stream, { next: streams.get(stream)?.next ?? 0, timer });
  },

  endStream(stream: string): void {
    clearInterval(streams.get(stream)?.timer);
  },

  /** Tells so many numbered messages at once. */
  burst({ stream, to, count, size = 16 }: Burst): void {
    tell(node.lookup(to), stream, count, size);
  },

  /** Reports the `Terminated` of an actor. */
  watch(address: string): void {
    node.spawn(Watcher.using({ address }));
  },

  /** Blocks the event loop for so many ms. The answer is sent before. */
  block(duration: number): void {
    setImmediate(() => {
      const end = hrtime.bigint() + BigInt(duration) * 1_000_000n;
      while (hrtime.bigint() < end);
    });
  },

  stats: () => node.stats(),
  memory: () => memoryUsage().rss,
  /** What the wall clock says: whether it jumps is part of one spec. */
  wallClock: () => Date.now(),
  stop: () => node.stop(),
};

export type Commands = typeof commands;

class Collector extends Actor<unknown, { delay: number }> {
  override async receive(message: unknown): Promise<void> {
    if (!isNumbered(message)) return this.unhandled(message);
    journal.write('delivered', message.stream, message.n);
    if (this.params.delay > 0) await new Promise(resolve => setTimeout(resolve, this.params.delay));
  }
}

class Watcher extends Actor<Terminated, { address: string }> {
  override preStart(): void {
    this.watch(this.lookup(this.params.address));
  }

  override receive(message: Terminated): void {
    if (!(message instanceof Terminated)) return this.unhandled(message);
    report({ event: 'Terminated', address: (message.ref as Ref).address, reason: message.reason });
  }
}

function tell(ref: Ref, stream: string, count: number, size: number): void {
  const entry = streams.get(stream) ?? { next: 0, timer: undefined };
  streams.set(stream, entry);
  const padding = new Uint8Array(size);
  for (let i = 0; i < count; i++) {
    const n = entry.next++;
    journal.write('told', stream, n);
    ref.tell({ stream, n, padding } satisfies Numbered, teller);
  }
}

function isNumbered(message: unknown): message is Numbered {
  return typeof message === 'object' && message !== null && 'stream' in message && 'n' in message;
}

function report(told: Report): void {
  process.send?.({ report: told });
}

process.on('disconnect', () => process.exit());
process.on('message', async ({ id, name, args }: { id: number; name: keyof Commands; args: unknown[] }) => {
  const command = commands[name] as (...args: unknown[]) => unknown;
  try {
    process.send?.({ id, value: await command(...args) });
  } catch (error) {
    process.send?.({ id, error: (error as Error).stack });
  }
});
process.send?.('ready');
