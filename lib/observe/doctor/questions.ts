/** Questions that wait for their answers: who waits for whom, circles, and what holds up the answer at the end of each chain. */
import { openQuestions } from '../../core/inspect.ts';
import { MailCell } from '../../core/mailCell.ts';
import type { Ref } from '../../core/ref.ts';
import { cycleFound, leastAge } from './cycle.ts';
import type { WaitEdge } from './findings.ts';
import { WaitGraph } from './waiting.ts';
import { duration, type Found, plural, round } from './words.ts';

/** An actor of this node, or the address of one of another, or of what is no actor. */
export type Party = MailCell | string;

const mostWaits = 1000;

const partyOf = (ref: Ref): Party => (ref.inlet instanceof MailCell ? ref.inlet : ref.address);
const addressOf = (party: Party): string => (party instanceof MailCell ? party.ref.address : party);
export const nameOf = (party: Party): string => (party instanceof MailCell ? party.ref.path : party);

/** Whether an actor does not go on before what it is in the middle of has ended. */
const isHeldUp = (cell: MailCell) => cell.isBusy || (cell.life !== 'running' && cell.life !== 'stopped');

/** What an actor did at once before its async work began belongs to that: so many ms, where it is not known better. */
const mostBefore = 50;

/** When it began with what it is in the middle of; NaN where that is not known. */
const beganAt = ({ meter }: MailCell): number =>
  meter?.delivery?.startedAt ?? (meter?.busySince ?? Number.NaN) - mostBefore;

/** A question that waits for so long, in ms, makes one look closer. */
const longWait = 1000;

/** Whether somebody of whom nothing is known has waited long for the answer of an actor that is held up itself. */
export function areSuspicious(guardian: Ref, now: number): boolean {
  for (const { from, to, since } of openQuestions(guardian)) {
    if (now - since < longWait) return false; // the oldest come first
    if (from === undefined && to.inlet instanceof MailCell && isHeldUp(to.inlet)) return true;
  }
  return false;
}

interface Question {
  readonly to: Party;
  readonly since: number;
}

export class Questions {
  readonly graph = new WaitGraph<Party>();
  /** From when on it has been known who asks in async code. */
  readonly askersKnownSince: number;
  readonly cycles: readonly Party[][];
  readonly #all: Question[] = [];
  readonly #inCycle: ReadonlySet<Party>;
  readonly #now: number;

  /** @param askersKnownSince from when on, by the node's clock, it has been known who asks in async code; Infinity while it is not */
  constructor(guardian: Ref, now: number, askersKnownSince: number) {
    this.#now = now;
    this.askersKnownSince = askersKnownSince;
    for (const { from, to, since } of openQuestions(guardian)) {
      const party = partyOf(to);
      this.#all.push({ to: party, since });
      const asker = from?.inlet;
      if (!(asker instanceof MailCell) || !isHeldUp(asker)) continue;
      // Asked in what it did before: then it went on without the answer.
      if (since < beganAt(asker)) continue;
      this.graph.add(asker, party, since);
    }
    this.cycles = this.graph.cycles().filter(cycle => now - this.graph.closedAt(cycle) >= leastAge);
    this.#inCycle = new Set(this.cycles.flat());
  }

  /** Whether an actor has waited for an answer for longer than that. */
  hasWaitedLonger(cell: MailCell, ms: number): boolean {
    if (this.#inCycle.has(cell)) return true;
    for (const since of this.graph.waitsOf(cell).values()) if (this.#now - since > ms) return true;
    return false;
  }

  *findCycles(): IterableIterator<Found> {
    for (const cycle of this.cycles) {
      const since = this.graph.closedAt(cycle);
      yield cycleFound(cycle.map(nameOf), this.#now - since, since);
    }
  }

  /** One finding for each actor that holds up answers, however many wait for it. */
  *findUnanswered(slow: number): IterableIterator<Found> {
    const culprits = new Map<Party, { count: number; oldest: number; chain: Party[] }>();
    const chains = new Map<Party, Party[]>();
    for (const { to, since } of this.#all) {
      if (this.#now - since <= slow || this.#inCycle.has(to)) continue;
      let chain = chains.get(to);
      if (chain === undefined) {
        chain = this.#chainFrom(to);
        chains.set(to, chain);
      }
      const culprit = chain.at(-1) as Party;
      const known = culprits.get(culprit);
      if (known === undefined) culprits.set(culprit, { count: 1, oldest: since, chain });
      else {
        known.count++;
        // The longest chain tells most.
        if (chain.length > known.chain.length) known.chain = chain;
        known.oldest = Math.min(known.oldest, since);
      }
    }
    for (const [culprit, { count, oldest, chain }] of culprits) {
      const { gravity, reason, advice, figures } = this.#reasonOf(culprit);
      const names = chain.map(nameOf);
      const over =
        names.length > 1 ? `${names[0]} waits for ${names.slice(1).join(', which waits for ')}. ` : '';
      yield {
        ...{
          id: `unanswered ${nameOf(culprit)}`,
          kind: 'unanswered',
          gravity,
          subjects: names,
          since: oldest,
          advice,
        },
        text: `${plural(count, 'question')} ${count === 1 ? 'has' : 'have'} waited for an answer, the oldest for ${duration(this.#now - oldest)}. ${over}${nameOf(culprit)} ${reason}`,
        figures: { questions: count, oldest: this.#now - oldest, ...figures },
      };
    }
  }

  /** Whom it waits for, and that one in turn, up to who waits for nobody, or stands in a circle. */
  #chainFrom(first: Party): Party[] {
    const chain: Party[] = [first];
    const seen = new Set<Party>(chain);
    for (let last = first; ; ) {
      if (this.#inCycle.has(last)) return chain;
      let [next, oldest]: [Party | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
      for (const [to, since] of this.graph.waitsOf(last)) if (since < oldest) [next, oldest] = [to, since];
      if (next === undefined || seen.has(next)) return chain;
      seen.add(next);
      chain.push(next);
      last = next;
    }
  }

  #reasonOf(culprit: Party): Pick<Found, 'gravity' | 'advice' | 'figures'> & { reason: string } {
    const figures = {};
    if (typeof culprit === 'string')
      return {
        ...{
          gravity: 'warning',
          figures,
          reason: 'lives elsewhere, and has not answered',
        },
        advice: 'See what the doctor of that node says, and whether it can be reached.',
      };
    if (this.#inCycle.has(culprit))
      return {
        ...{ gravity: 'warning', figures, reason: 'waits in a circle' },
        advice: 'Break that circle: see its own finding.',
      };
    const { life, load, waiting, meter } = culprit;
    if (culprit.options?.on !== undefined)
      return {
        ...{
          gravity: 'warning',
          figures,
          reason: 'runs in another thread, process or node, and has not answered',
        },
        advice: 'Look at it where it runs.',
      };
    if (life !== 'running' && life !== 'busy') {
      const state =
        life === 'suspended'
          ? 'has failed, or somebody above it, and waits for the decision of a supervisor'
          : `is ${life}`;
      return {
        ...{ gravity: 'warning', figures, reason: state },
        advice: 'It answers nothing meanwhile: see what keeps it, or its supervisor.',
      };
    }
    // NaN for one that has been busy since before somebody measured.
    const busyFor = this.#now - (meter?.busySince ?? Number.NaN);
    if (load > 0 && (busyFor <= 0 || !culprit.isBusy)) {
      // What a pool takes is not what its workers take.
      const rate = culprit.mailboxLimits.isShelf ? undefined : round(meter?.rate ?? 0);
      return {
        ...{ gravity: 'warning', figures: { queued: load, ...(rate !== undefined && { rate }) } },
        reason: `has ${plural(load, 'message')} in its mailbox${rate === undefined ? '' : ` and takes ${rate} per second`}`,
        advice:
          'It is slower than it is asked: give it less, or more workers (a pool), or bound its mailbox.',
      };
    }
    if (culprit.isBusy)
      return {
        ...{
          gravity: 'warning',
          figures: { queued: load, ...(busyFor > 0 && { busyFor }) },
        },
        reason: `is busy${busyFor > 0 ? ` with one message for ${duration(busyFor)}` : ''}, and ${plural(load, 'message')} wait${load === 1 ? 's' : ''} behind it`,
        advice:
          'See what it waits for; limit that with withTimeout, or do it beside the actor and pipeToSelf the result.',
      };
    const aside = waiting.stashed > 0 ? `, and has ${plural(waiting.stashed, 'message')} put aside` : '';
    return {
      ...{ gravity: 'notice', figures: { stashed: waiting.stashed } },
      reason: `is idle${aside}: it has taken the question, and has put off its answer, passed it on or forgotten it`,
      advice:
        'If it is meant to answer later, ask with a timeout that fits; else see that every branch of receive replies.',
    };
  }

  /** Who waits for whom, those first who wait for another node; none when nobody does: then no circle leaves this one. */
  waits(): WaitEdge[] {
    const [across, within]: [WaitEdge[], WaitEdge[]] = [[], []];
    for (const { from, to, since } of this.graph) {
      const edge = {
        from: addressOf(from),
        to: addressOf(to),
        age: this.#now - since,
      };
      (typeof to === 'string' ? across : within).push(edge);
    }
    return across.length === 0 ? [] : [...across, ...within].slice(0, mostWaits);
  }
}
