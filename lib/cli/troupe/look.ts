/** What the commands that look at a node once have in common. */
import { jsonValue } from '../../observe/console/jsonValue.ts';
import { CannotStart } from '../cannotStart.ts';
import type { CommandLine } from './command.ts';
import { type Look, lookOptionsOf, openLook, targetOf } from './target.ts';

/** Opens the node of the first operand for as long as `see` takes. */
export async function withLook<T>(
  { operands, values }: CommandLine,
  see: (look: Look, path: string | undefined) => Promise<T>,
): Promise<T> {
  const target = targetOf(operands[0], values.socket);
  const look = await openLook(target, lookOptionsOf(values));
  try {
    return await see(look, target.path);
  } finally {
    await look.close();
  }
}

export function needPath(path: string | undefined, example: string): string {
  if (path !== undefined) return path;
  throw new CannotStart(`which actor? Give its path as well, as in ${example}`);
}

export function widthOfTerminal(): number {
  const { COLUMNS } = process.env;
  return process.stdout.columns || Number(COLUMNS) || 120;
}

export function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

export const printJson = (value: unknown): number => print(JSON.stringify(value ?? null, jsonValue, 2));

/** @throws CannotStart when it is no JSON */
export function message(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CannotStart(
      `the message must be JSON, such as '{"add":1}' or '"a text"': ${(error as Error).message}`,
      { cause: error },
    );
  }
}
