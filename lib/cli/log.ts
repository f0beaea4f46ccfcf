/** Where the log lines of a command go: standard error, as text or as one JSON object a line. */
import {
  checkThreshold,
  type Log,
  type LogRecord,
  type LogThreshold,
  structuredLogger,
} from '../base/log.ts';
import { type Format, jsonLine, shownFields, stackOf } from '../base/logging/lines.ts';
import { sinkOf } from '../base/logging/structured.ts';
import { formatFor, streamSink } from '../base/logging/terminal.ts';
import { CannotStart } from './cannotStart.ts';

export interface LogOptions {
  /** What says the command's own lines (`startnode`). */
  readonly command?: string;
  /** One JSON object a line. */
  readonly json?: boolean;
  /** Also what is for finding faults. */
  readonly verbose?: boolean;
  /** From which level on lines are written: `warn`, or `debug` when `verbose`, unless given. */
  readonly logLevel?: LogThreshold | undefined;
}

/** The log of a command itself: lines of the form `startnode: why it can't start`. Its node has one of its own: `linesOfNode`. */
export function terminalLogger(options: LogOptions = {}): Log {
  const { command = 'startnode', json = false, verbose = false } = options;
  const { logLevel = verbose ? 'debug' : 'warn' } = options;
  const sink = streamSink(logLevel, undefined, json ? jsonLine : textOf());
  return structuredLogger(sink.write, { level: logLevel }).child({ [says]: command });
}

/** What the node of a command has to say, where the command says its own lines. @param isTold which of its lines are written */
export function linesOfNode(log: Log, isTold: (record: LogRecord) => boolean = () => true): Log {
  const sink = sinkOf(log);
  if (sink === undefined) return log;
  const write = (record: LogRecord) => (isTold(record) ? sink.write(record) : undefined);
  return structuredLogger(write, { level: sink.threshold });
}

/** @throws CannotStart when `value` is no level */
export function levelNamed(value: unknown, source: string): LogThreshold {
  try {
    return checkThreshold(value, source);
  } catch (error) {
    throw new CannotStart((error as Error).message, { cause: error });
  }
}

/** The field that says which command a line is of. */
const says = 'command';

/** The command's own lines have neither time nor level: they are an answer to whoever has typed it. */
function textOf(): Format {
  let format: Format | undefined;
  return record => {
    const { [says]: command, ...fields } = record.fields;
    if (record.actor === undefined && typeof command === 'string')
      return answer(command, { ...record, fields });
    format ??= formatFor(process.stderr);
    return format(record);
  };
}

function answer(command: string, { text, fields, err }: LogRecord): string {
  const line = [`${command}: ${text}`, ...shownFields(fields)].join(' ');
  return err === undefined ? line : `${line}\n${stackOf(err)}`;
}
