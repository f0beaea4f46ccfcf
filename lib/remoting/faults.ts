/** Why a message could not be sent or read: in words, and with the place of the part that it is about. */
import { SerializationError } from '../base/errors.ts';
import { maxDepth } from './format.ts';

export const tooDeep = `the message is nested deeper than ${maxDepth} levels, or contains itself; send its parts, or ids of them`;
export const reentered =
  "a getter of a message can't send another one while its own is being encoded; send plain data, or send it later";

/** The error of bytes that are not one value. */
export function unfit(fault: string, cause?: unknown): SerializationError {
  return new SerializationError(`the bytes are no message: ${fault}`, cause === undefined ? {} : { cause });
}

/** An error that knows which part of the message it is about. */
export class Culprit extends SerializationError {
  readonly part: unknown;

  constructor(part: unknown, message: string) {
    super(message);
    this.part = part;
  }
}

/** The error that users see: it tells the place of the part. Looked for only after encoding has failed. */
export function located(error: SerializationError, message: unknown): SerializationError {
  const path = error instanceof Culprit ? pathTo(message, error.part) : undefined;
  return new SerializationError(
    path === undefined || path === '' ? error.message : `${error.message} (at ${path})`,
  );
}

function pathTo(message: unknown, part: unknown): string | undefined {
  const seen = new Set<unknown>();
  const find = (one: unknown, path: string): string | undefined => {
    if (one === part) return path;
    if (typeof one !== 'object' || one === null || seen.has(one)) return undefined;
    seen.add(one);
    const parts = one instanceof Map || one instanceof Set ? [...one].flat(1).entries() : Object.entries(one);
    for (const [key, inner] of parts) {
      const isIndex = Array.isArray(one) || typeof key === 'number';
      const found = find(inner, isIndex ? `${path}[${key}]` : `${path}.${key}`);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  try {
    return find(message, '');
  } catch {
    // A getter threw, which lies before the part. The error is told without a place.
    return undefined;
  }
}
