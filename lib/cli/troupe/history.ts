/** The lines that were typed into consoles, in a file of the user's that nobody else can read: there may be secrets in them. */
import { closeSync, fchmodSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const mostLines = 1000;

/** `TROUPE_HISTORY` names another file; empty, there is none. */
export function historyFile(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { TROUPE_HISTORY = join(homedir(), '.troupe_history') } = env;
  return TROUPE_HISTORY === '' ? undefined : TROUPE_HISTORY;
}

/** The newest first, as node:readline wants them. None when they can't be read. */
export function readHistory(file: string | undefined): string[] {
  if (file === undefined) return [];
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean).reverse().slice(0, mostLines);
  } catch {
    return [];
  }
}

/** @param lines the newest first. A file that can't be written is no reason to fail: it is left out */
export function writeHistory(file: string | undefined, lines: readonly string[]): void {
  if (file === undefined) return;
  try {
    const handle = openSync(file, 'w', 0o600);
    try {
      fchmodSync(handle, 0o600);
      writeFileSync(handle, `${lines.slice(0, mostLines).reverse().join('\n')}\n`);
    } finally {
      closeSync(handle);
    }
  } catch {
    // A home that can't be written to, as in a container.
  }
}
