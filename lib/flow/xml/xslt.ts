/** Actors that transform documents with a stylesheet. */
import { readFileSync } from 'node:fs';
import { MalformedEventData, SetupError } from '../events/errors.ts';
import type { Event, EventClass } from '../events/event.ts';
import { JSONEvent } from '../events/jsonEvent.ts';
import { newDocument, type XmlDocument, type XmlElement } from '../events/xml.ts';
import { XMLEvent } from '../events/xmlEvent.ts';
import { FlowActor, type FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { demand, isObject, isText, setUp } from '../setup.ts';
import { Stylesheet } from './xsltEngine.ts';

export interface XSLTParams {
  /** The text of the stylesheet. */
  xslt: string;
  /** Values for its `xsl:param`s. */
  params?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** The directory that `xsl:import`, `xsl:include` and `document()` may read from (they read nothing). */
  files?: string | undefined;
}

/**
 * Makes the data what a stylesheet makes of it. What can't be transformed goes to the error outboxes with a MalformedEventData,
 * which says no more than that to a client; its cause does. With `xsl:message terminate="yes"` the text of the message is put
 * into the data, as `<transform_error>`. Needs the packages saxon-js, xslt3 and slimdom.
 */
export class XSLT extends FlowActor<XSLTParams> {
  static override parameters: ParamNames<XSLT> = { files: true, params: true, xslt: true };
  static override input: EventClass = XMLEvent;
  static override output: EventClass = XMLEvent;
  #stylesheet: Stylesheet | undefined;

  constructor(name: string, params: XSLTParams & FlowActorOptions) {
    super(name, params);
    const { xslt, params: values, files } = this.params;
    demand(this, 'xslt', isText(xslt), 'the text of a stylesheet', xslt);
    demand(this, 'params', values === undefined || isObject(values), 'an object of values', values);
    demand(this, 'files', files === undefined || isText(files), 'a directory', files);
  }

  override async preStart(): Promise<void> {
    const { xslt, files } = this.params;
    this.#stylesheet = await setUp(this, () => Stylesheet.compile(xslt, { files }));
  }

  override consume(event: Event): void {
    event.data = this.transformed(event.data as XmlElement, event);
    void this.send(event);
  }

  /** What the stylesheet makes of a document. */
  protected transformed(source: XmlElement, event: Event): XmlElement {
    try {
      return (this.#stylesheet as Stylesheet).transform(source, {
        params: this.params.params,
        onMessage: message => this.log.debug(`xsl:message: ${message}`, event),
      });
    } catch (error) {
      this.log.error((error as Error).message, event);
      append(source, 'transform_error', (error as Error).message);
      throw new MalformedEventData('Malformed Request: Invalid XML', { cause: error });
    }
  }
}

export interface TransformerParams extends Omit<XSLTParams, 'xslt'> {
  /** The text of the stylesheet, unless `xsltPath` is given. */
  xslt?: string | undefined;
  /** The file that holds it. */
  xsltPath?: string | undefined;
}

/** The older name of XSLT, which can also be given a file. */
export class Transformer extends XSLT {
  static override parameters: ParamNames<Transformer & { params: TransformerParams }> = {
    ...XSLT.parameters,
    xsltPath: true,
  };

  constructor(name: string, params: TransformerParams & FlowActorOptions) {
    const { xsltPath, xslt = textOf(name, xsltPath) } = params ?? {};
    super(name, { ...params, xslt: xslt as string });
  }
}

/** @throws SetupError when there is no such file */
function textOf(name: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new SetupError(`${name}: xsltPath can't be read: ${(error as Error).message}`, { cause: error });
  }
}

/** XSLT for JSON: the data becomes XML, is transformed, and becomes JSON again. */
export class JSONXSLT extends XSLT {
  static override parameters: ParamNames<JSONXSLT> = XSLT.parameters;
  static override input: EventClass = JSONEvent;
  static override output: EventClass = JSONEvent;

  override consume(event: Event): void {
    const xml = new XMLEvent({ data: event.data });
    event.data = this.transformed(xml.data, event);
    void this.send(event);
  }
}

function append(parent: XmlElement, name: string, text: string): void {
  const child = newDocument(name);
  child.textContent = text;
  parent.appendChild((parent.ownerDocument as XmlDocument).importNode(child, true));
}
