/** The actor that is a broker: see `broker.ts` for what it decides. */
import { hostname } from 'node:os';
import type { Cancel } from '../../base/world.ts';
import type { Event } from '../events/event.ts';
import { FlowActor } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import type { FlowSocket, OpenSocket } from '../sockets.ts';
import { Broker, type BrokerEffect, type BrokerOptions, type BrokerStats } from './broker.ts';
import { announcement, isEndpoint, withdrawal } from './registration.ts';
import {
  defaultBroker,
  endpointOf,
  faultsOf,
  type RegistrationParams,
  registrationNames,
  type SocketParams,
  scribe,
  socketsFor,
} from './shell.ts';

export interface MDPBrokerParams extends BrokerOptions, SocketParams, RegistrationParams {
  /** Where it listens ('tcp://127.0.0.1:5555'): for clients and workers on other machines 'tcp://*:5555'. */
  endpoint?: string;
  /** The same on this machine alone: its port; 0 is a free one. */
  port?: number | string;
  /** What others connect to, for the registration service (the bound endpoint, with this machine's name for `*`). */
  advertise?: string;
}

/** While it stops, the ms without a request under way after which it goes. */
const quietTime = 200;

/**
 * A broker of RFC 7, with RFC 8's `mmi.service`: clients send it requests for services, workers offer services. It has neither inboxes
 * nor outboxes. After compysition's MDPBroker, which spoke a dialect of its own.
 *
 * MajorDomo knows no keys: whoever reaches the endpoint can ask for all services, and offer any.
 */
export class MDPBroker extends FlowActor<MDPBrokerParams> {
  static override parameters: ParamNames<MDPBroker> = {
    ...registrationNames,
    advertise: true,
    endpoint: true,
    expiry: true,
    heartbeatInterval: true,
    liveness: true,
    maxBusy: true,
    maxBytes: true,
    maxFrameSize: true,
    maxRequests: true,
    maxWorkers: true,
    port: true,
    resend: true,
    sockets: true,
  };
  static override shape = 'cloud';

  #broker = new Broker(this.params, this.name);
  #socket: FlowSocket | undefined;
  #registrar: FlowSocket | undefined;
  #endpoint: string | undefined;
  #take: (effects: readonly BrokerEffect[]) => void = () => {};
  #id = '';

  /** The endpoint that is bound; undefined before the start. */
  get endpoint(): string | undefined {
    return this.#endpoint;
  }

  /** Figures, now. */
  get stats(): BrokerStats {
    return this.#broker.stats;
  }

  override validate(): string[] {
    return faultsOf(() => {
      this.#listenTo();
      this.#registrationService();
      const { advertise } = this.params;
      if (advertise !== undefined && !isEndpoint(advertise)) {
        throw new TypeError(`advertise must be an endpoint such as tcp://10.0.0.1:5555, not ${advertise}`);
      }
    });
  }

  override async preStart(): Promise<void> {
    const { clock } = this.world;
    const now = () => clock.now();
    const broker = new Broker(this.params, this.name);
    const note = scribe(this.log, clock);
    const open = await socketsFor(this.world, this.params);
    const failed = (error: unknown) => this.#crash(error);
    const socket = open({
      kind: 'router',
      receive: ([from, ...frames]) => from && this.#take(broker.receive(from, frames, now())),
      lost: peer => this.#take(broker.lost(peer, now())),
      failed,
    });
    this.#broker = broker;
    this.#socket = socket;
    this.#take = effects => {
      for (const effect of effects) {
        if (effect.type === 'note') note(effect);
        else {
          const { to, frames } = effect;
          socket.send([to, ...frames]).catch(() => this.#take(broker.undelivered(effect, now())));
        }
      }
    };
    try {
      this.#endpoint = await socket.bind(this.#listenTo());
      this.#announce(open);
    } catch (error) {
      await this.#close();
      throw error;
    }
    this.every(broker.tickInterval, () => this.#take(broker.tick(now())));
    this.log.info(`broker listens on ${this.#endpoint}`);
  }

  override consume(event: Event): void {
    this.log.warn('a broker does nothing with events of the flow', event);
  }

  /** What is under way is still answered. */
  override preStop(): void {
    const release = this.hold();
    let quietSince = this.world.clock.now();
    const cancel: Cancel = this.every(quietTime / 4, () => {
      const { workers, idle, waiting } = this.stats;
      const now = this.world.clock.now();
      if (workers > idle || (waiting > 0 && workers > 0)) quietSince = now;
      if (now - quietSince < quietTime) return;
      cancel();
      release();
    });
  }

  override async postStop(): Promise<void> {
    if (this.#socket === undefined) return;
    this.#take(this.#broker.stop(this.world.clock.now()));
    if (this.#registrar?.pending === 0) this.#registrar.send(withdrawal(this.#id));
    await this.#close();
  }

  #listenTo(): string {
    const { endpoint, port } = this.params;
    return endpointOf(endpoint === undefined ? 'port' : 'endpoint', endpoint, port) ?? defaultBroker;
  }

  #registrationService(): string | undefined {
    const { registrationServiceEndpoint, registrationServicePort } = this.params;
    return endpointOf('registrationService', registrationServiceEndpoint, registrationServicePort);
  }

  /** Tells the registration service now and every so often. What it has not taken yet is not told again. */
  #announce(open: OpenSocket): void {
    const service = this.#registrationService();
    if (service === undefined) return;
    const { heartbeatInterval = 2500, advertise = advertised(this.#endpoint as string) } = this.params;
    this.#id = this.world.uuid().replaceAll('-', '');
    const registrar = open({ kind: 'dealer' });
    this.#registrar = registrar;
    registrar.connect(service);
    registrar.send(announcement(this.#id, advertise));
    this.every(heartbeatInterval, () => {
      if (registrar.pending === 0) registrar.send(announcement(this.#id, advertise));
    });
  }

  async #close(): Promise<void> {
    this.#take = () => {};
    await Promise.all([this.#socket?.close(), this.#registrar?.close()]);
    this.#socket = undefined;
    this.#registrar = undefined;
  }

  #crash(error: unknown): void {
    this.after(0, () => {
      throw error;
    });
  }
}

/** Others can't connect to all addresses of this machine, but to it by its name. */
const advertised = (bound: string): string =>
  bound.replace(/^tcp:\/\/(0\.0\.0\.0|\[::\]|\*):/, `tcp://${hostname()}:`);

/** The older name of MDPBroker. */
export class MajorDomoBroker extends MDPBroker {
  static override parameters: ParamNames<MajorDomoBroker> = MDPBroker.parameters;
}
