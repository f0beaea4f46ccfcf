/**
 * Hands what waits in the queue of a pool to workers in threads and processes. One that is quick is given some messages in
 * advance, so that it need not wait for the next one to cross; when it gets stuck with them while another one has nothing to do,
 * they are taken back.
 */
import type { Cancel } from '../base/world.ts';
import type { Mailbox } from '../core/mailbox.ts';
import { StandInCell } from '../placement/standIn.ts';
import type { Supply } from '../placement/supply.ts';
import type { Desk } from './routingStrategy.ts';

/** How long, in ms, a worker may be at one message before what waits behind it goes to others that are idle. */
const patience = 5;
/** When nobody can take more, this many messages arrive before somebody is asked again: those who become free say so. */
const askedEvery = 32;

export class Feeding implements Supply<StandInCell> {
  readonly shelf: Mailbox;
  readonly #desk: Desk;
  #next = 0;
  #unasked = 0;
  #cancelLook: Cancel | undefined;
  /** How far those with messages in advance had got at the last look. */
  #reached = new Map<StandInCell, number>();
  #isClosed = false;

  constructor(desk: Desk, shelf: Mailbox) {
    this.#desk = desk;
    this.shelf = shelf;
  }

  get isOpen(): boolean {
    return this.#desk.cell.life !== 'stopped';
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelLook?.();
    this.#cancelLook = undefined;
  }

  /** A message has been put into the queue. */
  arrived(): void {
    if (this.#unasked > 0 && this.#unasked < askedEvery) {
      this.#unasked++;
      return;
    }
    this.#unasked = this.#feedAll() ? 0 : 1;
  }

  free(worker: StandInCell): void {
    this.#unasked = 0;
    if (this.#isClosed) return;
    if (worker.feed(this.#share) === 0 && this.shelf.size === 0) this.#lookLater();
  }

  returned(): void {
    if (!this.#isClosed) this.#feedAll();
  }

  get #workers(): StandInCell[] {
    return this.#desk.members.refs.flatMap(({ inlet }) => (inlet instanceof StandInCell ? inlet : []));
  }

  /** When little is left, nobody should have all of it. */
  get #share(): number {
    return Math.ceil(this.shelf.size / (this.#desk.members.refs.length || 1));
  }

  /** Each in turn, as much as it may have. @returns whether the queue is empty */
  #feedAll(): boolean {
    const { shelf } = this;
    const { refs } = this.#desk.members;
    for (let i = refs.length; i > 0 && shelf.size > 0; i--) {
      if (this.#next >= refs.length) this.#next = 0;
      const inlet = refs[this.#next++]?.inlet;
      if (inlet instanceof StandInCell) inlet.feed(this.#share);
    }
    return shelf.size === 0;
  }

  // ---- those who get stuck ------------------------------------------------------------------------------------------

  #lookLater(): void {
    if (this.#cancelLook !== undefined || this.#isClosed) return;
    const loaded = this.#workers.filter(worker => worker.isBusy && (worker.waitingThere ?? 0) > 0);
    if (loaded.length === 0) return;
    this.#reached = new Map(loaded.map(worker => [worker, worker.reached]));
    this.#cancelLook = this.#desk.world.clock.after(patience, () => {
      this.#cancelLook = undefined;
      this.#look();
    });
  }

  #look(): void {
    const workers = this.#workers;
    if (this.shelf.size > 0 || !workers.some(worker => worker.life === 'running' && !worker.isBusy)) return;
    // One that is not busy has what it does not want: a process leaves what it does not wait for.
    for (const worker of workers)
      if (worker.isBusy && this.#reached.get(worker) === worker.reached) worker.takeBack();
    this.#lookLater();
  }
}
