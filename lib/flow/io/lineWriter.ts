/** Appends to a file, in the order of the calls; what is asked for meanwhile is written together. */
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { asError } from '../../base/errors.ts';
import { sizeOf } from './fileSize.ts';

interface Piece {
  readonly text: string;
  readonly written: () => void;
  readonly failed: (error: Error) => void;
}

/** Called before a batch is written: may rename the file. */
export type BeforeWrite = (path: string, bytes: number) => Promise<void>;

const newline = Buffer.from('\n');

/**
 * Appends lines. What was left without its end, since a write failed or a process died, gets one before the next. No file is kept
 * open, so that it may be renamed by whoever likes to.
 */
export class LineWriter {
  readonly path: string;
  readonly #most: number;
  readonly #before: BeforeWrite | undefined;
  #pieces: Piece[] = [];
  #writing: Promise<void> | undefined;
  /** Whether the file may end within a line: of another writer, or of a write that failed. */
  #isTorn = true;

  /**
   * @param most bytes that are written together; a piece is never divided
   * @param before called before each write
   */
  constructor(path: string, most = 65_536, before?: BeforeWrite) {
    this.path = path;
    this.#most = most;
    this.#before = before;
  }

  /** Whether all has been written. */
  get isIdle(): boolean {
    return this.#writing === undefined;
  }

  /** Resolves when it is in the file; rejects when it could not be written. */
  append(text: string): Promise<void> {
    const done = new Promise<void>((written, failed) => {
      this.#pieces.push({ text, written, failed });
    });
    this.#writing ??= this.#writeAll();
    return done;
  }

  /** Resolves when nothing is being written any more. */
  async idle(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    // What is asked for in the same turn is written together.
    await undefined;
    while (this.#pieces.length > 0) {
      const batch = this.#takeBatch();
      try {
        await this.#write(batch.map(({ text }) => text).join(''));
        for (const { written } of batch) written();
      } catch (error) {
        for (const { failed } of batch) failed(asError(error));
      }
    }
    this.#writing = undefined;
  }

  #takeBatch(): Piece[] {
    let bytes = 0;
    let count = 0;
    for (const { text } of this.#pieces) {
      bytes += Buffer.byteLength(text);
      if (count > 0 && bytes > this.#most) break;
      count++;
    }
    return this.#pieces.splice(0, count);
  }

  async #write(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    await this.#before?.(this.path, bytes.length);
    const isWithin = this.#isTorn && (await endsWithinLine(this.path));
    const file = await this.#open();
    try {
      this.#isTorn = true;
      await file.appendFile(isWithin ? Buffer.concat([newline, bytes]) : bytes);
      this.#isTorn = false;
    } finally {
      await file.close();
    }
  }

  async #open() {
    try {
      return await open(this.path, 'a');
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
      await mkdir(dirname(this.path), { recursive: true });
      return await open(this.path, 'a');
    }
  }
}

/** Whether the last byte of a file is no line end; what can't be read is not looked at. */
async function endsWithinLine(path: string): Promise<boolean> {
  const size = await sizeOf(path);
  if (size === 0) return false;
  const file = await open(path).catch(() => undefined);
  try {
    const last = await file?.read(Buffer.alloc(1), 0, 1, size - 1).catch(() => undefined);
    return last?.bytesRead === 1 && !last.buffer.equals(newline);
  } finally {
    await file?.close();
  }
}
