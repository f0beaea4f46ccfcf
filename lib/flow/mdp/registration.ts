/**
 * How clients and workers find brokers: a protocol of its own, of which RFC 7 knows nothing. Brokers announce themselves to a
 * registrar every so often; whoever wants to know subscribes, and gets the whole list: at once, at each change, and every so often.
 *
 *     broker to registrar (DEALER to ROUTER)    '' , MDPR01, 01 ANNOUNCE, broker id, endpoint
 *                                               '' , MDPR01, 02 WITHDRAW, broker id
 *     registrar to all (PUB to SUB)             topic, MDPR01, 03 ALL or 04 SOME, (broker id, endpoint) for each broker
 *
 * A registrar that has just started does not know all brokers: until each has had the time to announce itself it says SOME, which
 * takes nobody off the list. And when it says nothing, everybody goes on with the brokers that they know.
 */
import type { Frame } from '../sockets.ts';
import { type Note, nameOf } from './note.ts';
import {
  complete,
  type HeartbeatOptions,
  heartbeatChecks,
  heartbeatDefaults,
  tickFor,
  wholeFrom,
} from './settings.ts';

export interface RegistrarOptions extends HeartbeatOptions {
  /** By what messages to subscribers begin ('BrokerUpdates'): those who share a registrar but no brokers choose another one. */
  scope?: string;
  /** How many brokers may be registered (1000). */
  maxBrokers?: number;
}

export type RegistrarEffect = { readonly type: 'publish'; readonly frames: readonly Frame[] } | Note;

export const defaultScope = 'BrokerUpdates';

const empty = Buffer.alloc(0);
const header = Buffer.from('MDPR01');
const announce = Buffer.of(1);
const withdraw = Buffer.of(2);
const all = Buffer.of(3);
const some = Buffer.of(4);

export const announcement = (id: string, endpoint: string): Frame[] => [
  empty,
  header,
  announce,
  Buffer.from(id),
  Buffer.from(endpoint),
];

export const withdrawal = (id: string): Frame[] => [empty, header, withdraw, Buffer.from(id)];

interface Entry {
  readonly id: string;
  readonly endpoint: string;
  readonly lastHeard: number;
}

/** The registrar: who is there, and whom to tell. Knows no socket, no timer and no clock. */
export class Registrar {
  readonly #options: Required<RegistrarOptions>;
  readonly #brokers = new Map<string, Entry>();
  readonly #effects: RegistrarEffect[] = [];
  #startedAt: number | undefined;
  #publishedAt = 0;
  /** How often `tick` wants to be called, in ms. */
  readonly tickInterval: number;

  /**
   * @param of whose options they are, for the error
   * @throws SetupError that names the option and what is wrong with it
   */
  constructor(options: RegistrarOptions = {}, of = 'registration service') {
    this.#options = complete(
      of,
      options,
      { ...heartbeatDefaults, scope: defaultScope, maxBrokers: 1000 } as Required<RegistrarOptions>,
      { ...heartbeatChecks, scope: ['text', isText], maxBrokers: wholeFrom(1) },
    );
    this.tickInterval = tickFor(this.#options.heartbeatInterval);
  }

  /** The endpoints of the brokers that are there. */
  get brokers(): string[] {
    return [...this.#brokers.values()].map(({ endpoint }) => endpoint);
  }

  start(now: number): void {
    this.#startedAt = now;
    this.#publishedAt = now;
  }

  /** A message has arrived; `frames` are those after the address. */
  receive(from: Frame, frames: readonly Frame[], now: number): RegistrarEffect[] {
    const [first, second, command, id, endpoint] = frames;
    if (first?.length !== 0 || !second?.equals(header)) {
      this.#note(
        'warn',
        `dropped what ${nameOf(from)} sent: it does not begin with an empty frame and MDPR01`,
      );
    } else if (command?.equals(announce) && frames.length === 5) {
      this.#announced(from, String(id), String(endpoint), now);
    } else if (command?.equals(withdraw) && frames.length === 4) {
      if (this.#brokers.delete(String(id))) this.#changed(`broker ${String(id)} has withdrawn`, now);
    } else this.#note('warn', `dropped what ${nameOf(from)} sent: it is no command of this protocol`);
    return this.#drain();
  }

  /** Somebody has subscribed. */
  subscribed(now: number): RegistrarEffect[] {
    this.#publish(now);
    return this.#drain();
  }

  /** Time has passed. */
  tick(now: number): RegistrarEffect[] {
    const { heartbeatInterval } = this.#options;
    for (const { id, lastHeard } of [...this.#brokers.values()]) {
      if (now - lastHeard < this.#lifetime) continue;
      this.#brokers.delete(id);
      this.#changed(`broker ${id} has not been heard of`, now);
    }
    if (now - this.#publishedAt > heartbeatInterval - this.tickInterval / 2) this.#publish(now);
    return this.#drain();
  }

  #announced(from: Frame, id: string, endpoint: string, now: number): void {
    if (!isId(id) || !isEndpoint(endpoint)) {
      return this.#note('warn', `dropped the announcement of ${nameOf(from)}: no id or no endpoint`);
    }
    const known = this.#brokers.get(id);
    if (known === undefined && this.#brokers.size >= this.#options.maxBrokers) {
      return this.#note('warn', `dropped an announcement: there are ${this.#brokers.size} brokers already`);
    }
    this.#brokers.set(id, { id, endpoint, lastHeard: now });
    if (known?.endpoint !== endpoint) this.#changed(`broker ${id} is at ${endpoint}`, now);
  }

  get #lifetime(): number {
    return this.#options.heartbeatInterval * this.#options.liveness;
  }

  #changed(text: string, now: number): void {
    this.#note('info', text);
    this.#publish(now);
  }

  #publish(now: number): void {
    const knowsAll = this.#startedAt !== undefined && now - this.#startedAt >= this.#lifetime;
    const entries = [...this.#brokers.values()].flatMap(({ id, endpoint }) => [id, endpoint]);
    this.#publishedAt = now;
    this.#effects.push({
      type: 'publish',
      frames: [
        Buffer.from(this.#options.scope),
        header,
        knowsAll ? all : some,
        ...entries.map(entry => Buffer.from(entry)),
      ],
    });
  }

  #note(level: Note['level'], text: string): void {
    this.#effects.push({ type: 'note', level, text });
  }

  #drain(): RegistrarEffect[] {
    return this.#effects.splice(0);
  }
}

/** The brokers that one knows: those that are given, and those that a registrar tells of. */
export class BrokerList {
  readonly #fixed: readonly string[];
  readonly #scope: Frame;
  readonly #told = new Map<string, string>();

  /** @param fixed endpoints that stay, whatever the registrar says */
  constructor(fixed: readonly string[], scope = defaultScope) {
    this.#fixed = fixed;
    this.#scope = Buffer.from(scope);
  }

  /** Each once. */
  get endpoints(): string[] {
    return [...new Set([...this.#fixed, ...this.#told.values()])];
  }

  /**
   * The registrar has told something.
   * @returns why it was dropped; undefined when it was not
   */
  receive(frames: readonly Frame[]): string | undefined {
    const [topic, second, command, ...entries] = frames;
    if (!topic?.equals(this.#scope)) return 'it is about another scope';
    if (!second?.equals(header)) return 'it is of another protocol than MDPR01';
    const isAll = command?.equals(all);
    if ((!isAll && !command?.equals(some)) || entries.length % 2 !== 0) return 'it is no command of MDPR01';
    const texts = entries.map(String);
    if (!texts.every((text, at) => (at % 2 === 0 ? isId(text) : isEndpoint(text)))) {
      return 'an id or an endpoint in it is none';
    }
    if (isAll) this.#told.clear();
    for (let at = 0; at < texts.length; at += 2) {
      this.#told.set(texts[at] as string, texts[at + 1] as string);
    }
    return undefined;
  }
}

const isText = (text: string) => text.length > 0 && text.length <= 255;

const isId = (text: string) => /^[\x21-\x7e]{1,64}$/.test(text);

/** Whether a socket could connect to it: a whole one, with a host where there is one. */
export const isEndpoint = (text: string): boolean =>
  text.length <= 255 &&
  /^(tcp:\/\/(\[[\da-fA-F:.%]+\]|[\w.-]+):\d{1,5}|(ipc|inproc):\/\/[\x21-\x7e]+)$/.test(text);
