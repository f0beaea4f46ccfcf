/** Reads the flags of a command line: texts by setting, still to be understood, and what is wrong with the line itself. */
import { parseArgs } from 'node:util';
import { show } from '../../base/errors.ts';
import { didYouMean } from '../../base/nearest.ts';
import type { Definition } from './definition.ts';
import type { Entry, Line } from './line.ts';
import type { Layer } from './resolve.ts';
import { kebab, reserved } from './schema.ts';
import type { Fault } from './settingsError.ts';

/** What is to be printed instead of starting anything. */
export type Shown = 'help' | 'version' | 'showConfig';

export interface CommandLine {
  readonly shown: Shown | undefined;
  /** What follows `--config`. */
  readonly config: string | undefined;
  readonly faults: readonly Fault[];
  /** What it says about one app. */
  layer(app: Definition): Layer;
}

type Given = Record<string, string[]>;
type Option = { readonly name: string; readonly rawName: string; readonly value?: string | undefined };

export function readCommandLine(line: Line, args: readonly string[]): CommandLine {
  return new Reader(line).read(args);
}

/** As `parseArgs` wants it. */
const flagsOf = (line: Line) => ({
  help: { type: 'boolean', short: 'h' } as const,
  version: { type: 'boolean' } as const,
  'show-config': { type: 'boolean' } as const,
  config: { type: 'string' } as const,
  ...Object.fromEntries(
    line.entries.map(({ flag, short, setting }) => {
      const type = setting.kind.placeholder === '' ? ('boolean' as const) : ('string' as const);
      return [flag, { type, ...(short !== undefined && { short }) }];
    }),
  ),
});

class Reader {
  readonly #line: Line;
  readonly #byFlag: ReadonlyMap<string, Entry>;
  readonly #given = new Map<Definition, Given>();
  readonly #faults: Fault[] = [];
  readonly #toShow = new Set<Shown>();
  #config: string | undefined;

  constructor(line: Line) {
    this.#line = line;
    this.#byFlag = new Map(line.entries.map(entry => [entry.flag, entry]));
  }

  read(args: readonly string[]): CommandLine {
    const { tokens } = parseArgs({
      args: [...args],
      options: flagsOf(this.#line),
      strict: false,
      tokens: true,
      allowPositionals: true,
    });
    let isAfterStranger = false;
    for (const token of tokens) {
      if (token.kind === 'option') isAfterStranger = !this.#option(token, token.inlineValue ?? false);
      // It is the value of a flag that nobody knows, which has been told of.
      else if (token.kind === 'positional' && !isAfterStranger)
        this.#fault(show(token.value), 'is unexpected: a value comes after its flag, as in --flag value');
      else isAfterStranger = false;
    }
    const shown = (['help', 'version', 'showConfig'] as const).find(one => this.#toShow.has(one));
    const flagOf = new Map(
      this.#line.entries.map(({ app, name, flag }) => [`${app.name} ${name}`, `--${flag}`]),
    );
    return {
      shown,
      config: this.#config,
      faults: this.#faults,
      layer: app => ({
        name: 'flag',
        isText: true,
        values: this.#given.get(app) ?? {},
        source: name => flagOf.get(`${app.name} ${name}`) ?? name,
      }),
    };
  }

  /** @returns whether there is such a flag */
  #option({ name, rawName, value }: Option, isInline: boolean): boolean {
    const entry = this.#byFlag.get(name);
    if (entry !== undefined) this.#setting(entry, rawName, value, isInline);
    else if (name === 'config') this.#config = this.#valueOf(rawName, rawName, value, isInline);
    else if (name === 'version' && this.#line.version === undefined) return this.#stranger(name, rawName);
    else if (isShown(name)) this.#toShow.add(name === 'show-config' ? 'showConfig' : name);
    else return this.#negated(name, value) || this.#stranger(name, rawName);
    return true;
  }

  #setting(entry: Entry, rawName: string, value: string | undefined, isInline: boolean): void {
    if (entry.setting.kind.placeholder === '') return this.#give(entry, value ?? 'true');
    const text = this.#valueOf(rawName, `--${entry.flag}`, value, isInline);
    if (text !== undefined) this.#give(entry, text);
  }

  /** What looks like another flag is only taken when it is tied to its own; a negative number looks like none. */
  #valueOf(rawName: string, flag: string, value: string | undefined, isInline: boolean): string | undefined {
    const isMissing = value === undefined || (value === '' && flag === '--config');
    if (isMissing) return this.#fault(rawName, `needs a value, as in ${rawName} value`);
    if (isInline || !/^-[^\d.]/.test(value)) return value;
    return this.#fault(
      rawName,
      `is followed by ${show(value)}; if that is its value, write ${flag}=${value}`,
    );
  }

  /** `--no-verbose` */
  #negated(name: string, value: string | undefined): boolean {
    const entry = name.startsWith('no-') ? this.#byFlag.get(name.slice(3)) : undefined;
    if (entry === undefined || entry.setting.kind.placeholder !== '' || value !== undefined) return false;
    this.#give(entry, 'false');
    return true;
  }

  #give({ app, name }: Entry, text: string): void {
    const given = this.#given.get(app) ?? (Object.create(null) as Given);
    this.#given.set(app, given);
    given[name] = [...(given[name] ?? []), text];
  }

  #stranger(name: string, rawName: string): false {
    const common = reserved.filter(one => one !== 'version' || this.#line.version !== undefined);
    const flags = [...this.#byFlag.keys(), ...common.map(kebab)].map(flag => `--${flag}`);
    // An unprefixed flag among several apps: the end of one of theirs is what was meant.
    const meant = this.#line.entries
      .filter(({ name: one }) => kebab(one) === name)
      .map(({ flag }) => `--${flag}`);
    const hint =
      meant.length > 0
        ? `; did you mean ${meant.join(' or ')}?`
        : didYouMean(rawName, flags) || '; see --help';
    this.#fault(rawName, `is no flag of ${this.#line.name}${hint}`);
    return false;
  }

  #fault(source: string, problem: string): undefined {
    this.#faults.push({ layer: 'flag', source, message: `${source} ${problem}` });
  }
}

const isShown = (name: string): name is 'help' | 'version' | 'show-config' =>
  name === 'help' || name === 'version' || name === 'show-config';
