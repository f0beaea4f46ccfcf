/** Actors that let valid documents pass. */
import { MalformedEventData } from '../events/errors.ts';
import type { Event, EventClass } from '../events/event.ts';
import { JSONEvent } from '../events/jsonEvent.ts';
import type { XmlElement } from '../events/xml.ts';
import { XMLEvent } from '../events/xmlEvent.ts';
import { FlowActor, type FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { demand, isObject, isText, setUp } from '../setup.ts';
import { XmlSchema } from './xsdEngine.ts';

export interface XSDParams {
  /** The text of an XML schema; without one, all that is well-formed passes. */
  xsd?: string | null | undefined;
  /** Texts of other schemas, by the `schemaLocation` that includes or imports them. */
  includes?: Readonly<Record<string, string>> | undefined;
}

/**
 * Lets documents pass that are what the schema says; others go to the error outboxes with a MalformedEventData that has
 * libxml2's messages. Needs the package libxml2-wasm.
 */
export class XSD extends FlowActor<XSDParams> {
  static override parameters: ParamNames<XSD> = { includes: true, xsd: true };
  static override input: EventClass = XMLEvent;
  static override output: EventClass = XMLEvent;
  #schema: XmlSchema | undefined;

  constructor(name: string, params?: XSDParams & FlowActorOptions) {
    super(name, params);
    const { xsd, includes } = this.params;
    demand(this, 'xsd', xsd === undefined || xsd === null || isText(xsd), 'the text of a schema', xsd);
    demand(this, 'includes', includes === undefined || isObject(includes), 'an object of texts', includes);
  }

  override async preStart(): Promise<void> {
    const { xsd, includes } = this.params;
    if (typeof xsd === 'string') this.#schema = await setUp(this, () => XmlSchema.load(xsd, { includes }));
  }

  override postStop(): void {
    this.#schema?.close();
  }

  override consume(event: Event): void {
    this.check(event.data as XmlElement);
    void this.send(event);
  }

  /** @throws MalformedEventData with all that is wrong with the document */
  protected check(root: XmlElement): void {
    const errors = this.#schema?.errors(root) ?? [];
    if (errors.length > 0) throw new MalformedEventData(errors);
  }
}

/** The older name of XSD. */
export class XMLValidator extends XSD {
  static override parameters: ParamNames<XMLValidator> = XSD.parameters;
}

/** XSD for JSON: the data is checked as the XML that it would be. */
export class JSONXSD extends XSD {
  static override parameters: ParamNames<JSONXSD> = XSD.parameters;
  static override input: EventClass = JSONEvent;
  static override output: EventClass = JSONEvent;

  override consume(event: Event): void {
    this.check(new XMLEvent({ data: event.data }).data);
    void this.send(event);
  }
}
