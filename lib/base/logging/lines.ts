/** Records as lines: for programs, for files, for eyes. */
import { styleText } from 'node:util';
import { bounded, clipped } from './bounded.ts';
import type { ErrorFields } from './errorFields.ts';
import type { LogLevel } from './levels.ts';
import type { LogRecord } from './record.ts';

/** What writes a record. */
export type Format = (record: LogRecord) => string;

/** Characters of the text of a line. */
const longestText = 16_384;

/** One JSON object: `time`, `level`, `text`, `actor`, `class`, `node`, `err` and the fields. */
export const jsonLine: Format = ({ time, fields, ...said }) =>
  JSON.stringify({
    time: isoOf(time),
    ...said,
    text: clipped(said.text, longestText),
    ...(bounded(fields) as object),
  });

/** Without colours: `2026-11-21T20:50:10.123Z WARN  /shop/till is slow took=12`, and the stack of an error below. */
export const plainLine: Format = record => layOut(record, isoOf(record.time), (_role, text) => text);

/** For a terminal: the time of day, and colours unless `isColoured` is false. */
export const prettyLine =
  (isColoured: boolean): Format =>
  record =>
    layOut(
      record,
      timeOfDay(record.time),
      isColoured ? (role, text) => styleText(styles[role], text, always) : plain,
    );

const plain = (_role: Role, text: string) => text;
/** Whether there are colours is decided here: where the lines go, not where standard output does. */
const always = { validateStream: false };

type Role = LogLevel | 'time' | 'actor' | 'key';
type Paint = (role: Role, text: string) => string;

const styles = {
  time: 'dim',
  actor: 'cyan',
  key: 'dim',
  trace: 'dim',
  debug: 'dim',
  info: 'green',
  warn: 'yellow',
  error: 'red',
  fatal: 'magenta',
} as const satisfies Record<Role, Parameters<typeof styleText>[0]>;

function layOut({ level, text, actor, err, fields }: LogRecord, time: string, paint: Paint): string {
  const words = [
    paint('time', time),
    paint(level, level.toUpperCase().padEnd(5)),
    paint('actor', printable(actor ?? 'troupe')),
    ...(text === '' ? [] : [indented(printable(clipped(text, longestText)))]),
    ...shownFields(fields, paint),
  ];
  return err === undefined ? words.join(' ') : `${words.join(' ')}\n${stackOf(err)}`;
}

/** `key=value` for each field; texts without blanks as they are, the rest as JSON. */
export function shownFields(fields: LogRecord['fields'], paint: Paint = plain): string[] {
  const { details = [], ...rest } = bounded(fields) as { details?: unknown };
  return [
    ...(Array.isArray(details) ? details : [details]).map(shown),
    ...Object.entries(rest).map(([key, value]) => `${paint('key', `${printable(key)}=`)}${shown(value)}`),
  ];
}

function shown(value: unknown): string {
  if (typeof value === 'string' && /^[^\s"=\p{Cc}]+$/u.test(value)) return value;
  return printable(JSON.stringify(value) ?? String(value));
}

/** An error and what caused it, each with its stack. */
export function stackOf(err: ErrorFields): string {
  const lines: string[] = [];
  for (let one: ErrorFields | undefined = err, by = ''; one; one = one.cause, by = 'caused by ') {
    const stack = one.stack?.includes(one.message) ? one.stack : `${one.type}: ${one.message}`;
    lines.push(`    ${by}${indented(printable(stack))}`);
  }
  return lines.join('\n');
}

/** A text of more lines can't pretend to be other lines of the log. */
const indented = (text: string) => text.replaceAll('\n', '\n    ');

/** Nor can it move the cursor or turn the direction: what does is written as its code. Line feeds and tabs stay. */
const printable = (text: string) =>
  text.replaceAll('\r\n', '\n').replace(/[^\P{Cc}\n\t]|[\u2028-\u202e\u2066-\u2069]/gu, codeOf);

function codeOf(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, '0')}`;
}

function isoOf(time: number): string {
  // A clock of a spec may be anywhere.
  return Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : String(time);
}

function timeOfDay(time: number): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${day}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
