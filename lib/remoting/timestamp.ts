/** MessagePack's timestamp: seconds since 1970 and nanoseconds, in the shortest of its three forms. */
import { unfit } from './faults.ts';

const two32 = 0x1_0000_0000;

/** The bytes of a valid Date. */
export function encodeTimestamp(date: Date): Uint8Array {
  const ms = date.getTime();
  const seconds = Math.floor(ms / 1000);
  const nanoseconds = (ms - seconds * 1000) * 1_000_000;
  if (seconds < 0 || seconds >= 4 * two32) return longest(seconds, nanoseconds);
  const bytes = new Uint8Array(nanoseconds === 0 && seconds < two32 ? 4 : 8);
  const view = new DataView(bytes.buffer);
  // 30 bits of nanoseconds, then 34 bits of seconds.
  if (bytes.length === 8) view.setUint32(0, nanoseconds * 4 + Math.floor(seconds / two32));
  view.setUint32(bytes.length - 4, seconds % two32);
  return bytes;
}

function longest(seconds: number, nanoseconds: number): Uint8Array {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, nanoseconds);
  view.setBigInt64(4, BigInt(seconds));
  return bytes;
}

/** @throws SerializationError when there are not 4, 8 or 12 bytes */
export function decodeTimestamp(bytes: Uint8Array): Date {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (bytes.length) {
    case 4:
      return new Date(view.getUint32(0) * 1000);
    case 8: {
      const high = view.getUint32(0);
      return dateOf((high & 3) * two32 + view.getUint32(4), high >>> 2);
    }
    case 12:
      return dateOf(view.getInt32(4) * two32 + view.getUint32(8), view.getUint32(0));
    default:
      throw unfit(`a timestamp has 4, 8 or 12 bytes, not ${bytes.length}`);
  }
}

const dateOf = (seconds: number, nanoseconds: number) => new Date(seconds * 1000 + nanoseconds / 1_000_000);
