/** Generators of which only one of a group of peers is at work. */
import type { FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { CronEventGenerator, type CronEventGeneratorParams } from './cronEventGenerator.ts';
import { EventGenerator, type EventGeneratorParams } from './eventGenerator.ts';
import { checkGroup, UDPGroup, type UDPGroupParams } from './udpGroup.ts';

export interface UDPEventGeneratorParams extends EventGeneratorParams, UDPGroupParams {}
export interface UDPCronEventGeneratorParams extends CronEventGeneratorParams, UDPGroupParams {}

/**
 * An `EventGenerator` that works only while it is the master of its group: of all that have the same `service` and
 * `environmentScope` on the network, the one with the highest id, which is drawn at its start. What comes in meanwhile is no wish
 * for an event. After compysition's UDPEventGenerator, with its protocol.
 */
export class UDPEventGenerator extends EventGenerator<UDPEventGeneratorParams> {
  static override parameters: ParamNames<UDPEventGenerator> = {
    ...EventGenerator.parameters,
    address: true,
    environmentScope: true,
    pingInterval: true,
    port: true,
    service: true,
  };
  #group: UDPGroup | undefined;

  constructor(name: string, params: UDPEventGeneratorParams & FlowActorOptions = {}) {
    super(name, params);
    checkGroup(this, params);
  }

  /** Whether it is the one that works. */
  get isMaster(): boolean {
    return this.#group?.isMaster === true;
  }

  override async preStart(): Promise<void> {
    this.#group = await UDPGroup.join(this.params, {
      clock: this.world.clock,
      log: this.log,
      every: (ms, fn) => this.every(ms, fn),
      broken: error => this.background(() => Promise.reject(error)),
    });
    if (this.signal.aborted) this.#group.leave();
    else await super.preStart();
  }

  override preStop(): void {
    this.#group?.leave();
  }

  override postStop(): void {
    this.#group?.leave();
  }

  protected override get isAllowed(): boolean {
    return super.isAllowed && this.isMaster;
  }
}

/** A `CronEventGenerator` that works only while it is the master of its group, as `UDPEventGenerator`. */
export class UDPCronEventGenerator extends CronEventGenerator<UDPCronEventGeneratorParams> {
  static override parameters: ParamNames<UDPCronEventGenerator> = {
    ...CronEventGenerator.parameters,
    address: true,
    environmentScope: true,
    pingInterval: true,
    port: true,
    service: true,
  };
  #group: UDPGroup | undefined;

  constructor(name: string, params: UDPCronEventGeneratorParams & FlowActorOptions = {}) {
    super(name, params);
    checkGroup(this, params);
  }

  /** Whether it is the one that works. */
  get isMaster(): boolean {
    return this.#group?.isMaster === true;
  }

  override async preStart(): Promise<void> {
    this.#group = await UDPGroup.join(this.params, {
      clock: this.world.clock,
      log: this.log,
      every: (ms, fn) => this.every(ms, fn),
      broken: error => this.background(() => Promise.reject(error)),
    });
    if (this.signal.aborted) this.#group.leave();
    else await super.preStart();
  }

  override preStop(): void {
    this.#group?.leave();
  }

  override postStop(): void {
    this.#group?.leave();
  }

  protected override get isAllowed(): boolean {
    return super.isAllowed && this.isMaster;
  }
}
