/** What a log is: four methods at the least, a little more for an actor. */
import type { LogLevel } from './levels.ts';
import type { Fields } from './record.ts';

/** Where log lines go. `console` is one. */
export interface Logger {
  debug(text: string, ...details: unknown[]): void;
  info(text: string, ...details: unknown[]): void;
  warn(text: string, ...details: unknown[]): void;
  error(text: string, ...details: unknown[]): void;
}

/** Says a line: a text and details, or, as pino has it, fields or an error and then the text. */
export interface LogMethod {
  (text: string, ...details: unknown[]): void;
  (fields: object, text?: string, ...details: unknown[]): void;
}

/**
 * The log of one source, `this.log` of an actor. What is said is a text and details: a plain object lends its fields to the
 * line, an `Error` is its `err`. The text is taken as it is: `%s` means nothing in it. Never throws, whatever the logger does.
 */
export interface Log {
  readonly trace: LogMethod;
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  readonly fatal: LogMethod;
  /** A log whose lines have these fields as well. `actor` and `class` say whose lines they are. */
  child(fields: Fields): Log;
  /** Whether lines of that level are written: asked before what a line says is costly to find out. */
  isEnabled(level: LogLevel): boolean;
}
