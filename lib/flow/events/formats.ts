/** The three formats: raw, JSON, XML. */
import { show } from '../../base/errors.ts';
import { copyOf } from './copy.ts';
import { InvalidEventDataModification } from './errors.ts';
import { textOfErrors } from './errorText.ts';
import { type Format, isXmlNode } from './format.ts';
import { type Json, jsonOf, parseJson } from './json.ts';
import { jsonToXml, xmlOfErrors } from './jsonToXml.ts';
import { newDocument, parseXml, rootOf, type XmlElement, xmlText } from './xml.ts';
import { xmlToJson } from './xmlToJson.ts';

/** Anything at all, kept as it is. */
export const rawFormat: Format = {
  name: 'raw',
  contentType: 'text/plain',
  accept: value => value ?? null,
  text: textOfRaw,
  copy: copyOf,
  errorText: textOfErrors,
};

/** Plain values. Text and bytes are parsed, null is `{}`. */
export const jsonFormat: Format = {
  name: 'json',
  contentType: 'application/json',
  accept(value) {
    if (value === undefined || value === null) return {};
    if (typeof value === 'string') return parseJson(value);
    if (value instanceof Uint8Array) return parseJson(textOfBytes(value));
    return isXmlNode(value) ? xmlToJson(rootOf(value)) : jsonOf(value);
  },
  text: data => JSON.stringify(data),
  copy: copyOf,
  errorText: errors => JSON.stringify(errors) ?? 'null',
};

/** The root element. Text and bytes are parsed, null is `<root/>`. */
export const xmlFormat: Format = {
  name: 'xml',
  contentType: 'application/xml',
  accept(value) {
    if (value === undefined || value === null) return newDocument('root');
    if (typeof value === 'string' || value instanceof Uint8Array) return parseXml(value);
    if (isXmlNode(value)) return rootOf(value);
    if (typeof value === 'object') return jsonToXml(jsonOf(value));
    throw new InvalidEventDataModification(`${show(value)} is no XML: give a text, an element or an object`);
  },
  text: data => xmlText(data as XmlElement),
  copy: copyOf,
  errorText: xmlOfErrors,
};

function textOfRaw(data: unknown): string {
  if (typeof data === 'string') return data;
  if (data === null || data === undefined) return '';
  if (data instanceof Uint8Array) return Buffer.from(data).toString();
  if (isXmlNode(data)) return xmlText(rootOf(data));
  return typeof data === 'object' ? textOfObject(data) : String(data);
}

function textOfObject(data: object): string {
  try {
    return JSON.stringify(jsonOf(data) as Json);
  } catch {
    return show(data);
  }
}

/** @throws InvalidEventDataModification when the bytes are no UTF-8. */
export function textOfBytes(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new InvalidEventDataModification('the data is no UTF-8 text', { cause: error });
  }
}
