/**
 * What one process saw of each message, line by line, in a file: what is written there outlives a SIGKILL, which a count in
 * memory does not.
 */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { DeadLetterReason } from '../../../lib/index.ts';

export type Entry =
  | { readonly kind: 'told'; readonly stream: string; readonly n: number }
  | { readonly kind: 'delivered'; readonly stream: string; readonly n: number }
  | { readonly kind: 'dead'; readonly stream: string; readonly n: number; readonly reason: DeadLetterReason };

/** Writes a journal; each line is with the kernel when the call returns. */
export class Journal {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, 'a');
  }

  write(...words: readonly (string | number)[]): void {
    writeSync(this.#file, `${words.join(' ')}\n`);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** The entries of a journal, oldest first. A line that is being written just now is not among them. */
export function readJournal(path: string): Entry[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map(line => {
    const [kind, stream, n, reason] = line.split(' ');
    return { kind, stream, n: Number(n), reason } as Entry;
  });
}
