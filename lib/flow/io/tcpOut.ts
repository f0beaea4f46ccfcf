/** Events to another process over TCP. */
import { connect, type Socket } from 'node:net';
import { asError } from '../../base/errors.ts';
import { Backoff, type BackoffOptions } from '../../restart/backoff.ts';
import { PayloadTooLarge, ServiceUnavailable } from '../events/errors.ts';
import type { Event } from '../events/event.ts';
import { serializeEvent } from '../events/serialize.ts';
import { FlowActor, type FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { demand, isCount, isSpan, isText, setUp } from '../setup.ts';
import { type Framing, frameOf, framings, keepAlive, refused, taken } from './framing.ts';

export interface TCPOutParams {
  /** The other side's port (9000). */
  port?: number | undefined;
  /** The other side ('127.0.0.1'). */
  host?: string | undefined;
  /** How events are told apart, the same on both sides ('connection'); with `'line'` and `'length'` one connection is kept open. */
  framing?: Framing | undefined;
  /** False: the other side is no `TCPIn` and says nothing; an event has been sent when the operating system has it (true). */
  acknowledged?: boolean | undefined;
  /** How long, in ms, a connection may take to be made (10 000). */
  connectTimeout?: number | undefined;
  /** How long to wait after a failure (`{ min: 100, max: 30_000 }`, in ms). */
  backoff?: BackoffOptions | undefined;
  /** How often an event is tried again before it goes to the error outboxes (without end). */
  maxRetries?: number | undefined;
}

/** Somebody who waits for an answer. */
interface Wait {
  resolve(): void;
  reject(error: Error): void;
}

/** The connection that is kept open, and who waits there, in the order in which they have sent. */
interface Kept {
  readonly socket: Socket;
  readonly waiting: Set<Wait>;
}

const broken = () => new Error('the connection was closed before the event was taken');
const tooLarge = () => new PayloadTooLarge('the other side refuses the event: it is too large');

/**
 * Sends every event, serialised, to a `TCPIn`, one after the other unless `concurrency` says otherwise; the next ones wait. It has
 * been sent when the other side has said that there was room for it. What fails is tried again: an event may arrive twice. After
 * compysition's TCPOut.
 */
export class TCPOut extends FlowActor<TCPOutParams> {
  static override parameters: ParamNames<TCPOut> = {
    acknowledged: true,
    backoff: true,
    connectTimeout: true,
    framing: true,
    host: true,
    maxRetries: true,
    port: true,
  };
  static override shape = 'cloud';

  readonly #backoff: Backoff;
  #kept: Promise<Kept> | undefined;

  constructor(name: string, params: TCPOutParams & FlowActorOptions = {}) {
    super(name, { ...params, concurrency: params.concurrency ?? 1 });
    const { port = 9000, host = '127.0.0.1', framing = 'connection', connectTimeout = 10_000 } = params;
    const { acknowledged = true } = params;
    const { backoff = { min: 100 }, maxRetries = Number.POSITIVE_INFINITY } = params;
    demand(this, 'port', isCount(port) && port < 65_536, 'a port from 1 up', port);
    demand(this, 'host', isText(host), 'the name or the address of a host', host);
    demand(this, 'framing', framings.includes(framing), framings.join(', '), framing);
    demand(this, 'acknowledged', typeof acknowledged === 'boolean', 'true or false', acknowledged);
    demand(this, 'connectTimeout', isSpan(connectTimeout), 'more than 0 ms', connectTimeout);
    const isRight = maxRetries === Number.POSITIVE_INFINITY || isCount(maxRetries, 0);
    demand(this, 'maxRetries', isRight, 'a whole number from 0 up', maxRetries);
    this.#backoff = setUp(this, () => new Backoff(backoff));
  }

  override async consume(event: Event): Promise<void> {
    const { framing = 'connection', maxRetries = Number.POSITIVE_INFINITY } = this.params;
    const bytes = frameOf(serializeEvent(event), framing);
    for (let attempt = 0; !this.signal.aborted; attempt++) {
      try {
        await (framing === 'connection' ? this.#sendAlone(bytes) : this.#sendKept(bytes));
        if (this.outboxes.length > 0) void this.send(event);
        return;
      } catch (thrown) {
        const error = asError(thrown);
        if (this.signal.aborted || error instanceof PayloadTooLarge) throw error;
        if (attempt >= maxRetries) throw this.#unreachable(error);
        await this.#pause(attempt, error, event);
      }
    }
    throw new ServiceUnavailable(`${this.name} was stopped before the event was sent`);
  }

  async #sendAlone(bytes: Buffer): Promise<void> {
    const { acknowledged: mustBeTaken = true } = this.params;
    const socket = await this.#connect();
    await new Promise<void>((resolve, reject) => {
      let answer: number | undefined;
      socket.on('data', chunk => {
        answer ??= (chunk as Buffer)[0];
      });
      socket.on('error', reject);
      socket.on('close', () => {
        if (answer === refused && mustBeTaken)
          reject(new PayloadTooLarge('the other side refuses the event'));
        else if (mustBeTaken ? answer === taken : socket.writableFinished) resolve();
        else reject(new Error('the connection was closed before the event was taken'));
      });
      socket.end(bytes);
    });
  }

  async #sendKept(bytes: Buffer): Promise<void> {
    this.#kept ??= this.#open();
    const { socket, waiting } = await this.#kept;
    await new Promise<void>((resolve, reject) => {
      if (socket.destroyed) return reject(broken());
      const mustBeTaken = this.params.acknowledged !== false;
      const wait = { resolve, reject };
      waiting.add(wait);
      socket.write(bytes, error => {
        if (error) reject(error);
        if (!mustBeTaken || error) waiting.delete(wait);
        if (!mustBeTaken) resolve();
      });
    });
  }

  /** The connection that is kept open; answers come in the order of the events. */
  async #open(): Promise<Kept> {
    const waiting = new Set<Wait>();
    try {
      const socket = await this.#connect();
      socket.on('data', answers => {
        for (const answer of answers as Buffer) {
          const [first] = waiting;
          if (first === undefined) return;
          waiting.delete(first);
          if (answer === taken) first.resolve();
          else first.reject(answer === refused ? tooLarge() : broken());
        }
      });
      // An error is told to whoever waits; a close follows.
      socket.on('error', error => this.log.debug(`the connection broke: ${error.message}`));
      socket.on('end', () => socket.destroy());
      socket.on('close', () => {
        this.#kept = undefined;
        for (const { reject } of waiting) reject(broken());
      });
      return { socket, waiting };
    } catch (error) {
      this.#kept = undefined;
      throw error;
    }
  }

  #connect(): Promise<Socket> {
    const { port = 9000, host = '127.0.0.1', connectTimeout = 10_000 } = this.params;
    const { signal } = this;
    return new Promise((resolve, reject) => {
      const socket = connect({
        port,
        host,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: keepAlive,
      });
      const abort = () => socket.destroy();
      const cancel = this.after(connectTimeout, () =>
        socket.destroy(new Error(`no connection within ${connectTimeout} ms`)),
      );
      signal.addEventListener('abort', abort);
      socket.once('close', () => {
        cancel();
        signal.removeEventListener('abort', abort);
        reject(new Error('the connection was closed'));
      });
      socket.once('error', reject);
      socket.once('connect', () => {
        cancel();
        socket.off('error', reject);
        resolve(socket);
      });
    });
  }

  #pause(attempt: number, error: Error, event: Event): Promise<void> {
    const delay = this.#backoff.delay(attempt, this.world.random);
    this.log.warn(`${this.#unreachable(error).message}; once more in ${Math.round(delay)} ms`, event);
    const { signal } = this;
    return new Promise(resolve => {
      const goOn = () => {
        signal.removeEventListener('abort', goOn);
        resolve();
      };
      this.after(delay, goOn);
      signal.addEventListener('abort', goOn);
    });
  }

  #unreachable(error: Error): Error {
    const { port = 9000, host = '127.0.0.1' } = this.params;
    const { code } = error as { code?: string };
    const why = error.message || code || error.name;
    return new ServiceUnavailable(`no event to ${host}:${port}: ${why}`, { cause: error });
  }
}
