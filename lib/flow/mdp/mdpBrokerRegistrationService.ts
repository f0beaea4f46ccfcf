/** The actor that is a registration service: see `registration.ts` for what it decides. */
import type { Event } from '../events/event.ts';
import { FlowActor } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import type { FlowSocket } from '../sockets.ts';
import { Registrar, type RegistrarEffect } from './registration.ts';
import { endpointOf, faultsOf, type SocketParams, scribe, socketsFor } from './shell.ts';

export interface MDPBrokerRegistrationServiceParams extends SocketParams {
  /** Where brokers announce themselves ('tcp://127.0.0.1:6000'); for other machines 'tcp://*:6000'. */
  listenEndpoint?: string;
  /** The same on this machine alone: its port; 0 is a free one. */
  listenPort?: number | string;
  /** Where clients and workers subscribe ('tcp://127.0.0.1:6001'). */
  publishEndpoint?: string;
  /** The same on this machine alone: its port; 0 is a free one. */
  publishPort?: number | string;
  /** How often the list is published, in ms (2500); brokers announce themselves as often. */
  heartbeatInterval?: number;
  /** After so many intervals a broker that is silent is taken off the list (3). */
  liveness?: number;
  /** By what published messages begin ('BrokerUpdates'). */
  managerSubscriberScope?: string;
  /** How many brokers may be on the list (1000). */
  maxBrokers?: number;
}

/**
 * Tells clients and workers which brokers there are, with whole endpoints: so they may be on any machine. It has neither inboxes nor
 * outboxes. After compysition's; the protocol is another one.
 */
export class MDPBrokerRegistrationService extends FlowActor<MDPBrokerRegistrationServiceParams> {
  static override parameters: ParamNames<MDPBrokerRegistrationService> = {
    heartbeatInterval: true,
    listenEndpoint: true,
    listenPort: true,
    liveness: true,
    managerSubscriberScope: true,
    maxBrokers: true,
    maxFrameSize: true,
    publishEndpoint: true,
    publishPort: true,
    sockets: true,
  };
  static override shape = 'cloud';

  readonly #sockets = new Set<FlowSocket>();
  #registrar = this.#makeRegistrar();
  #endpoints: { readonly listen: string; readonly publish: string } | undefined;

  /** The endpoints that are bound; undefined before the start. */
  get endpoints(): { readonly listen: string; readonly publish: string } | undefined {
    return this.#endpoints;
  }

  /** The endpoints of the brokers on the list. */
  get brokers(): string[] {
    return this.#registrar.brokers;
  }

  override validate(): string[] {
    return faultsOf(() => this.#addresses());
  }

  override async preStart(): Promise<void> {
    const { clock } = this.world;
    const registrar = this.#makeRegistrar();
    const note = scribe(this.log, clock);
    const open = await socketsFor(this.world, this.params);
    const failed = (error: unknown) => this.#crash(error);
    const take = (effects: readonly RegistrarEffect[]) => {
      for (const effect of effects) {
        if (effect.type === 'note') note(effect);
        else publisher.send(effect.frames);
      }
    };
    const publisher = open({
      kind: 'pub',
      receive: ([subscription]) => {
        if (subscription?.[0] === 1) take(registrar.subscribed(clock.now()));
      },
      failed,
    });
    const listener = open({
      kind: 'router',
      receive: ([from, ...frames]) => from && take(registrar.receive(from, frames, clock.now())),
      failed,
    });
    this.#sockets.add(publisher).add(listener);
    this.#registrar = registrar;
    const { listen, publish } = this.#addresses();
    try {
      registrar.start(clock.now());
      this.#endpoints = { listen: await listener.bind(listen), publish: await publisher.bind(publish) };
    } catch (error) {
      await this.postStop();
      throw error;
    }
    this.every(registrar.tickInterval, () => take(registrar.tick(clock.now())));
    this.log.info(`registration service listens on ${this.#endpoints.listen}`);
  }

  override consume(event: Event): void {
    this.log.warn('a registration service does nothing with events of the flow', event);
  }

  override async postStop(): Promise<void> {
    const sockets = [...this.#sockets];
    this.#sockets.clear();
    await Promise.all(sockets.map(socket => socket.close()));
  }

  #makeRegistrar(): Registrar {
    const { heartbeatInterval, liveness, maxBrokers, managerSubscriberScope: scope } = this.params;
    const options = {
      ...(heartbeatInterval !== undefined && { heartbeatInterval }),
      ...(liveness !== undefined && { liveness }),
      ...(maxBrokers !== undefined && { maxBrokers }),
      ...(scope !== undefined && { scope }),
    };
    return new Registrar(options, this.name);
  }

  #addresses(): { readonly listen: string; readonly publish: string } {
    const { listenEndpoint, listenPort, publishEndpoint, publishPort } = this.params;
    return {
      listen: endpointOf('listen', listenEndpoint, listenPort) ?? 'tcp://127.0.0.1:6000',
      publish: endpointOf('publish', publishEndpoint, publishPort) ?? 'tcp://127.0.0.1:6001',
    };
  }

  /** A fault of this actor outside of its turn. */
  #crash(error: unknown): void {
    this.after(0, () => {
      throw error;
    });
  }
}

/** The older name of MDPBrokerRegistrationService. */
export class BrokerRegistrationService extends MDPBrokerRegistrationService {
  static override parameters: ParamNames<BrokerRegistrationService> = MDPBrokerRegistrationService.parameters;
}
