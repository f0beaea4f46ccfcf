/** One request and its answer: what happens on the connection, whatever the answer is. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../base/world.ts';
import { discard, hasBody, lingering } from './body.ts';
import { type Response, safeText } from './response.ts';

const connection = 'connection';
const contentLength = 'content-length';

export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** When it came, by the clock that counts. */
  readonly began: number;
  /** The type that the client wants. */
  readonly accept: string;
  /** To what part of the flow it goes; '' when to none. */
  service = '';
  /** The id of its event. */
  id: string | undefined;
  /** Ends the wait for its event. */
  leave: () => void = () => {};
  /** Whether the connection is to end with it. */
  isLast = false;
  #isAnswered = false;

  constructor(request: IncomingMessage, response: ServerResponse, began: number, accept: string) {
    this.request = request;
    this.response = response;
    this.began = began;
    this.accept = accept;
  }

  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  /**
   * Sends the answer; the first one counts.
   *
   * @param isLast the connection is to end with it
   */
  answer({ status, headers, body }: Response, isLast: boolean, clock: Clock): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    this.leave();
    const { request, response } = this;
    if (response.headersSent || response.destroyed) return;
    const isCut = hasBody(request) && !request.complete;
    if (isCut || isLast || this.isLast) headers[connection] = 'close';
    if (body !== undefined) headers[contentLength] = String(Buffer.byteLength(body));
    response.writeHead(status[0], safeText(status), headers);
    if (!isCut) response.end(body);
    else this.#endLater(body, clock);
  }

  /**
   * The client is still sending a body that nobody wants. What closes a connection with bytes unread takes the answer along,
   * so the client gets some time to read it.
   */
  #endLater(body: string | Buffer | undefined, clock: Clock): void {
    const { request, response } = this;
    if (body !== undefined && request.method !== 'HEAD') response.write(body);
    else response.flushHeaders();
    discard(request, mostDiscarded);
    const end = () => {
      cancel();
      if (response.destroyed) return;
      response.end();
      request.socket.destroySoon();
    };
    const cancel = clock.after(lingering, end);
    request.once('end', end);
    response.once('close', cancel);
  }
}

/** Bytes of an unwanted body that are read and forgotten. */
const mostDiscarded = 1024 * 1024;
