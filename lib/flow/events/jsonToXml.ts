/** JSON as XML: the way back from `xmlToJson`, with an envelope for what has no single root. */
import { show } from '../../base/errors.ts';
import { tooDeep } from './copy.ts';
import { InvalidEventDataModification } from './errors.ts';
import type { Json } from './json.ts';
import { newDocument, parseXml, type XmlElement, xmlText } from './xml.ts';
import { limits } from './xmlLimits.ts';
import { envelope } from './xmlToJson.ts';

export interface JsonToXmlOptions {
  /** The root around an object with several keys; `jsonified_envelope` by default. */
  root?: string | undefined;
}

type JsonObject = { [key: string]: Json };

/**
 * JSON as a document: `{ a: { '@id': 'x', '#text': 't' } }` is `<a id="x">t</a>`. A string that is a well-formed XML
 * document becomes nodes, any other one text. An array repeats its element.
 *
 * @throws InvalidEventDataModification for `{}`, a scalar, and keys or characters that XML does not have.
 */
export function jsonToXml(value: Json, options: JsonToXmlOptions = {}): XmlElement {
  if (typeof value !== 'object' || value === null) {
    throw new InvalidEventDataModification(`${show(value)} is no XML document: give an object or an array`);
  }
  if (Array.isArray(value))
    return build(envelope, value.length === 1 ? (value[0] as Json) : { [envelope]: value });
  const keys = Object.keys(value);
  if (keys.length === 0) throw new InvalidEventDataModification('{} is no XML document: it has no root');
  const [key] = keys as [string];
  const content = value[key] as Json;
  if (keys.length > 1) return build(options.root ?? envelope, value);
  if (key.startsWith('@') || key === '#text') return build(envelope, value);
  if (!Array.isArray(content)) return build(key, content);
  return content.length === 1 ? build(key, content[0] as Json) : build(envelope, value);
}

function build(name: string, content: Json): XmlElement {
  try {
    const scope = scopeOf(content, topScope);
    const root = newDocument(name, namespaceOf(name, scope));
    fill(root, content, scope, 1);
    return root;
  } catch (error) {
    if (!/^(InvalidCharacter|Namespace)Error$/.test((error as Error).name)) throw error;
    throw new InvalidEventDataModification(
      `XML has no element or attribute of that name: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
}

/** Namespaces by `:` and their prefix; what an outer element declares is inherited. */
type Scope = Readonly<Record<string, string>>;

const xmlns = 'http://www.w3.org/2000/xmlns/';
const topScope: Scope = Object.assign(Object.create(null), {
  ':xml': 'http://www.w3.org/XML/1998/namespace',
  ':xmlns': xmlns,
});

const reserved = [Object.keys(topScope).map(key => key.slice(1)), Object.values(topScope)];

function scopeOf(content: Json, outer: Scope): Scope {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return outer;
  let scope: Record<string, string> | undefined;
  for (const key of Object.keys(content)) {
    if (key !== '@xmlns' && !key.startsWith('@xmlns:')) continue;
    scope ??= Object.create(outer) as Record<string, string>;
    const prefix = key.slice('@xmlns:'.length);
    scope[`:${prefix}`] = declared(prefix, textOf(content[key] as Json));
  }
  return scope ?? outer;
}

/** What XML has named itself can't be declared, and a prefix can't be taken back. */
function declared(prefix: string, namespace: string): string {
  const isReserved = [prefix, namespace].some((word, at) => reserved[at]?.includes(word));
  if (!isReserved && (namespace !== '' || prefix === '')) return namespace;
  throw new InvalidEventDataModification(
    `xmlns:${prefix}=${show(namespace)} is no namespace for that prefix`,
  );
}

function namespaceOf(name: string, scope: Scope): string | null {
  const colon = name.indexOf(':');
  if (colon < 0) return scope[':'] || null;
  const namespace = scope[`:${name.slice(0, colon)}`];
  if (namespace) return namespace;
  throw new InvalidEventDataModification(`the prefix of ${show(name)} has no namespace: add an @xmlns`);
}

function fill(element: XmlElement, content: Json, scope: Scope, depth: number): void {
  if (depth > limits.depth) throw tooDeep(limits.depth);
  if (Array.isArray(content)) add(element, envelope, content, scope, depth);
  else if (typeof content !== 'object' || content === null) addText(element, content);
  else for (const key of Object.keys(content)) addKey(element, key, content, scope, depth);
}

function addKey(element: XmlElement, key: string, content: JsonObject, scope: Scope, depth: number): void {
  const value = content[key] as Json;
  if (key === '#text') addText(element, textOf(value));
  else if (key.startsWith('@')) setAttribute(element, key.slice(1), textOf(value), scope);
  else add(element, key, value, scope, depth);
}

function add(element: XmlElement, name: string, value: Json, outer: Scope, depth: number): void {
  for (const item of Array.isArray(value) ? value : [value]) {
    const scope = scopeOf(item, outer);
    const child = documentOf(element).createElementNS(namespaceOf(name, scope), name);
    element.appendChild(child);
    fill(child, item, scope, depth + 1);
  }
}

function setAttribute(element: XmlElement, name: string, value: string, scope: Scope): void {
  const isDeclaration = name === 'xmlns' || name.startsWith('xmlns:');
  const namespace = isDeclaration ? xmlns : name.includes(':') ? namespaceOf(name, scope) : null;
  element.setAttributeNS(namespace, name, characters(value));
}

function addText(element: XmlElement, value: Json): void {
  const text = textOf(value);
  if (text === '') return;
  const embedded = embeddedIn(text);
  const document = documentOf(element);
  element.appendChild(
    embedded === undefined ? document.createTextNode(characters(text)) : document.importNode(embedded, true),
  );
}

const documentOf = (element: XmlElement) => element.ownerDocument as NonNullable<XmlElement['ownerDocument']>;

function embeddedIn(text: string): XmlElement | undefined {
  if (!/^\s*<.*>\s*$/s.test(text)) return undefined;
  try {
    return parseXml(text);
  } catch (error) {
    if (error instanceof InvalidEventDataModification) return undefined;
    throw error;
  }
}

function textOf(value: Json): string {
  if (typeof value !== 'object') return String(value);
  if (value === null) return '';
  throw new InvalidEventDataModification(`${show(value)} is no text: an attribute or #text holds a scalar`);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to look for
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;

function characters(text: string): string {
  if (!forbidden.test(text)) return text;
  throw new InvalidEventDataModification(`${show(text)} has characters that no XML can hold: take them out`);
}

const entities: Record<string, string> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' };

/** Text within XML; what XML cannot hold becomes `?`. */
const escapeXml = (text: string): string =>
  text.replace(new RegExp(forbidden, 'gu'), '?').replace(/[<>&"]/g, found => entities[found] as string);

/** The list of errors as `<errors><error><message>…</message><code>…</code></error>…</errors>`. */
export function xmlOfErrors(errors: unknown): string {
  if (typeof errors === 'string') return errors;
  if (!Array.isArray(errors)) return xmlText(jsonToXml(errors as Json));
  return `<errors>${errors.map(each => `<error>${fieldsOf(each)}</error>`).join('')}</errors>`;
}

function fieldsOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return escapeXml(String(error));
  return Object.entries(error)
    .filter(([key]) => /^[A-Za-z_][\w.-]*$/.test(key))
    .map(([key, value]) => `<${key}>${escapeXml(plain(value))}</${key}>`)
    .join('');
}

const plain = (value: unknown): string =>
  typeof value === 'object' ? (value === null ? '' : JSON.stringify(value)) : String(value);
