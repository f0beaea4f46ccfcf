/**
 * The round of a doctor: one look at all actors, which keeps something only of those that are not just idle. What an actor does
 * is told from several such looks.
 */
import { forEachActor } from '../../core/inspect.ts';
import { MailCell } from '../../core/mailCell.ts';
import type { Ref } from '../../core/ref.ts';
import type { RestartsLeft } from '../../core/supervision.ts';
import { Trend } from './trend.ts';

/** Fewer messages than these are no reason to look closer. */
const leastWaiting = 10;
/** Turns, in ms, that are worth being remembered, how many, and for how many ms. */
const leastTurn = 50;
const mostTurns = 1000;
const turnMemory = 300_000;

/** What an actor is in the middle of; `idle` for one that only has messages waiting. */
export type Condition = 'idle' | 'busy' | 'starting' | 'restarting' | 'stopping' | 'suspended';

/** An actor that is not just idle. */
export interface Patient {
  readonly cell: MailCell;
  condition: Condition;
  /** Since when it has been in this condition, as far as that is known, in ms by the node's clock. */
  since: number;
  queue: Trend | undefined;
  stash: Trend | undefined;
}

/** The children of one supervisor that have been restarted. */
export interface Ward {
  readonly supervisor: MailCell;
  restarts: number;
  /** What is left to the children together; undefined where each has its own. */
  together: RestartsLeft | undefined;
  /** The child that has the fewest left. */
  worst: { child: MailCell; budget: RestartsLeft } | undefined;
}

export interface LongTurn {
  readonly ref: Ref;
  readonly className: string;
  readonly ms: number;
  /** The look at which it was seen, by the node's clock. */
  readonly at: number;
}

export class Rounds {
  patients: ReadonlyMap<MailCell, Patient> = new Map();
  wards: ReadonlyMap<MailCell, Ward> = new Map();
  readonly turns = new Map<Ref, LongTurn>();
  /** Who has most of the event loop. */
  keenest: MailCell | undefined = undefined;
  actors = 0;

  /** @param sawAsync told of every actor in async work */
  look(guardian: Ref, now: number, sawAsync: (ref: Ref, className: string) => void): void {
    const patients = new Map<MailCell, Patient>();
    const wards = new Map<MailCell, Ward>();
    let most = 0;
    this.actors = 0;
    this.keenest = undefined;
    forEachActor(guardian, (cell, depth) => {
      if (!(cell instanceof MailCell)) return;
      if (depth > 0) this.actors++;
      const condition = conditionOf(cell);
      if (condition !== 'idle' || isLoaded(cell)) {
        patients.set(cell, this.#examine(cell, condition, now));
        if (condition === 'busy' && cell.pending === undefined) sawAsync(cell.ref, cell.className);
      }
      if (cell.restarts > 0) this.#countRestarts(wards, cell);
      if (cell.children !== undefined && cell.children.size > 0) {
        const { left, max } = cell.childrenBudget ?? {};
        if (left !== max) wardOf(wards, cell); // its children may be new ones in the place of others
      }
      const { meter } = cell;
      if (meter === undefined) return;
      if (meter.longestTurn >= leastTurn) this.#noteTurn(cell, meter.longestTurn, now);
      if (meter.share > most) {
        most = meter.share;
        this.keenest = cell;
      }
    });
    this.patients = patients;
    this.wards = wards;
    for (const [ref, { at }] of this.turns) if (now - at > turnMemory) this.turns.delete(ref);
  }

  /** Whether what was seen at the last look is so still. */
  isStill({ cell, condition, since }: Patient): boolean {
    if (conditionOf(cell) !== condition || cell.life === 'stopped') return false;
    const busySince = cell.meter?.busySince ?? Number.NaN;
    return condition !== 'busy' || Number.isNaN(busySince) || busySince <= since;
  }

  #examine(cell: MailCell, condition: Condition, now: number): Patient {
    const before = this.patients.get(cell);
    const patient: Patient =
      before === undefined || before.condition !== condition
        ? {
            cell,
            condition,
            since: now,
            queue: before?.queue,
            stash: before?.stash,
          }
        : before;
    const since = cell.meter?.busySince ?? Number.NaN;
    if (condition === 'busy' && !Number.isNaN(since)) patient.since = since;
    const { queued, stashed } = cell.waiting;
    patient.queue = traced(patient.queue, queued, now);
    patient.stash = traced(patient.stash, stashed, now);
    return patient;
  }

  #countRestarts(wards: Map<MailCell, Ward>, child: MailCell): void {
    const supervisor = child.parent;
    if (supervisor === undefined) return;
    const ward = wardOf(wards, supervisor);
    ward.restarts += child.restarts;
    const { budget } = child;
    if (budget !== undefined && !(budget.left >= (ward.worst?.budget.left ?? Number.NaN)))
      ward.worst = { child, budget };
  }

  #noteTurn({ ref, className }: MailCell, ms: number, at: number): void {
    if (ms <= (this.turns.get(ref)?.ms ?? 0)) return;
    this.turns.delete(ref);
    this.turns.set(ref, { ref, className, ms, at });
    if (this.turns.size <= mostTurns) return;
    for (const oldest of this.turns.keys()) {
      this.turns.delete(oldest);
      break;
    }
  }
}

function wardOf(wards: Map<MailCell, Ward>, supervisor: MailCell): Ward {
  let ward = wards.get(supervisor);
  if (ward === undefined) {
    ward = { supervisor, restarts: 0, together: supervisor.childrenBudget, worst: undefined };
    wards.set(supervisor, ward);
  }
  return ward;
}

function conditionOf(cell: MailCell): Condition {
  const { life } = cell;
  if (life === 'starting' || life === 'restarting' || life === 'stopping' || life === 'suspended')
    return life;
  return cell.isBusy ? 'busy' : 'idle';
}

function isLoaded(cell: MailCell): boolean {
  const { queued, stashed } = cell.waiting;
  return queued >= leastWaiting || stashed >= leastWaiting;
}

function traced(before: Trend | undefined, value: number, now: number): Trend | undefined {
  if (value < leastWaiting) return undefined;
  const trend = before ?? new Trend();
  trend.push(value, now);
  return trend;
}
