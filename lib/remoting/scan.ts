/**
 * Looks through the bytes of a MessagePack value before anything is built from them: a few bytes can announce more than
 * any memory holds. What passes is one whole value whose every length is covered by bytes that are there.
 */
import { holdsValue, lastExtension, mostDepth, timestamp } from './extensions.ts';

/** Each array, map and extension costs memory that its bytes do not show. */
const mostContainers = 2 ** 20;

let bytes: Uint8Array = new Uint8Array(0);
let end = 0;
let containers = 0;

/** What is wrong with the value in `from` up to `to`, undefined when it is right. */
export function scan(input: Uint8Array, from = 0, to = input.length): string | undefined {
  bytes = input;
  end = to;
  containers = 0;
  try {
    const after = value(from, 0);
    if (after === to) return undefined;
    return after > to ? 'it ends in the middle of a value' : `${to - after} bytes follow the value`;
  } catch (reason) {
    if (typeof reason !== 'string') throw reason;
    return reason;
  } finally {
    bytes = nothing;
  }
}

const nothing = new Uint8Array(0);
