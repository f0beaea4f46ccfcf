/** The serialised form of an event: a JSON envelope that can hold nothing executable. */
import { show } from '../../base/errors.ts';
import { classNamed, registeredName } from './classes.ts';
import { FlowError, MalformedEventData } from './errors.ts';
import type { Format } from './format.ts';
import type { Json } from './json.ts';
import { decode, encode } from './wire.ts';

/** What `serializeEvent` writes. */
export interface EventEnvelope {
  /** The name of the class. */
  type: string;
  eventId: string;
  metaId: string;
  service: string;
  /** Milliseconds since the Unix epoch. */
  created: number;
  /** Text for XML; plain JSON for JSON; with `$` objects for what else is there. */
  data: Json;
  error?: Json;
  /** All other fields and attributes. */
  attributes: { [key: string]: Json };
}

/** What the envelope wants to know of an event. */
interface Serializable {
  readonly data: unknown;
  getProperties(): Record<string, unknown>;
  dataString(): string;
}

/**
 * The envelope of an event.
 *
 * @throws MalformedEventData when it holds a function or a symbol; InvalidEventDataModification for circles.
 */
export function envelopeOf(event: Serializable): EventEnvelope {
  const { eventId, metaId, service, created, error, ...attributes } = event.getProperties();
  const Class = event.constructor as Parameters<typeof registeredName>[0] & { readonly format: Format };
  return {
    type: registeredName(Class),
    eventId: eventId as string,
    metaId: metaId as string,
    service: service as string,
    created: created as number,
    data: isText(Class.format, event.data) ? event.dataString() : encode(event.data),
    ...(error === null ? {} : { error: encode(error) }),
    attributes: encodeAttributes(attributes),
  };
}

/** XML always; of JSON only what would be taken for a text of JSON, or for none. */
const isText = ({ name }: Format, data: unknown): boolean =>
  name === 'xml' || (name === 'json' && (typeof data === 'string' || data === null));

function encodeAttributes(attributes: Record<string, unknown>): { [key: string]: Json } {
  const encoded: { [key: string]: Json } = {};
  for (const key of Object.keys(attributes)) {
    if (attributes[key] !== undefined) encoded[key] = encode(attributes[key]);
  }
  return encoded;
}

/** An event, as it is filled from an envelope. */
interface Fillable {
  error: unknown;
  set(key: string, value: unknown): void;
}

/**
 * The event of an envelope.
 *
 * @throws MalformedEventData for what `envelopeOf` never makes.
 */
export function eventOf(envelope: unknown): object {
  if (typeof envelope !== 'object' || envelope === null) {
    throw new MalformedEventData(`${show(envelope)} is no serialised event`);
  }
  try {
    return build(checked(envelope as Partial<EventEnvelope>));
  } catch (error) {
    if (error instanceof MalformedEventData || !(error instanceof FlowError)) throw error;
    // Whoever has not installed a package has to be told so.
    if (error.code === 'PACKAGE_MISSING') throw error;
    throw new MalformedEventData(`no event can be read: ${error.message}`, { cause: error });
  }
}

function checked(envelope: Partial<EventEnvelope>): EventEnvelope {
  for (const name of ['type', 'eventId', 'metaId', 'service'] as const) {
    if (typeof envelope[name] !== 'string' || envelope[name] === '')
      throw bad(name, envelope[name], 'a text');
  }
  if (!Number.isFinite(envelope.created)) throw bad('created', envelope.created, 'a number');
  const { data = null, attributes = {} } = envelope;
  if (typeof attributes !== 'object' || attributes === null || Array.isArray(attributes)) {
    throw bad('attributes', attributes, 'an object');
  }
  return { ...envelope, data, attributes } as EventEnvelope;
}

const bad = (name: string, value: unknown, due: string): Error =>
  new MalformedEventData(`the ${name} of the serialised event is ${show(value)}: ${due} is due`);

function build({ type, data, error, attributes, ...ids }: EventEnvelope): object {
  const Class = classNamed(type) as (new (init: object) => Fillable) | undefined;
  if (Class === undefined)
    throw new MalformedEventData(`${show(type)} is no class of events that is known here`);
  const { eventId, metaId, service, created } = ids;
  const event = new Class({
    ...{ eventId, metaId, service, created },
    data: typeof data === 'string' ? data : decode(data),
  });
  if (error !== undefined) event.error = decode(error);
  for (const key of Object.keys(attributes)) event.set(key, decode(attributes[key] as Json));
  return event;
}
