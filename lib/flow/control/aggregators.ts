/** Actors that make one value of the members of an event's data. */

import { Event, type EventClass } from '../events/event.ts';
import type { Json } from '../events/json.ts';
import { newDocument, parseXml, type XmlDocument, xmlText } from '../events/xml.ts';
import { XMLEvent } from '../events/xmlEvent.ts';
import { FlowActor } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { demand, isObject, isText } from '../setup.ts';

/**
 * Makes of data that is an object the text of all its values, one after the other; other data passes. A `key` may be given,
 * as to `EventDataXMLAggregator`; a text has no place for it.
 */
export class EventDataAggregator extends FlowActor<{ key?: string | undefined }> {
  static override parameters: ParamNames<EventDataAggregator> = { key: true };
  override consume(event: Event): void {
    if (isObject(event.data)) event.data = Object.values(event.data).map(textOf).join('');
    void this.send(event);
  }
}

const textOf = (value: unknown): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(value as Json) : String(value ?? '');

/**
 * Makes of data that is an object of XML texts one document, with their roots as the children of `<key>`. What is no XML is
 * left out, with an error in the log; other data passes.
 */
export class EventDataXMLAggregator extends FlowActor<{ key?: string | undefined }> {
  static override parameters: ParamNames<EventDataXMLAggregator> = { key: true };
  static override output: readonly EventClass[] = [Event, XMLEvent];

  constructor(name: string, params?: { key?: string | undefined }) {
    super(name, params);
    const { key = name } = this.params;
    demand(this, 'key', isText(key), 'the name of an element', key);
  }

  override consume(event: Event): void {
    if (!isObject(event.data)) {
      void this.send(event);
      return;
    }
    const root = newDocument(this.params.key ?? this.name);
    for (const [key, value] of Object.entries(event.data)) {
      try {
        root.appendChild((root.ownerDocument as XmlDocument).importNode(parseXml(String(value)), true));
      } catch (error) {
        this.log.error(`${key} is left out: ${(error as Error).message}`, event);
      }
    }
    event.data = xmlText(root);
    void this.send(event.convert(XMLEvent));
  }
}
