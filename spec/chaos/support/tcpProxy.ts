/**
 * A TCP proxy that misbehaves on demand. `toTarget` is what flows to the process behind it, `fromTarget` what flows back.
 * Within one connection bytes keep their order, as with any TCP; between connections they need not.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';

export type Direction = 'toTarget' | 'fromTarget';

/** What is done to one direction of every connection. */
export interface Weather {
  /** How long, in ms, bytes are held back (0), and how much longer at most, drawn for each chunk (0). */
  delay: number;
  jitter: number;
  /** As `jitter`, but drawn once for each connection: connections overtake each other (0). */
  skew: number;
  /** Bytes a second (no limit). */
  bandwidth: number;
  /** Nothing passes, and nobody is told: neither bytes nor the end of a connection. */
  isCut: boolean;
  /** The share of chunks in which one byte is changed (0). */
  corruption: number;
}

const fair: Weather = {
  delay: 0,
  jitter: 0,
  skew: 0,
  bandwidth: Number.POSITIVE_INFINITY,
  isCut: false,
  corruption: 0,
};

/** Bytes that one direction of a connection holds before it reads no more. */
const mostHeld = 256 * 1024;

export class TcpProxy {
  readonly weather: Readonly<Record<Direction, Weather>> = { toTarget: { ...fair }, fromTarget: { ...fair } };
  /** Connections that have been made through it. */
  connections = 0;
  readonly #server: Server;
  readonly #target: { host: string; port: number };
  readonly #pairs = new Set<Pair>();

  private constructor(target: string) {
    this.#target = endpoint(target);
    this.#server = createServer({ allowHalfOpen: true }, socket => this.#accept(socket));
  }

  /** A proxy on a free port of 127.0.0.1. */
  static async listen(target: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await new Promise<void>(resolve => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get address(): string {
    const { address, port } = this.#server.address() as { address: string; port: number };
    return `${address}:${port}`;
  }

  /** Changes the weather in the directions given, both by default. */
  set(weather: Partial<Weather>, directions: readonly Direction[] = ['toTarget', 'fromTarget']): void {
    for (const direction of directions) Object.assign(this.weather[direction], weather);
    for (const pair of this.#pairs) pair.weatherHasChanged();
  }

  /** Holds everything back in these directions, without a sign. */
  cut(...directions: Direction[]): void {
    this.set({ isCut: true }, directions.length > 0 ? directions : undefined);
  }

  /** Lets it through again; connections that one end has given up meanwhile are reset, as a host does with those it does not know. */
  heal(): void {
    for (const pair of this.#pairs) if (pair.isGivenUp) pair.reset();
    this.set({ isCut: false });
  }

  /** Resets every connection at both ends. */
  reset(): void {
    for (const pair of [...this.#pairs]) pair.reset();
  }

  async close(): Promise<void> {
    this.reset();
    await new Promise(resolve => this.#server.close(resolve));
  }

  #accept(client: Socket): void {
    this.connections++;
    const target = connect({ ...this.#target, allowHalfOpen: true });
    const pair = new Pair(client, target, this.weather, () => this.#pairs.delete(pair));
    this.#pairs.add(pair);
  }
}

/** One connection: two sockets, and a lane in each direction. */
class Pair {
  readonly #sockets: readonly [Socket, Socket];
  readonly #lanes: readonly [Lane, Lane];
  readonly #onEnd: () => void;

  constructor(
    client: Socket,
    target: Socket,
    weather: Readonly<Record<Direction, Weather>>,
    onEnd: () => void,
  ) {
    this.#onEnd = onEnd;
    const fail = () => this.reset();
    this.#sockets = [client, target];
    this.#lanes = [
      new Lane(client, target, weather.toTarget, fail),
      new Lane(target, client, weather.fromTarget, fail),
    ];
    for (const socket of this.#sockets) {
      socket.setNoDelay(true);
      socket.on('close', () => {
        if (this.#sockets.every(({ destroyed }) => destroyed)) onEnd();
      });
    }
  }

  get isGivenUp(): boolean {
    return this.#lanes.some(lane => lane.isGivenUp);
  }

  weatherHasChanged(): void {
    for (const lane of this.#lanes) lane.flow();
  }

  reset(): void {
    for (const lane of this.#lanes) lane.stop();
    for (const socket of this.#sockets) {
      if (!socket.destroyed) socket.resetAndDestroy();
    }
    this.#onEnd();
  }
}

/** One direction of one connection. */
class Lane {
  readonly #sink: Socket;
  readonly #source: Socket;
  readonly #weather: Weather;
  readonly #skew = Math.random();
  /** Bytes and when they are due; an end is undefined. */
  readonly #held: { readonly bytes: Buffer | undefined; readonly due: number; readonly isReset: boolean }[] =
    [];
  readonly #fail: () => void;
  #heldBytes = 0;
  #lastDue = 0;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  /** Whether its source has ended, and the other end does not know. */
  isGivenUp = false;

  constructor(source: Socket, sink: Socket, weather: Weather, fail: () => void) {
    this.#source = source;
    this.#sink = sink;
    this.#weather = weather;
    this.#fail = fail;
    source.on('data', bytes => this.#hold(bytes, false));
    source.on('end', () => this.#hold(undefined, false));
    source.on('error', () => this.#hold(undefined, true));
    source.on('close', () => this.#hold(undefined, true));
  }

  /** Passes on what is due. */
  flow(): void {
    clearTimeout(this.#timer);
    for (
      let next = this.#held[0];
      next !== undefined && !this.#isStopped && !this.#weather.isCut;
      next = this.#held[0]
    ) {
      const early = next.due - performance.now();
      if (early > 0) {
        this.#timer = setTimeout(() => this.flow(), early);
        return;
      }
      this.#held.shift();
      this.#pass(next.bytes, next.isReset);
    }
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#held.length = 0;
  }

  #hold(bytes: Buffer | undefined, isReset: boolean): void {
    if (this.#isStopped || (this.isGivenUp && !isReset)) return;
    if (bytes === undefined) this.isGivenUp = true;
    const { delay, jitter, skew, bandwidth } = this.#weather;
    const now = performance.now();
    const wait = delay + jitter * Math.random() + skew * this.#skew;
    const size = bytes?.length ?? 0;
    // Never before what came before it: within one connection, order is what TCP promises.
    this.#lastDue = Math.max(this.#lastDue, now + wait) + (1000 * size) / bandwidth;
    this.#held.push({ bytes, due: this.#lastDue, isReset });
    this.#heldBytes += size;
    if (this.#heldBytes > mostHeld) this.#source.pause();
    this.flow();
  }

  #pass(bytes: Buffer | undefined, isReset: boolean): void {
    if (bytes !== undefined) {
      this.#heldBytes -= bytes.length;
      if (this.#heldBytes <= mostHeld) this.#source.resume();
      if (Math.random() < this.#weather.corruption) corrupt(bytes);
      this.#sink.write(bytes);
    } else if (isReset) this.#fail();
    else this.#sink.end();
  }
}

function corrupt(bytes: Buffer): void {
  const at = Math.floor(Math.random() * bytes.length);
  bytes[at] = (bytes[at] as number) ^ (1 + Math.floor(Math.random() * 255));
}

function endpoint(address: string): { host: string; port: number } {
  const at = address.lastIndexOf(':');
  return { host: address.slice(0, at), port: Number(address.slice(at + 1)) };
}
