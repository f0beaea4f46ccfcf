/** The settings of a running app: what the command `config` of its actor reads and changes. */
import { asError, show } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { Settings } from '../../command/settings.ts';
import { isThenable } from '../../core/coroutine.ts';
import type { StandardSchemaV1 } from '../../core/props.ts';
import type { Origin, Resolved } from './resolve.ts';
import type { SettingsOf, SettingsSchema } from './schema.ts';

/** It may be async. */
type Listener = (value: unknown) => unknown;

/** The values have been checked by the settings themselves. */
const anything: StandardSchemaV1 = {
  '~standard': { version: 1, vendor: 'troupe', validate: value => ({ value }) },
};

/** All settings but the secret ones; only those that are `live` can be changed. */
export class LiveSettings<S extends SettingsSchema = SettingsSchema> extends Settings<
  Record<string, unknown>
> {
  readonly #schema: S;
  readonly #log: Logger;
  readonly #origins: Record<string, Origin>;
  readonly #listeners = new Map<string, Set<Listener>>();
  /** What `setup` gets: read-only, and always the latest. */
  readonly view: SettingsOf<S>;

  constructor(schema: S, { values, origins }: Resolved<S>, log: Logger) {
    const shown = Object.entries(values).filter(([name]) => schema[name]?.options.secret !== true);
    super(Object.fromEntries(shown), Object.fromEntries(shown.map(([name]) => [name, anything])));
    this.#schema = schema;
    this.#log = log;
    this.#origins = { ...origins };
    this.view = this.#viewOf(values);
  }

  #viewOf(values: SettingsOf<S>): SettingsOf<S> {
    const properties = Object.entries(values).map(([name, value]) => {
      const isLive = this.#schema[name]?.options.live === true;
      return [name, { enumerable: true, ...(isLive ? { get: () => this.get(name) } : { value }) }];
    });
    return Object.freeze(Object.defineProperties({}, Object.fromEntries(properties))) as SettingsOf<S>;
  }

  /** Where the values came from. */
  get origins(): Resolved<S>['origins'] {
    return { ...this.#origins } as Resolved<S>['origins'];
  }

  /** @throws TypeError when there is no such setting, it is not live, or the value will not do */
  override set(name: string, value: unknown): void {
    this.get(name);
    const setting = this.#schema[name];
    if (setting?.options.live !== true)
      throw new TypeError(`setting ${show(name)} can't be changed while the app runs${this.#hint()}`);
    const reading = setting.read(value, false);
    if ('wrong' in reading)
      throw new TypeError(`setting ${show(name)} ${reading.wrong(setting.shown(value))}`);
    super.set(name, reading.value);
    this.#origins[name] = { layer: 'live', source: 'the command config' };
    for (const listener of this.#listeners.get(name) ?? []) this.#tell(listener, name, reading.value);
  }

  /**
   * @returns a function that ends this
   * @throws TypeError when there is no such setting, or it is not live
   */
  onChange(name: string, listener: Listener): () => void {
    if (typeof listener !== 'function')
      throw new TypeError(`onChange: expected a function that gets the new value, not ${show(listener)}`);
    this.get(name);
    if (this.#schema[name]?.options.live !== true)
      throw new TypeError(`onChange: setting ${show(name)} never changes${this.#hint()}`);
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    // Each call counts for itself, also with the same function.
    const own: Listener = value => listener(value);
    listeners.add(own);
    return () => void listeners.delete(own);
  }

  #tell(listener: Listener, name: string, value: unknown): void {
    const failed = (thrown: unknown) =>
      this.#log.error(`a listener to changes of ${show(name)} failed:`, asError(thrown));
    try {
      const result = listener(value);
      if (isThenable(result)) result.then(undefined, failed);
    } catch (thrown) {
      failed(thrown);
    }
  }

  #hint(): string {
    const live = this.names.filter(name => this.#schema[name]?.options.live === true);
    return live.length === 0 ? ': none is live' : `; those that are live are ${live.join(', ')}`;
  }
}
