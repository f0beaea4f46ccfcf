/**
 * What a broker of RFC 7 decides, with RFC 8's `mmi.service`: who gets which request, who is alive, who is told to go. Knows no
 * socket, no timer and no clock: it is told what arrives and when, and says what to send.
 *
 * A worker has one request at a time, and of those that wait the one goes first that has waited longest. Requests wait for a worker
 * in the order in which they came, until they expire.
 */
import type { Frame } from '../sockets.ts';
import {
  decodeClient,
  decodeWorker,
  encodeClient,
  encodeWorker,
  Malformed,
  senderOf,
  type WorkerMessage,
} from './frames.ts';
import { type Note, nameOf } from './note.ts';
import {
  complete,
  type HeartbeatOptions,
  heartbeatChecks,
  heartbeatDefaults,
  positiveMs,
  tickFor,
  wholeFrom,
  yesOrNo,
} from './settings.ts';

export interface BrokerOptions extends HeartbeatOptions {
  /** How long a request waits for a worker, in ms (30 000); then it is dropped, and its client runs into its own timeout. */
  expiry?: number;
  /** Whether another worker gets what a dead one has not answered (false): for workers that may do the same thing twice. */
  resend?: boolean;
  /**
   * How long a worker may be silent while it has a request, in ms (`liveness` intervals). Give more to workers that don't send
   * heartbeats while they work, as the simplest ones do.
   */
  maxBusy?: number;
  /** How many requests may wait (10 000): what comes when there are so many is dropped. */
  maxRequests?: number;
  /** How many bytes they may have together (256 MiB): the same. */
  maxBytes?: number;
  /** How many workers may be registered (10 000): others are told to go. */
  maxWorkers?: number;
}

export interface Send {
  readonly type: 'send';
  readonly to: Frame;
  readonly frames: readonly Frame[];
  /** The request that goes to a worker with it. */
  readonly request?: BrokerRequest;
}

export type BrokerEffect = Send | Note;

/** A request on its way, as far as the broker is concerned. */
export interface BrokerRequest {
  readonly service: string;
  readonly client: Frame;
  readonly body: readonly Frame[];
  /** When it expires. */
  readonly until: number;
  /** Bytes of the body. */
  readonly size: number;
}

/** Figures of a broker, now. */
export interface BrokerStats {
  /** Services that have a worker or a request. */
  readonly services: number;
  readonly workers: number;
  /** Workers that have nothing to do. */
  readonly idle: number;
  /** Requests that wait for a worker. */
  readonly waiting: number;
  readonly requests: number;
  readonly replies: number;
  /** Requests that are not answered: they waited too long, found too many before them, lost their client or their worker. */
  readonly dropped: number;
  /** Requests that another worker got after the one before had died. */
  readonly resent: number;
}

interface Service {
  readonly name: string;
  readonly workers: Set<Worker>;
  /** Who has nothing to do, the longest first. */
  readonly idle: Set<Worker>;
  /** The first to be served first. */
  readonly waiting: BrokerRequest[];
}

interface Worker {
  readonly address: Frame;
  readonly service: Service;
  lastHeard: number;
  lastTold: number;
  request: BrokerRequest | undefined;
}

const management = 'mmi.';

export class Broker {
  readonly #options: Required<BrokerOptions>;
  readonly #services = new Map<string, Service>();
  readonly #workers = new Map<string, Worker>();
  readonly #effects: BrokerEffect[] = [];
  #waiting = 0;
  #waitingBytes = 0;
  #requests = 0;
  #replies = 0;
  #dropped = 0;
  #resent = 0;
  /** How often `tick` wants to be called, in ms. */
  readonly tickInterval: number;

  /**
   * @param of whose options they are, for the error
   * @throws SetupError that names the option and what is wrong with it
   */
  constructor(options: BrokerOptions = {}, of = 'broker') {
    const { heartbeatInterval, liveness } = complete(
      of,
      options,
      { ...heartbeatDefaults } as Required<HeartbeatOptions>,
      heartbeatChecks,
    );
    const rest = {
      expiry: 30_000,
      resend: false,
      maxBusy: heartbeatInterval * liveness,
      maxRequests: 10_000,
      maxBytes: 256 * 1024 * 1024,
      maxWorkers: 10_000,
    };
    this.#options = {
      heartbeatInterval,
      liveness,
      ...complete(of, options, rest, {
        expiry: positiveMs,
        resend: yesOrNo,
        maxBusy: positiveMs,
        maxRequests: wholeFrom(1),
        maxBytes: wholeFrom(1),
        maxWorkers: wholeFrom(1),
      }),
    };
    this.tickInterval = tickFor(heartbeatInterval, this.#options.expiry);
  }

  get stats(): BrokerStats {
    const workers = [...this.#workers.values()];
    return {
      services: this.#services.size,
      workers: workers.length,
      idle: workers.filter(({ request }) => request === undefined).length,
      waiting: this.#waiting,
      requests: this.#requests,
      replies: this.#replies,
      dropped: this.#dropped,
      resent: this.#resent,
    };
  }

  /** A message has arrived; `frames` are those after the address. */
  receive(from: Frame, frames: readonly Frame[], now: number): BrokerEffect[] {
    const sender = senderOf(frames);
    if (sender === 'client') this.#fromClient(from, frames, now);
    else if (sender === 'worker') this.#fromWorker(from, frames, now);
    else this.#note('warn', `dropped what ${nameOf(from)} sent: it is neither MDPC01 nor MDPW01`);
    return this.#drain();
  }

  /** What was to be sent could not be: there is nobody at that address any more. */
  undelivered({ to, request }: Send, now: number): BrokerEffect[] {
    const worker = this.#workers.get(keyOf(to));
    if (worker !== undefined) {
      if (request !== undefined && worker.request === request) {
        // It has never left, so it is nothing that was not answered.
        worker.request = undefined;
        this.#enqueueFirst(worker.service, request);
      }
      this.#bury(worker, 'cannot be reached', now);
    } else this.#note('debug', `nobody is at ${nameOf(to)} any more`);
    return this.#drain();
  }

  /** A connection has gone. An address that ZeroMQ has chosen, which begins with 0, never comes back. */
  lost(address: Frame, now: number): BrokerEffect[] {
    if (address[0] !== 0) return [];
    const worker = this.#workers.get(keyOf(address));
    if (worker !== undefined) this.#bury(worker, 'has lost its connection', now);
    this.#forgetClient(address);
    return this.#drain();
  }

  /** Time has passed. */
  tick(now: number): BrokerEffect[] {
    const { heartbeatInterval, liveness, maxBusy } = this.#options;
    for (const worker of [...this.#workers.values()]) {
      const maxSilence = worker.request === undefined ? heartbeatInterval * liveness : maxBusy;
      if (now - worker.lastHeard >= maxSilence) {
        this.#bury(worker, 'has not been heard of', now);
      } else if (now - worker.lastTold > heartbeatInterval - this.tickInterval / 2) {
        this.#tell(worker, { command: 'heartbeat' }, now);
      }
    }
    for (const service of [...this.#services.values()]) this.#expire(service, now);
    return this.#drain();
  }

  /** The broker ends: its workers are told to look for another conversation. */
  stop(now: number): BrokerEffect[] {
    for (const worker of this.#workers.values()) this.#tell(worker, { command: 'disconnect' }, now);
    if (this.#waiting > 0) this.#note('warn', `stops with ${this.#waiting} requests that found no worker`);
    this.#workers.clear();
    this.#services.clear();
    this.#waiting = 0;
    this.#waitingBytes = 0;
    return this.#drain();
  }

  // ---- clients ------------------------------------------------------------------------------------------------------

  #fromClient(client: Frame, frames: readonly Frame[], now: number): void {
    const message = decodeClient(frames);
    if (message instanceof Malformed) {
      return this.#note('warn', `dropped a request of ${nameOf(client)}: ${message.reason}`);
    }
    const { service: name, body } = message;
    this.#requests++;
    if (name.startsWith(management)) return this.#manage(client, name, body);
    const size = body.reduce((sum, frame) => sum + frame.length, 0);
    if (this.#waiting >= this.#options.maxRequests || this.#waitingBytes + size > this.#options.maxBytes) {
      this.#dropped++;
      const queue = `${this.#waiting} requests of ${this.#waitingBytes} bytes wait already`;
      return this.#note('warn', `dropped a request for ${name}: ${queue}`, body);
    }
    const service = this.#serviceOf(name);
    const count = service.workers.size;
    this.#note('info', `broker received a client request for ${name} (${count} workers)`, body);
    if (count === 0) this.#note('info', `no worker for ${name} is there: the request waits`, body);
    const until = now + this.#options.expiry;
    this.#enqueue(service, { service: name, client, body, until, size }, service.waiting.length);
    this.#dispatch(service, now);
  }

  /** RFC 8. */
  #manage(client: Frame, name: string, body: readonly Frame[]): void {
    const status = name === 'mmi.service' ? this.#statusOf(body[0] as Frame) : '501';
    this.#replies++;
    const frames = encodeClient({ service: name, body: [Buffer.from(status)] });
    this.#effects.push({ type: 'send', to: client, frames });
  }

  #statusOf(name: Frame): string {
    return (this.#services.get(name.toString())?.workers.size ?? 0) > 0 ? '200' : '404';
  }

  #forgetClient(client: Frame): void {
    if (this.#waiting === 0) return;
    for (const service of this.#services.values()) {
      for (let at = service.waiting.length - 1; at >= 0; at--) {
        if (!service.waiting[at]?.client.equals(client)) continue;
        this.#dequeue(service, at);
        this.#dropped++;
      }
      this.#tidy(service);
    }
  }

  // ---- workers ------------------------------------------------------------------------------------------------------

  #fromWorker(from: Frame, frames: readonly Frame[], now: number): void {
    const worker = this.#workers.get(keyOf(from));
    const message = decodeWorker(frames);
    if (worker !== undefined) worker.lastHeard = now;
    if (message instanceof Malformed) return this.#dismiss(from, worker, message.reason, now);
    switch (message.command) {
      case 'ready':
        return this.#register(from, worker, message.service, now);
      case 'reply':
        return this.#reply(from, worker, message, now);
      case 'heartbeat':
        if (worker === undefined) this.#dismiss(from, worker, 'it is not registered', now);
        return;
      case 'disconnect':
        if (worker !== undefined) this.#bury(worker, 'said goodbye', now);
        return;
      case 'request':
        return this.#dismiss(from, worker, 'a worker sends no requests', now);
    }
  }

  #register(from: Frame, known: Worker | undefined, name: string, now: number): void {
    if (known !== undefined) return this.#dismiss(from, known, 'it was registered already', now);
    if (name.startsWith(management)) {
      return this.#dismiss(from, known, `${name} is for the broker itself`, now);
    }
    if (this.#workers.size >= this.#options.maxWorkers) {
      return this.#dismiss(from, known, `there are ${this.#workers.size} workers already`, now);
    }
    const service = this.#serviceOf(name);
    const worker: Worker = { address: from, service, lastHeard: now, lastTold: now, request: undefined };
    this.#workers.set(keyOf(from), worker);
    service.workers.add(worker);
    service.idle.add(worker);
    this.#note('info', `worker ${nameOf(from)} offers ${name}`);
    this.#dispatch(service, now);
  }

  #reply(
    from: Frame,
    worker: Worker | undefined,
    { client, body }: Extract<WorkerMessage, { client: Frame }>,
    now: number,
  ): void {
    if (worker?.request === undefined) return this.#dismiss(from, worker, 'it was asked nothing', now);
    if (!worker.request.client.equals(client)) {
      return this.#dismiss(from, worker, 'its reply is for another client than the request was from', now);
    }
    const { service } = worker;
    worker.request = undefined;
    service.idle.add(worker);
    this.#replies++;
    this.#note('info', `broker routes a reply of ${service.name} to its client`, body);
    const frames = encodeClient({ service: service.name, body });
    this.#effects.push({ type: 'send', to: client, frames });
    this.#dispatch(service, now);
  }

  /** RFC 7: whoever sends what was not to be expected is told to begin again. */
  #dismiss(from: Frame, worker: Worker | undefined, reason: string, now: number): void {
    this.#note('warn', `worker ${nameOf(from)} is told to disconnect: ${reason}`);
    this.#effects.push({ type: 'send', to: from, frames: encodeWorker({ command: 'disconnect' }) });
    if (worker !== undefined) this.#bury(worker, 'was told to disconnect', now);
  }

  #bury(worker: Worker, why: string, now: number): void {
    const { service, address, request } = worker;
    this.#workers.delete(keyOf(address));
    service.workers.delete(worker);
    service.idle.delete(worker);
    const text = `worker ${nameOf(address)} of ${service.name} ${why}`;
    if (request === undefined) this.#note('info', text);
    else if (this.#options.resend && request.until > now) {
      this.#resent++;
      this.#note('warn', `${text}: another one gets its request`, request.body);
      this.#enqueueFirst(service, request);
    } else {
      this.#dropped++;
      this.#note('warn', `${text}: nobody answers its request`, request.body);
    }
    this.#dispatch(service, now);
  }

  #tell(worker: Worker, message: WorkerMessage, now: number, request?: BrokerRequest): void {
    worker.lastTold = now;
    const frames = encodeWorker(message);
    this.#effects.push({ type: 'send', to: worker.address, frames, ...(request && { request }) });
  }

  // ---- services -----------------------------------------------------------------------------------------------------

  #serviceOf(name: string): Service {
    let service = this.#services.get(name);
    if (service === undefined) {
      service = { name, workers: new Set(), idle: new Set(), waiting: [] };
      this.#services.set(name, service);
    }
    return service;
  }

  #dispatch(service: Service, now: number): void {
    this.#expire(service, now);
    for (const worker of service.idle) {
      const request = this.#dequeue(service, 0);
      if (request === undefined) break;
      service.idle.delete(worker);
      worker.request = request;
      const { client, body } = request;
      this.#tell(worker, { command: 'request', client, body }, now, request);
    }
    this.#tidy(service);
  }

  /** Before all that came later. */
  #enqueueFirst(service: Service, request: BrokerRequest): void {
    const at = service.waiting.findIndex(({ until }) => until >= request.until);
    this.#enqueue(service, request, at === -1 ? service.waiting.length : at);
  }

  #enqueue(service: Service, request: BrokerRequest, at: number): void {
    service.waiting.splice(at, 0, request);
    this.#waiting++;
    this.#waitingBytes += request.size;
  }

  #dequeue(service: Service, at: number): BrokerRequest | undefined {
    const [request] = at === 0 ? [service.waiting.shift()] : service.waiting.splice(at, 1);
    if (request === undefined) return undefined;
    this.#waiting--;
    this.#waitingBytes -= request.size;
    return request;
  }

  #expire(service: Service, now: number): void {
    for (let next = service.waiting[0]; next !== undefined && next.until <= now; next = service.waiting[0]) {
      this.#dequeue(service, 0);
      this.#dropped++;
      this.#note('warn', `a request for ${service.name} has found no worker in time`, next.body);
    }
    this.#tidy(service);
  }

  /** A service of which nothing is left is forgotten: names are for strangers to choose. */
  #tidy({ name, workers, waiting }: Service): void {
    if (workers.size === 0 && waiting.length === 0) this.#services.delete(name);
  }

  #note(level: Note['level'], text: string, body?: readonly Frame[]): void {
    this.#effects.push({ type: 'note', level, text, ...(body && { body }) });
  }

  #drain(): BrokerEffect[] {
    return this.#effects.splice(0);
  }
}

const keyOf = (address: Frame) => address.toString('latin1');
