/**
 * Any number of nodes in one process, on time and a network that are simulated: the runtime in them is the real one,
 * unchanged. All chance comes from the seed, so the same seed gives the same run.
 */
import { TimeoutError } from '../base/errors.ts';
import { silentLogger } from '../base/log.ts';
import type { Random } from '../base/world.ts';
import { Node } from '../node/node.ts';
import type { NodeOptions } from '../node/options.ts';
import type { LinkOptions } from './faults.ts';
import { type FrameFate, MemoryNetwork } from './memoryNetwork.ts';
import { seededRandom } from './seededRandom.ts';
import { TraceHash } from './traceHash.ts';
import { VirtualProcess } from './virtualProcess.ts';
import { VirtualTime } from './virtualTime.ts';

export interface SimulationOptions {
  /** Which run this is. */
  seed: number | string;
  /** What is true of every link unless `link` says otherwise: a delay of 1 ms, and no fault. */
  link?: LinkOptions | undefined;
  /** Hears of everything that happens to a frame. */
  trace?: ((fate: FrameFate, from: string, to: string, frame: Uint8Array) => void) | undefined;
}

/** One of the nodes of a simulation, over all its lives. */
interface Resident {
  readonly name: string;
  readonly options: NodeOptions;
  life: number;
  process: VirtualProcess;
}

/** How much, in ms, stopping all nodes may take: longer than any node takes to kill what does not end. */
const mostToStop = 60_000;
/** A process that is suspended for longer than this, in ms, may find its connections reset. */
const longPause = 1000;

export class Simulation {
  readonly seed: number | string;
  /** The network between the nodes, whose names are `n1`, `n2`, … there. */
  readonly network: MemoryNetwork;
  readonly #time = new VirtualTime();
  readonly #hash = new TraceHash();
  readonly #random: Random;
  readonly #residents = new Map<Node, Resident>();
  #names = 0;

  constructor({ seed, link, trace }: SimulationOptions) {
    this.seed = seed;
    this.#random = seededRandom(seed, 'simulation');
    this.network = new MemoryNetwork({
      link,
      clock: { now: () => this.#time.now, after: (delay, run) => this.#time.after(delay, run) },
      random: seededRandom(seed, 'network'),
      trace: (fate, from, to, frame) => {
        this.#record(fate, from, to);
        if (fate === 'sent') this.#hash.bytes(frame);
        trace?.(fate, from, to, frame);
      },
    });
  }

  /** Virtual time, in ms since the simulation began. */
  get now(): number {
    return this.#time.now;
  }

  /** Stands for all that has happened: every frame, its time and its fate, and every mark. */
  get hash(): string {
    return this.#hash.digits;
  }

  /** Numbers that depend on the seed and the label alone, for what a test draws itself. */
  random(label: string): Random {
    return seededRandom(this.seed, `test ${label}`);
  }

  /** Adds something to the hash, for example that a message was handled. */
  mark(text: string): void {
    this.#record('mark', text, '');
  }

  /** Starts a node at the next address: `n1:1`, `n2:1`, … Its clock, scheduler, random and transport are the simulation's. */
  async node(options: NodeOptions = {}): Promise<Node> {
    const name = `n${++this.#names}`;
    const own = { address: `${name}:1`, logger: silentLogger, ...options };
    const process = new VirtualProcess(this.#time);
    return this.#start({ name, options: own, life: 1, process });
  }

  /** The node is gone from one moment to the next: no goodbye, and nothing of it runs any more. */
  crash(node: Node): void {
    const { name, process } = this.#resident(node);
    this.#record('crash', name, '');
    process.die();
    this.network.crash(name);
    this.network.setSilent(name, false);
  }

  /** Starts a new life of a node at the same address; the old one crashes unless it is gone already. */
  async restart(node: Node): Promise<Node> {
    const resident = this.#resident(node);
    if (!resident.process.isDead) this.crash(node);
    this.#residents.delete(node);
    const process = new VirtualProcess(this.#time);
    return this.#start({ ...resident, life: resident.life + 1, process });
  }

  /** Nothing gets through between two nodes, and what is on its way is lost. `oneWay`: only from `a` to `b`. */
  partition(a: Node, b: Node, options?: { oneWay?: boolean | undefined }): void {
    this.#record('partition', this.nameOf(a), this.nameOf(b));
    this.network.partition(this.nameOf(a), this.nameOf(b), options);
  }

  /** Ends all partitions and faults of links. */
  heal(): void {
    this.#record('heal', '', '');
    this.network.heal();
  }

  /** What the network does to frames from one node to another; `'*'` stands for any. */
  link(from: Node | '*', to: Node | '*', options: LinkOptions): void {
    this.network.link(this.nameOf(from), this.nameOf(to), options);
  }

  /** The event loop of the node is blocked for `ms`: it does nothing, though its sockets still answer. */
  freeze(node: Node, ms: number): void {
    const { name, process } = this.#resident(node);
    this.#record('freeze', name, String(ms));
    process.hold(ms);
  }

  /** The process of the node is suspended for `ms`, as by SIGSTOP: not even its sockets answer. */
  pause(node: Node, ms: number): void {
    const { name, process } = this.#resident(node);
    this.#record('pause', name, String(ms));
    this.network.setSilent(name, true);
    const isReset = ms > longPause && this.#random() < 0.5;
    process.hold(ms, () => {
      this.network.setSilent(name, false);
      if (isReset) process.dropData();
    });
  }

  /** Whether the process of the node runs: it is neither frozen, paused nor dead. */
  isRunning(node: Node): boolean {
    const { process } = this.#resident(node);
    return !process.isDead && !process.isHeld;
  }

  /** How many timers of the node wait: none once it has stopped. */
  pendingTimers(node: Node): number {
    return this.#resident(node).process.pending;
  }

  /** What the node is called in `network` and in traces. */
  nameOf(node: Node | '*'): string {
    return node === '*' ? '*' : this.#resident(node).name;
  }

  /** Lets `ms` of virtual time pass, with all that happens then. */
  async run(ms: number): Promise<void> {
    await this.#time.advance(ms);
  }

  /** Lets time pass until the promise is settled, at most `ms`; says whether it was. */
  async runUntil(promise: Promise<unknown>, ms: number): Promise<boolean> {
    let isSettled = false;
    const settled = () => {
      isSettled = true;
    };
    promise.then(settled, settled);
    const step = Math.max(1, ms / 100);
    for (let left = ms; left >= 0 && !isSettled; left -= step) await this.#time.advance(step);
    return isSettled;
  }

  /**
   * Stops all nodes that live, one after the other.
   * @throws TimeoutError when one does not stop
   */
  async stop(): Promise<void> {
    for (const [node, { name, process }] of [...this.#residents]) {
      if (process.isDead) continue;
      if (!(await this.runUntil(node.stop(), mostToStop)))
        throw new TimeoutError(`${name} did not stop within ${mostToStop} ms`);
    }
  }

  async #start(resident: Resident): Promise<Node> {
    const { name, options, life, process } = resident;
    // The first node loads it, which takes turns of the real event loop.
    await import('../node/openRemoting.ts');
    const transport = this.network.transportOf({ name, receive: run => process.receive(run) });
    const node = await this.#time.until(
      Node.start({
        ...options,
        remoting: { insecure: true, ...options.remoting },
        clock: process,
        scheduler: process,
        random: seededRandom(this.seed, `node ${name} ${life}`),
        transport,
      }),
    );
    this.#record('start', name, node.incarnation);
    this.#residents.set(node, resident);
    return node;
  }

  #resident(node: Node): Resident {
    const resident = this.#residents.get(node);
    if (resident === undefined)
      throw new TypeError('this node is none of this simulation, or it has been replaced by restart()');
    return resident;
  }

  #record(what: string, one: string, other: string): void {
    this.#hash.number(this.#time.now);
    this.#hash.text(what);
    this.#hash.text(one);
    this.#hash.text(other);
  }
}
