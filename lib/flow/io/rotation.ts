/** Keeps a log file small: when it is full it becomes `<file>.1`, and what was that becomes `<file>.2`, and so on. */
import { rename } from 'node:fs/promises';
import { sizeOf } from './fileSize.ts';

/** Files that are being looked at: of several loggers of one file, one after the other renames it, or more would be lost than was to be. */
const turns = new Map<string, Promise<void>>();

/**
 * Makes room for so many bytes.
 * @param maxBytes a file with more is full; 0: never
 * @param backupCount how many full files are kept; 0: the file is never renamed
 */
export async function rotate(
  path: string,
  bytes: number,
  maxBytes: number,
  backupCount: number,
): Promise<void> {
  if (maxBytes === 0 || backupCount === 0) return;
  const before = turns.get(path) ?? Promise.resolve();
  const turn = before.catch(() => {}).then(() => makeRoom(path, bytes, maxBytes, backupCount));
  turns.set(path, turn);
  try {
    await turn;
  } finally {
    if (turns.get(path) === turn) turns.delete(path);
  }
}

async function makeRoom(path: string, bytes: number, maxBytes: number, backupCount: number): Promise<void> {
  const size = await sizeOf(path);
  if (size === 0 || size + bytes <= maxBytes) return;
  for (let number = backupCount - 1; number >= 1; number--) {
    await renameIfThere(`${path}.${number}`, `${path}.${number + 1}`);
  }
  await renameIfThere(path, `${path}.1`);
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    // What is not there is no fault.
    if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
  }
}
