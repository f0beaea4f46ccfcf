/** A mail by the data of an event: each member is a header, and one is the text. */
import { show } from '../../base/errors.ts';
import { MalformedEventData } from '../events/errors.ts';
import type { Event } from '../events/event.ts';
import { lookup } from '../events/lookup.ts';
import type { XmlElement, XmlNode } from '../events/xml.ts';
import { XMLEvent } from '../events/xmlEvent.ts';

/** A mail; the names of the headers are in lower case. */
export interface Mail {
  readonly headers: ReadonlyMap<string, { readonly name: string; readonly values: readonly string[] }>;
  readonly body: string;
}

/** Names of members that are the text, and not a header. */
const bodies = ['body', 'payload'];

/**
 * @param key where in the data the mail is: a path of members, or of elements; the data itself unless given
 * @throws MalformedEventData when there is none
 */
export function mailOf(event: Event, key: string | undefined): Mail {
  const path = key === undefined ? [] : key.split('/');
  const parts = event instanceof XMLEvent ? partsOfXml(event.data, path) : partsOfJson(event.data, path);
  const headers = new Map<string, { name: string; values: string[] }>();
  let body = '';
  for (const [name, text] of parts) {
    const known = name.toLowerCase();
    if (bodies.includes(known)) body = text;
    else if (!/^[!-9;-~]+$/.test(name))
      throw new MalformedEventData(`${show(name)} can't be the name of a header`);
    else {
      const value = text.replace(/[\r\n]+/g, ' ').trim();
      const header = headers.get(known);
      if (header === undefined) headers.set(known, { name, values: [value] });
      else header.values.push(value);
    }
  }
  return { headers, body };
}

type Part = readonly [name: string, text: string];

function partsOfXml(root: XmlElement, path: readonly string[]): Part[] {
  let at: XmlElement | undefined = root;
  for (const name of path) at = at && elementsOf(at).find(one => one.localName === name);
  if (at === undefined) throw new MalformedEventData(`there is no mail at ${path.join('/')}`);
  return elementsOf(at).map(one => [one.localName, textOf(one)]);
}

function elementsOf(parent: XmlElement): XmlElement[] {
  return Array.from(parent.childNodes).filter((child): child is XmlElement => child.nodeType === 1);
}

function textOf(node: XmlNode): string {
  if (node.nodeType === 3 || node.nodeType === 4) return node.nodeValue ?? '';
  return Array.from(node.childNodes, textOf).join('');
}

function partsOfJson(data: unknown, path: readonly string[]): Part[] {
  const found = unwrapped(path.length === 0 ? data : lookup(data, path));
  if (typeof found !== 'object' || found === null || Array.isArray(found))
    throw new MalformedEventData(
      `a mail is an object such as { To, Subject, Body }, not ${show(found)}${path.length > 0 ? ` at ${path.join('/')}` : ''}`,
    );
  return Object.entries(found).flatMap(([name, value]) =>
    [value].flat().map((one): Part => [name, textOfValue(name, one)]),
  );
}

/** What was an XML document once has a root. */
function unwrapped(data: unknown): unknown {
  if (typeof data !== 'object' || data === null) return data;
  const [only, another] = Object.values(data);
  const isRoot = another === undefined && typeof only === 'object' && only !== null && !Array.isArray(only);
  return isRoot ? only : data;
}

function textOfValue(name: string, value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'object')
    throw new MalformedEventData(`${name} of a mail must be a text, or a list of texts`);
  return String(value);
}
