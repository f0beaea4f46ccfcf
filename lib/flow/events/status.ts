/** The HTTP status of an event, and which one an error stands for. */
import { STATUS_CODES } from 'node:http';
import { show } from '../../base/errors.ts';
import { type ErrorStatus, FlowError, InvalidEventDataModification } from './errors.ts';

/** A code and its text: `[404, 'Not Found']`. */
export type HttpStatus = readonly [code: number, text: string];

export const ok: HttpStatus = Object.freeze([200, 'OK'] as const);

/**
 * The status that an error stands for: what its class says, or the nearest of its base classes; 500 for anything that
 * is no `FlowError`. An error that says `retryAfter` says so in a header.
 */
export function statusOf(error: unknown): ErrorStatus {
  if (!(error instanceof FlowError)) return FlowError.status;
  const { status } = error.constructor as typeof FlowError;
  const { retryAfter } = error.extra;
  if (typeof retryAfter !== 'number' || !(retryAfter >= 0)) return status;
  const [code, text, headers] = status;
  return [code, text, { ...headers, 'Retry-After': String(Math.ceil(retryAfter)) }];
}

/**
 * Reads a status: a number, a pair, `'404 Not Found'` or `'404-Not Found'`.
 *
 * @throws InvalidEventDataModification when it is none of these, or the code is not between 100 and 599.
 */
export function statusFrom(value: unknown): HttpStatus {
  const [code, text] = Array.isArray(value) ? value : partsOf(value);
  const number = Number(code);
  if (!Number.isInteger(number) || number < 100 || number > 599 || !isText(text)) {
    throw new InvalidEventDataModification(
      `${show(value)} is no HTTP status: give a code from 100 to 599, [404, 'Not Found'] or '404 Not Found'`,
    );
  }
  return [number, text ?? STATUS_CODES[number] ?? ''];
}

const isText = (text: unknown): text is string | undefined => text === undefined || typeof text === 'string';

function partsOf(value: unknown): [unknown, string?] {
  if (typeof value !== 'string') return [value];
  const [, code, text] = /^\s*(\d+)(?:[\s-]+(.*?))?\s*$/s.exec(value) ?? [];
  return text ? [code, text] : [code];
}
