/** The actor that asks: see `client.ts` for what it decides. */
import { show } from '../../base/errors.ts';
import { ActorTimeout, type FlowError, MalformedEventData, ServiceUnavailable } from '../events/errors.ts';
import type { Event } from '../events/event.ts';
import { FlowActor } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import type { FlowSocket, OpenSocket } from '../sockets.ts';
import { type Body, bodyOf, dataOf, eventOf, isRaw } from './body.ts';
import { Client, type ClientEffect, type ClientOptions, type NoReply } from './client.ts';
import { Finder } from './finder.ts';
import { isServiceName } from './frames.ts';
import type { Note } from './note.ts';
import { type FindParams, faultsOf, findingOf, registrationNames, scribe, socketsFor } from './shell.ts';

export interface MDPClientParams extends ClientOptions, FindParams {
  /** Stands before the service of every event ('') to make the name that the broker is asked for. */
  servicePrefix?: string;
  /** Stands behind it (''). */
  servicePostfix?: string;
  /** Where an event goes whose worker has answered with an error: to the error outboxes, or with its error to the outboxes ('errorOutboxes'). */
  errorsTo?: 'errorOutboxes' | 'outboxes';
  /** For settings that all pieces share: a client of RFC 7 sends no heartbeats, and does not look at it. */
  heartbeatInterval?: number;
  /** The same. */
  liveness?: number;
}

/** Who waits for a reply. */
interface Waiting {
  readonly resolve: (body: Body) => void;
  readonly reject: (error: FlowError) => void;
}

/**
 * Sends every event to the service that it is addressed to, `event.service`, and sends on what the worker there has made of it. As many
 * requests are under way as `concurrency` allows (100), each on a socket of its own.
 *
 * When there is no reply to any try, the event goes to the error outboxes: with `ServiceUnavailable` (503) when no broker answers or no
 * worker offers the service, with `ActorTimeout` (408) when a worker that is there has not answered. An event for `mmi.service` asks the
 * broker itself about the service that is its data. After compysition's MDPClient, which waited for ever.
 */
export class MDPClient extends FlowActor<MDPClientParams> {
  static override parameters: ParamNames<MDPClient> = {
    ...registrationNames,
    brokers: true,
    errorsTo: true,
    heartbeatInterval: true,
    idle: true,
    liveness: true,
    maxFrameSize: true,
    requestTimeout: true,
    retries: true,
    servicePostfix: true,
    servicePrefix: true,
    sockets: true,
  };
  #client = new Client(this.params, this.name);
  #finder: Finder | undefined;
  #open: OpenSocket | undefined;
  #note: (note: Note) => void = () => {};
  readonly #lanes = new Map<number, FlowSocket>();
  readonly #closing = new Set<Promise<void>>();
  readonly #waiting = new Map<number, Waiting>();

  /** How many requests have no reply yet. */
  get pending(): number {
    return this.#client.pending;
  }

  /** The endpoints of the brokers that it asks. */
  get brokers(): string[] {
    return this.#client.brokers;
  }

  override validate(): string[] {
    return faultsOf(() => {
      findingOf(this.params);
      const { errorsTo = 'outboxes' } = this.params;
      if (errorsTo !== 'outboxes' && errorsTo !== 'errorOutboxes') {
        throw new TypeError("errorsTo must be 'errorOutboxes' or 'outboxes'");
      }
    });
  }

  override async preStart(): Promise<void> {
    const { clock } = this.world;
    const client = new Client(this.params, this.name);
    this.#client = client;
    this.#note = scribe(this.log, clock);
    const open = await socketsFor(this.world, this.params);
    this.#open = open;
    this.#finder = new Finder(findingOf(this.params));
    this.#finder.start(open, {
      found: brokers => this.#take(client.setBrokers(brokers, clock.now())),
      note: this.#note,
      failed: error => this.#crash(error),
    });
    this.every(client.tickInterval, () => this.#take(client.tick(clock.now())));
  }

  override async consume(event: Event): Promise<void> {
    const { servicePrefix = '', servicePostfix = '', errorsTo = 'errorOutboxes' } = this.params;
    const service = `${servicePrefix}${event.service}${servicePostfix}`;
    let reply: Event;
    try {
      reply = await this.#ask(service, event);
    } catch (error) {
      if (errorsTo === 'errorOutboxes') throw error;
      event.error = error;
      reply = event;
    }
    if (reply.error !== null && errorsTo === 'errorOutboxes') await this.sendError(reply);
    else await this.send(reply);
  }

  override async postStop(): Promise<void> {
    this.#take(this.#client.stop());
    for (const { reject } of this.#waiting.values())
      reject(new ServiceUnavailable(`${this.name} has been stopped`));
    this.#waiting.clear();
    await Promise.all([this.#finder?.stop(), ...this.#closing]);
  }

  #take(effects: readonly ClientEffect[]): void {
    for (const effect of effects) {
      switch (effect.type) {
        case 'open':
          this.#openLane(effect.lane, effect.broker);
          break;
        case 'send':
          this.#lanes.get(effect.lane)?.send(effect.frames);
          break;
        case 'close':
          this.#closeLane(effect.lane);
          break;
        case 'reply':
          this.#claim(effect.request)?.resolve(effect.body);
          break;
        case 'failed':
          this.#claim(effect.request)?.reject(failureOf(effect.why, effect.text));
          break;
        case 'note':
          this.#note(effect);
      }
    }
  }

  #openLane(lane: number, broker: string): void {
    const client = this.#client;
    const socket = (this.#open as OpenSocket)({
      kind: 'dealer',
      receive: frames => this.#take(client.receive(lane, frames, this.world.clock.now())),
      failed: error => this.#crash(error),
    });
    this.#lanes.set(lane, socket);
    try {
      socket.connect(broker);
    } catch (error) {
      this.log.error(`${(error as Error).message}`);
    }
  }

  #closeLane(lane: number): void {
    const closing = this.#lanes.get(lane)?.close();
    this.#lanes.delete(lane);
    if (closing === undefined) return;
    this.#closing.add(closing);
    void closing.then(() => this.#closing.delete(closing));
  }

  /** @throws FlowError when the event can't be sent, or there is no reply that could be one */
  async #ask(service: string, event: Event): Promise<Event> {
    if (!isServiceName(service)) throw new MalformedEventData(`${show(service)} is no name of a service`);
    const request = isForBroker(service) ? [Buffer.from(event.dataString())] : bodyOf(event);
    this.log.info(`client sends a request for ${service}`, event);
    const body = await new Promise<Body>((resolve, reject) => {
      const { id, effects } = this.#client.request(service, request, this.world.clock.now());
      this.#waiting.set(id, { resolve, reject });
      this.#take(effects);
    });
    const reply = isRaw(body) ? withData(event, body) : replyTo(event, body);
    this.log.info('client received a reply', reply);
    return reply;
  }

  #claim(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  /** A fault of this actor outside of its turn. */
  #crash(error: unknown): void {
    this.after(0, () => {
      throw error;
    });
  }
}

const isForBroker = (service: string) => service.startsWith('mmi.');

/** The event with what somebody has answered who knows no events. */
function withData(event: Event, [frame]: Body): Event {
  const reply = event.clone();
  reply.data = dataOf(frame as Buffer);
  return reply;
}

/** @throws MalformedEventData when it is no event, or the answer to another one */
function replyTo(event: Event, body: Body): Event {
  const reply = eventOf(body);
  if (reply.eventId === event.eventId) return reply;
  throw new MalformedEventData(`the worker has answered with another event (${reply.eventId})`);
}

const failureOf = (why: NoReply, text: string): FlowError =>
  why === 'timeout' ? new ActorTimeout(text) : new ServiceUnavailable(text);
