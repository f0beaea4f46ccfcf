/** Events that come from elsewhere as bytes. */
import { asError } from '../../base/errors.ts';
import { Event } from '../events/event.ts';
import { parseEvent } from '../events/serialize.ts';

/** So many characters of what is no event are shown to whoever looks for the fault. */
const mostShown = 1000;

/** The event, or why the bytes are none. */
export function received(bytes: Uint8Array): Event | Error {
  try {
    const { buffer, byteOffset, byteLength } = bytes;
    return parseEvent(Buffer.from(buffer, byteOffset, byteLength).toString());
  } catch (error) {
    return asError(error);
  }
}

/** An event that stands for what could not be read: its data is the beginning of it. */
export const unreadable = (bytes: Uint8Array, attributes: object): Event =>
  new Event({ data: Buffer.from(bytes.subarray(0, mostShown)).toString(), ...attributes });
