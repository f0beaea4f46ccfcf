/** Another node, as where an actor of this one lives: what it is told goes to the landlord there, as messages do. */
import { NodeDownError, RemotingError } from '../base/errors.ts';
import { Inlet } from '../core/inlet.ts';
import { Notice, type Signal } from '../core/message.ts';
import { Ref } from '../core/ref.ts';
import type { System } from '../core/system.ts';
import { spawnerName } from '../remoting/policy.ts';
import { isForeign } from './border.ts';
import type { Order, Report } from './control.ts';
import type { House, Tenant } from './house.ts';
import { isVitals } from './vitals.ts';

/** One life there: its reports come to this inlet. */
export class RemoteHouse extends Inlet<Ref> implements House {
  readonly realm: System;
  readonly peer: string;
  readonly inlet: Inlet<Ref>;
  readonly #landlord: Ref;
  readonly #agent: Ref;
  readonly #name: string;
  #tenant: Tenant | undefined;
  isOver = false;

  constructor(system: System, node: string) {
    super();
    this.realm = system;
    this.peer = node;
    // As an ask does: nobody else can report, and other nodes may answer it.
    const path = `/$ask/${(++system.asked).toString(36)}-${system.world.secret()}`;
    this.#agent = new Ref(this, undefined, path);
    system.askers.set(path, this.#agent);
    this.#landlord = system.remoteRef(node, `/${spawnerName}`);
    this.inlet = this.#landlord.inlet;
    this.#name = `${system.world.uuid()}`;
    this.inlet.signal({ type: 'watch', watcher: this.#agent }, this.#landlord);
  }

  // ---- the house ----------------------------------------------------------------------------------------------------

  moveIn(tenant: Tenant): number {
    this.#tenant = tenant;
    return 1;
  }

  unexpect(): void {
    this.#close();
  }

  moveOut(): void {
    this.#close();
  }

  order(order: Order): void {
    if (this.isOver || this.#tenant === undefined) return;
    const { ref: standIn, parentRef } = this.#tenant;
    const full = order.op === 'spawn' ? { ...order, name: this.#name, standIn, parentRef } : order;
    this.#landlord.tell(full, this.#agent);
  }

  async end(): Promise<void> {
    this.#close();
  }

  refOf(): Ref {
    return this.realm.remoteRef(this.peer, this.#path);
  }

  /** What becomes of messages is known on the other node alone. */
  handOver(): undefined {
    return undefined;
  }

  signalledAs(): Ref {
    return this.refOf();
  }

  get #path(): string {
    return `/${spawnerName}/${this.#name}`;
  }

  refBelow(_id: number, names: readonly string[]): Ref {
    return this.realm.remoteRef(this.peer, [this.#path, ...names].join('/'));
  }

  /** Nobody can speak there for an actor of a third node. */
  crossing(signal: Signal<Ref>): Signal<Ref> | undefined {
    const about = 'watcher' in signal ? signal.watcher : 'peer' in signal ? signal.peer : undefined;
    return about !== undefined && isForeign(this.realm, about) ? undefined : signal;
  }

  #close(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.realm.askers.delete(this.#agent.step);
    this.#agent.inlet = this.realm.answered;
    this.inlet.signal({ type: 'unwatch', watcher: this.#agent }, this.#landlord);
  }

  // ---- its reports --------------------------------------------------------------------------------------------------

  enqueue(said: unknown): void {
    const { counts } = this.realm;
    counts.told++;
    if (said instanceof Notice) {
      counts.withdrawn++;
      return;
    }
    counts.handled++;
    // What could not be told, or may not.
    if (said instanceof Error) return this.#lose(said);
    const tenant = this.#tenant;
    const report = said as Report;
    switch (report?.report) {
      case 'started':
        return tenant?.started();
      case 'ended':
        return tenant?.ended();
      case 'startFailed':
        return tenant?.startFailed(report.error);
      case 'failed':
        return tenant?.failed(report.error, report.message);
      case 'measured':
        return isVitals(report.vitals) ? tenant?.measured(report.vitals) : undefined;
      case 'aside':
        return tenant?.aside(report.said);
      case 'gone':
        return tenant?.gone(report.reason as never);
      default:
        return undefined;
    }
  }

  signal(signal: Signal<Ref>): void {
    if (signal.type !== 'terminated') return;
    const { peer } = this;
    this.#lose(
      signal.reason === 'notFound'
        ? new RemotingError(`${peer} spawns nothing for others: register the class of actors there`)
        : new NodeDownError(`${peer} is down, and with it the actor that was spawned there`),
    );
  }

  #lose(error: Error): void {
    const tenant = this.#tenant;
    this.#close();
    tenant?.lost(error);
  }
}
