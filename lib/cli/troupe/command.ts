/** What a command of `troupe` is. */
import type { ParseArgsConfig } from 'node:util';

export type Options = NonNullable<ParseArgsConfig['options']>;

/** What options say, of whichever command. */
export interface Values {
  readonly socket?: string;
  readonly curve?: string;
  readonly timeout?: string;
  readonly json?: boolean;
  readonly help?: boolean;
  readonly sort?: string;
  readonly search?: string;
  readonly lines?: string;
  readonly system?: boolean;
  readonly depth?: string;
  readonly peek?: string;
  readonly count?: string;
  readonly interval?: string;
  readonly once?: boolean;
  readonly eval?: string;
  readonly watch?: string;
  readonly slow?: string;
}

export interface CommandLine {
  readonly operands: readonly string[];
  readonly values: Values;
}

export interface TroupeCommand {
  /** What follows its name: `[NODE] [--once]`. */
  readonly usage: string;
  /** In one line. */
  readonly summary: string;
  /** What else `troupe help` says of it. */
  readonly details: string;
  readonly options: Options;
  /** How many operands it takes. */
  readonly operands: readonly [least: number, most: number];
  /** @returns the exit code; what it throws is told in one line */
  run(line: CommandLine): Promise<number>;
}

/** A command that reads its own options, and says its own help. */
export interface OwnCommand {
  readonly summary: string;
  /** @returns the exit code */
  runOwn(args: readonly string[]): Promise<number>;
}

/** Those of every command that looks at a node. */
export const lookOptions = {
  socket: { type: 'string', short: 's' },
  curve: { type: 'string' },
  timeout: { type: 'string', short: 't' },
  json: { type: 'boolean' },
} as const satisfies Options;

export const nodeHelp = `\
NODE is host:port of a node with --observable, --dashboard or -d; the process id of one on this machine with -d; the
path of its socket; or nothing: then it is the only one of this user's here. A path of an actor may follow: 127.0.0.1:9700/a/b,
4711/a/b, /a/b.

  -s, --socket FILE       the socket of a console, in place of NODE
      --curve FILE        the key file to introduce oneself with, for a node that encrypts
  -t, --timeout MS        how long an answer may take (5000)
      --json              prints JSON
`;
