/** What readers of files find: something, or a fault; and where. */
export interface Found {
  /** The number of the line that it ends in, from 1. */
  readonly line: number;
  /** Where in the file it ends, in bytes. */
  readonly end: number;
  readonly value?: unknown;
  /** Why it could not be read, and the beginning of it. */
  readonly fault?: { readonly message: string; readonly text: string } | undefined;
}

/** A place between two records. */
export interface Place {
  readonly line: number;
  readonly end: number;
}

export const start: Place = { line: 0, end: 0 };

/** So many characters of what could not be read are shown. */
export const mostShown = 1000;
