/**
 * XML as JSON, as xmltodict does it: attributes are `@name`, text beside attributes or elements is `#text`, elements
 * of one name are an array, all scalars are trimmed strings, and what is empty is null.
 */
import { show } from '../../base/errors.ts';
import { tooDeep } from './copy.ts';
import { InvalidEventDataModification } from './errors.ts';
import { type Json, refuseKey } from './json.ts';
import type { XmlElement, XmlNode } from './xml.ts';
import { limits } from './xmlLimits.ts';

/** The element that stands around what has no single root. */
export const envelope = 'jsonified_envelope';
/** An element with this attribute is an array even when it is alone. */
export const forceList = 'force_list';

type JsonObject = { [key: string]: Json };

/**
 * A document as JSON: `<a id="x">t</a>` is `{ a: { '@id': 'x', '#text': 't' } }`. The envelope of a JSON document is
 * taken off.
 *
 * @throws InvalidEventDataModification for an element `__proto__`, and for more levels than `xmlLimits` allows.
 */
export function xmlToJson(root: XmlElement): Json {
  const value = contentOf(root, 1);
  if (root.nodeName === envelope) return value;
  const document: JsonObject = {};
  add(document, root, value);
  return document;
}

function contentOf(element: XmlElement, depth: number): Json {
  if (depth > limits.depth) throw tooDeep(limits.depth);
  const found: JsonObject = {};
  for (const { name, value } of element.attributes) if (name !== forceList) found[`@${name}`] = value;
  let text = '';
  for (let child: XmlNode | null = element.firstChild; child !== null; child = child.nextSibling) {
    if (child.nodeType === 1) {
      add(found, child as XmlElement, contentOf(child as XmlElement, depth + 1));
    } else if (child.nodeType === 3 || child.nodeType === 4) text += child.nodeValue ?? '';
  }
  text = text.trim();
  if (Object.keys(found).length === 0) return text === '' ? null : text;
  if (text !== '') found['#text'] = text;
  return found;
}

/** The second one of a name makes an array of the first. */
function add(to: JsonObject, element: XmlElement, value: Json): void {
  const name = element.nodeName;
  refuseKey(name);
  const before = Object.hasOwn(to, name) ? to[name] : undefined;
  if (before === undefined) to[name] = isList(element) ? [value] : value;
  else if (Array.isArray(before)) before.push(value);
  else to[name] = [before, value];
}

/** `force_list` says so, unless it says false. */
function isList(element: XmlElement): boolean {
  const mark = element.getAttribute(forceList);
  if (mark === null || /^(false|0|no)?$/i.test(mark.trim())) return false;
  if (/^(true|1|yes)$/i.test(mark.trim())) return true;
  throw new InvalidEventDataModification(`${forceList}=${show(mark)} makes no sense: give true or false`);
}
