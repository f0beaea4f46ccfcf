/** The files of a flight recorder: written at once and whole, few enough, and for their owner alone. */
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CompleteDumpOptions } from './options.ts';

/** What recordings hold is as secret as the messages: nobody may have put a file or a link of his own there before. */
const forOwner = { mode: 0o600, flag: 'wx' };

export class Dumps {
  readonly #options: CompleteDumpOptions;
  readonly #prefix: string;
  #last = Number.NEGATIVE_INFINITY;
  #lastBase = '';
  #count = 0;

  /** @param node the address of the node, where it has one */
  constructor(options: CompleteDumpOptions, node: string | undefined) {
    this.#options = options;
    this.#prefix = `troupe-${(node ?? 'local').replace(/[^\w.-]+/g, '_')}-`;
  }

  /** Whether there may be one now, in ms by the node's clock: after the last one it is too early for a while. */
  isDue(now: number): boolean {
    return now - this.#last >= this.#options.interval;
  }

  /**
   * Writes the recording and its diagram.
   * @returns the path of the recording
   * @throws Error of the file system
   */
  write(wall: number, now: number, ndjson: string, mermaid: string): string {
    this.#last = now;
    const { directory } = this.#options;
    mkdirSync(directory, { recursive: true });
    const name = this.#freeName(wall);
    writeWhole(join(directory, `${name}.mmd`), mermaid);
    const file = join(directory, `${name}.ndjson`);
    writeWhole(file, ndjson);
    this.#tidy();
    return file;
  }

  /** A number that has been used in this ms is not used again, even if that file is gone: the names tell the ages. */
  #freeName(wall: number): string {
    const base = this.#prefix + new Date(wall).toISOString().replace(/[:.]/g, '-');
    const taken = new Set(readdirSync(this.#options.directory));
    const nameOf = (count: number) => (count === 1 ? base : `${base}-${count}`);
    let count = base === this.#lastBase ? this.#count + 1 : 1;
    while (taken.has(`${nameOf(count)}.ndjson`)) count++;
    this.#lastBase = base;
    this.#count = count;
    return nameOf(count);
  }

  /** Deletes the oldest recordings of this node. */
  #tidy(): void {
    const { directory, keep } = this.#options;
    const pattern = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z(?:-\d+)?\.ndjson$/;
    const own = readdirSync(directory)
      .filter(name => name.startsWith(this.#prefix) && pattern.test(name.slice(this.#prefix.length)))
      .sort(byAge);
    for (const name of own.slice(0, Math.max(0, own.length - keep))) {
      rmSync(join(directory, name), { force: true });
      rmSync(join(directory, name.replace(/ndjson$/, 'mmd')), { force: true });
    }
  }
}

/** Nobody finds half a file under that name. */
export function writeWhole(file: string, text: string): void {
  const draft = `${file}.${process.pid}.tmp`;
  rmSync(draft, { force: true });
  try {
    writeFileSync(draft, text, forOwner);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Names of the same ms have a number behind it, of which the first has none. */
function byAge(one: string, other: string): number {
  const [, time = '', count = '1'] = /^(.*Z)(?:-(\d+))?\.ndjson$/.exec(one) ?? [];
  const [, otherTime = '', otherCount = '1'] = /^(.*Z)(?:-(\d+))?\.ndjson$/.exec(other) ?? [];
  if (time !== otherTime) return time < otherTime ? -1 : 1;
  return Number(count) - Number(otherCount);
}
