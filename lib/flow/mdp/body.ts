/**
 * Events as bodies of RFC 7. Ours have two frames: the meta id, so that a broker can name the request in its log without looking
 * into it, and the serialised event. What others send has one frame, which is raw data.
 */
import { MalformedEventData } from '../events/errors.ts';
import { Event } from '../events/event.ts';
import { parseEvent, serializeEvent } from '../events/serialize.ts';
import type { Frame } from '../sockets.ts';

export type Body = readonly Frame[];

/** @throws FlowError when the event holds what can't be serialised */
export const bodyOf = (event: Event): Body => [Buffer.from(event.metaId), Buffer.from(serializeEvent(event))];

/** The data of an event, or its error, as the one frame that others understand. */
export const rawBodyOf = (event: Event): Body => {
  if (event.error !== null) return [Buffer.from(event.errorString())];
  const { data } = event;
  return [data instanceof Uint8Array ? Buffer.from(data) : Buffer.from(event.dataString())];
};

/** Whether it is no event but the data of one. */
export const isRaw = (body: Body): boolean => body.length === 1;

/** The text of a frame, or its bytes where it is no text. */
export function dataOf(frame: Frame): string | Buffer {
  try {
    return utf8.decode(frame);
  } catch {
    return frame;
  }
}

/**
 * The event of a body of two frames.
 * @throws MalformedEventData when it is none
 */
export function eventOf(body: Body): Event {
  if (body.length !== 2) {
    throw new MalformedEventData(`a body has one frame of data or two of an event, not ${body.length}`);
  }
  return parseEvent((body[1] as Frame).toString());
}

/** An event that has the meta id of a body, for the log; undefined when the body has none. */
export function traceOf(body: Body | undefined): Event | undefined {
  const metaId = body?.length === 2 ? (body[0] as Frame).toString('latin1') : '';
  return /^[\x21-\x7e]{1,128}$/.test(metaId) ? new Event({ metaId }) : undefined;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
