/** An error as plain data, which a log line holds as `err`, and back. */
import { isNativeError } from 'node:util/types';
import { clipped } from './bounded.ts';

/** An error in a log line. */
export interface ErrorFields {
  /** The name of its class. */
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: string | number;
  readonly cause?: ErrorFields;
}

/** Causes of causes that are told. */
const longestChain = 8;
/** Characters of a message, and of a stack trace; each cause has half as many as what it caused, but no less than the least. */
const longest = 8192;
const least = 512;

/** Also those of another realm, as a test runner makes them. */
export function isError(value: unknown): value is Error {
  try {
    return isNativeError(value) || value instanceof Error;
  } catch {
    return false; // a proxy that can't be looked at
  }
}

/** @returns what can be read of it; never throws */
export function errorFields(error: unknown, above: readonly unknown[] = []): ErrorFields {
  try {
    return fieldsOf(error, above);
  } catch {
    return { type: 'Error', message: 'an error that cannot be read' };
  }
}

function fieldsOf(error: unknown, above: readonly unknown[]): ErrorFields {
  const most = Math.max(longest >> above.length, least);
  if (!isError(error)) return { type: typeof error, message: clipped(String(error), most) };
  const { message, stack, cause } = error;
  const { code } = error as { code?: unknown };
  const isTold = cause !== undefined && above.length < longestChain && ![...above, error].includes(cause);
  return {
    type: typeOf(error),
    message: clipped(String(message), most),
    ...(typeof stack === 'string' && { stack: clipped(stack, most) }),
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    ...(isTold && { cause: errorFields(cause, [...above, error]) }),
  };
}

/** Many classes of errors leave the name as it is. */
function typeOf(error: Error): string {
  const { name } = error;
  return name === 'Error' || typeof name !== 'string' ? error.constructor.name || 'Error' : name;
}

/** An error that shows itself as the one that the fields were read of: for loggers that want an `Error`. */
export function errorOf({ type, message, stack, code, cause }: ErrorFields): Error {
  // Loggers read the type off the class.
  const { [type]: Kind = Error } = { [type]: class extends Error {} };
  const error = new Kind(message, cause && { cause: errorOf(cause) });
  const own = { name: type, stack, code };
  for (const [name, value] of Object.entries(own)) {
    if (value === undefined && name === 'code') continue;
    Object.defineProperty(error, name, {
      value,
      configurable: true,
      writable: true,
      enumerable: name === 'code',
    });
  }
  return error;
}
