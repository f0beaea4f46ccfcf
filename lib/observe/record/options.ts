/** The options of a recorder, checked and completed once. */
import { show } from '../../base/errors.ts';
import { checkNames } from '../../base/options.ts';
import { pathPattern } from '../../base/paths.ts';
import type { Ref } from '../../core/ref.ts';

/** What a value that is to be redacted is, and whose. */
export interface Redacted {
  /** A message or a timer's message, what an actor was spawned with, a question that it asked, or the answer. */
  readonly kind: 'message' | 'params' | 'question' | 'answer';
  /** The actor that is recorded. */
  readonly ref: Ref;
  readonly className: string;
  /** Of a message. */
  readonly sender: Ref | undefined;
}

export interface DumpOptions {
  /** Where the files go; the working directory unless given. Made if it is not there. */
  directory?: string | undefined;
  /**
   * `failure`: whenever a recorded actor fails. `giveUp`: when one ends because its supervisor gives up. Both: also when the node
   * fails, and when the process has an error that nobody caught. `failure` unless given.
   */
  on?: 'failure' | 'giveUp' | undefined;
  /** How many recordings of this node are kept in the directory (10); the oldest are deleted. */
  keep?: number | undefined;
  /** In how many ms there is one at most (10 000), however many actors fail. That does not hold for the last one, of a node or a process that ends. */
  interval?: number | undefined;
}

export interface RecordOptions {
  /**
   * Whose deliveries: paths, where `*` stands for one step or a part of it and `**` for any number of steps, or a function.
   * All actors but those of the runtime (`/system/**`) unless given.
   */
  actors?: string | readonly string[] | ((ref: Ref, className: string) => boolean) | undefined;
  /** How many entries are kept (1000): newer ones take the place of the oldest. */
  size?: number | undefined;
  /** How large all entries may be together, in characters (16 777 216). */
  maxSize?: number | undefined;
  /** How large a message, or what an actor is spawned with, may be, in characters (65 536); what is larger is noted as too large. */
  maxMessageSize?: number | undefined;
  /** What is recorded in the place of a message. What it gives is copied at once; it must not change the message itself. */
  redact?: ((message: unknown, about: Redacted) => unknown) | undefined;
  /** What is recorded in the place of an error: what it says may repeat the message. As it is unless given. */
  redactError?:
    | ((error: Error, about: { readonly ref: Ref; readonly className: string }) => Error)
    | undefined;
  /** Writes the recording to a file when there is a crash; not unless given. */
  dump?: DumpOptions | undefined;
}

export interface CompleteDumpOptions {
  readonly directory: string;
  readonly on: 'failure' | 'giveUp';
  readonly keep: number;
  readonly interval: number;
}

export interface CompleteRecordOptions {
  readonly matches: (ref: Ref, className: string) => boolean;
  readonly size: number;
  readonly maxSize: number;
  readonly maxMessageSize: number;
  readonly redact: RecordOptions['redact'];
  readonly redactError: RecordOptions['redactError'];
  readonly dump: CompleteDumpOptions | undefined;
}

const known = ['actors', 'size', 'maxSize', 'maxMessageSize', 'redact', 'redactError', 'dump'];
const knownOfDump = ['directory', 'on', 'keep', 'interval'];

/** @throws TypeError that names the option and what is wrong with it */
export function completeRecordOptions(options: RecordOptions): CompleteRecordOptions {
  checkKeys('record', options, known);
  const { actors, redact, redactError, dump } = options;
  for (const [name, given] of Object.entries({ redact, redactError })) {
    if (given !== undefined && typeof given !== 'function')
      throw new TypeError(`record: ${name} must be a function, not ${show(given)}`);
  }
  return {
    matches: matcherOf(actors),
    size: whole('size', options.size ?? 1000),
    maxSize: whole('maxSize', options.maxSize ?? 2 ** 24),
    maxMessageSize: whole('maxMessageSize', options.maxMessageSize ?? 2 ** 16),
    redact,
    redactError,
    dump: dump && completeDump(dump),
  };
}

function completeDump(dump: DumpOptions): CompleteDumpOptions {
  checkKeys('record: dump', dump, knownOfDump);
  const { directory = '.', on = 'failure', keep = 10, interval = 10_000 } = dump;
  if (typeof directory !== 'string' || directory === '')
    throw new TypeError(`record: dump.directory must be the path of a directory, not ${show(directory)}`);
  if (on !== 'failure' && on !== 'giveUp')
    throw new TypeError(`record: dump.on must be 'failure' or 'giveUp', not ${show(on)}`);
  if (!(typeof interval === 'number' && interval >= 0))
    throw new TypeError(`record: dump.interval must be milliseconds from 0 up, not ${show(interval)}`);
  return { directory, on, keep: whole('dump.keep', keep), interval };
}

function checkKeys(verb: string, options: unknown, keys: readonly string[]): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`${verb}: the options must be an object, not ${show(options)}`);
  checkNames(verb, options, keys);
}

function whole(name: string, value: unknown): number {
  if (Number.isInteger(value) && (value as number) >= 1) return value as number;
  throw new TypeError(`record: ${name} must be a whole number from 1 up, not ${show(value)}`);
}

function matcherOf(actors: RecordOptions['actors']): (ref: Ref, className: string) => boolean {
  if (typeof actors === 'function') return actors;
  if (actors === undefined) return ({ path }) => path !== '/' && !/^\/(\$|system(\/|$))/.test(path);
  if (typeof actors !== 'string' && !Array.isArray(actors))
    throw new TypeError(`record: actors must be paths such as /orders/** or a function, not ${show(actors)}`);
  const patterns = [actors].flat().map(path => pathPattern(path === '**' ? '/**' : path, 'record: actors'));
  return ({ path }) => patterns.some(pattern => pattern.test(path));
}
