/** What writes the log when nothing else was given: lines on standard error. */
import { checkThreshold, type LogThreshold } from './levels.ts';
import { type Format, plainLine, prettyLine } from './lines.ts';
import type { RecordSink } from './recordOutlet.ts';
import { writeLine } from './stream.ts';

/** A stream that may be a terminal. */
export type LineStream = NodeJS.WritableStream & { readonly isTTY?: boolean; hasColors?(): boolean };

/** Lines for eyes where the stream is a terminal, plain ones elsewhere. */
export function formatFor(stream: LineStream): Format {
  if (stream.isTTY !== true) return plainLine;
  // It looks at NO_COLOR, FORCE_COLOR and TERM.
  return prettyLine(stream.hasColors?.() ?? false);
}

/**
 * Writes to a stream, by default to standard error.
 * @param format how; as it suits the stream unless given
 */
export function streamSink(threshold: LogThreshold, stream?: LineStream, format?: Format): RecordSink {
  let [to, line] = [stream, format];
  return {
    threshold,
    write: record => {
      // Not before the first line: opening standard error has effects of its own.
      to ??= process.stderr;
      line ??= formatFor(to);
      writeLine(to, line(record));
    },
  };
}

/**
 * The level that the environment asks for; undefined when it asks for none.
 * @throws TypeError when it is no level
 */
export function levelOfEnvironment({ TROUPE_LOG_LEVEL: level }: NodeJS.ProcessEnv): LogThreshold | undefined {
  return level === undefined || level === '' ? undefined : checkThreshold(level, 'TROUPE_LOG_LEVEL');
}
