/** Actors that wait for the same event from every inbox and make one of it. */
import type { Cancel } from '../../base/world.ts';
import { put } from '../events/copy.ts';
import { ActorTimeout } from '../events/errors.ts';
import type { Event, EventClass } from '../events/event.ts';
import { JSONEvent } from '../events/jsonEvent.ts';
import { newDocument, type XmlDocument, type XmlElement } from '../events/xml.ts';
import { XMLEvent } from '../events/xmlEvent.ts';
import { FlowActor } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { demand, isCount, isSpan, isText } from '../setup.ts';

export interface JoinParams {
  /** With XML: the name of the root (the actor's name). */
  key?: string | undefined;
  /** How long, in ms, to wait for the rest (no limit); what came in time goes to the error outboxes then, joined. */
  purgeInterval?: number | null | undefined;
  /** So many are waited for at most (100 000); when there are more, the oldest goes to the error outboxes as it is. */
  max?: number | undefined;
}

interface Parts {
  readonly byInbox: Map<string, Event>;
  readonly cancel: Cancel | undefined;
}

/**
 * When an event with the same `eventId` has come from every inbox, sends one whose data is the list of theirs, in the order
 * of the wiring. It has the attributes of the one that came first. A second one from the same inbox is dropped, with a warning.
 */
export class EventJoin extends FlowActor<JoinParams> {
  static override parameters: ParamNames<EventJoin> = { key: true, max: true, purgeInterval: true };
  readonly #waiting = new Map<string, Parts>();

  constructor(name: string, params?: JoinParams) {
    super(name, params);
    const { key, purgeInterval, max = 100_000 } = this.params;
    demand(this, 'key', key === undefined || isText(key), 'a name', key);
    const isRight = purgeInterval === undefined || purgeInterval === null || isSpan(purgeInterval);
    demand(this, 'purgeInterval', isRight, 'more than 0 ms', purgeInterval);
    demand(this, 'max', isCount(max), 'a whole number from 1 up', max);
  }

  /** How many events wait for their other parts. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** What the data of several events make together. */
  protected joined(events: readonly Event[]): unknown {
    return events.map(({ data }) => data);
  }

  override consume(event: Event, origin: string): void {
    const parts = this.#partsFor(event.eventId);
    if (parts.byInbox.has(origin)) {
      this.log.warn(`dropped: ${origin} has brought this event already`, event);
      this.settle(event);
      return;
    }
    parts.byInbox.set(origin, event);
    if (parts.byInbox.size < this.inboxes.length) return;
    this.#forget(event.eventId);
    this.#settleAllButOne(parts);
    const [first] = parts.byInbox.values();
    try {
      void this.send(this.#whole(parts));
    } catch (error) {
      void this.sendError(first as Event, error as Error);
    }
  }

  override flush(): void {
    for (const id of [...this.#waiting.keys()]) this.#giveUp(id, 'the flow stops');
  }

  #partsFor(id: string): Parts {
    const known = this.#waiting.get(id);
    if (known !== undefined) return known;
    const { purgeInterval: ms, max = 100_000 } = this.params;
    const [oldest] = this.#waiting.keys();
    if (oldest !== undefined && this.#waiting.size >= max) this.#giveUp(oldest, `more than ${max} wait`);
    const cancel =
      ms === undefined || ms === null
        ? undefined
        : this.after(ms, () => this.#giveUp(id, `they have not come within ${ms} ms`));
    const parts = { byInbox: new Map<string, Event>(), cancel };
    this.#waiting.set(id, parts);
    return parts;
  }

  #giveUp(id: string, reason: string): void {
    const parts = this.#waiting.get(id) as Parts;
    this.#forget(id);
    this.#settleAllButOne(parts);
    const missing = this.inboxes.filter(box => !parts.byInbox.has(box));
    const [first] = parts.byInbox.values();
    let cause: unknown;
    try {
      this.#whole(parts);
    } catch (error) {
      cause = error;
    }
    const text = `${this.name} lacks ${missing.join(', ')}: ${reason}`;
    void this.sendError(first as Event, new ActorTimeout(text, { cause }));
  }

  #forget(id: string): void {
    this.#waiting.get(id)?.cancel?.();
    this.#waiting.delete(id);
  }

  /** One of the parts goes on, as the whole. */
  #settleAllButOne({ byInbox }: Parts): void {
    const [, ...others] = byInbox.values();
    for (const part of others) this.settle(part);
  }

  #whole({ byInbox }: Parts): Event {
    const [first] = byInbox.values();
    const inOrder = this.inboxes.map(box => byInbox.get(box)).filter(event => event !== undefined);
    const data = this.joined(inOrder);
    (first as Event).data = data;
    return first as Event;
  }
}

/** Joins objects to one, the later ones over the earlier; what is no object is left out, with a warning. */
export class JSONEventJoin extends EventJoin {
  static override parameters: ParamNames<JSONEventJoin> = EventJoin.parameters;
  static override input: EventClass = JSONEvent;
  static override output: EventClass = JSONEvent;

  protected override joined(events: readonly Event[]): unknown {
    const whole: Record<string, unknown> = {};
    for (const event of events) {
      const { data } = event;
      if (typeof data !== 'object' || data === null || Array.isArray(data))
        this.log.warn('left out of the join: it is no object', event);
      else for (const [key, value] of Object.entries(data)) put(whole, key, value);
    }
    return whole;
  }
}

/** Joins documents: their roots become the children of a new one. */
export class XMLEventJoin extends EventJoin {
  static override parameters: ParamNames<XMLEventJoin> = EventJoin.parameters;
  static override input: EventClass = XMLEvent;
  static override output: EventClass = XMLEvent;

  protected override joined(events: readonly Event[]): unknown {
    const root = newDocument(this.params.key ?? this.name);
    const document = root.ownerDocument as XmlDocument;
    for (const { data } of events) root.appendChild(document.importNode(data as XmlElement, true));
    return root;
  }
}

/** The older name of XMLEventJoin. */
export class XMLMatcher extends XMLEventJoin {
  static override parameters: ParamNames<XMLMatcher> = EventJoin.parameters;
}
