/** Up to where a file has been dealt with, and where that is written down. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { show } from '../../base/errors.ts';
import { SetupError } from '../events/errors.ts';
import { type Place, start } from './record.ts';

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
  begin(place: Place): number {
    const number = this.#next++;
    this.#open.set(number, { place, isDone: false });
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
    const { line, end } = JSON.parse(text) as Partial<Place>;
    if (isCount(line) && isCount(end)) return { line, end };
  } catch {
    // said below
  }
  throw new SetupError(`${path} holds no position of a file, but ${show(text.slice(0, 80))}: delete it`);
}

/** There is always a whole one. */
export async function writePlace(path: string, { line, end }: Place): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify({ line, end })}\n`);
  await rename(`${path}.new`, path);
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
    throw error;
  }
}

const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;
