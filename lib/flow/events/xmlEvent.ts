import { useClass } from './classes.ts';
import { Event, hasFormat } from './event.ts';
import { xmlFormat } from './formats.ts';
import type { XmlElement } from './xml.ts';

/**
 * An event with XML: the root element of a document (slimdom's, an optional package). Text, bytes and JSON become XML,
 * null becomes `<root/>`.
 *
 * `event instanceof XMLEvent` holds for an `XMLHttpEvent` as well.
 */
export class XMLEvent extends Event<XmlElement> {
  static override readonly format = xmlFormat;
  static override readonly contentType: string = 'application/xml';

  static override [Symbol.hasInstance](value: unknown): boolean {
    return this === XMLEvent ? hasFormat(value, xmlFormat) : super[Symbol.hasInstance](value);
  }
}

useClass(XMLEvent);
