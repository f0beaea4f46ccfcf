/** The door to csv-parse and csv-stringify. */
import type * as CsvParse from 'csv-parse/sync';
import type * as CsvStringify from 'csv-stringify/sync';
import { asError, show } from '../../base/errors.ts';
import { FlowError, PackageMissing, SetupError } from '../events/errors.ts';
import { loadPackage } from '../optional.ts';
import { bytesOf } from './fileReader.ts';
import { linesOf } from './lines.ts';
import { type Found, mostShown, type Place, start } from './record.ts';

/** @throws PackageMissing without csv-parse */
export const csvReader = () => loadPackage<typeof CsvParse>('csv-parse/sync', 'FileSource with CSV');

/** @throws PackageMissing without csv-stringify */
export const csvWriter = () => loadPackage<typeof CsvStringify>('csv-stringify/sync', 'FileSink with CSV');

export type CsvType = 'string' | 'number' | 'boolean';

export interface CsvOptions {
  /** The names of the columns; true: the first row says them (true). */
  headers?: boolean | readonly string[] | undefined;
  /** What the values of some columns are; others are texts. An empty one that is no text is null. */
  types?: Readonly<Record<string, CsvType>> | undefined;
  /** Between two values (','). */
  delimiter?: string | undefined;
}

/** The bytes of the file from a place on. */
export type BytesFrom = (place: Place) => AsyncIterable<Buffer>;

const quote = '"';

/**
 * The rows as objects, or as lists with `headers: false`. A line end within quotes is `\n`, whatever it was. Empty lines mean nothing.
 * @throws PackageMissing without csv-parse
 */
export async function* rowsOf(
  bytesFrom: BytesFrom,
  from: Place,
  most: number,
  options: CsvOptions,
): AsyncGenerator<Found> {
  const { headers = true, types = {}, delimiter = ',' } = options;
  let names = typeof headers === 'boolean' ? undefined : headers;
  if (headers === true && from.line > 0) {
    names = await namesIn(recordsOf(bytesFrom(start), start, most, delimiter));
  }
  for await (const found of recordsOf(bytesFrom(from), from, most, delimiter)) {
    if (headers === true && names === undefined) names = namesOf(found);
    else if (found.fault !== undefined) yield found;
    else if (names === undefined) yield found;
    else yield named(found, names, types);
  }
}

/** Rows as lists of texts. A row ends with a line in which all quotes are closed. */
async function* recordsOf(
  bytes: AsyncIterable<Buffer>,
  from: Place,
  most: number,
  delimiter: string,
): AsyncGenerator<Found> {
  let parts: string[] = [];
  let size = 0;
  let isOpen = false;
  let place = from;
  for await (const found of linesOf(bytes, from, most)) {
    place = { line: found.line, end: found.end, mark: found.mark };
    const line = (found.value ?? '') as string;
    if (found.fault === undefined) {
      parts.push(line);
      size += line.length + 1;
      if (hasOddQuotes(line)) isOpen = !isOpen;
      if (isOpen && size <= most) continue;
    }
    const text = parts.join('\n');
    parts = [];
    size = 0;
    if (found.fault !== undefined) yield found;
    else if (isOpen)
      yield bad(place, `a row has more than ${most} characters: is there a quote too many?`, text);
    else if (!text.includes(quote)) {
      if (text !== '') yield { ...place, value: text.split(delimiter) };
    } else yield quoted(text, place, () => csvReader().parse(text, { delimiter }) as string[][]);
    isOpen = false;
  }
  if (isOpen) yield bad(place, 'a quote is not closed', parts.join('\n'));
}

function quoted(text: string, place: Place, parse: () => string[][]): Found {
  try {
    return { ...place, value: parse()[0] };
  } catch (error) {
    if (error instanceof PackageMissing) throw error;
    return bad(place, asError(error).message, text);
  }
}

function hasOddQuotes(line: string): boolean {
  let isOdd = false;
  for (let at = line.indexOf(quote); at !== -1; at = line.indexOf(quote, at + 1)) isOdd = !isOdd;
  return isOdd;
}

const bad = (place: Place, message: string, text: string): Found => ({
  ...place,
  fault: { message, text: text.slice(0, mostShown) },
});

/**
 * What the first row of a file says; undefined when there is none.
 * @throws SetupError when it can't be read
 */
export async function firstRow(file: string, delimiter: string): Promise<readonly string[] | undefined> {
  const most = 1_048_576;
  try {
    return await namesIn(recordsOf(bytesOf(file, { from: 0, more: undefined }), start, most, delimiter));
  } catch (error) {
    if (!(error instanceof FlowError) || error instanceof PackageMissing) throw error;
    throw new SetupError(`${file}: ${error.message}`, { cause: error });
  }
}

async function namesIn(records: AsyncIterable<Found>): Promise<readonly string[] | undefined> {
  for await (const found of records) return namesOf(found);
  return undefined;
}

/** Without the first row, no other one makes sense. */
function namesOf({ value, fault }: Found): readonly string[] {
  if (fault !== undefined) throw new FlowError(`the first row can't be read: ${fault.message}`);
  return checkNames(value as readonly string[]);
}

/** Two columns of one name would be one. */
function checkNames(names: readonly string[]): readonly string[] {
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new FlowError(`the first row has two columns ${show(twice)}`);
  return names;
}

function named(found: Found, names: readonly string[], types: Readonly<Record<string, CsvType>>): Found {
  const { line, end, mark } = found;
  const values = found.value as readonly string[];
  try {
    if (values.length !== names.length)
      throw new FlowError(`a row has ${values.length} values, there are ${names.length} columns`);
    const entries = names.map((name, at) => [
      name,
      readAs(name, values[at] as string, Object.hasOwn(types, name) ? types[name] : 'string'),
    ]);
    return { line, end, mark, value: Object.fromEntries(entries) };
  } catch (error) {
    return bad({ line, end, mark }, asError(error).message, JSON.stringify(values));
  }
}

function readAs(name: string, text: string, type: CsvType = 'string'): unknown {
  if (type === 'string') return text;
  const trimmed = text.trim();
  if (trimmed === '') return null;
  if (type === 'boolean' && /^(true|false)$/i.test(trimmed)) return trimmed.toLowerCase() === 'true';
  const number = Number(trimmed);
  if (type === 'number' && Number.isFinite(number)) return number;
  throw new FlowError(`${name} is ${show(text)}, which is no ${type}`);
}

export interface CsvWriteOptions {
  readonly delimiter: string;
  /** Puts a ' before what a spreadsheet would run. */
  readonly escapesFormulas: boolean;
}

/**
 * One row, with its end.
 * @throws PackageMissing without csv-stringify
 */
export function rowText(values: readonly unknown[], { delimiter, escapesFormulas }: CsvWriteOptions): string {
  const { stringify } = csvWriter();
  return stringify([values.map(textOf)], { delimiter, escape_formulas: escapesFormulas });
}

const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};
