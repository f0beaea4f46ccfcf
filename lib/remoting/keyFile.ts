/**
 * A key file: JSON with the members of `CurveOptions`, for nobody else's eyes. Its lists are read again when it changes, so that
 * nodes come and go without a restart.
 */
import { closeSync, type FSWatcher, fstatSync, openSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { asError, RemotingError } from '../base/errors.ts';
import { type Cancel, systemClock } from '../base/world.ts';
import { type CurveOptions, checkCurveOptions } from './curve.ts';
import { keygen } from './keys.ts';

/** How long, in ms, a file that changes is left to change: whoever writes it may do so in several steps. */
const settling = 50;

/** What a key file says, kept up to date: it can be given as `remoting.curve`. */
export class KeyFile implements CurveOptions {
  readonly publicKey: string;
  /** The keys on the list now; it is the same `Set` for as long as the file is open. */
  readonly allow: ReadonlySet<string>;
  readonly #path: string;
  readonly #secretKey: string;
  readonly #allow: Set<string>;
  readonly #onTrouble: (text: string) => void;
  #servers: Readonly<Record<string, string>>;
  /** What the file held when it was read last; undefined when it could not be read. */
  #seen: string | undefined;
  #watcher: FSWatcher | undefined;
  #cancel: Cancel | undefined;

  private constructor(path: string, onTrouble: (text: string) => void) {
    const { text, options } = readKeyFile(path);
    const { publicKey, secretKey, allow = [], servers = {} } = options;
    this.#path = path;
    this.publicKey = publicKey;
    this.#secretKey = secretKey;
    this.#allow = new Set(allow);
    this.allow = this.#allow;
    this.#servers = servers;
    this.#seen = text;
    this.#onTrouble = onTrouble;
  }

  /**
   * Reads the file, and again whenever it changes, until it is closed.
   * @param onTrouble is told when it can't be used any more; what it said before holds until it is mended
   * @throws RemotingError or TypeError that says what is wrong with it
   */
  static open(path: string, onTrouble: (text: string) => void = () => {}): KeyFile {
    const file = new KeyFile(resolve(path), onTrouble);
    file.#watch();
    return file;
  }

  /**
   * Writes a new key pair, with nobody else on its list, to a file that only its owner can read.
   * @returns the public key
   * @throws RemotingError when there is such a file, or it can't be written
   */
  static create(path: string): string {
    const { publicKey, secretKey } = keygen();
    try {
      writeFileSync(path, keyFileText({ publicKey, secretKey }), { flag: 'wx', mode: 0o600 });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST')
        throw new RemotingError(`${path} exists, and is not overwritten: choose another name`);
      throw new RemotingError(`the key file can't be written: ${asError(error).message}`, { cause: error });
    }
    return publicKey;
  }

  get secretKey(): string {
    return this.#secretKey;
  }

  get servers(): Readonly<Record<string, string>> {
    return this.#servers;
  }

  /** Reads the file now: for file systems that don't tell of changes. */
  reload(): void {
    this.#seen = textOf(this.#path);
    try {
      this.#take(readKeyFile(this.#path).options);
    } catch (error) {
      this.#onTrouble(`${asError(error).message}; its lists stay as they were`);
    }
  }

  close(): void {
    this.#cancel?.();
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #take({ publicKey, secretKey, allow = [], servers = {} }: CurveOptions): void {
    this.#allow.clear();
    for (const key of allow) this.#allow.add(key);
    this.#servers = servers;
    if (publicKey === this.publicKey && secretKey === this.#secretKey) return;
    this.#onTrouble(`${this.#path} has another key pair now: the node must be restarted to use it`);
  }

  /** The directory is watched: editors and deployment tools put a new file in the place of the old one. */
  #watch(): void {
    try {
      this.#watcher = watch(dirname(this.#path), { persistent: false }, () => {
        this.#cancel?.();
        this.#cancel = systemClock.after(settling, () => this.#reloadIfChanged());
      });
      this.#watcher.on('error', error => this.#cannotWatch(error));
    } catch (error) {
      this.#cannotWatch(asError(error));
    }
  }

  #reloadIfChanged(): void {
    // Other files of the directory change as well.
    if (this.#watcher !== undefined && textOf(this.#path) !== this.#seen) this.reload();
  }

  #cannotWatch(error: Error): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#onTrouble(`changes of ${this.#path} are not seen (${error.message})`);
  }
}

/** What `startnode keygen` writes. */
export const keyFileText = ({ publicKey, secretKey }: CurveOptions): string =>
  `${JSON.stringify({ publicKey, secretKey, allow: [] }, undefined, 2)}\n`;

function readKeyFile(path: string): { text: string; options: CurveOptions } {
  const text = readPrivately(path);
  const name = `the key file ${path}`;
  let options: CurveOptions;
  try {
    options = JSON.parse(text) as CurveOptions;
  } catch {
    // The parser's message would quote the file, which holds a secret.
    throw new RemotingError(`${name} is not JSON`);
  }
  checkCurveOptions(options, basename(path));
  return { text, options };
}

/** Checks and reads one and the same file, even if another is put in its place meanwhile. */
function readPrivately(path: string): string {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw new RemotingError(`the key file can't be read: ${asError(error).message}`, { cause: error });
  }
  try {
    const { mode } = fstatSync(file);
    if (process.platform !== 'win32' && (mode & 0o066) !== 0) {
      const bits = (mode & 0o777).toString(8);
      throw new RemotingError(
        `the key file ${path} can be read or written by others (mode ${bits}); run chmod 600 on it, and make a new pair if somebody may have read it`,
      );
    }
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

/** What the file holds now; undefined when it can't be read, or by others as well. */
function textOf(path: string): string | undefined {
  try {
    return readPrivately(path);
  } catch {
    return undefined;
  }
}
