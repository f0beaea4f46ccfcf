/** Where the log lines of a command go: standard error, as text or as one JSON object a line. */
import { inspect } from 'node:util';
import { consoleLogger, type Logger } from '../base/log.ts';
import { systemClock } from '../base/world.ts';

export interface LogOptions {
  /** What a line of text begins with (`startnode`). */
  readonly command?: string;
  /** One JSON object a line: `time`, `level`, `text` and, if there are any, `details`. */
  readonly json: boolean;
  /** Also what is only informative; without it, that is shown with `DEBUG=troupe*` alone. */
  readonly verbose: boolean;
}

export function terminalLogger({ command = 'startnode', json, verbose }: LogOptions): Logger {
  const write = json ? writeJson : writeText(command);
  return {
    debug: verbose ? write('debug') : consoleLogger.debug,
    info: verbose ? write('info') : consoleLogger.info,
    warn: write('warn'),
    error: write('error'),
  };
}

const writeText =
  (command: string) =>
  (_level: keyof Logger) =>
  (text: string, ...details: unknown[]) =>
    console.error(`${command}: %s`, text, ...details);

const writeJson =
  (level: keyof Logger) =>
  (text: string, ...details: unknown[]) => {
    const time = new Date(systemClock.wall()).toISOString();
    const line = { time, level, text, ...(details.length > 0 && { details: details.map(plain) }) };
    process.stderr.write(`${JSON.stringify(line)}\n`);
  };

/** `detail` as JSON can hold it. */
function plain(detail: unknown): unknown {
  if (detail instanceof Error) {
    const { name, message, stack, cause } = detail;
    return { name, message, stack, ...(cause !== undefined && { cause: plain(cause) }) };
  }
  try {
    return JSON.parse(JSON.stringify(detail)) as unknown;
  } catch {
    return inspect(detail); // undefined, a bigint, a cycle
  }
}
