/**
 * Code as it is typed, line by line, and its result in words. Not by node:repl: that turns on domains, which make every promise of
 * the process an order of magnitude slower, and go on doing so when it is closed.
 */
import { inspect, types } from 'node:util';
import vm from 'node:vm';
import { complete } from './completion.ts';
import { Realm } from './realm.ts';

export interface Terminal {
  readonly columns: number;
  readonly colors: boolean;
}

/** Undefined when the code goes on in the next line. */
export type Shown = { readonly text: string; readonly hasFailed: boolean } | undefined;

/** What `names` give that is waited for without an `await`. */
const awaited = new WeakSet<object>();

/** A promise whose value is shown in its place; nobody has to handle it. */
export function shown<T>(promise: Promise<T>): Promise<T> {
  awaited.add(promise);
  promise.catch(() => {});
  return promise;
}

export class Evaluator {
  readonly #realm: Realm;
  readonly #print: (text: string) => void;
  #terminal: Terminal = { columns: 80, colors: false };

  /**
   * @param names what code finds there
   * @param print takes what is to be seen besides results: what is logged, and what fails later
   */
  constructor(names: object, print: (text: string) => void) {
    this.#print = print;
    const log = (...values: unknown[]) => print(values.map(value => this.#plain(value)).join(' '));
    const console = { log, info: log, warn: log, error: log, debug: log, dir: log, table: log };
    this.#realm = new Realm({ console, ...names }, error =>
      this.#print(`Uncaught (later) ${this.#wordsOf(error)}`),
    );
  }

  /** @param abandoned resolves when nobody waits for the result any more */
  async evaluate(code: string, terminal: Terminal, abandoned: Promise<void>): Promise<Shown> {
    this.#terminal = terminal;
    let isOwn = false;
    try {
      if (isUnfinished(code)) return undefined;
      const result = this.#run(code);
      isOwn = typeof result === 'object' && result !== null && awaited.has(result);
      const value = isOwn ? await Promise.race([result, abandoned]) : result;
      const given = value instanceof Awaited ? await Promise.race([value.promise, abandoned]) : value;
      this.#realm.guard(given);
      if (given !== undefined) (this.#realm.context as { _?: unknown })._ = given;
      return { text: given === undefined ? '' : this.#wordsOf(given), hasFailed: false };
    } catch (error) {
      // The stack of what was called by name leads through the console's own code, and says nothing.
      const text = isOwn && error instanceof Error ? `${error.name}: ${error.message}` : undefined;
      return { text: text ?? `Uncaught ${this.#wordsOf(error)}`, hasFailed: true };
    }
  }

  #run(code: string): unknown {
    const asExpression = `(${code}\n)`;
    // `{ a: 1 }` is meant as an object.
    if (/^\s*\{/.test(code) && !/;\s*$/.test(code) && isScript(asExpression))
      return this.#realm.run(asExpression);
    if (!/\bawait\b/.test(code) || isScript(repeatable(code))) return this.#realm.run(repeatable(code));
    return new Awaited(this.#realm.run(waiting(code)) as Promise<unknown>);
  }

  #plain(value: unknown): string {
    return typeof value === 'string' ? value : this.#wordsOf(value);
  }

  #wordsOf(value: unknown): string {
    const { columns, colors } = this.#terminal;
    try {
      const text = inspect(value, { colors, breakLength: columns, depth: 3, maxArrayLength: 100 });
      return types.isNativeError(value) ? withoutOwnFrames(text) : text;
    } catch (error) {
      return `(it can't be shown: ${String(error)})`;
    }
  }

  /** What could follow the end of `line`, and the part of it that each of these replaces. */
  complete(line: string, pathsBelow: (path: string) => Promise<string[]>): Promise<[string[], string]> {
    return complete([this.#realm.context, this.#realm.global], line, pathsBelow);
  }

  close(): void {
    this.#realm.close();
  }
}

/** The result of code with an `await` in it: a promise that is no result of the code. */
class Awaited {
  readonly promise: Promise<unknown>;

  constructor(promise: Promise<unknown>) {
    this.promise = promise;
  }
}

/** What is declared can be declared again: a console would be tiresome otherwise. */
const repeatable = (code: string) => code.replace(/^(\s*)(?:const|let)(?=\s+[\w$[{])/, '$1var');

/** Code with an `await` in it as a function; what its only declaration declares stays. */
function waiting(code: string): string {
  const [, names, value] = /^\s*(?:const|let|var)\s+([\w$]+|[[{][^=]*[\]}])\s*=(.*)$/s.exec(code) ?? [];
  const candidates = [
    ...(names === undefined ? [] : [`(async () => void (${names} = ${value?.replace(/;\s*$/, '')}\n))()`]),
    `(async () => (${code.replace(/;\s*$/, '')}\n))()`,
  ];
  return candidates.find(isScript) ?? `(async () => {${code}\n})()`;
}

function isScript(code: string): boolean {
  return faultOf(code) === undefined;
}

function faultOf(code: string): string | undefined {
  try {
    new vm.Script(code);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Whether only its end is missing. */
function isUnfinished(code: string): boolean {
  if (isScript(`(async () => {${code}\n})()`) || isScript(`(${code}\n)`)) return false;
  const alone = faultOf(code) ?? '';
  if (!alone.includes('await is only valid') && !isOfEnd(alone, code)) return false;
  const begun = `(async () => {${code}\n`;
  const fault = faultOf(begun) ?? '';
  if (!isOfEnd(fault, code)) return false;
  return !fault.includes('missing )') || faultOf(begun + ')'.repeat(50)) !== fault;
}

const endings = ['Unexpected end of input', 'missing ) after argument list', 'Unterminated template'];
const isOfEnd = (fault: string, code: string) =>
  endings.some(ending => fault.includes(ending)) || code.lastIndexOf('/*') > code.lastIndexOf('*/');

/** The stack up to where the console called: what is below says nothing to whoever typed it. */
function withoutOwnFrames(text: string): string {
  const lines = text.split('\n');
  const own = lines.findIndex(line => /\bat .*\b(?:node:vm|console\/realm)\b/.test(line));
  if (own === -1) return text;
  const isFrame = (line: string) => /^\S*\s+\S*at /.test(line);
  const rest = lines.slice(own);
  // The fields of an error follow in braces, and the first of these stands behind the last frame.
  const brace = rest.findLast(isFrame)?.endsWith(' {') ? ' {' : '';
  return [lines.slice(0, own).join('\n') + brace, ...rest.filter(line => !isFrame(line))].join('\n');
}
