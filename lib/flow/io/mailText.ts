/** The door to postal-mime: what a mail says. */
import type * as PostalMime from 'postal-mime';
import { loadPackageAsync } from '../optional.ts';

/** Headers as they were written, those of one name as a list, and the text. */
export interface MailText {
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly payload: string;
}

/** Names that an object can't have as plain members. */
const strange = new Set(['__proto__', 'constructor', 'prototype', 'payload']);

/** @throws (rejects) PackageMissing without postal-mime; when it is no mail that can be read */
export async function readMail(bytes: Buffer): Promise<MailText> {
  const library = await loadPackageAsync<typeof PostalMime>('postal-mime', 'SMTPIn');
  const mail = await library.default.parse(bytes);
  const headers: Record<string, string | string[]> = {};
  const names = new Map<string, string>();
  for (const { key, originalKey, value } of mail.headers) {
    if (strange.has(key)) continue;
    const name = names.get(key) ?? originalKey;
    names.set(key, name);
    const text = library.decodeWords(value);
    const before = headers[name];
    headers[name] = before === undefined ? text : [before, text].flat();
  }
  return { headers, payload: mail.text ?? textOfHtml(mail.html ?? '') };
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

/** What is to be read of it. */
export function textOfHtml(html: string): string {
  return withoutElements(html)
    .replace(/<(?:br|\/p|\/div|\/tr|\/li|\/h[1-6])\b[^<>]*>/gi, '\n')
    .replace(/<[a-z/!?][^<>]*>/gi, '')
    .replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,4}));/gi, (all, decimal, hex, name) => {
      if (name !== undefined) return entities[name.toLowerCase()] ?? all;
      const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    })
    .replace(/[ \t]+/g, ' ')
    .replace(/ ?\r?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** Without what nobody sees; in one pass, whatever the text is. */
function withoutElements(html: string): string {
  const parts: string[] = [];
  let at = 0;
  for (const { 1: name, index } of html.matchAll(/<(script|style|head|!--)/gi)) {
    if (index < at || name === undefined) continue;
    parts.push(html.slice(at, index));
    const close = name === '!--' ? '-->' : `</${name.toLowerCase()}`;
    const end = indexOfAnyCase(html, close, index);
    if (end === -1) return parts.join('');
    at = end + (name === '!--' ? close.length : 0);
  }
  return parts.join('') + html.slice(at);
}

function indexOfAnyCase(text: string, wanted: string, from: number): number {
  const pattern = new RegExp(wanted.replace(/[/-]/g, '\\$&'), 'gi');
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? -1;
}
