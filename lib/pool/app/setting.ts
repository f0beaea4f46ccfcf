/** One setting of an app: what kind of value it is, its default, and how it is called. */
import { show } from '../../base/errors.ts';
import type { StandardSchemaV1 } from '../../core/props.ts';
import { checkKnown } from '../poolOptions.ts';
import {
  booleanKind,
  choiceKind,
  durationKind,
  integerKind,
  type Kind,
  listKind,
  numberKind,
  type Range,
  textKind,
} from './kinds.ts';

/** What a value must pass besides being of its kind: a test, or a schema, which may also make another value of it. */
export type Check<T> = ((value: T) => boolean) | StandardSchemaV1;

/** What all settings can be given. */
export interface SettingOptions<T, C = undefined, Optional extends boolean = false> {
  /** What it is when nobody has given it. Without one it must be given, unless it is `optional`. */
  readonly default?: T;
  /** It may be left out, and is undefined then; false unless given. */
  readonly optional?: Optional;
  /** What `--help` says about it. */
  readonly help?: string;
  /** One letter: `b` for `-b`. Counts for an app that runs alone. */
  readonly flag?: string;
  /** The environment variable that it is read from; made up from the names of the app and the setting unless given. */
  readonly env?: string;
  /** The heading in `--help` that it comes under; none unless given. */
  readonly section?: string;
  /** A function that says whether a value will do, or any Standard Schema: what that makes of it is the value. */
  readonly check?: C;
  /** Whether it can be changed while the app runs, by the command `config`; false unless given. */
  readonly live?: boolean;
  /** Never shown, in errors, `--help`, `--show-config` or the command `config`; false unless given. */
  readonly secret?: boolean;
}

/** What the check makes of a value of the type T. */
type Checked<T, C> = C extends { readonly '~standard': { readonly types?: infer Types } }
  ? NonNullable<Types> extends { readonly output: infer Output }
    ? Output
    : T
  : T;
type ValueOf<T, C, Optional> = Checked<T, C> | (Optional extends true ? undefined : never);

/** What `setting.list` can be given besides. */
interface ListOptions<T> {
  /** What each item is: a setting of that kind; `setting.string()` unless given. */
  readonly of?: Setting<T>;
  /** What stands between the items of one text (`','`); false: a text is one item, and a flag is given once for each. */
  readonly separator?: string | false;
}

/** A value that will do, or what is wrong with it; `shown` is how an error shows it. */
export type Reading =
  | { readonly value: unknown }
  | { readonly value?: never; readonly wrong: (shown: string) => string };

type AnyOptions = SettingOptions<unknown, unknown, boolean>;

/**
 * A setting, made by `setting.string()` and the like.
 * @typeParam T what its value is
 */
export class Setting<out T = unknown> {
  /** @internal carries T, for the types alone */
  declare readonly type?: T;
  /** @internal */
  readonly kind: Kind;
  /** @internal */
  readonly options: AnyOptions;

  /** @internal use `setting.string()` and the like */
  constructor(kind: Kind, options: AnyOptions) {
    this.kind = kind;
    this.options = options;
  }

  /** @internal Texts come from a command line or the environment, values from a config file or a program. */
  read(given: unknown, isText: boolean): Reading {
    const value = isText ? this.#fromText(given as string | readonly string[]) : this.kind.fromValue(given);
    if (value === undefined) return { wrong: shown => `must be ${this.kind.rule}, not ${shown}` };
    return passing(value, this.options.check as Check<unknown> | undefined);
  }

  /** @internal How it is shown to people. */
  format(value: unknown): string {
    if (value === undefined) return '(none)';
    if (this.options.secret) return '(secret)';
    // What a schema has made of it may be anything.
    return this.options.check === undefined ? this.kind.format(value) : text(value);
  }

  /** @internal For an error: nothing of a secret. */
  shown(value: unknown): string {
    return this.options.secret ? '(secret)' : show(value);
  }

  #fromText(given: string | readonly string[]): unknown {
    const { fromText, fromTexts } = this.kind;
    if (typeof given === 'string') return fromText(given);
    return fromTexts === undefined ? fromText(given.at(-1) ?? '') : fromTexts(given);
  }
}

function text(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '(none)' : value.map(text).join(',');
  return typeof value === 'object' && value !== null && !(value instanceof URL) ? show(value) : String(value);
}

function passing(value: unknown, check: Check<unknown> | undefined): Reading {
  if (check === undefined) return { value };
  if (!isSchema(check)) return tested(value, check);
  const result = check['~standard'].validate(value);
  if (result instanceof Promise) {
    result.catch(() => {});
    throw new TypeError("the schema of a setting must validate at once: async schemas can't be used");
  }
  const { issues } = result;
  if (issues === undefined) return { value: result.value };
  return { wrong: shown => `can't be ${shown}: ${issues.map(messageOf).join(', ')}` };
}

/** Schemas may be functions. */
const isSchema = (check: unknown): check is StandardSchemaV1 =>
  typeof (Object(check) as Partial<StandardSchemaV1>)['~standard']?.validate === 'function';

function tested(value: unknown, test: (value: unknown) => boolean): Reading {
  try {
    return test(value) === true ? { value } : { wrong: shown => `can't be ${shown}` };
  } catch (error) {
    return { wrong: shown => `can't be ${shown}: ${messageOf(error)}` };
  }
}

const messageOf = (issue: unknown): string => {
  const { message } = Object(issue) as { message?: unknown };
  return typeof message === 'string' ? message : show(issue);
};

const common = ['default', 'optional', 'help', 'flag', 'env', 'section', 'check', 'live', 'secret'];
const ranged = [...common, 'min', 'max'];

/** The kinds of settings, for `defineApp({ settings: { … } })`. All throw a TypeError for options that make no sense. */
export const setting = {
  /** A text, just as it was given. */
  string<C extends Check<string> | undefined = Check<string> | undefined, O extends boolean = false>(
    options: SettingOptions<string, C, O> = {},
  ): Setting<ValueOf<string, C, O>> {
    return made('string', () => textKind, options);
  },

  /** A number, within limits if there are `min` or `max`. */
  number<C extends Check<number> | undefined = Check<number> | undefined, O extends boolean = false>(
    options: SettingOptions<number, C, O> & Range = {},
  ): Setting<ValueOf<number, C, O>> {
    return made('number', () => numberKind(checkedRange('number', options)), options, ranged);
  },

  /** A whole number, within limits if there are `min` or `max`. */
  integer<C extends Check<number> | undefined = Check<number> | undefined, O extends boolean = false>(
    options: SettingOptions<number, C, O> & Range = {},
  ): Setting<ValueOf<number, C, O>> {
    return made('integer', () => integerKind(checkedRange('integer', options)), options, ranged);
  },

  /** A time in ms, from 0 up; as a text with a unit: `500ms`, `30s`, `5m`, `2h`, `1d`. A figure alone is ms. */
  duration<C extends Check<number> | undefined = Check<number> | undefined, O extends boolean = false>(
    options: Omit<SettingOptions<number, C, O>, 'default'> &
      Range & { readonly default?: number | string } = {},
  ): Setting<ValueOf<number, C, O>> {
    return made('duration', () => durationKind(checkedRange('duration', options)), options, ranged);
  },

  /** True or false; false unless it has a default. `--verbose` and `--no-verbose` on the command line. */
  boolean<C extends Check<boolean> | undefined = Check<boolean> | undefined, O extends boolean = false>(
    options: SettingOptions<boolean, C, O> = {},
  ): Setting<ValueOf<boolean, C, O>> {
    return made('boolean', () => booleanKind, withDefault(options, false));
  },

  /** One of some texts. */
  choice<
    const V extends string,
    C extends Check<V> | undefined = Check<V> | undefined,
    O extends boolean = false,
  >(choices: readonly V[], options: SettingOptions<NoInfer<V>, C, O> = {}): Setting<ValueOf<V, C, O>> {
    return made('choice', () => choiceKind(choices), options);
  },

  /** A list, empty unless it has a default. As a text: with commas; its flag may be given more than once. */
  list<
    T = string,
    C extends Check<readonly T[]> | undefined = Check<readonly T[]> | undefined,
    O extends boolean = false,
  >(
    options: SettingOptions<readonly NoInfer<T>[], C, O> & ListOptions<T> = {},
  ): Setting<ValueOf<readonly T[], C, O>> {
    return made('list', () => listOf(options), withDefault(options, []), [...common, 'of', 'separator']);
  },
};

/** What is no object is told of later. */
const withDefault = <O extends AnyOptions>(options: O, value: unknown): O =>
  options === null || options.default !== undefined || options.optional === true
    ? options
    : { ...options, default: value };

function listOf({ of = setting.string(), separator = ',' }: ListOptions<unknown>): Kind {
  if (!(of instanceof Setting))
    throw new TypeError(`setting.list: of must be a setting such as setting.integer(), not ${show(of)}`);
  if (of.options.check !== undefined)
    throw new TypeError('setting.list: what it is of has no check of its own; give one to the list');
  if (separator !== false && (typeof separator !== 'string' || separator === ''))
    throw new TypeError(`setting.list: separator must be a text or false, not ${show(separator)}`);
  return listKind(of.kind, separator === false ? undefined : separator) as Kind;
}

function made<T>(name: string, kind: () => object, options: object, known = common): Setting<T> {
  checkOptions(`setting.${name}`, options, known);
  return new Setting<T>(kind() as Kind, Object.freeze({ ...options }));
}

function checkOptions(call: string, options: AnyOptions, known: readonly string[]): void {
  checkKnown(call, options, known);
  for (const key of ['help', 'flag', 'env', 'section'] as const) mustBe(call, options, key, 'string');
  for (const key of ['optional', 'live', 'secret'] as const) mustBe(call, options, key, 'boolean');
  const { flag, env, check, live, secret } = options;
  if (flag !== undefined && !/^[A-Za-z]$/.test(flag))
    throw new TypeError(`${call}: flag must be one letter, as in 'b' for -b, not ${show(flag)}`);
  if (env !== undefined && !/^[A-Za-z_]\w*$/.test(env))
    throw new TypeError(
      `${call}: env must be the name of a variable, as in 'DATABASE_URL', not ${show(env)}`,
    );
  if (check !== undefined && typeof check !== 'function' && !isSchema(check))
    throw new TypeError(`${call}: check must be a function or a Standard Schema, not ${show(check)}`);
  if (live && secret) throw new TypeError(`${call}: a secret can't be live: whoever may ask could read it`);
}

function mustBe(call: string, options: AnyOptions, key: keyof AnyOptions, type: string): void {
  const { [key]: value } = options;
  if (value !== undefined && typeof value !== type)
    throw new TypeError(`${call}: ${key} must be a ${type}, not ${show(value)}`);
}

function checkedRange(name: string, { min, max }: Range = {}): Range {
  for (const [key, value] of Object.entries({ min, max })) {
    if (value !== undefined && !Number.isFinite(value))
      throw new TypeError(`setting.${name}: ${key} must be a number, not ${show(value)}`);
  }
  if (min !== undefined && max !== undefined && min > max)
    throw new TypeError(`setting.${name}: min (${min}) is more than max (${max})`);
  return { min, max };
}
