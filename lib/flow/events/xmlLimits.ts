/**
 * What an XML document may be like, found out in one pass before anything is built of it: small texts that unfold into
 * gigabytes, and shapes that take a parser minutes, end here.
 */
import { InvalidEventDataModification } from './errors.ts';

/** How big an XML document may be. */
export interface XmlLimits {
  /** Characters of the whole text; 8 Mi by default. */
  length: number;
  /** Levels of elements; 256 by default. */
  depth: number;
  /** Elements, attributes, comments and the like together; 250 000 by default. */
  nodes: number;
  /** Attributes of one element; 256 by default. */
  attributes: number;
  /** Characters of one attribute's value; 1 Mi by default. */
  attributeLength: number;
}

/** What holds at the moment. */
export const limits: XmlLimits = {
  length: 8 * 1024 * 1024,
  depth: 256,
  nodes: 250_000,
  attributes: 256,
  attributeLength: 1024 * 1024,
};

/** The limits of this process, with changes if given. */
export function xmlLimits(changes: Partial<XmlLimits> = {}): Readonly<XmlLimits> {
  return Object.freeze({ ...Object.assign(limits, changes) });
}

/**
 * Refuses a text that is too big or too deep, or that declares entities or attributes of its own.
 *
 * It is no parser: of a text that is not well-formed it says only that it is not dangerous.
 *
 * @throws InvalidEventDataModification
 */
export function checkXml(text: string): void {
  if (text.length > limits.length) throw over('is longer than', limits.length, 'characters');
  const scan: Scan = { text, at: 0, depth: 0, nodes: 0 };
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', scan.at)) {
    scan.at = at;
    step(scan);
    if (scan.nodes > limits.nodes) throw over('has more than', limits.nodes, 'elements and attributes');
  }
}

interface Scan {
  readonly text: string;
  at: number;
  depth: number;
  nodes: number;
}

const exclamation = 0x21;
const slash = 0x2f;
const question = 0x3f;

function step(scan: Scan): void {
  scan.nodes += 1;
  switch (scan.text.charCodeAt(scan.at + 1)) {
    case question:
      return skip(scan, '?>');
    case exclamation:
      return declaration(scan);
    case slash:
      scan.nodes -= 1;
      scan.depth -= 1;
      return skip(scan, '>');
    default:
      return startTag(scan);
  }
}

function declaration(scan: Scan): void {
  if (scan.text.startsWith('<!--', scan.at)) {
    scan.at += 4;
    return skip(scan, '-->');
  }
  if (scan.text.startsWith('<![CDATA[', scan.at)) return skip(scan, ']]>');
  // A document type may name itself; what it declares is where the bombs are.
  tag(scan);
  if (scan.text.charAt(scan.at - 1) === '[') throw refused('declares entities or attributes of its own');
}

/** Goes behind `end`, or to the end of the text. */
function skip(scan: Scan, end: string): void {
  const at = scan.text.indexOf(end, scan.at);
  scan.at = at < 0 ? scan.text.length : at + end.length;
}

function startTag(scan: Scan): void {
  const attributes = tag(scan);
  if (attributes > limits.attributes) {
    throw over('has an element with more than', limits.attributes, 'attributes');
  }
  scan.nodes += attributes;
  if (scan.text.charCodeAt(scan.at - 2) === slash) return;
  scan.depth += 1;
  if (scan.depth > limits.depth) throw over('has more than', limits.depth, 'levels');
}

/** Goes behind the end of a tag, past its quoted values, and counts them; a `[` ends a document type. */
function tag(scan: Scan): number {
  const ends = scan.text.charCodeAt(scan.at + 1) === exclamation ? /["'>[]/g : /["'>]/g;
  for (let values = 0; ; values++) {
    ends.lastIndex = scan.at;
    const end = ends.exec(scan.text);
    if (end === null) {
      scan.at = scan.text.length;
      return values;
    }
    scan.at = end.index + 1;
    if (end[0] === '>' || end[0] === '[') return values;
    value(scan, end[0]);
  }
}

function value(scan: Scan, quote: string): void {
  const start = scan.at;
  skip(scan, quote);
  if (scan.at - start > limits.attributeLength) {
    throw over('has an attribute of more than', limits.attributeLength, 'characters');
  }
}

const over = (what: string, limit: number, of: string): Error => refused(`${what} ${limit} ${of}`);

const refused = (what: string): Error =>
  new InvalidEventDataModification(`the XML is refused: it ${what}; xmlLimits() has the limits`);
