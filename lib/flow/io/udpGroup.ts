/** A group of peers on one network that agree by UDP on one of them. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { asError } from '../../base/errors.ts';
import type { Clock } from '../../base/world.ts';
import { newEventId } from '../events/identity.ts';
import type { FlowLog } from '../flowActor.ts';
import { demand, isSpan, isText } from '../setup.ts';
import { Election } from './election.ts';

export interface UDPGroupParams {
  /** What the group does ('default'). */
  service?: string | undefined;
  /** Where it does it, such as 'production' ('default'). */
  environmentScope?: string | undefined;
  /** The port of all peers (6999). */
  port?: number | undefined;
  /** Where to send to: a broadcast address ('255.255.255.255'). */
  address?: string | undefined;
  /** The ms between two messages (1000), the same for all peers. */
  pingInterval?: number | undefined;
}

/** @throws SetupError that names the parameter */
export function checkGroup(actor: { readonly name: string }, params: UDPGroupParams): void {
  const { service = 'default', environmentScope = 'default', port = 6999, pingInterval = 1000 } = params;
  const { address = '255.255.255.255' } = params;
  demand(actor, 'service', isText(service), 'a text', service);
  demand(actor, 'environmentScope', isText(environmentScope), 'a text', environmentScope);
  demand(actor, 'port', Number.isInteger(port) && port > 0 && port < 65_536, 'a port from 1 up', port);
  demand(actor, 'address', isText(address), 'an IPv4 address', address);
  demand(actor, 'pingInterval', isSpan(pingInterval), 'more than 0 ms', pingInterval);
}

/** What a peer needs of its actor. */
export interface GroupHost {
  readonly clock: Clock;
  readonly log: FlowLog;
  every(ms: number, fn: () => void): unknown;
  /** The socket can't be used any more. */
  broken(error: Error): void;
}

/** One peer. Nothing that arrives is authenticated: whoever can send to the port can claim to be master. */
export class UDPGroup {
  readonly #election: Election;
  readonly #socket: Socket;
  readonly #params: UDPGroupParams;
  readonly #host: GroupHost;
  #wasMaster = false;
  #isClosed = false;

  private constructor(params: UDPGroupParams, host: GroupHost) {
    const { service = 'default', environmentScope = 'default', pingInterval = 1000 } = params;
    this.#params = params;
    this.#host = host;
    this.#election = new Election(`${service}-${environmentScope}`, newEventId(), pingInterval);
    this.#socket = createSocket({ type: 'udp4', reuseAddr: true });
  }

  /** @throws (rejects) when the port can't be bound */
  static async join(params: UDPGroupParams, host: GroupHost): Promise<UDPGroup> {
    const group = new UDPGroup(params, host);
    await group.#open();
    return group;
  }

  get isMaster(): boolean {
    return !this.#isClosed && this.#election.isMaster(this.#host.clock.now());
  }

  /** Leaves: the others notice it when it has been silent for long enough. */
  leave(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }

  async #open(): Promise<void> {
    const { port = 6999, pingInterval = 1000 } = this.#params;
    this.#socket.bind(port);
    try {
      await once(this.#socket, 'listening');
    } catch (error) {
      this.#isClosed = true;
      this.#socket.close();
      throw error;
    }
    this.#socket.setBroadcast(true);
    this.#socket.on('message', bytes => this.#election.hear(bytes.toString(), this.#host.clock.now()));
    this.#socket.on('error', error => this.#host.broken(error));
    this.#host.every(pingInterval, () => this.#ping());
  }

  #ping(): void {
    if (this.#isClosed) return;
    const { port = 6999, address = '255.255.255.255' } = this.#params;
    this.#socket.send(this.#election.say(), port, address, error => {
      if (error !== null) this.#host.log.warn(`no message to ${address}:${port}: ${asError(error).message}`);
    });
    const { isMaster } = this;
    if (isMaster !== this.#wasMaster)
      this.#host.log.info(isMaster ? 'is the master of its group now' : 'is the master no longer');
    this.#wasMaster = isMaster;
  }
}
