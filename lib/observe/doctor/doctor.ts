/** What is stuck on a node: a doctor looks at all its actors now and then, remembers those that are not well, and says what is wrong. */
import { show } from '../../base/errors.ts';
import type { NodeFace } from '../../core/actor.ts';
import { Observatory } from '../observatory/observatory.ts';
import { type Case, checkCondition, checkOverflows, checkTurns, checkWaiting } from './actorChecks.ts';
import { Askers, type AskersKnown, askersKnown } from './askers.ts';
import { type Diagnosis, type DiagnosisOptions, type Finding, gravities } from './findings.ts';
import { Incidents, memory } from './incidents.ts';
import {
  checkBudgets,
  checkDeadLetters,
  checkLoop,
  checkNodes,
  checkRestarts,
  type LoopLook,
  supervisorViews,
} from './nodeChecks.ts';
import { areSuspicious, Questions } from './questions.ts';
import { Rounds } from './ward.ts';
import type { Found } from './words.ts';

const mostSupervisors = 100;
const ofObservatory = new WeakMap<Observatory, Doctor>();

export class Doctor {
  readonly #observatory: Observatory;
  readonly #rounds = new Rounds();
  readonly #incidents: Incidents;
  readonly #askers: Askers;
  readonly #leave: readonly (() => void)[];
  readonly #since: number;
  readonly #loops: LoopLook[] = [];
  /** What was found in the last minute, by its id: some of it only tells that it is so, not since when. */
  readonly #known = new Map<string, { since: number; last: number }>();
  #looks = 0;
  #isOpen = true;

  /**
   * Watches what an observatory sees, until it is closed or nobody looks through the observatory any more.
   * @param options.askers whether it is `always` known who asks in async code, or only once something is `suspected`
   */
  constructor(observatory: Observatory, { askers }: { askers?: AskersKnown | undefined } = {}) {
    checkAskers(askers);
    const { node } = observatory;
    this.#observatory = observatory;
    this.#since = node.instruments.clock.wall();
    this.#askers = new Askers(node, askers);
    this.#incidents = new Incidents(node.events, () => node.instruments.clock.now());
    this.#leave = [observatory.onSample(() => this.#look()), observatory.onEnd(() => this.close())];
    if (!observatory.isOpen) this.close(); // it would never hear of the end
  }

  /** The doctor of an observatory: called in when he is first asked for, and there as long as anybody looks through it. */
  static of(observatory: Observatory, options: { askers?: AskersKnown | undefined } = {}): Doctor {
    if (!(observatory instanceof Observatory))
      throw new TypeError(
        `Doctor.of: expected an observatory, as Observatory.open(node) gives it, not ${show(observatory)}`,
      );
    let doctor = ofObservatory.get(observatory);
    if (doctor === undefined || !doctor.#isOpen) {
      doctor = new Doctor(observatory, options);
      ofObservatory.set(observatory, doctor);
    }
    if (options.askers === 'always') doctor.#askers.always();
    return doctor;
  }

  get #now(): number {
    return this.#observatory.node.instruments.clock.now();
  }

  #look(): void {
    const { node } = this.#observatory;
    const now = this.#now;
    this.#looks++;
    this.#rounds.look(node.guardian, now, (ref, className) => this.#askers.sawAsync(ref, className));
    this.#incidents.look(now);
    this.#askers.look(areSuspicious(node.guardian, now), now);
    const { keenest } = this.#rounds;
    this.#loops.push({
      ...{ at: now, delay: this.#observatory.eventLoop.delay.max },
      keenest: keenest && {
        path: keenest.ref.path,
        share: keenest.meter?.share ?? 0,
      },
    });
    while (now - (this.#loops[0]?.at ?? now) > memory) this.#loops.shift();
  }

  /**
   * What is wrong at this moment: the gravest first.
   * @throws TypeError when an option is of the wrong kind
   */
  diagnose(options: DiagnosisOptions = {}): Diagnosis {
    const { slow = 1000, limit = 100, askers } = options;
    if (!(typeof slow === 'number' && slow >= 0))
      throw new TypeError(`slow must be milliseconds from 0 up, not ${show(slow)}`);
    if (!Number.isInteger(limit) || limit < 0)
      throw new TypeError(`limit must be a whole number from 0 up, not ${show(limit)}`);
    checkAskers(askers);
    if (askers === 'always') this.#askers.always();
    const { node } = this.#observatory;
    if (this.#looks === 0) this.#look();
    const now = this.#now;
    const questions = new Questions(node.guardian, now, this.#askers.since);
    const supervisors = supervisorViews(this.#rounds.wards.values());
    const found = [...this.#find({ now, slow, questions }, supervisors)];
    const findings = this.#inOrder(found, now);
    return {
      ...{
        node: node.address,
        at: node.instruments.clock.wall(),
        watchedSince: this.#since,
      },
      ...{ looks: this.#looks, slow, actors: node.stats().actors },
      findings: findings.slice(0, limit),
      omitted: Math.max(0, findings.length - limit),
      supervisors: supervisors.slice(0, mostSupervisors),
      waits: questions.waits(),
      areAskersKnown: this.#askers.isOn,
    };
  }

  /** The findings alone. */
  findings(options?: DiagnosisOptions): readonly Finding[] {
    return this.diagnose(options).findings;
  }

  *#find(of: Case, supervisors: Diagnosis['supervisors']): IterableIterator<Found> {
    const { now, slow, questions } = of;
    this.#incidents.look(now);
    yield* questions.findCycles();
    yield* questions.findUnanswered(slow);
    for (const patient of this.#rounds.patients.values()) {
      // Since the look it may have got on.
      if (this.#rounds.isStill(patient)) yield* checkCondition(patient, of);
      yield* checkWaiting(patient, of);
    }
    yield* checkTurns(this.#rounds.turns.values(), of);
    yield* checkOverflows(this.#incidents);
    yield* checkRestarts(this.#incidents);
    yield* checkBudgets(supervisors, now);
    yield* checkDeadLetters(this.#incidents);
    yield* checkNodes(this.#incidents, now);
    const [first] = this.#loops;
    const worst = this.#loops.reduce((most, one) => (one.delay > (most?.delay ?? 0) ? one : most), first);
    yield* checkLoop(worst, slow);
  }

  #inOrder(found: readonly Found[], now: number): Finding[] {
    const wall = this.#observatory.node.instruments.clock.wall();
    const findings = found.map(finding => {
      const id = finding.id ?? [finding.kind, ...finding.subjects].join(' ');
      const since = Math.min(finding.since, this.#known.get(id)?.since ?? now);
      this.#known.set(id, { since, last: now });
      return { ...finding, id, since: Math.round(wall - (now - since)) };
    });
    for (const [id, { last }] of this.#known) if (now - last > memory) this.#known.delete(id);
    const rank = ({ gravity }: Finding) => gravities.indexOf(gravity);
    return findings.sort((a, b) => rank(a) - rank(b) || a.since - b.since);
  }

  /** @internal How many actors it keeps something of. */
  get patients(): number {
    return this.#rounds.patients.size;
  }

  /** Sees nothing any more; a second call does nothing. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const leave of this.#leave) leave();
    this.#incidents.close();
    this.#askers.close();
  }
}

/**
 * What is wrong at this moment. Of an observatory it knows what has gone on since it was first asked; of a node that nobody
 * observes only what a single look shows, which is less: nothing of what grows, and of nothing for how long it has been so,
 * except of questions.
 * @throws TypeError when an option is of the wrong kind
 */
export function diagnose(of: Observatory | NodeFace, options?: DiagnosisOptions): Diagnosis {
  if (of instanceof Observatory) return Doctor.of(of, options).diagnose(options);
  const observatory = Observatory.open(of);
  try {
    return Doctor.of(observatory).diagnose(options);
  } finally {
    observatory.close();
  }
}

function checkAskers(askers: AskersKnown | undefined): void {
  if (askers !== undefined && !askersKnown.includes(askers))
    throw new TypeError(`askers must be ${askersKnown.join(' or ')}, not ${show(askers)}`);
}
