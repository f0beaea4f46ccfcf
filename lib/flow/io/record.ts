/** What readers of files find: something, or a fault; and where. */
import { crc32 } from 'node:zlib';

/** Something that was found, or a fault. */
export interface Found extends Place {
  readonly value?: unknown;
  /** Why it could not be read, and the beginning of it. */
  readonly fault?: { readonly message: string; readonly text: string } | undefined;
}

/** A place between two records. */
export interface Place {
  /** The number of the line that ends there, from 1. */
  readonly line: number;
  /** Where in the file that is, in bytes. */
  readonly end: number;
  /** What that line is known by. */
  readonly mark?: Mark | undefined;
}

/** The beginning of a line. */
export interface Mark {
  /** So many bytes before its end it begins. */
  readonly back: number;
  /** How many bytes of it were looked at, and their CRC-32. */
  readonly bytes: number;
  readonly crc: number;
}

/** @param back how many bytes it takes, with its end */
export function markOf(line: Buffer, back: number): Mark {
  const seen = line.subarray(0, 256);
  return { back, bytes: seen.length, crc: crc32(seen) };
}

export const start: Place = { line: 0, end: 0 };

/** So many characters of what could not be read are shown. */
export const mostShown = 1000;
