/** Settings of an actor that others can read and change by the command `config`. Knows no actor. */
import { show } from '../base/errors.ts';
import type { StandardSchemaV1 } from '../core/props.ts';

/** What a setting may be: the values to choose from, a test, or a schema. */
export type SettingCheck<V = unknown> = readonly V[] | ((value: V) => boolean) | StandardSchemaV1;

type Simple = string | number | boolean | bigint;
/** `false` as a default does not mean that it can never be true. */
type Widened<V> = V extends string
  ? string
  : V extends number
    ? number
    : V extends boolean
      ? boolean
      : V extends bigint
        ? bigint
        : V;
type AllWidened<T> = { [K in keyof T]: Widened<T[K]> };

const simple: readonly string[] = ['string', 'number', 'boolean', 'bigint'] satisfies (
  | 'string'
  | 'number'
  | 'boolean'
  | 'bigint'
)[];

/**
 * Named values with a default each: `settings = new Settings({ retries: 3 }, { retries: n => n >= 0 })`. A new value must be of
 * the type of the default (a number can't be NaN), and pass the check if there is one. Without a check, a default is a string,
 * a number, a boolean or a bigint; a schema takes the place of both.
 */
export class Settings<T extends object = Record<string, Simple>> {
  readonly #values: Map<string, unknown>;
  readonly #defaults: Readonly<Record<string, unknown>>;
  readonly #checks: Readonly<Record<string, SettingCheck<never> | undefined>>;

  /** @throws TypeError when a check is none, or a default does not pass its own */
  constructor(defaults: T, checks: { readonly [K in keyof T]?: SettingCheck<Widened<T[K]>> } = {}) {
    if (typeof defaults !== 'object' || defaults === null)
      throw new TypeError(
        `new Settings(defaults): expected an object such as { retries: 3 }, not ${show(defaults)}`,
      );
    this.#defaults = { ...defaults } as Record<string, unknown>;
    this.#checks = { ...checks } as Record<string, SettingCheck<never>>;
    this.#values = new Map(Object.entries(this.#defaults));
    for (const name of Object.keys(this.#checks)) this.#mustExist(name);
    for (const [name, value] of this.#values) {
      if (!Object.hasOwn(this.#checks, name) && !simple.includes(typeof value))
        throw new TypeError(`setting ${show(name)} needs a check, since its default is ${show(value)}`);
      this.#values.set(name, this.#checked(name, value));
    }
  }

  /** Their names, in the order in which they were declared. */
  get names(): string[] {
    return [...this.#values.keys()];
  }

  /** @throws TypeError when there is no such setting */
  get<K extends keyof T & string>(name: K): Widened<T[K]> {
    this.#mustExist(name);
    return this.#values.get(name) as Widened<T[K]>;
  }

  /** @throws TypeError when there is no such setting, or the value does not do */
  set<K extends keyof T & string>(name: K, value: Widened<T[K]>): void {
    this.#mustExist(name);
    this.#values.set(name, this.#checked(name, value));
  }

  /** A copy of all values. */
  all(): AllWidened<T> {
    return Object.fromEntries(this.#values) as AllWidened<T>;
  }

  #mustExist(name: string): void {
    if (this.#values.has(name)) return;
    throw new TypeError(`there is no setting ${show(name)}; the settings are ${this.names.join(', ')}`);
  }

  #checked(name: string, value: unknown): unknown {
    const check = Object.hasOwn(this.#checks, name) ? this.#checks[name] : undefined;
    if (check !== undefined && '~standard' in check) return conforming(name, value, check);
    const type = typeof this.#defaults[name];
    if (typeof value !== type || Number.isNaN(value))
      throw new TypeError(`setting ${show(name)} must be a ${type}, not ${show(value)}`);
    if (check === undefined) return value;
    if (Array.isArray(check)) {
      if (check.includes(value as never)) return value;
      throw new TypeError(
        `setting ${show(name)} must be one of ${check.map(show).join(', ')}, not ${show(value)}`,
      );
    }
    if (typeof check !== 'function')
      throw new TypeError(
        `setting ${show(name)}: its check must be a list, a function or a schema, not ${show(check)}`,
      );
    if (check(value as never) === true) return value;
    throw new TypeError(`setting ${show(name)} can't be ${show(value)}`);
  }
}

function conforming(name: string, value: unknown, schema: StandardSchemaV1): unknown {
  const result = schema['~standard'].validate(value);
  if (result instanceof Promise) {
    result.catch(() => {});
    throw new TypeError(`setting ${show(name)}: its schema must validate at once`);
  }
  if (result.issues === undefined) return result.value;
  throw new TypeError(`setting ${show(name)} can't be ${show(value)}: ${show(result.issues)}`);
}
