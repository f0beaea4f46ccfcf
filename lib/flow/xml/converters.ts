/** Actors that make XML of JSON, and JSON of XML. */
import { MalformedEventData } from '../events/errors.ts';
import type { Event, EventClass } from '../events/event.ts';
import type { Json } from '../events/json.ts';
import { JSONEvent } from '../events/jsonEvent.ts';
import { jsonToXml } from '../events/jsonToXml.ts';
import { XMLEvent } from '../events/xmlEvent.ts';
import { FlowActor, type FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { checkParams, demand, flag, isObject, isText, type Rule } from '../setup.ts';

export interface ToXMLParams {
  /** The root for data with several members (the name of the actor). */
  key?: string | undefined;
}

const elementName: Rule = [
  value => isText(value) && /^[\p{L}_][\p{L}\p{N}_.:-]*$/u.test(value),
  'the name of an element',
];

/** Makes XML of JSON; data with several members gets a root around them. XML passes as it is. */
export class DictToXML extends FlowActor<ToXMLParams> {
  static override parameters: ParamNames<DictToXML> = { key: true };
  static override input: readonly EventClass[] = [JSONEvent, XMLEvent];
  static override output: EventClass = XMLEvent;

  constructor(name: string, params?: ToXMLParams & FlowActorOptions) {
    super(name, params);
    demand(this, 'key', isText(this.root), 'the name of an element', this.root);
    checkParams(name, params, { key: elementName });
  }

  protected get root(): string {
    return this.params.key ?? this.name;
  }

  override consume(event: Event): void {
    void this.send(event instanceof XMLEvent ? event : withXml(event, event.data as Json, this.root));
  }
}

/** The newer name of DictToXML. */
export class ToXML extends DictToXML {
  static override parameters: ParamNames<ToXML> = DictToXML.parameters;
}

/** Makes XML of all that an event has but its data, below one root. */
export class PropertiesToXML extends FlowActor<ToXMLParams> {
  static override parameters: ParamNames<PropertiesToXML> = { key: true };
  static override output: EventClass = XMLEvent;

  constructor(name: string, params?: ToXMLParams & FlowActorOptions) {
    super(name, params);
    checkParams(name, params, { key: elementName });
  }

  override consume(event: Event): void {
    const { key = this.name } = this.params;
    const properties = JSON.parse(JSON.stringify(event.getProperties())) as Json;
    void this.send(withXml(event, { [key]: properties }, key));
  }
}

/** The event as an XMLEvent, with that data. */
function withXml(event: Event, data: Json, root: string): Event {
  const xml = jsonToXml(data, { root });
  event.data = { placeholder: null }; // what `convert` makes of the data is thrown away: let it be little
  const converted = event.convert(XMLEvent as EventClass);
  converted.data = xml;
  return converted;
}

export interface ToDictParams {
  /** Leaves the root away (false). */
  flatten?: boolean | undefined;
}

/** Makes JSON of XML. JSON passes as it is. */
export class XMLToDict extends FlowActor<ToDictParams> {
  static override parameters: ParamNames<XMLToDict> = { flatten: true };
  static override input: readonly EventClass[] = [XMLEvent, JSONEvent];
  static override output: EventClass = JSONEvent;

  constructor(name: string, params?: ToDictParams & FlowActorOptions) {
    super(name, params);
    checkParams(name, params, { flatten: flag });
  }

  override consume(event: Event): void {
    const converted = asJson(event);
    if (this.params.flatten === true && event !== converted) converted.data = flattened(converted.data);
    void this.send(converted);
  }
}

/** The newer name of XMLToDict. */
export class ToDict extends XMLToDict {
  static override parameters: ParamNames<ToDict> = XMLToDict.parameters;
}

function asJson(event: Event): Event {
  try {
    return event.convert(JSONEvent as EventClass);
  } catch (error) {
    throw new MalformedEventData(`no JSON can be made of it: ${(error as Error).message}`, { cause: error });
  }
}

function flattened(data: unknown): unknown {
  if (!isObject(data)) return data;
  const values = Object.values(data);
  return values.length === 1 ? values[0] : data;
}
