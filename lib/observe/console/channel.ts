/** Frames over a socket, both ways: one JSON value a line. Knows nothing of what they mean. */
import type { Socket } from 'node:net';
import { ConsoleError } from './consoleError.ts';
import { jsonValue } from './jsonValue.ts';

/** The longest line, in characters. */
const longestLine = 32 * 1024 * 1024;
/** How many bytes may wait for a peer that does not read, before it is let go: it is not to fill this process's memory. */
const mostUnread = 16 * 1024 * 1024;

export class Channel {
  /** Resolves when it has ended, whoever ended it; with the error of the socket, if it had one. */
  readonly ended: Promise<Error | undefined>;
  readonly #socket: Socket;
  #rest = '';

  /** @param onFrame what it throws ends the channel */
  constructor(socket: Socket, onFrame: (frame: object) => void) {
    this.#socket = socket;
    let failure: Error | undefined;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      try {
        this.#read(text, onFrame);
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
    socket.on('error', error => {
      failure = error;
    });
    this.ended = new Promise(resolve => socket.once('close', () => resolve(failure)));
  }

  #read(text: string, onFrame: (frame: object) => void): void {
    if (!text.includes('\n')) {
      this.#rest += text;
      return this.#checkRest();
    }
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    this.#checkRest();
    for (const line of lines) {
      const frame: unknown = JSON.parse(line);
      if (typeof frame !== 'object' || frame === null) throw new ConsoleError('a frame that is no object');
      onFrame(frame);
    }
  }

  #checkRest(): void {
    if (this.#rest.length > longestLine)
      throw new ConsoleError(`a frame of more than ${longestLine} characters`);
  }

  /** @throws TypeError when it has no JSON */
  send(frame: object): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) return;
    this.#socket.write(`${JSON.stringify(frame, jsonValue)}\n`);
    if (this.#socket.writableLength > mostUnread)
      this.#socket.destroy(new ConsoleError('the other side does not read'));
  }

  /** After what has been sent. */
  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
