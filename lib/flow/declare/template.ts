/** Texts with places for what an event holds: `Order {{data/id}} of {{data/name:-nobody}}`. */
import { show } from '../../base/errors.ts';
import { MalformedEventData, SetupError } from '../events/errors.ts';
import type { Event } from '../events/event.ts';
import { isXmlNode } from '../events/format.ts';
import { rootOf, xmlText } from '../events/xml.ts';
import { xmlEscaped } from '../xmlEscape.ts';

/** What the text is, which says how values are written in it. */
export type TemplateFormat = 'text' | 'json' | 'xml';
export const templateFormats: readonly TemplateFormat[] = ['text', 'json', 'xml'];

interface Place {
  readonly path: string;
  readonly fallback: string | undefined;
  /** Of JSON: whether it is within a text, between quotes. */
  readonly isQuoted: boolean;
}

const pattern = /\{\{\{\{|\{\{([^{}]*)\}\}/g;

export class Template {
  readonly #parts: readonly (string | Place)[];
  readonly #format: TemplateFormat;

  /** @throws SetupError when a place has no end or no path, what is to be JSON is none, or XML has no value in that place */
  constructor(text: string, format: TemplateFormat) {
    this.#format = format;
    this.#parts = partsOf(text);
    if (format === 'json') this.#tryOut();
    if (format === 'xml') checkXml(this.#parts);
  }

  /**
   * The text for an event.
   * @throws MalformedEventData when it has nothing at a place that has no default
   */
  fill(event: Event): string {
    return this.#parts.map(part => (typeof part === 'string' ? part : this.#valueOf(part, event))).join('');
  }

  #valueOf({ path, fallback, isQuoted }: Place, event: Event): string {
    const found = event.lookup(path) ?? undefined;
    // As with variables, what is empty has the default too.
    const value = found === undefined || found === '' ? (fallback ?? found) : found;
    if (value === undefined) throw new MalformedEventData(`the event has nothing at ${show(path)}`);
    if (this.#format === 'json') {
      if (isQuoted) return JSON.stringify(textOf(value)).slice(1, -1);
      return value !== found && fallback !== undefined && isJson(fallback) ? fallback : jsonOf(value);
    }
    return this.#format === 'xml' ? xmlEscaped(textOf(value)) : textOf(value);
  }

  /** Whatever is put into its places, JSON it must be: `x` ends no escape that the template has begun, `null` no number. */
  #tryOut(): void {
    const sample = this.#parts
      .map(part => (typeof part === 'string' ? part : part.isQuoted ? 'x' : 'null'))
      .join('');
    try {
      JSON.parse(sample);
    } catch (error) {
      throw new SetupError(`the template is no JSON: ${(error as Error).message}`, { cause: error });
    }
  }
}

function partsOf(text: string): (string | Place)[] {
  const parts: (string | Place)[] = [];
  let isQuoted = false;
  let end = 0;
  const addText = (piece: string) => {
    if (piece.includes('{{'))
      throw new SetupError(
        `${show(piece.slice(piece.indexOf('{{')))} is no place: write {{path}}, or {{{{ for {{ itself`,
      );
    parts.push(piece);
    for (const [mark] of piece.matchAll(/\\.|"/gs)) if (mark === '"') isQuoted = !isQuoted;
  };
  for (const { 0: found, 1: inner, index } of text.matchAll(pattern)) {
    addText(text.slice(end, index));
    end = index + found.length;
    if (inner === undefined) parts.push('{{');
    else parts.push(placeOf(inner, isQuoted));
  }
  addText(text.slice(end));
  return parts;
}

/** What of XML ends where: escaped values are safe in texts and in the values of attributes alone. */
const xmlMarks: readonly (readonly [begin: string, end: string, what: string])[] = [
  ['<!--', '-->', 'a comment'],
  ['<![CDATA[', ']]>', 'a CDATA section'],
  ['<?', '?>', 'a processing instruction'],
  ['<', '>', 'a tag, outside the quotes of its attributes'],
];

/** @throws SetupError for a place where a value could become more than a value */
function checkXml(parts: readonly (string | Place)[]): void {
  let mark: (typeof xmlMarks)[number] | undefined;
  let quote = '';
  for (const part of parts) {
    if (typeof part !== 'string') {
      if (mark === undefined || quote !== '') continue;
      throw new SetupError(`{{${part.path}}} is within ${mark[2]}, where XML has no place for a value`);
    }
    for (let at = 0; at < part.length; at++) {
      const begins = (text: string) => part.startsWith(text, at);
      if (quote !== '') quote = begins(quote) ? '' : quote;
      else if (mark === undefined) {
        mark = xmlMarks.find(([begin]) => begins(begin));
        at += (mark?.[0].length ?? 1) - 1;
      } else if (begins(mark[1])) mark = undefined;
      else if (mark[0] === '<' && /["']/.test(part[at] as string)) quote = part[at] as string;
    }
  }
}

function placeOf(inner: string, isQuoted: boolean): Place {
  const [, path = '', fallback] = /^\s*(.*?)\s*(?::-(.*))?$/s.exec(inner) ?? [];
  if (path === '')
    throw new SetupError(`{{${inner}}} names no place of the event: write {{data/id}}, {{service}}, …`);
  return { path, fallback, isQuoted };
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const plain = plainOf(value);
  if (typeof plain === 'string') return plain;
  return typeof plain === 'object' ? jsonOf(plain) : String(plain);
}

function jsonOf(value: unknown): string {
  try {
    const text = JSON.stringify(plainOf(value));
    if (text !== undefined) return text;
  } catch {
    // told below
  }
  throw new MalformedEventData(`${show(value)} can't be written as JSON`);
}

/** Whether a default is a value itself: `0`, `null`, `[]`. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Errors and XML as texts. */
function plainOf(value: unknown): unknown {
  if (value instanceof Error) return value.message;
  return isXmlNode(value) ? xmlText(rootOf(value)) : value;
}
