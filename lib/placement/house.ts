/** Where an actor that runs elsewhere has its life: a thread or process of this node, or another node. */
import type { Inlet } from '../core/inlet.ts';
import type { Signal, TerminationReason } from '../core/message.ts';
import type { Ref } from '../core/ref.ts';
import type { Way } from './away.ts';
import type { Order } from './control.ts';
import type { HandOver } from './handOver.ts';
import type { Vitals } from './vitals.ts';

/** Who hears of the life of one actor over there. */
export interface Tenant {
  /** What stands here for it. */
  readonly ref: Ref;
  readonly parentRef: Ref;
  started(): void;
  startFailed(error: Error): void;
  ended(): void;
  failed(error: Error, message: unknown): void;
  measured(vitals: Vitals): void;
  gone(reason: TerminationReason): void;
  /** It has said something past all messages. */
  aside(said: unknown): void;
  /** It has nothing to do. */
  idle(): void;
  /** The whole place has ended, and with it the actor. */
  lost(error: Error): void;
}

export interface House extends Way {
  readonly inlet: Inlet<Ref>;
  readonly isOver: boolean;
  /** @returns the name of that life. @throws Error when it is too late */
  moveIn(tenant: Tenant): number;
  /** Who was expected does not come. */
  unexpect(): void;
  /** @param isForced whether it was not waited for: when nobody else lives there, the place is ended by force */
  moveOut(id: number, isForced: boolean): void;
  /** @throws SerializationError */
  order(order: Order): void;
  /** Resolves when it is gone. */
  end(): Promise<void>;
  /** The actor itself. */
  refOf(tenant: Tenant, id: number): Ref;
  /** How messages are handed over to it so that none is lost with the place; undefined where that can't be. */
  handOver(tenant: Tenant, id: number): HandOver | undefined;
  /** Who lives below it at those names, if they are known there by other paths than here. */
  refBelow(id: number, names: readonly string[]): Ref | undefined;
  /** The actor itself, for signals: those who hear the answer know it by this ref. */
  signalledAs(tenant: Tenant, id: number): Ref;
  /** A signal as it can cross; undefined for one that can't. */
  crossing(signal: Signal<Ref>): Signal<Ref> | undefined;
}
