/** The kinds of settings: how a value is read from a text, what a value given as such may be, and how it is shown. */
import { show } from '../../base/errors.ts';
import { truthOf } from '../../base/truth.ts';

export interface Kind<T = unknown> {
  /** What stands for a value in `--help`; empty for what needs none. */
  readonly placeholder: string;
  /** What it must be: "must be ..." */
  readonly rule: string;
  /** Its limits, for `--help`. */
  readonly limits?: string;
  /** @returns undefined for a text that says none */
  fromText(text: string): T | undefined;
  /** What a config file or a program has given. @returns undefined for what is none */
  fromValue(value: unknown): T | undefined;
  /** As a person would write it. */
  format(value: T): string;
  /** Given more than once on a command line, all count: reads them together. */
  readonly fromTexts?: (texts: readonly string[]) => T | undefined;
}

export interface Range {
  /** The least that it may be; no limit unless given. */
  readonly min?: number | undefined;
  /** The most that it may be; no limit unless given. */
  readonly max?: number | undefined;
}

export const textKind: Kind<string> = {
  placeholder: 'TEXT',
  rule: 'a text',
  fromText: text => text,
  fromValue: value => (typeof value === 'string' ? value : undefined),
  format: value => (/^[^\s"]+$/.test(value) ? value : JSON.stringify(value)),
};

export const booleanKind: Kind<boolean> = {
  placeholder: '',
  rule: 'true or false',
  fromText: truthOf,
  fromValue: value => (typeof value === 'boolean' ? value : undefined),
  format: String,
};

export const numberKind = (range: Range): Kind<number> =>
  numeric('NUMBER', 'a number', range, value => Number.isFinite(value));

export const integerKind = (range: Range): Kind<number> =>
  numeric('N', 'a whole number', range, value => Number.isSafeInteger(value));

function numeric(
  placeholder: string,
  noun: string,
  range: Range,
  isOne: (value: unknown) => boolean,
): Kind<number> {
  const fromValue = (value: unknown) =>
    typeof value === 'number' && isOne(value) && isWithin(range, value) ? value : undefined;
  return {
    placeholder,
    rule: noun + limits(range, String),
    limits: limits(range, String),
    fromText: text => (text.trim() === '' ? undefined : fromValue(Number(text))),
    fromValue,
    format: String,
  };
}

/** The longest first. */
const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;

export function durationKind(range: Range): Kind<number> {
  const within = (value: number) =>
    Number.isFinite(value) && value >= 0 && isWithin(range, value) ? value : undefined;
  const fromText = (text: string) => {
    const [, figure, unit = 'ms'] = /^(\d+(?:\.\d+)?) *(ms|s|m|h|d)?$/.exec(text.trim()) ?? [];
    return figure === undefined ? undefined : within(Number(figure) * units[unit as keyof typeof units]);
  };
  return {
    placeholder: 'TIME',
    rule: `a time such as 500ms, 30s, 5m, 2h or 1d${limits(range, formatDuration)}`,
    limits: limits(range, formatDuration),
    fromText,
    fromValue: value =>
      typeof value === 'number' ? within(value) : typeof value === 'string' ? fromText(value) : undefined,
    format: formatDuration,
  };
}

function formatDuration(value: number): string {
  const fits = Object.entries(units).find(([, length]) => value >= length && value % length === 0);
  return fits === undefined ? `${value}ms` : `${value / fits[1]}${fits[0]}`;
}

/** @throws TypeError unless they are texts, at least one of them */
export function choiceKind<V extends string>(choices: readonly V[]): Kind<V> {
  if (!Array.isArray(choices) || choices.length === 0 || choices.some(one => typeof one !== 'string'))
    throw new TypeError(
      `setting.choice(choices): expected a list of texts such as ['fast', 'exact'], not ${show(choices)}`,
    );
  const fromValue = (value: unknown) => choices.find(choice => choice === value);
  return {
    placeholder: choices.join('|'),
    rule: choices.length === 1 ? choices.join() : `one of ${choices.join(', ')}`,
    fromText: fromValue,
    fromValue,
    format: String,
  };
}

/** @param separator what stands between the items of one text; without one, a text is one item */
export function listKind<T>(of: Kind<T>, separator: string | undefined): Kind<readonly T[]> {
  const all = (items: readonly (T | undefined)[]) =>
    items.includes(undefined) ? undefined : Object.freeze(items as T[]);
  const split = (text: string) =>
    separator === undefined ? [text] : text === '' ? [] : text.split(separator).map(item => item.trim());
  const fromTexts = (texts: readonly string[]) => all(texts.flatMap(split).map(of.fromText));
  return {
    placeholder: `${of.placeholder || 'true|false'}${separator ?? ' '}...`,
    rule: `a list, each of it ${of.rule}`,
    fromText: text => fromTexts([text]),
    fromTexts,
    fromValue: value => (Array.isArray(value) ? all(value.map(of.fromValue)) : undefined),
    format: value => (value.length === 0 ? '(none)' : value.map(of.format).join(separator ?? ' ')),
  };
}

const isWithin = ({ min, max }: Range, value: number) =>
  (min === undefined || value >= min) && (max === undefined || value <= max);

const limits = ({ min, max }: Range, format: (value: number) => string) => {
  if (min !== undefined && max !== undefined) return ` from ${format(min)} to ${format(max)}`;
  if (min !== undefined) return ` from ${format(min)} up`;
  return max === undefined ? '' : ` up to ${format(max)}`;
};
