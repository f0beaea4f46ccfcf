/** The names under which an actor can be called: methods marked with `@command`, and the functions of its `commands`. */
import { show } from '../base/errors.ts';
import type { StandardSchemaV1 } from '../core/props.ts';

export interface CommandOptions {
  /** What it is called by; the name of the method unless given. */
  readonly name?: string | undefined;
  /** What the list of arguments must conform to; the method gets what the schema makes of it. */
  readonly accepts?: StandardSchemaV1 | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: methods of any parameters can be commands
type Method = (this: any, ...args: any[]) => unknown;
type Mark = <M extends Method>(method: M, context: ClassMethodDecoratorContext) => void;

/** A method that is marked. */
interface Marked {
  readonly key: string;
  readonly name: string;
  readonly accepts: StandardSchemaV1 | undefined;
}

interface Table {
  readonly byName: Map<string, Marked>;
  /** Those that have been entered, also those that a subclass has overridden. */
  readonly entered: Set<Marked>;
}

/** What every actor answers; no other command can have these names. */
export const builtInNames = ['ping', 'echo', 'info', 'run', 'stop', 'config'] as const;

/** The marked methods of each class, by the prototype of its instances. */
const tables = new WeakMap<object, Table>();

/**
 * Marks a method that `send(ref, 'name', ...args)` can call, from this node or another. No method can be called that is not
 * marked. It is a standard decorator, for TypeScript 5 or newer without `experimentalDecorators`.
 * @throws TypeError when the name is that of a built-in command, or the method is private or static
 */
export function command<M extends Method>(method: M, context: ClassMethodDecoratorContext): void;
export function command(options: CommandOptions): Mark;
export function command(given: unknown, context?: ClassMethodDecoratorContext): unknown {
  if (typeof given === 'object' && given !== null && context === undefined)
    return (_method: unknown, context: ClassMethodDecoratorContext) => mark(given, context);
  return mark({}, context);
}

function mark({ name, accepts }: CommandOptions, context: ClassMethodDecoratorContext | undefined): void {
  if (context?.kind !== 'method')
    throw new TypeError(
      '@command marks methods, and is a standard decorator: leave out experimentalDecorators in tsconfig.json',
    );
  const { name: key } = context;
  if (context.private || context.static || typeof key !== 'string')
    throw new TypeError(
      `@command: ${String(key)} can't be called by name; mark a method that is neither private nor static`,
    );
  const one: Marked = { key, name: name ?? key, accepts };
  if (typeof one.name !== 'string' || one.name === '')
    throw new TypeError(`@command: the name must be a text, not ${show(one.name)}`);
  if (isBuiltIn(one.name))
    throw new TypeError(`@command: ${show(one.name)} is built in; choose another name`);
  if (accepts !== undefined && typeof accepts?.['~standard']?.validate !== 'function')
    throw new TypeError(`@command: accepts must be a Standard Schema, not ${show(accepts)}`);
  // Called for each instance: nothing else knows of which class it is.
  context.addInitializer(function (this: unknown) {
    enter(one, Object.getPrototypeOf(this) as object);
  });
}

function enter(one: Marked, prototype: object): void {
  let table = tables.get(prototype);
  if (table === undefined) {
    table = { byName: new Map(), entered: new Set() };
    tables.set(prototype, table);
  }
  if (table.entered.has(one)) return;
  const known = table.byName.get(one.name);
  if (known !== undefined && known.key !== one.key)
    throw new TypeError(
      `@command: ${known.key} and ${one.key} of ${prototype.constructor.name} have the same name, ${show(one.name)}`,
    );
  // A subclass comes after the class whose method it overrides.
  table.byName.set(one.name, one);
  table.entered.add(one);
}

const isBuiltIn = (name: string) => (builtInNames as readonly string[]).includes(name);

/** What an actor does when it is called by that name; undefined when it has no such command. */
export function declaredOf(actor: object, name: string): ((args: readonly unknown[]) => unknown) | undefined {
  const one = tables.get(Object.getPrototypeOf(actor))?.byName.get(name);
  if (one !== undefined) return args => (actor as Record<string, Method>)[one.key]?.(...checked(one, args));
  const table = functionsOf(actor, 'commands');
  if (!Object.hasOwn(table, name) || typeof table[name] !== 'function') return undefined;
  return args => table[name]?.(...args);
}

/** The names of all commands of an actor, in alphabetical order. */
export function namesOf(actor: object): string[] {
  const marked = tables.get(Object.getPrototypeOf(actor))?.byName.keys() ?? [];
  return [...new Set([...builtInNames, ...marked, ...functionNames(functionsOf(actor, 'commands'))])].sort();
}

/**
 * What stands in a field of an actor that is a table of functions.
 * @throws TypeError when it is something else, or has a name that is built in
 */
export function functionsOf(actor: object, field: 'commands' | 'tasks'): Readonly<Record<string, Method>> {
  const table = (actor as Record<string, unknown>)[field];
  if (table === undefined) return {};
  const owner = actor.constructor.name;
  if (typeof table !== 'object' || table === null)
    throw new TypeError(`${field} of ${owner} must be an object of functions, not ${show(table)}`);
  const taken = field === 'commands' ? builtInNames.find(name => Object.hasOwn(table, name)) : undefined;
  if (taken !== undefined)
    throw new TypeError(`commands of ${owner}: ${show(taken)} is built in; choose another name`);
  return table as Record<string, Method>;
}

export const functionNames = (table: Readonly<Record<string, unknown>>): string[] =>
  Object.keys(table).filter(name => typeof table[name] === 'function');

function checked({ name, accepts }: Marked, args: readonly unknown[]): readonly unknown[] {
  if (accepts === undefined) return args;
  const result = accepts['~standard'].validate(args);
  if (result instanceof Promise) {
    result.catch(() => {});
    throw new TypeError(`${name}: accepts must be a schema that validates at once`);
  }
  if (result.issues !== undefined)
    throw new TypeError(`${name} does not accept such arguments: ${result.issues.map(text).join('; ')}`);
  if (!Array.isArray(result.value))
    throw new TypeError(`${name}: accepts must give a list of arguments, not ${show(result.value)}`);
  return result.value;
}

const text = (issue: unknown): string => {
  const { message } = Object(issue) as { message?: unknown };
  return typeof message === 'string' ? message : show(issue);
};
