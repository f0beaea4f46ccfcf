/**
 * A network within one process, with every fault that a network can have: what specs and simulations run on. It is no
 * stand-in for the wire format: the same bytes cross it.
 */
import { RemotingError } from '../base/errors.ts';
import type { Clock, Random } from '../base/world.ts';
import type { TransportFactory } from '../remoting/transport.ts';
import { Faults, type LinkOptions, type LinkState } from './faults.ts';
import { type Carrier, MemoryTransport, type Way } from './memoryTransport.ts';

const firstFreePort = 40_000;
/** How long, in ms, others may overtake a frame, beside its delay and jitter. */
const overtaking = 20;

export interface NetworkOptions {
  /** What is true of every link that `link` says nothing else about. */
  readonly link?: LinkOptions | undefined;
  /** When frames arrive; by the clock of the sender's node unless given. */
  readonly clock?: Pick<Clock, 'now' | 'after'> | undefined;
  /** Which frames are hit; drawn from the sender's node unless given. */
  readonly random?: Random | undefined;
  /** Hears of all that happens to frames. */
  readonly trace?: ((kind: FrameFate, from: string, to: string, frame: Uint8Array) => void) | undefined;
}

export type FrameFate = 'sent' | 'lost' | 'duplicated' | 'overtaken' | 'severed' | 'arrived';

/** The network that the nodes of one spec share: `Node.start({ address, transport: network.transport })`. */
export class MemoryNetwork {
  readonly #listeners = new Map<string, MemoryTransport>();
  readonly #transports = new Set<MemoryTransport>();
  readonly #faults: Faults;
  readonly #options: NetworkOptions;
  /** Nodes that do not answer, not even below what they say, and since when. */
  readonly #silent = new Map<string, number>();
  #clock: Pick<Clock, 'now'> | undefined;
  #nextPort = firstFreePort;
  /** Frames that were taken from a sender and not lost. */
  delivered = 0;
  /** Frames that were lost. */
  lost = 0;

  constructor(options: NetworkOptions = {}) {
    this.#options = options;
    this.#clock = options.clock;
    this.#faults = new Faults(options.link);
  }

  readonly transport: TransportFactory = (world, events, options) =>
    this.transportOf({ name: undefined, receive: run => run() })(world, events, options);

  /** @internal For a node that has a name of its own, in a process that need not take what comes at once. */
  transportOf(node: { name: string | undefined; receive: (run: () => void) => void }): TransportFactory {
    return (world, events, { maxSilence, maxFrameSize }) => {
      this.#clock ??= world.clock;
      const parts = { carrier: this.#carrier, world, events, maxSilence, maxFrameSize, ...node };
      const transport = new MemoryTransport(parts);
      this.#transports.add(transport);
      return transport;
    };
  }

  /** What the network does to frames from one address to another, from now on; `'*'` stands for any. */
  link(from: string, to: string, options: LinkOptions): void {
    this.#faults.set(from, to, options);
  }

  /** Loses `percent` of the frames from one address to another; `'*'` stands for any. */
  packetLoss(percent: number, from = '*', to = '*'): void {
    if (percent >= 100) return this.#faults.cut(from, to, this.#now, false);
    this.#faults.join(from, to);
    this.link(from, to, { loss: percent });
  }

  /** Loses all frames from one address to another; the other direction stays as it is. */
  cut(from = '*', to = '*'): void {
    this.packetLoss(100, from, to);
  }

  /** Loses all frames between two addresses, and those that are on their way. `oneWay`: only those from `a` to `b`. */
  partition(a: string, b: string, { oneWay = false }: { oneWay?: boolean | undefined } = {}): void {
    this.#faults.cut(a, b, this.#now, true);
    if (!oneWay) this.#faults.cut(b, a, this.#now, true);
  }

  /** Ends all faults of links. */
  heal(): void {
    this.#faults.heal();
  }

  /** The node at that address is gone from one moment to the next: no goodbye. */
  crash(address: string): void {
    for (const transport of this.#transports) if (transport.name === address) transport.vanish();
  }

  /** @internal Whether the node of that name answers, below what it says. */
  setSilent(name: string, isSilent: boolean): void {
    if (!isSilent) this.#silent.delete(name);
    else if (!this.#silent.has(name)) this.#silent.set(name, this.#now);
  }

  get #now(): number {
    return this.#clock?.now() ?? 0;
  }

  readonly #carrier: Carrier = {
    bind: (address, transport) => {
      const bound = address.endsWith(':0') ? `${address.slice(0, -1)}${this.#nextPort++}` : address;
      if (this.#listeners.has(bound))
        throw new RemotingError(`${bound} is in use by another process; choose another port`);
      this.#listeners.set(bound, transport);
      return bound;
    },
    unbind: transport => {
      const { address } = transport;
      this.#transports.delete(transport);
      if (address !== undefined && this.#listeners.get(address) === transport)
        this.#listeners.delete(address);
    },
    at: address => this.#listeners.get(address),
    carry: (way, frame, done, arrive) => this.#carry(way, frame, done, arrive),
    isHeard: (a, b) => {
      const { cutSince: out } = this.#faults.state(a.name, b.name);
      const { cutSince: back } = this.#faults.state(b.name, a.name);
      const silences = [out, back, this.#silent.get(a.name), this.#silent.get(b.name)];
      const since = Math.min(...silences.map(one => one ?? Number.POSITIVE_INFINITY));
      return this.#now - since < a.maxSilence / 2;
    },
  };

  #carry(way: Way, frame: Uint8Array, done: () => void, arrive: (frame: Uint8Array) => void): void {
    const { from, to } = way;
    const state = this.#faults.state(from.name, to);
    const wait = this.#leave(way, frame, state, done);
    this.#options.trace?.('sent', from.name, to, frame);
    if (state.cutSince !== undefined || this.#draw(way, state.loss)) {
      this.lost++;
      return this.#options.trace?.('lost', from.name, to, frame);
    }
    this.delivered++;
    const isTwice = this.#draw(way, state.duplicate);
    // The sender uses its memory again, and whoever reads a frame may keep parts of it.
    this.#deliver(way, frame.slice(), state, wait, arrive);
    if (!isTwice) return;
    this.#options.trace?.('duplicated', from.name, to, frame);
    this.#deliver(way, frame.slice(), state, wait, arrive);
  }

  /** Takes the frame from the sender; says how long that takes. */
  #leave({ from, times }: Way, frame: Uint8Array, { bandwidth }: LinkState, done: () => void): number {
    if (bandwidth === Number.POSITIVE_INFINITY) {
      from.world.scheduler.soon(done);
      return 0;
    }
    const clock = this.#options.clock ?? from.world.clock;
    const now = clock.now();
    times.left = Math.max(now, times.left) + (frame.length * 1000) / bandwidth;
    clock.after(times.left - now, () => from.world.scheduler.soon(done));
    return times.left - now;
  }

  #deliver(
    way: Way,
    frame: Uint8Array,
    state: LinkState,
    wait: number,
    arrive: (frame: Uint8Array) => void,
  ): void {
    const { from, to, times } = way;
    const { trace, clock = from.world.clock } = this.#options;
    const now = clock.now();
    let due = now + wait + state.delay + (state.jitter > 0 ? this.#random(way) * state.jitter : 0);
    if (this.#draw(way, state.reorder)) {
      due += this.#random(way) * (overtaking + state.delay + state.jitter);
      trace?.('overtaken', from.name, to, frame);
    } else {
      due = Math.max(due, times.arrives);
      times.arrives = due;
    }
    clock.after(due - now, () => {
      if (this.#faults.state(from.name, to).severed !== state.severed)
        return trace?.('severed', from.name, to, frame);
      trace?.('arrived', from.name, to, frame);
      arrive(frame);
    });
  }

  #draw(way: Way, percent: number): boolean {
    return percent > 0 && this.#random(way) * 100 < percent;
  }

  #random(way: Way): number {
    return (this.#options.random ?? way.from.world.random)();
  }
}
