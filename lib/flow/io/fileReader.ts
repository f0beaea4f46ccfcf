/** The bytes of a file, from a place on; of one that grows, also those to come. */
import { type FileHandle, open, stat } from 'node:fs/promises';

export interface ReadOptions {
  /** Where to begin, in bytes. */
  readonly from: number;
  /** Resolves when it is time to look for more, and to false when there will be none; undefined: the end of the file is the end. */
  readonly more: (() => Promise<boolean>) | undefined;
}

const chunkSize = 65_536;

/** Ends at the end of the file; where there may be more, when the file has become shorter or has been replaced by another one. */
export async function* bytesOf(path: string, { from, more }: ReadOptions): AsyncGenerator<Buffer> {
  const file = await open(path);
  try {
    let at = from;
    let isLast = more === undefined;
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(chunkSize), 0, chunkSize, at);
      at += bytesRead;
      if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
      else if (isLast) return;
      // Another one has its name: what was written here before that, since the last look, is still to be read.
      else if (await isOther(file, path, at)) isLast = true;
      else if (!(await more?.())) return;
    }
  } finally {
    await file.close();
  }
}

/** Whether what has that name now begins anew. */
async function isOther(file: FileHandle, path: string, at: number): Promise<boolean> {
  const own = await file.stat();
  if (own.size < at) return true;
  try {
    const { ino, dev } = await stat(path);
    return ino !== own.ino || dev !== own.dev;
  } catch (error) {
    // Between the renaming of the old one and the making of the new one.
    if ((error as { code?: unknown }).code === 'ENOENT') return false;
    throw error;
  }
}
