/**
 * A connection that goes out from here, whatever sockets it takes. ZeroMQ connects again by itself when a connection breaks, but
 * not when the other end has turned it down, and a socket knows one server key for life: then another socket takes the place
 * of the first behind the same route.
 */
import type { HandshakeFailure, KeyTrials } from './keyTrials.ts';
import type { Route } from './transport.ts';

/** What tells of a socket's connection, by the names that ZeroMQ's monitor has for it. */
export type SocketEvent =
  | 'handshake'
  | 'handshake:error:auth'
  | 'handshake:error:protocol'
  | 'handshake:error:other'
  | 'disconnect'
  | 'close';

/** The socket of a connection that goes out: a DEALER. */
export interface DialSocket {
  readonly closed: boolean;
  linger: number;
  readonly events: {
    on(type: SocketEvent, listener: (event: { readonly error?: object }) => void): unknown;
  };
  send(frame: Uint8Array): Promise<void>;
  receive(): Promise<Uint8Array[]>;
  connect(endpoint: string): void;
  close(): void;
}

export interface Dialling {
  readonly trials: KeyTrials;
  /** A new socket, not connected yet, for a server that has this key; undefined without CURVE. */
  open(serverKey: string | undefined): DialSocket;
  /** Takes what arrives at a socket, until that is closed. */
  receive(socket: DialSocket): void;
  refused(reason: string): void;
  after(delay: number, run: () => void): void;
}

export class OutboundRoute implements Route {
  readonly label: string;
  readonly #dialling: Dialling;
  #socket: DialSocket;
  #isOpen = true;
  #isAlive = false;

  constructor(address: string, dialling: Dialling) {
    this.label = address;
    this.#dialling = dialling;
    this.#socket = this.#dial();
  }

  /** The one in use now; closed while a pause lasts before the next. */
  get socket(): DialSocket {
    return this.#socket;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** No further socket takes the place of this one, which the caller closes. */
  end(): void {
    this.#isOpen = false;
    this.#isAlive = false;
  }

  #dial(): DialSocket {
    const { trials, open, receive } = this.#dialling;
    const key = trials.next();
    const socket = open(key);
    const follow = (event: SocketEvent, run: (error: object | undefined) => void) =>
      socket.events.on(event, ({ error }) => {
        if (this.#isOpen && this.#socket === socket) run(error);
      });
    follow('handshake', () => {
      this.#isAlive = true;
      trials.worked();
    });
    follow('disconnect', () => this.#lost());
    follow('close', () => this.#lost());
    follow('handshake:error:auth', () => this.#failed(socket, 'unlisted'));
    follow('handshake:error:protocol', error => this.#failed(socket, meaningOf(error)));
    // A server that can't read what a client with a wrong key says hangs up; without keys it is a broken connection.
    if (key !== undefined) follow('handshake:error:other', () => this.#failed(socket, 'key'));
    socket.connect(`tcp://${this.label}`);
    receive(socket);
    return socket;
  }

  #lost(): void {
    this.#isAlive = false;
  }

  #failed(socket: DialSocket, why: HandshakeFailure): void {
    if (socket.closed) return;
    this.#lost();
    const { trials, refused, after } = this.#dialling;
    const { delay, complaint } = trials.failed(why);
    socket.close();
    if (complaint !== undefined) refused(complaint);
    after(delay, () => {
      if (this.#isOpen) this.#socket = this.#dial();
    });
  }
}

function meaningOf(error: object | undefined): HandshakeFailure {
  const { code } = (error ?? {}) as { code?: string };
  if (code === 'ERR_ZMTP_MECHANISM_MISMATCH') return 'mechanism';
  return code === 'ERR_ZMTP_CRYPTOGRAPHIC' ? 'key' : 'protocol';
}
