/** One thread or process of this node, as the node sees it: who lives there, and how it does. */
import { asError, Overrun, ProcessExited, show, ThreadExited } from '../base/errors.ts';
import { relay } from '../base/log.ts';
import type { Cancel } from '../base/world.ts';
import type { Inlet } from '../core/inlet.ts';
import type { Signal, TerminationReason } from '../core/message.ts';
import type { Ref } from '../core/ref.ts';
import type { System } from '../core/system.ts';
import { NamedRef, named } from './border.ts';
import type { ControlCodec, Order, Report } from './control.ts';
import { doorName } from './doorName.ts';
import { HandedRef, type HandOver } from './handOver.ts';
import type { House, Tenant } from './house.ts';
import { Ledger } from './ledger.ts';
import type { Line, LineHearer, Sample } from './line.ts';
import { lookIntervalOf, looks, type Place } from './place.ts';
import { MovingInlet } from './transfer.ts';

export interface AnnexParts {
  readonly system: System;
  readonly place: Place;
  /** How long, in ms, it may not answer. */
  readonly maxBusy: number;
  readonly peer: string;
  readonly inlet: Inlet<Ref>;
  readonly codec: ControlCodec;
  readonly start: (hearer: LineHearer) => Line;
  /** It has not answered for half of the time that it may take. */
  readonly onSuspect: () => void;
  /** Nobody is to be sent there any more. */
  readonly onOver: () => void;
  /** Its thread or process is gone. */
  readonly onExit: () => void;
}

/** How long, in ms, the end of one that does not answer waits for what it was doing to be known. */
const samplePatience = 20;
/** How long, in ms, a process that was killed may take to end before that is taken for granted. */
const endPatience = 2000;

export class Annex implements House, LineHearer {
  readonly peer: string;
  readonly inlet: Inlet<Ref>;
  /** Resolves when the link stands; rejects when it will not. */
  readonly up: Promise<void>;
  readonly #parts: AnnexParts;
  readonly #line: Line;
  readonly #tenants = new Map<number, Tenant>();
  #lastId = 0;
  /** Those who are about to move in. */
  #expected = 0;
  #isOver = false;
  #isUp: () => void = () => {};
  #failedToStart: (error: Error) => void = () => {};
  #hasBeaten = true;
  #missing = 0;
  #cancelLook: Cancel | undefined;
  /** What it was doing when its time was nearly over. */
  #sampling: Promise<Sample | undefined> | undefined;
  #hasExited: () => void = () => {};
  /** Why it is about to be ended. */
  #verdict: ((path: string) => Error) | undefined;
  readonly #exit: Promise<void>;

  constructor(parts: AnnexParts) {
    this.#parts = parts;
    this.peer = parts.peer;
    this.up = new Promise((resolve, reject) => {
      this.#isUp = resolve;
      this.#failedToStart = reject;
    });
    this.up.catch(() => {}); // whoever waits hears it
    this.#exit = new Promise(resolve => {
      this.#hasExited = resolve;
    });
    const line = parts.start(this);
    this.#line = line;
    const { move } = line;
    this.inlet = move === undefined ? parts.inlet : new MovingInlet(parts.inlet, `to ${parts.peer}`, move);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The link stands. */
  linkUp(): void {
    this.#isUp();
    this.#look();
  }

  // ---- who lives there ----------------------------------------------------------------------------------------------

  expect(): void {
    this.#expected++;
  }

  /** @returns the name of that life. @throws ThreadExited or ProcessExited when it is too late */
  moveIn(tenant: Tenant): number {
    this.#expected--;
    if (this.#isOver) throw this.#exitedError('has ended');
    this.#tenants.set(++this.#lastId, tenant);
    return this.#lastId;
  }

  /** Who was expected does not come. */
  unexpect(): void {
    this.#expected--;
    this.#endIfEmpty();
  }

  /** Without anybody it ends. */
  moveOut(id: number, isForced: boolean): void {
    this.#tenants.delete(id);
    this.#endIfEmpty(isForced);
  }

  #endIfEmpty(isForced = false): void {
    if (this.#tenants.size === 0 && this.#expected === 0) void this.end(isForced);
  }

  refOf({ ref }: Tenant): Ref {
    return new NamedRef(this.inlet, ref, ref.path);
  }

  handOver({ ref }: Tenant, id: number): HandOver | undefined {
    const lent = this.#line.lend(id);
    if (lent === undefined) return undefined;
    const ledger = new Ledger(lent.tally, this.#parts.system.clock);
    return { ref: new HandedRef(this.inlet, ref, doorName(id), ledger), lent };
  }

  signalledAs({ ref }: Tenant): Ref {
    return ref;
  }

  /** The paths are the same. */
  refBelow(): undefined {
    return undefined;
  }

  crossing(signal: Signal<Ref>): Signal<Ref> {
    return named(this.#parts.system, signal);
  }

  /** @throws SerializationError */
  order(order: Order): void {
    const bytes = this.#parts.codec.encode(order);
    if (!this.#isOver) this.#line.tell(bytes);
  }

  // ---- what it says -------------------------------------------------------------------------------------------------

  control(bytes: Uint8Array): void {
    let said: Report;
    try {
      said = this.#parts.codec.decode(bytes) as Report;
    } catch (error) {
      return this.#parts.system.logger.warn(`${this.peer}: ${asError(error).message}`);
    }
    this.#hasBeaten = true;
    switch (said.report) {
      case 'beat':
        return;
      case 'log':
        return relay(this.#parts.system.logger, said.record);
      case 'stopNode':
        return void this.#parts.system.node.stop(said.reason as never);
      case 'started':
        return this.#tenants.get(said.id)?.started();
      case 'idle':
        return this.#tenants.get(said.id)?.idle();
      case 'ended':
        return this.#tenants.get(said.id)?.ended();
      case 'startFailed':
        return this.#tenants.get(said.id)?.startFailed(said.error);
      case 'failed':
        return this.#tenants.get(said.id)?.failed(said.error, said.message);
      case 'measured':
        return this.#tenants.get(said.id)?.measured(said.vitals);
      case 'aside':
        return this.#tenants.get(said.id)?.aside(said.said);
      case 'gone':
        return this.#tenants.get(said.id)?.gone(said.reason as TerminationReason);
      default:
        said satisfies never;
    }
  }

  exited(error: Error): void {
    this.#hasExited();
    this.#parts.onExit();
    this.#close(this.#verdict ?? (() => error));
  }

  // ---- its end ------------------------------------------------------------------------------------------------------

  /** Looks at times whether it has said anything since the last time: looks are counted, as this thread may be late, too. */
  #look(): void {
    const { maxBusy, system, onSuspect } = this.#parts;
    if (maxBusy === Number.POSITIVE_INFINITY || this.#isOver) return;
    this.#cancelLook = system.clock.after(lookIntervalOf(maxBusy), () => {
      this.#missing = this.#hasBeaten ? 0 : this.#missing + 1;
      this.#hasBeaten = false;
      if (this.#missing === looks / 2) onSuspect();
      if (this.#missing === looks - 1) this.#sampling = this.#line.sample().catch(() => undefined);
      if (this.#missing < looks) this.#look();
      else void this.#overrun();
    });
  }

  async #overrun(): Promise<void> {
    const { place, maxBusy, system } = this.#parts;
    const { kind } = place;
    const enough = new Promise<undefined>(resolve =>
      system.clock.after(samplePatience, () => resolve(undefined)),
    );
    const sample = await Promise.race([this.#sampling, enough]);
    const calls = sample?.calls ?? [];
    const culprit = sample?.actor;
    const doing = calls.length > 0 ? ` It was in ${calls.slice(0, 3).join(', called by ')}.` : '';
    this.#verdict = path =>
      culprit === undefined || culprit === path || culprit.startsWith(`${path}/`) || !this.#isAt(culprit)
        ? new Overrun(`the ${kind} has not answered for ${maxBusy} ms and was ended.${doing}`, calls)
        : this.#exitedError(
            `was ended because ${show(culprit)}, which ran there, too, had not answered for ${maxBusy} ms`,
          );
    // What a thread has begun can be said at once, and that nothing more begins; of a process only when it is gone.
    if (kind === 'thread') this.#close(this.#verdict);
    const cancel = system.clock.after(endPatience, () =>
      this.#close(this.#verdict as (path: string) => Error),
    );
    await this.#line.end(true);
    cancel();
  }

  #exitedError(how: string): Error {
    const { kind } = this.#parts.place;
    const ExitError = kind === 'thread' ? ThreadExited : ProcessExited;
    return new ExitError(`the ${kind} ${how}`);
  }

  #isAt(path: string): boolean {
    return [...this.#tenants.values()].some(
      tenant => path === tenant.ref.path || path.startsWith(`${tenant.ref.path}/`),
    );
  }

  /** Resolves when it is gone. */
  async end(isForced = false): Promise<void> {
    this.#close(() => this.#exitedError('was ended'));
    await this.#line.end(isForced);
    await this.#exit;
  }

  #close(errorFor: (path: string) => Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelLook?.();
    this.#parts.onOver();
    const lost = [...this.#tenants.values()].map(tenant => ({ tenant, error: errorFor(tenant.ref.path) }));
    this.#tenants.clear();
    this.#failedToStart(errorFor(''));
    for (const { tenant, error } of lost) tenant.lost(error);
  }
}
