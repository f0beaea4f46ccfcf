/**
 * Who may connect: ZeroMQ asks a handler for each client that shows a key (ZAP, its RFC 27). There is one handler for all
 * sockets of a context, so it serves all nodes of the process, which it tells apart by the name of their door. A door that
 * nobody keeps is shut.
 */
import { asError, RemotingError } from '../base/errors.ts';
import type { Clock } from '../base/world.ts';
import { toZ85 } from './keys.ts';

/** The socket that the questions come in on: a ROUTER. */
export interface ZapSocket {
  readonly closed: boolean;
  bind(address: string): Promise<void>;
  receive(): Promise<Uint8Array[]>;
  send(parts: (Uint8Array | string)[]): Promise<void>;
  close(): void;
}

/** Decides whether a client may come in. `from` is its IP address. */
export type DoorKeeper = (publicKey: string, from: string) => boolean;

const place = 'inproc://zeromq.zap.01';
/** How often, and every how many ms, binding is tried again while the socket before is still closing in another thread. */
const bindTries = 100;
const bindPause = 5;

export class ZapHandler {
  readonly #newSocket: () => ZapSocket;
  readonly #doors = new Map<string, DoorKeeper>();
  #isBound: Promise<void> | undefined;
  /** The one in use; another from the moment on when the last door is left. */
  #socket: ZapSocket | undefined;
  #use = {};

  constructor(newSocket: () => ZapSocket) {
    this.#newSocket = newSocket;
  }

  /**
   * From when this resolves, `keeper` is asked for each client at that door.
   * @throws RemotingError when another handler has taken the place
   */
  async keep(door: string, keeper: DoorKeeper, clock: Clock): Promise<void> {
    this.#doors.set(door, keeper);
    this.#isBound ??= this.#bind(clock);
    try {
      await this.#isBound;
    } catch (error) {
      this.leave(door);
      throw error;
    }
  }

  /** Nobody comes in at that door any more. With the last one the socket is closed, so that the process can end. */
  leave(door: string): void {
    this.#doors.delete(door);
    if (this.#doors.size === 0) this.close();
  }

  /** Nobody comes in at any door, until one is kept anew. */
  close(): void {
    this.#isBound = undefined;
    this.#use = {};
    this.#socket?.close();
    this.#socket = undefined;
  }

  async #bind(clock: Clock): Promise<void> {
    const use = this.#use;
    for (let tries = 1; this.#use === use; tries++) {
      const socket = this.#newSocket();
      const error = await socket.bind(place).then(() => undefined, asError);
      if (error === undefined && this.#use === use) {
        this.#socket = socket;
        void this.#serve(socket);
        return;
      }
      socket.close();
      if (tries === bindTries) {
        throw new RemotingError(`keys can't be checked: ${place} can't be bound: ${error?.message}`, {
          cause: error,
        });
      }
      await new Promise<void>(resolve => clock.after(bindPause, resolve));
    }
  }

  /** Until the socket is closed. Should it fail, nobody comes in any more: ZeroMQ is told to insist on an answer. */
  async #serve(socket: ZapSocket): Promise<void> {
    try {
      while (!socket.closed) {
        const answer = answerTo(await socket.receive(), this.#doors);
        if (answer !== undefined) await socket.send(answer);
      }
    } catch {
      socket.close();
    }
  }
}

/** The answer to one question of ZAP; undefined when it is none, and there is nobody to answer. */
export function answerTo(
  question: readonly Uint8Array[],
  doors: ReadonlyMap<string, DoorKeeper>,
): (Uint8Array | string)[] | undefined {
  const [envelope, empty, version, requestId, door, from, , mechanism, key] = question;
  if (envelope === undefined || empty === undefined || requestId === undefined) return undefined;
  const isCurve = text(version) === '1.0' && text(mechanism) === 'CURVE' && key?.byteLength === 32;
  const mayEnter = isCurve && ask(doors.get(text(door)), toZ85(key), text(from));
  const status = mayEnter ? ['200', 'OK'] : ['400', 'not on the allow list'];
  return [envelope, empty, '1.0', requestId, ...status, '', ''];
}

/** The list is the program's own, and reading it may throw: then it allows nobody. */
function ask(keeper: DoorKeeper | undefined, publicKey: string, from: string): boolean {
  try {
    return keeper?.(publicKey, from) === true;
  } catch {
    return false;
  }
}

const text = (part: Uint8Array | undefined) => Buffer.from(part ?? []).toString('latin1');
