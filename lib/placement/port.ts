/** What carries frames to one other thread or process of this node, whole and in order, for as long as both live. */
import type { MessagePort } from 'node:worker_threads';

export interface Port {
  /** Sends a frame, which may be changed as soon as `done` was called; `done` says whether it has left. */
  post(frame: Uint8Array, done: (hasLeft: boolean) => void): void;
  /** Hands buffers over, ahead of the frames that are posted afterwards; undefined where memory can only be copied. */
  readonly move?: ((id: string, buffers: readonly ArrayBufferLike[]) => void) | undefined;
  /** Says who hears what comes from the other end, and when that has ended. */
  open(hears: PortHearer): void;
  close(): void;
}

export interface PortHearer {
  frame(frame: Uint8Array): void;
  /** Buffers that were handed over. */
  moved(id: string, buffers: readonly ArrayBufferLike[]): void;
  /** The other end has ended; nothing more comes. */
  closed(): void;
}

/** What `move` posts. */
interface Moved {
  readonly id: string;
  readonly buffers: readonly ArrayBufferLike[];
}

/** Between two threads. Frames are handed over, not copied again by the port. */
export class ThreadPort implements Port {
  readonly #port: MessagePort;
  readonly #soon: (run: () => void) => void;
  #isOpen = true;

  /** @param soon runs what it is given as soon as the present code has returned */
  constructor(port: MessagePort, soon: (run: () => void) => void) {
    this.#port = port;
    this.#soon = soon;
  }

  post(frame: Uint8Array, done: (hasLeft: boolean) => void): void {
    const isOpen = this.#isOpen;
    if (isOpen) {
      // The link keeps its own until the other end has confirmed it.
      const copy = new Uint8Array(frame);
      this.#port.postMessage(copy, [copy.buffer]);
    }
    this.#soon(() => done(isOpen));
  }

  readonly move = (id: string, buffers: readonly ArrayBufferLike[]): void => {
    const moved: Moved = { id, buffers };
    // Shared memory is not moved: it is there as well as here.
    const leaving = buffers.filter(buffer => buffer instanceof ArrayBuffer);
    this.#port.postMessage(moved, leaving);
  };

  open({ frame, moved, closed }: PortHearer): void {
    this.#port.on('message', (said: Uint8Array | Moved) => {
      if (said instanceof Uint8Array) frame(said);
      else moved(said.id, said.buffers);
    });
    this.#port.on('close', () => {
      this.#isOpen = false;
      closed();
    });
  }

  close(): void {
    this.#isOpen = false;
    this.#port.close();
  }
}

/** One end of the channel between a process and its child: what `ChildProcess` and `process` have in common. */
export interface Channel {
  readonly connected: boolean;
  on(event: 'message', listener: (said: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
}

/** What goes past the link. */
interface Control {
  readonly control: Uint8Array;
}

type Send = (said: Uint8Array | Control, done: (error: Error | null) => void) => unknown;

/** Between two processes. What is not a frame is for somebody else. */
export class ChannelPort implements Port {
  readonly #channel: Channel;
  #hearer: PortHearer | undefined;
  #isOpen = true;
  onControl: (bytes: Uint8Array) => void = () => {};

  constructor(channel: Channel) {
    this.#channel = channel;
    channel.on('message', said => {
      if (said instanceof Uint8Array)
        this.#hearer?.frame(new Uint8Array(said.buffer, said.byteOffset, said.length));
      else this.onControl((said as Control).control);
    });
    channel.on('disconnect', () => {
      this.#isOpen = false;
      this.#hearer?.closed();
    });
  }

  post(frame: Uint8Array, done: (hasLeft: boolean) => void): void {
    if (this.#channel.connected) this.#send(frame, error => done(error === null && this.#isOpen));
    else void Promise.resolve(false).then(done);
  }

  sayControl(control: Uint8Array): void {
    // Without a channel the process is about to end.
    if (this.#channel.connected) this.#send({ control }, () => {});
  }

  readonly #send: Send = (said, done) => (this.#channel as unknown as { send: Send }).send(said, done);

  open(hearer: PortHearer): void {
    this.#hearer = hearer;
  }

  /** The channel ends with the process. */
  close(): void {
    this.#isOpen = false;
  }
}
