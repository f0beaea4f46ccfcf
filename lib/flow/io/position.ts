/** Up to where a file has been dealt with, and where that is written down. */
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { show } from '../../base/errors.ts';
import { SetupError } from '../events/errors.ts';
import { sizeOf } from './fileSize.ts';
import { type Mark, markOf, type Place, start } from './record.ts';

/** The places of records that are under way, in their order: what has been dealt with is all before the first that has not. */
export class Progress {
  readonly #open = new Map<number, { readonly place: Place; isDone: boolean }>();
  #place: Place;
  #next = 0;

  constructor(place: Place) {
    this.#place = place;
  }

  /** Up to where all has been dealt with. */
  get place(): Place {
    return this.#place;
  }

  /** How many records are under way, or wait for one before them. */
  get size(): number {
    return this.#open.size;
  }

  /** @returns what to call `done` with */
  begin({ line, end, mark }: Place): number {
    const number = this.#next++;
    this.#open.set(number, { place: { line, end, mark }, isDone: false });
    return number;
  }

  done(number: number): void {
    const one = this.#open.get(number);
    if (one === undefined) return;
    one.isDone = true;
    for (const [first, { place, isDone }] of this.#open) {
      if (!isDone) return;
      this.#open.delete(first);
      this.#place = place;
    }
  }
}

/**
 * The place that `path` holds; the start when there is no such file.
 * @throws (rejects) SetupError when it holds something else
 */
export async function readPlace(path: string): Promise<Place> {
  const text = await textOf(path);
  if (text === undefined) return start;
  try {
    const { line, end, mark } = JSON.parse(text) as Partial<Place>;
    if (isCount(line) && isCount(end) && (mark === undefined || isMark(mark, end)))
      return { line, end, mark };
  } catch {
    // said below
  }
  throw new SetupError(`${path} holds no position of a file, but ${show(text.slice(0, 80))}: delete it`);
}

/** There is always a whole one. Directories are made. */
export async function writePlace(path: string, { line, end, mark }: Place): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, `${JSON.stringify({ line, end, mark })}\n`);
  await rename(`${path}.new`, path);
}

/** Whether the file has that place, and the line before it is the one that was there. */
export async function hasPlace(path: string, { end, mark }: Place): Promise<boolean> {
  if (end > (await sizeOf(path))) return false;
  if (mark === undefined) return true;
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(mark.bytes), 0, mark.bytes, end - mark.back);
    return markOf(buffer.subarray(0, bytesRead), mark.back).crc === mark.crc;
  } finally {
    await file.close();
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
    throw error;
  }
}

const isMark = (mark: unknown, end: number): mark is Mark => {
  const { back, bytes, crc } = (mark ?? {}) as Partial<Mark>;
  return isCount(back) && back <= end && isCount(bytes) && bytes <= back && isCount(crc);
};
const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;
