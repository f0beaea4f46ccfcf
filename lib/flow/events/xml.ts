/** The door to slimdom: XML texts, nodes and nothing else. */
import type * as Slimdom from 'slimdom';
import { loadPackage } from '../optional.ts';
import { tooDeep } from './copy.ts';
import { InvalidEventDataModification } from './errors.ts';
import { isXmlNode } from './format.ts';
import { checkXml, limits } from './xmlLimits.ts';

/** An element of a document. */
export type XmlElement = Slimdom.Element;
export type XmlDocument = Slimdom.Document;
export type XmlNode = Slimdom.Node;

let loaded: typeof Slimdom | undefined;

function slimdom(): typeof Slimdom {
  loaded ??= loadPackage<typeof Slimdom>('slimdom', 'XMLEvent');
  return loaded;
}

/**
 * The root element of an XML text, or of its bytes (UTF-8, UTF-16 or what the text declares).
 *
 * @throws InvalidEventDataModification when it is not well-formed, over the `xmlLimits`, or declares entities.
 */
export function parseXml(xml: string | Uint8Array): XmlElement {
  const text = typeof xml === 'string' ? xml : textOf(xml);
  checkXml(text);
  try {
    const document = slimdom().parseXmlDocument(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
    return document.documentElement as XmlElement;
  } catch (error) {
    if (error instanceof InvalidEventDataModification) throw error;
    throw asOurs(error);
  }
}

function asOurs(error: unknown): unknown {
  const { name, code, message } = error as { name?: string; code?: unknown; message?: unknown };
  if (code === 'PACKAGE_MISSING') return error;
  const [reason] = String(message ?? name).split('\n\n');
  return new InvalidEventDataModification(`the XML is not well-formed: ${reason?.replaceAll('\n', ' ')}`, {
    cause: error,
  });
}

/** The bytes as their byte order mark or the XML declaration says, else as UTF-8. */
function textOf(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 200));
  const declared = /^<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']/.exec(start.toString('latin1'))?.[1];
  const encoding = markOf(start) ?? declared ?? 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    throw new InvalidEventDataModification(`the XML is no ${encoding} text`, { cause: error });
  }
}

function markOf([first, second]: Buffer): string | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
}

/**
 * The node as XML text.
 *
 * @throws InvalidEventDataModification when it holds what no XML can say, a control character for one.
 */
export function xmlText(node: XmlNode): string {
  try {
    return slimdom().serializeToWellFormedString(node);
  } catch (error) {
    throw asOurs(error);
  }
}

/** A document of its own, with an empty root element. */
export function newDocument(root: string, namespace: string | null = null): XmlElement {
  const document = new (slimdom().Document)();
  return document.appendChild(document.createElementNS(namespace, root)) as XmlElement;
}

/**
 * The root element of a document; an element is its own root. What another DOM made, or another copy of slimdom, is
 * copied into ours.
 *
 * @throws InvalidEventDataModification for an empty document.
 */
export function rootOf(node: unknown): XmlElement {
  const root = isXmlNode(node) && node.nodeType === 9 ? (node as XmlDocument).documentElement : node;
  if (!isXmlNode(root)) throw new InvalidEventDataModification('the XML document is empty');
  if (root instanceof slimdom().Element) return root;
  const document = new (slimdom().Document)();
  return document.appendChild(adopted(root as unknown as XmlElement, document, 1)) as XmlElement;
}

/** A copy of what is no element of ours. */
function adopted(foreign: XmlElement, document: XmlDocument, depth: number): XmlElement {
  if (depth > limits.depth) throw tooDeep(limits.depth);
  const element = document.createElementNS(foreign.namespaceURI || null, foreign.nodeName);
  for (const { namespaceURI, name, value } of Array.from(foreign.attributes)) {
    element.setAttributeNS(namespaceURI || null, name, value);
  }
  for (let child: XmlNode | null = foreign.firstChild; child !== null; child = child.nextSibling) {
    if (child.nodeType === 1) element.appendChild(adopted(child as XmlElement, document, depth + 1));
    else if (child.nodeType === 3 || child.nodeType === 4) {
      element.appendChild(document.createTextNode(child.nodeValue ?? ''));
    }
  }
  return element;
}
