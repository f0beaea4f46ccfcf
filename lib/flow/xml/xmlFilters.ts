/** Filters for routers that look into documents. */
import { EventFilter, type EventFilterParams } from '../control/filters.ts';
import { MalformedEventData } from '../events/errors.ts';
import type { Event } from '../events/event.ts';
import { isXmlNode } from '../events/format.ts';
import type { XmlElement } from '../events/xml.ts';
import { demand, isText } from '../setup.ts';
import { XPath } from './xpathEngine.ts';
import { Stylesheet } from './xsltEngine.ts';

export interface EventXMLFilterParams extends EventFilterParams {
  /** What to look at: the text of all that it finds; of an element that is there but empty, the empty text. */
  xpath?: string | undefined;
  /** Namespaces by the prefix that the XPath uses. */
  namespaces?: Readonly<Record<string, string>> | undefined;
  /** A stylesheet, through which the document goes before; the event itself stays as it is. */
  xslt?: string | undefined;
}

/** Matches documents by what an XPath finds in them. What is no document matches nothing. */
export class EventXMLFilter extends EventFilter {
  static override readonly parameters: Readonly<Record<string, true>> = {
    ...EventFilter.parameters,
    xpath: true,
    namespaces: true,
    xslt: true,
  };

  readonly #xpath: XPath;
  readonly #xslt: string | undefined;
  #stylesheet: Stylesheet | undefined;

  /** @throws SetupError for what is no XPath */
  constructor(params: EventXMLFilterParams = {}) {
    super(params);
    const { xpath = '.', namespaces, xslt } = params;
    demand(this, 'xpath', isText(xpath), 'an XPath', xpath);
    demand(this, 'xslt', xslt === undefined || isText(xslt), 'the text of a stylesheet', xslt);
    this.#xpath = new XPath(xpath, { namespaces });
    this.#xslt = xslt;
  }

  /** @throws SetupError for what is no stylesheet */
  override async prepare(): Promise<void> {
    if (this.#xslt !== undefined) this.#stylesheet ??= await Stylesheet.compile(this.#xslt);
    await super.prepare();
  }

  protected override valuesIn(found: unknown): readonly unknown[] {
    const document = this.documentIn(found);
    return document === undefined ? [] : this.#xpath.texts(document);
  }

  /** What the XPath looks at. */
  protected documentIn(found: unknown): XmlElement | undefined {
    if (!isXmlNode(found)) return undefined;
    return this.#stylesheet?.transform(found as XmlElement) ?? (found as XmlElement);
  }
}

export interface EventXMLXpathsFilterParams extends EventXMLFilterParams {
  /** Where in the document the patterns are. */
  regexXpath: string;
}

/** The same with patterns that stand in the document itself. */
export class EventXMLXpathsFilter extends EventXMLFilter {
  static override readonly parameters = { ...EventXMLFilter.parameters, regexXpath: true } as const;

  readonly #regexes: XPath;

  constructor(params: EventXMLXpathsFilterParams) {
    super(params);
    demand(this, 'regexXpath', isText(params.regexXpath), 'an XPath', params.regexXpath);
    this.#regexes = new XPath(params.regexXpath, { namespaces: params.namespaces });
  }

  /** @throws MalformedEventData when the document has something else there */
  protected override patternsFor(_event: Event, found: unknown): readonly RegExp[] {
    const document = this.documentIn(found);
    if (document === undefined) return [];
    return this.#regexes.texts(document).map(patternIn);
  }
}

function patternIn(text: string): RegExp {
  try {
    return new RegExp(text, 'u');
  } catch (error) {
    throw new MalformedEventData(`the document has ${text}, which is no regular expression`, {
      cause: error,
    });
  }
}
