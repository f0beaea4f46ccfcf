/** Log lines in files. */
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { SetupError } from '../events/errors.ts';
import type { Event } from '../events/event.ts';
import { LogEvent, type LogLevel } from '../events/logEvent.ts';
import { FlowActor, type FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { demand, isCount, isText, patternOf } from '../setup.ts';
import { LineWriter } from './lineWriter.ts';
import { logLine } from './logLine.ts';
import { rotate } from './rotation.ts';

export interface FileLoggerParams {
  /** The file for events that name none ('troupe.log'). */
  defaultFilename?: string | undefined;
  /** What is less important is left out ('INFO'). */
  level?: LogLevel | undefined;
  /** Where the files are; made when it is missing ('logs'). */
  directory?: string | undefined;
  /** A file that would become larger is renamed to `<file>.1` (20 000 000); 0: never. */
  maxBytes?: number | undefined;
  /** So many renamed files are kept (10); 0: none is renamed, and the file grows. */
  backupCount?: number | undefined;
}

const levels: readonly LogLevel[] = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'];
/** So many files are remembered, between two lines, that events have named. */
const mostWriters = 100;

/**
 * Writes a line for every log event: `<time> <LEVEL> actor=<actor>, id=<id> :: <message>`. More lines of a message begin with a
 * tab, so that no message can look like another entry. An event with the attribute `loggerFilename` goes to that file, which
 * must be in the directory; a name that leads out of it is ignored, and the line, with the name, goes to the default file.
 * For `registerLogActor`. After compysition's FileLogger.
 */
export class FileLogger<P extends FileLoggerParams = FileLoggerParams> extends FlowActor<P> {
  static override parameters: ParamNames<FileLogger> = {
    backupCount: true,
    defaultFilename: true,
    directory: true,
    level: true,
    maxBytes: true,
  };
  static override input = LogEvent;
  static override output = LogEvent;
  static override shape = 'note';

  readonly #directory: string;
  readonly #least: number;
  readonly #writers = new Map<string, LineWriter>();

  constructor(name: string, params?: P & FlowActorOptions) {
    super(name, params);
    const { defaultFilename = 'troupe.log', level = 'INFO', directory = 'logs' } = this.params;
    const { maxBytes = 20_000_000, backupCount = 10 } = this.params;
    demand(this, 'directory', isText(directory), 'the path of a directory', directory);
    this.#directory = resolve(directory);
    const isRight = isText(defaultFilename) && this.#pathOf(defaultFilename) !== undefined;
    demand(this, 'defaultFilename', isRight, 'the name of a file in the directory', defaultFilename);
    demand(this, 'level', levels.includes(level), levels.join(', '), level);
    demand(this, 'maxBytes', isCount(maxBytes, 0), 'a whole number from 0 up', maxBytes);
    demand(this, 'backupCount', isCount(backupCount, 0), 'a whole number from 0 up', backupCount);
    this.#least = levels.indexOf(level);
  }

  override async consume(event: Event): Promise<void> {
    const entry = event as LogEvent;
    if (levels.indexOf(entry.level) >= this.#least) await this.#write(entry);
    void this.send(event);
  }

  /** The line as it is to be written. */
  protected redacted(line: string): string {
    return line;
  }

  async #write(event: LogEvent): Promise<void> {
    const { defaultFilename = 'troupe.log' } = this.params;
    const wanted = event.get('loggerFilename', undefined);
    const found = wanted === undefined || wanted === null ? undefined : this.#pathOf(wanted);
    const isRefused = wanted !== undefined && wanted !== null && found === undefined;
    const note = isRefused ? ` (for ${JSON.stringify(wanted)}, which is no file in the directory)` : '';
    const line = this.redacted(`${logLine(event)}${note}`).replace(/\r\n|[\r\n]/g, '\n\t');
    await this.#writerFor(found ?? (this.#pathOf(defaultFilename) as string)).append(`${line}\n`);
  }

  #writerFor(path: string): LineWriter {
    const known = this.#writers.get(path);
    if (known !== undefined) return known;
    if (this.#writers.size >= mostWriters) this.#forgetIdle();
    const { maxBytes = 20_000_000, backupCount = 10 } = this.params;
    const most = maxBytes === 0 ? undefined : Math.min(maxBytes, 65_536);
    const writer = new LineWriter(path, most, (file, bytes) => rotate(file, bytes, maxBytes, backupCount));
    this.#writers.set(path, writer);
    return writer;
  }

  #forgetIdle(): void {
    for (const [path, writer] of this.#writers) if (writer.isIdle) this.#writers.delete(path);
  }

  /** Undefined for what is no file inside of the directory. */
  #pathOf(name: unknown): string | undefined {
    if (!isText(name) || name.includes('\0') || isAbsolute(name) || /[/\\]$/.test(name)) return undefined;
    const path = resolve(this.#directory, name);
    const inside = relative(this.#directory, path);
    const isInside =
      inside !== '' && inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
    return isInside ? path : undefined;
  }
}

export interface RedactedFileLoggerParams extends FileLoggerParams {
  /** Patterns whose first group is not to be read by anybody. */
  patterns: string | RegExp | readonly (string | RegExp)[];
}

/**
 * A `FileLogger` that writes `REDACTED` in place of the first group of all that the patterns match, in the whole line:
 * `{ patterns: ['password=(\\S+)'] }`; of alternatives, in place of the first group that took part. What is sent on is as it was.
 * After compysition's RedactedFileLogger.
 */
export class RedactedFileLogger extends FileLogger<RedactedFileLoggerParams> {
  static override parameters: ParamNames<RedactedFileLogger> = { ...FileLogger.parameters, patterns: true };
  readonly #patterns: readonly RegExp[];

  constructor(name: string, params: RedactedFileLoggerParams & FlowActorOptions) {
    super(name, params);
    const patterns = [this.params.patterns ?? []].flat();
    demand(this, 'patterns', patterns.length > 0, 'a pattern or a list of patterns', params?.patterns);
    this.#patterns = patterns.map((pattern, at) => {
      const { source, flags } = patternOf(this, `patterns[${at}]`, pattern);
      if ((new RegExp(`${source}|`, flags).exec('')?.length ?? 1) < 2)
        throw new SetupError(
          `${name}: patterns[${at}] must have a group, which is what is redacted: ${source}`,
        );
      return new RegExp(source, `${flags.replace('d', '')}dg`);
    });
  }

  protected override redacted(line: string): string {
    return this.#patterns.reduce(redact, line);
  }
}

function redact(line: string, pattern: RegExp): string {
  let clean = '';
  let at = 0;
  for (const { indices } of line.matchAll(pattern)) {
    // Of alternatives, another group than the first may have matched; where none did, nothing says what is secret.
    const [start, end] = indices?.slice(1).find(one => one !== undefined) ?? indices?.[0] ?? [at, at];
    if (start === end || end <= at) continue;
    clean += start >= at ? `${line.slice(at, start)}REDACTED` : '';
    at = end;
  }
  return clean + line.slice(at);
}
