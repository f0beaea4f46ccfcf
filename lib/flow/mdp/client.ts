/**
 * What a client of RFC 7 decides that has many requests and several brokers. Knows no socket, no timer and no clock.
 *
 * A reply of RFC 7 does not say which request it is for, so each lane, which is a socket of its own, has one request at a time. When
 * its reply is late, the lane is closed and the request goes to the next broker by a new one: so a late reply reaches nobody.
 */
import type { Frame } from '../sockets.ts';
import { decodeClient, encodeClient, Malformed } from './frames.ts';
import type { Note } from './note.ts';
import { complete, positiveMs, tickFor, wholeFrom } from './settings.ts';

export interface ClientOptions {
  /** How long to wait for the reply to each try, in ms (5000). */
  requestTimeout?: number;
  /** How often a request is sent again (2). Its worker may do it twice then. */
  retries?: number;
  /** How long an unused lane stays open, in ms (30 000). */
  idle?: number;
}

/** Why there is no reply: no broker answers at all, no worker offers the service, or one does and has not answered. */
export type NoReply = 'noBroker' | 'noWorker' | 'timeout';

export type ClientEffect =
  /** Opens a socket to that broker. */
  | { readonly type: 'open'; readonly lane: number; readonly broker: string }
  | { readonly type: 'send'; readonly lane: number; readonly frames: readonly Frame[] }
  | { readonly type: 'close'; readonly lane: number }
  | { readonly type: 'reply'; readonly request: number; readonly body: readonly Frame[] }
  | { readonly type: 'failed'; readonly request: number; readonly why: NoReply; readonly text: string }
  | Note;

interface Request {
  readonly id: number;
  readonly service: string;
  readonly body: readonly Frame[];
  /** How many tries are left after this one. */
  retries: number;
  /** When this try has failed. */
  until: number;
  lane: Lane | undefined;
  /** This try is half over, and the broker was asked whether there is a worker. */
  hasAsked: boolean;
  /** What the broker said to that; undefined as long as it has said nothing. */
  status: string | undefined;
}

interface Lane {
  readonly id: number;
  readonly broker: Broker;
  request: Request | undefined;
  idleSince: number;
}

interface Broker {
  readonly endpoint: string;
  readonly idle: Set<Lane>;
  /** Others are preferred until then: it has not answered. */
  suspectUntil: number;
}

const management = 'mmi.';
const inquiry = 'mmi.service';

export class Client {
  readonly #options: Required<ClientOptions>;
  readonly #effects: ClientEffect[] = [];
  readonly #lanes = new Map<number, Lane>();
  readonly #requests = new Map<number, Request>();
  /** In the order of their turns. */
  #brokers: Broker[] = [];
  #lastLane = 0;
  #lastRequest = 0;
  /** How often `tick` wants to be called, in ms. */
  readonly tickInterval: number;

  /**
   * @param of whose options they are, for the error
   * @throws SetupError that names the option and what is wrong with it
   */
  constructor(options: ClientOptions = {}, of = 'client') {
    const defaults = { requestTimeout: 5000, retries: 2, idle: 30_000 };
    this.#options = complete(of, options, defaults, {
      requestTimeout: positiveMs,
      retries: wholeFrom(0),
      idle: positiveMs,
    });
    this.tickInterval = tickFor(this.#options.requestTimeout / 2, this.#options.idle);
  }

  /** How many requests have no reply yet. */
  get pending(): number {
    return this.#requests.size;
  }

  /** How many sockets are open. */
  get lanes(): number {
    return this.#lanes.size;
  }

  get brokers(): string[] {
    return this.#brokers.map(({ endpoint }) => endpoint);
  }

  /** These are the brokers now. Requests under way at others are waited for. */
  setBrokers(endpoints: readonly string[], now: number): ClientEffect[] {
    const known = new Map(this.#brokers.map(broker => [broker.endpoint, broker]));
    this.#brokers = [...new Set(endpoints)].map(
      endpoint => known.get(endpoint) ?? { endpoint, idle: new Set(), suspectUntil: 0 },
    );
    for (const broker of known.values()) {
      if (!this.#brokers.includes(broker)) for (const lane of [...broker.idle]) this.#close(lane);
    }
    if (this.#brokers.length > 0) {
      for (const request of this.#requests.values()) if (request.lane === undefined) this.#send(request, now);
    }
    return this.#drain();
  }

  /** @returns what to do, and the number by which the reply or the failure will name the request */
  request(
    service: string,
    body: readonly Frame[],
    now: number,
  ): { readonly id: number; readonly effects: ClientEffect[] } {
    const request: Request = {
      id: ++this.#lastRequest,
      service,
      body,
      retries: this.#options.retries,
      until: now + this.#options.requestTimeout,
      lane: undefined,
      hasAsked: false,
      status: undefined,
    };
    this.#requests.set(request.id, request);
    this.#send(request, now);
    return { id: request.id, effects: this.#drain() };
  }

  /** A message of its broker has arrived on a lane. */
  receive(id: number, frames: readonly Frame[], now: number): ClientEffect[] {
    const lane = this.#lanes.get(id);
    if (lane === undefined) return [];
    const message = decodeClient(frames);
    if (message instanceof Malformed) {
      this.#note('warn', `dropped what ${lane.broker.endpoint} sent: ${message.reason}`);
    } else this.#take(lane, message.service, message.body, now);
    return this.#drain();
  }

  /** Time has passed. */
  tick(now: number): ClientEffect[] {
    for (const request of [...this.#requests.values()]) {
      if (now >= request.until) this.#giveUp(request, now);
      else if (now >= request.until - this.#options.requestTimeout / 2) this.#inquire(request);
    }
    for (const lane of [...this.#lanes.values()]) {
      if (lane.request === undefined && now - lane.idleSince >= this.#options.idle) this.#close(lane);
    }
    return this.#drain();
  }

  /** Closes all; requests under way are forgotten. */
  stop(): ClientEffect[] {
    for (const lane of [...this.#lanes.values()]) this.#close(lane);
    this.#requests.clear();
    return this.#drain();
  }

  #take(lane: Lane, service: string, body: readonly Frame[], now: number): void {
    const { request, broker } = lane;
    broker.suspectUntil = 0;
    if (request !== undefined && service === request.service) {
      lane.request = undefined;
      this.#requests.delete(request.id);
      this.#release(lane, now, request.hasAsked && request.status === undefined);
      this.#effects.push({ type: 'reply', request: request.id, body });
    } else if (request?.hasAsked && service === inquiry) {
      request.status = body[0]?.toString('latin1').slice(0, 3);
    } else {
      this.#note('warn', `dropped a reply of ${service} from ${broker.endpoint}: nobody waits for it`);
    }
  }

  /** The lane is free for another request, unless an answer of the broker is still to come that would be taken for another's. */
  #release(lane: Lane, now: number, isAwaited: boolean): void {
    lane.idleSince = now;
    if (isAwaited || !this.#brokers.includes(lane.broker)) this.#close(lane);
    else lane.broker.idle.add(lane);
  }

  #send(request: Request, now: number): void {
    const broker = this.#nextBroker(now);
    if (broker === undefined) return;
    const lane = this.#laneTo(broker);
    lane.request = request;
    request.lane = lane;
    const { service, body } = request;
    this.#effects.push({ type: 'send', lane: lane.id, frames: encodeClient({ service, body }) });
  }

  /** In turn; those that have not answered lately only when there is no other. */
  #nextBroker(now: number): Broker | undefined {
    const at = Math.max(
      0,
      this.#brokers.findIndex(({ suspectUntil }) => suspectUntil <= now),
    );
    const [broker] = this.#brokers.splice(at, 1);
    if (broker !== undefined) this.#brokers.push(broker);
    return broker;
  }

  #laneTo(broker: Broker): Lane {
    for (const lane of broker.idle) {
      broker.idle.delete(lane);
      return lane;
    }
    const lane: Lane = { id: ++this.#lastLane, broker, request: undefined, idleSince: 0 };
    this.#lanes.set(lane.id, lane);
    this.#effects.push({ type: 'open', lane: lane.id, broker: broker.endpoint });
    return lane;
  }

  /** So that a failure can say why, and a broker that answers is not taken for dead because a worker is slow. */
  #inquire(request: Request): void {
    const { lane, service } = request;
    if (request.hasAsked || lane === undefined || service.startsWith(management)) return;
    request.hasAsked = true;
    const frames = encodeClient({ service: inquiry, body: [Buffer.from(service)] });
    this.#effects.push({ type: 'send', lane: lane.id, frames });
  }

  #giveUp(request: Request, now: number): void {
    const { lane, retries, service, body } = request;
    const { requestTimeout: timeout } = this.#options;
    const where = lane?.broker.endpoint;
    if (lane !== undefined) {
      if (request.status === undefined) lane.broker.suspectUntil = now + 2 * timeout;
      request.lane = undefined;
      this.#close(lane);
    }
    if (retries === 0) return this.#fail(request, where);
    this.#note(
      'warn',
      `no reply of ${service} within ${timeout} ms${where ? ` from ${where}` : ''}: again`,
      body,
    );
    request.retries--;
    request.until = now + timeout;
    request.hasAsked = false;
    request.status = undefined;
    this.#send(request, now);
  }

  #fail(request: Request, where: string | undefined): void {
    const { service, status, id } = request;
    const tries = this.#options.retries + 1;
    this.#requests.delete(id);
    const [why, text] = reasonOf(service, status, where);
    const after = `${tries} ${tries === 1 ? 'try' : 'tries'} of ${this.#options.requestTimeout} ms`;
    this.#effects.push({ type: 'failed', request: id, why, text: `${text} (${after})` });
  }

  #close(lane: Lane): void {
    this.#lanes.delete(lane.id);
    lane.broker.idle.delete(lane);
    this.#effects.push({ type: 'close', lane: lane.id });
  }

  #note(level: Note['level'], text: string, body?: readonly Frame[]): void {
    this.#effects.push({ type: 'note', level, text, ...(body && { body }) });
  }

  #drain(): ClientEffect[] {
    return this.#effects.splice(0);
  }
}

function reasonOf(service: string, status: string | undefined, where: string | undefined): [NoReply, string] {
  if (where === undefined) return ['noBroker', `there is no broker to ask for ${service}`];
  if (status === undefined)
    return ['noBroker', `the broker at ${where} does not answer, asked for ${service}`];
  if (status === '404') return ['noWorker', `no worker offers ${service}`];
  return ['timeout', `${service} has not answered`];
}
