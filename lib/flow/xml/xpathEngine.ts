/** The door to fontoxpath: what an XPath expression finds in a document. */
import type * as Fontoxpath from 'fontoxpath';
import { show } from '../../base/errors.ts';
import { MalformedEventData, SetupError } from '../events/errors.ts';
import { newDocument, type XmlElement, type XmlNode, xmlText } from '../events/xml.ts';
import { loadPackage } from '../optional.ts';

/** What an expression can find; attributes are nodes. */
export type XPathItem = XmlNode | string | number | boolean;

export interface XPathOptions {
  /** Namespaces by the prefix that the expression uses. */
  namespaces?: Readonly<Record<string, string>> | undefined;
  /** The namespace of steps without a prefix; none by default. */
  defaultNamespace?: string | null | undefined;
  /** What `$name` stands for. */
  variables?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * An XPath 3.1 expression, to be evaluated as often as you like: `new XPath('//line[@no > 1]').nodes(event.data)`. It
 * starts at the node that it is given; `/` is that node's document. Needs the packages fontoxpath and slimdom.
 */
export class XPath {
  readonly expression: string;
  readonly #options: XPathOptions;

  /** @throws SetupError when it is no XPath, or uses a prefix, a variable or a function that there is not. */
  constructor(expression: string, options: XPathOptions = {}) {
    this.expression = expression;
    this.#options = options;
    try {
      evaluate(expression, newDocument('root'), options, true);
    } catch (error) {
      // Whatever else goes wrong is the fault of this empty document.
      if (codeOf(error)?.startsWith('XPST') === false) return;
      if ((error as { code?: unknown }).code === 'PACKAGE_MISSING') throw error;
      throw new SetupError(`${show(expression)} is no XPath: ${reasonOf(error)}`, { cause: error });
    }
  }

  /**
   * All that it finds, in document order.
   *
   * @throws MalformedEventData when this document is not for it: arithmetic with what is no number, for one.
   */
  items(node: XmlNode): XPathItem[] {
    return itemsOf(this.expression, node, this.#options, true);
  }

  /** The nodes among what it finds. */
  nodes(node: XmlNode): XmlNode[] {
    return this.items(node).filter(item => typeof item === 'object');
  }

  /** The text of each that it finds: see `textOfItem`. */
  texts(node: XmlNode): string[] {
    return this.items(node).map(textOfItem);
  }

  /** Null for nothing, the text for one, all texts for more. */
  value(node: XmlNode): string | string[] | null {
    const texts = this.texts(node);
    return texts.length > 1 ? texts : (texts[0] ?? null);
  }

  /** Whether it finds anything, or its boolean. */
  test(node: XmlNode): boolean {
    const items = this.items(node);
    return items.length === 1 && typeof items[0] === 'boolean' ? items[0] : items.length > 0;
  }
}

/** What `expression` finds: for expressions that are used once; see `XPath` for the errors. */
export const evaluateXPath = (
  expression: string,
  node: XmlNode,
  namespaces: Readonly<Record<string, string>> = {},
): XPathItem[] => new XPath(expression, { namespaces }).items(node);

/** The text of an item; an element that has elements is serialised. */
export function textOfItem(item: XPathItem): string {
  if (typeof item !== 'object') return String(item);
  const isTree =
    item.nodeType === 9 || (item.nodeType === 1 && (item as XmlElement).firstElementChild !== null);
  return isTree ? xmlText(item) : textWithin(item);
}

const textWithin = (node: XmlNode): string =>
  node.nodeType === 1 ? node.childNodes.map(child => child.nodeValue ?? '').join('') : (node.nodeValue ?? '');

/**
 * Finds things in one document with the namespaces of its root and of the root's children: a prefix means there what it
 * means in the document, and no prefix is the default namespace.
 */
export class XPathLookup {
  readonly #root: XmlElement;
  readonly #options: XPathOptions;

  constructor(root: XmlElement) {
    this.#root = root;
    const namespaces: Record<string, string> = {};
    for (const element of [...root.children].reverse().concat(root))
      Object.assign(namespaces, declaredBy(element));
    this.#options = { namespaces, defaultNamespace: namespaces[''] ?? null };
  }

  /**
   * All that `expression` finds, in document order.
   *
   * @throws MalformedEventData when it can't be evaluated with this document.
   */
  lookup(expression: string): XPathItem[] {
    // Compiled anew each time: a cache would grow with every namespace that some document has made up.
    return itemsOf(expression, this.#root, this.#options, false);
  }
}

function declaredBy(element: XmlElement): Record<string, string> {
  const found: Record<string, string> = Object.create(null);
  for (const { name, localName, prefix, value } of element.attributes) {
    if (name === 'xmlns') found[''] = value;
    else if (prefix === 'xmlns') found[localName] = value;
  }
  return found;
}

function itemsOf(expression: string, node: XmlNode, options: XPathOptions, isCached: boolean): XPathItem[] {
  try {
    return evaluate(expression, node, options, isCached);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'PACKAGE_MISSING') throw error;
    throw new MalformedEventData(`XPath ${show(expression)} fails: ${reasonOf(error)}`, { cause: error });
  }
}

let loaded: typeof Fontoxpath | undefined;

function evaluate(expression: string, node: XmlNode, options: XPathOptions, isCached: boolean): XPathItem[] {
  loaded ??= loadPackage<typeof Fontoxpath>('fontoxpath', 'XPath');
  const { namespaces = {}, defaultNamespace = null, variables = {} } = options;
  return loaded.evaluateXPath(expression, node, null, variables, loaded.ReturnType.ALL_RESULTS, {
    disableCache: !isCached,
    namespaceResolver: prefix => {
      if (prefix === '') return defaultNamespace;
      return Object.hasOwn(namespaces, prefix) ? (namespaces[prefix] as string) : null;
    },
  }) as XPathItem[];
}

/** `XPST0003` of a message that begins with it. */
const codeOf = (error: unknown): string | undefined => /[A-Z]{4}\d{4}/.exec(String(error))?.[0];

/** The first line that says something: what follows is a trace through the expression. */
function reasonOf(error: unknown): string {
  const lines = String((error as { message?: unknown }).message ?? error).split('\n');
  const line = lines.find(each => /[A-Z]{4}\d{4}/.test(each)) ?? lines[0] ?? '';
  // After a fault of syntax comes a list of all characters that would have been none.
  return line.replace(/^Error: /, '').replace(/ Expected .*$/, '');
}
