/** Makes the values of settings from what the command line, the environment, files and programs have given. Reads nothing itself. */
import { show } from '../../base/errors.ts';
import { didYouMean } from '../../base/nearest.ts';
import type { SettingsOf, SettingsSchema } from './schema.ts';
import type { Setting } from './setting.ts';
import { type Fault, type LayerName, SettingsError } from './settingsError.ts';

/** Values from one place. */
export interface Layer {
  readonly name: Exclude<LayerName, 'default' | 'live'>;
  /** By the names of the settings. What is undefined is not given. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Whether they are texts (or lists of texts) still to be read, as a command line has them; false unless given. */
  readonly isText?: boolean;
  /** What a setting is called there, for errors: `--workers`; the names of the layer and of the setting unless given. */
  readonly source?: (name: string) => string;
  /** What was wrong already when it was read. */
  readonly faults?: readonly Fault[];
}

/** Where a value came from. */
export interface Origin {
  readonly layer: LayerName;
  /** What it is called there: `--workers`, `THUMBNAILS_WORKERS`, `"workers" in thumbnails.config.json`, `default`. */
  readonly source: string;
}

export interface Resolved<S extends SettingsSchema = SettingsSchema> {
  readonly values: SettingsOf<S>;
  readonly origins: { readonly [K in keyof S]: Origin };
}

/**
 * The value of each setting, from the first layer that has one, else its default, and where it came from. Only the value that
 * counts is checked.
 * @param layers the strongest first
 * @throws SettingsError with everything that is wrong: values that will not do, names that no setting has, what is missing
 */
export function resolveSettings<S extends SettingsSchema>(schema: S, layers: readonly Layer[]): Resolved<S> {
  const faults = layers.flatMap(layer => [...(layer.faults ?? []), ...strangers(schema, layer)]);
  const entries = Object.entries(schema).map(([name, setting]) => {
    const found = find(name, setting, layers);
    if ('message' in found) faults.push(found);
    return [name, found] as const;
  });
  if (faults.length > 0) throw new SettingsError(faults);
  const all = entries as [string, Found][];
  return {
    values: Object.freeze(Object.fromEntries(all.map(([name, { value }]) => [name, value]))) as SettingsOf<S>,
    origins: Object.freeze(
      Object.fromEntries(all.map(([name, { origin }]) => [name, origin])),
    ) as Resolved<S>['origins'],
  };
}

interface Found {
  readonly value: unknown;
  readonly origin: Origin;
}

/** What a layer has given that is no setting. */
function strangers(schema: SettingsSchema, layer: Layer): Fault[] {
  const names = Object.keys(schema);
  return Object.keys(layer.values)
    .filter(name => !Object.hasOwn(schema, name))
    .map(name => {
      const source = sourceOf(layer, name);
      const hint =
        didYouMean(name, names) || (names.length > 0 ? `; the settings are ${names.join(', ')}` : '');
      return { layer: layer.name, source, message: `${source}: there is no such setting${hint}` };
    });
}

function find(name: string, setting: Setting, layers: readonly Layer[]): Found | Fault {
  for (const layer of layers) {
    const given = Object.hasOwn(layer.values, name) ? layer.values[name] : undefined;
    if (given === undefined) continue;
    const origin = { layer: layer.name, source: sourceOf(layer, name) };
    return read(name, setting, given, layer.isText ?? false, origin);
  }
  const { default: usual, optional } = setting.options;
  const origin = { layer: 'default', source: 'default' } as const;
  if (usual !== undefined) return read(name, setting, usual, false, origin);
  return optional ? { value: undefined, origin } : missing(name, layers);
}

function read(
  name: string,
  setting: Setting,
  given: unknown,
  isText: boolean,
  origin: Origin,
): Found | Fault {
  const reading = setting.read(given, isText);
  if (!('wrong' in reading)) return { value: reading.value, origin };
  // Of what is no list, the last one counts.
  const isOne =
    isText && Array.isArray(given) && (given.length === 1 || setting.kind.fromTexts === undefined);
  const last = isOne ? given.at(-1) : given;
  const message = `${origin.source} ${reading.wrong(setting.shown(last))}`;
  return { ...origin, setting: name, message };
}

const either = new Intl.ListFormat('en', { type: 'disjunction' });

function missing(name: string, layers: readonly Layer[]): Fault {
  const ways = layers.map(layer => sourceOf(layer, name));
  const hint = ways.length === 0 ? '' : `: ${either.format(ways)}`;
  return { layer: 'missing', source: name, setting: name, message: `${name} must be given${hint}` };
}

const sourceOf = (
  { name: layer, source = name => `${show(name)} of the layer ${layer}` }: Layer,
  name: string,
) => source(name);
