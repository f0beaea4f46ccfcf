/**
 * Tallies of actors in another process: they stand in a file that both have open and that has no name, so that it is gone with
 * them. What was written to it is there however the process ends, and a few bytes of it are written within a microsecond.
 */
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Tally, tallyWords } from './tally.ts';

const size = 4 * tallyWords;

/** Where such a file may be made, best first: what is in memory is not written to a disk. */
const folders = () => (process.platform === 'linux' ? ['/dev/shm', tmpdir()] : [tmpdir()]);

/** The file, as the node sees it. */
export class TallyFile {
  readonly fd: number;
  readonly #free: number[] = [];
  readonly #lent = new Set<ReadTally>();
  #used = 0;
  #isOpen = true;

  /** @internal */
  constructor(fd: number) {
    this.fd = fd;
  }

  /** @param name no other file has it; undefined when there is no place for files */
  static create(name: string): TallyFile | undefined {
    for (const folder of folders()) {
      const path = join(folder, name);
      try {
        const fd = openSync(path, 'wx+', 0o600);
        unlinkSync(path);
        return new TallyFile(fd);
      } catch {} // the next one may do
    }
    return undefined;
  }

  /** Memory for one more actor; undefined when it can't be had. */
  lend(): ReadTally | undefined {
    const region = this.#free.pop() ?? this.#used++;
    try {
      writeSync(this.fd, new Uint8Array(size), 0, size, region * size);
    } catch {
      return undefined;
    }
    const tally = new ReadTally(this.fd, region);
    this.#lent.add(tally);
    return tally;
  }

  /** Nobody writes to it any more. */
  giveBack(tally: ReadTally): void {
    if (!this.#lent.delete(tally) || !this.#isOpen) return;
    tally.refresh();
    tally.end();
    this.#free.push(tally.region);
  }

  /** The process has ended: what stands there now is the last word. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const tally of this.#lent) tally.refresh();
    for (const tally of this.#lent) tally.end();
    closeSync(this.fd);
  }
}

/** What the node sees of one actor: as it was at the last `refresh`. It never writes. */
export class ReadTally implements Tally {
  readonly region: number;
  readonly #fd: number;
  readonly #words = new Int32Array(tallyWords);
  readonly #bytes = new Uint8Array(this.#words.buffer);
  #hasEnded = false;

  constructor(fd: number, region: number) {
    this.#fd = fd;
    this.region = region;
  }

  /** What was said last, before the end, can't change any more. */
  get isShared(): boolean {
    return this.#hasEnded;
  }

  load(at: number): number {
    return this.#words[at] as number;
  }

  store(at: number, value: number): void {
    this.#words[at] = value;
  }

  swap(at: number, from: number, to: number): boolean {
    if (this.#words[at] !== from) return false;
    this.#words[at] = to;
    return true;
  }

  refresh(): void {
    if (!this.#hasEnded) readSync(this.#fd, this.#bytes, 0, size, this.region * size);
  }

  end(): void {
    this.#hasEnded = true;
  }
}

/** What the process writes. */
export class WrittenTally implements Tally {
  readonly isShared = false;
  readonly #fd: number;
  readonly #start: number;
  readonly #words = new Int32Array(tallyWords);
  readonly #bytes = new Uint8Array(this.#words.buffer);

  constructor(fd: number, region: number) {
    this.#fd = fd;
    this.#start = region * size;
  }

  load(at: number): number {
    return this.#words[at] as number;
  }

  store(at: number, value: number): void {
    this.#words[at] = value;
    writeSync(this.#fd, this.#bytes, 4 * at, 4, this.#start + 4 * at);
  }

  swap(at: number, from: number, to: number): boolean {
    if (this.#words[at] !== from) return false;
    this.store(at, to);
    return true;
  }

  refresh(): void {}
}
