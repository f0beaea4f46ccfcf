/** Reads the body of a request, as far as it may be long. */
import type { IncomingMessage } from 'node:http';
import { MalformedEventData, PayloadTooLarge } from '../events/errors.ts';

/** Whether a request says that it has a body. */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

/** The length that it says it has; NaN when it does not say. */
export const lengthOf = ({ headers }: IncomingMessage): number =>
  headers['content-length'] === undefined ? Number.NaN : Number(headers['content-length']);

/**
 * Calls `done` once: with the body, or with what is wrong with it. One that is too long is not read on, even if that shows
 * only on the way.
 */
export function readBody(
  request: IncomingMessage,
  limit: number,
  done: (error: Error | undefined, body: Buffer) => void,
): void {
  if (lengthOf(request) > limit) {
    done(tooLarge(limit), empty);
    return;
  }
  const chunks: Buffer[] = [];
  let length = 0;
  const end = (error: Error | undefined, body: Buffer) => {
    request.off('data', take).off('end', finish).off('error', fail).off('close', fail);
    done(error, body);
  };
  const take = (chunk: Buffer) => {
    length += chunk.length;
    if (length > limit) end(tooLarge(limit), empty);
    else chunks.push(chunk);
  };
  const finish = () => end(undefined, chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
  const fail = () => end(new MalformedEventData('the body ended before it was complete'), empty);
  request.on('data', take).on('end', finish).on('error', fail).on('close', fail);
}

const empty = Buffer.alloc(0);

const tooLarge = (limit: number): Error =>
  new PayloadTooLarge(`the body is longer than ${limit} bytes, which is all that is taken here`);

/** How long, in ms, a client whose body is not wanted gets to hear that. */
export const lingering = 1000;

/**
 * Reads up to `most` bytes more and forgets them: a connection that is closed with bytes unread takes the response along.
 */
export function discard(request: IncomingMessage, most: number): void {
  let left = most;
  const drop = (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) request.off('data', drop).pause();
  };
  request.on('error', () => {});
  request.on('data', drop);
}
