/** One child of a supervisor: what is to be run, the actor that runs it now, and how far that has come. */
import type { Charge } from '../core/charge.ts';
import { PrivateNotice, type TerminationReason } from '../core/message.ts';
import type { Ref } from '../core/ref.ts';
import { Backoff } from '../restart/index.ts';
import type { CompleteSpec, RestartType } from './childSpec.ts';

/** As others see a child. */
export interface ChildInfo {
  readonly id: string;
  /** The actor; undefined while there is none. */
  readonly ref: Ref | undefined;
  /** `restarting`: it has failed, or waits for the end of its backoff; `stopped`: it is not run. */
  readonly state: 'running' | 'restarting' | 'stopped';
  readonly restart: RestartType;
}

const mostErrors = 10;

export class Entry {
  readonly spec: CompleteSpec;
  readonly id: string;
  /** The actor, until it is gone. */
  charge: Charge | undefined;
  /** How the actor has ended, until that has been dealt with. */
  ended: TerminationReason | undefined;
  /** `waiting`: it has ended, and will be started again. */
  phase: 'running' | 'waiting' | 'stopped' = 'stopped';
  /** Whether somebody waits to hear whether it starts at all: then a failure to start is no reason to try again. */
  isOnTrial = false;
  /** The restart that it waits for. */
  round: Round | undefined;
  /** The restart that was broken off because this child did not start: those after it wait for what becomes of it. */
  heldUp: Round | undefined;
  /** The last ones, the oldest first. */
  readonly errors: Error[] = [];
  readonly backoff: Backoff | undefined;

  constructor(spec: CompleteSpec, id: string) {
    this.spec = spec;
    this.id = id;
    this.backoff = spec.backoff && new Backoff(spec.backoff);
  }

  /** Whether the way in which it has ended is a reason to start it again. */
  get isToBeRestarted(): boolean {
    const { restart } = this.spec;
    return restart === 'permanent' || (restart === 'transient' && this.ended !== 'stopped');
  }

  noteError(error: Error): void {
    this.errors.push(error);
    if (this.errors.length > mostErrors) this.errors.shift();
  }

  get info(): ChildInfo {
    const { id, charge, phase, spec } = this;
    const isUp = phase === 'running' && charge !== undefined && charge.failure === undefined;
    const state = isUp ? 'running' : phase === 'stopped' ? 'stopped' : 'restarting';
    return { id, ref: charge?.ref, state, restart: spec.restart };
  }
}

/** Children that have ended together and will begin together, in this order. Told by the supervisor to itself when it is time. */
export class Round extends PrivateNotice {
  readonly entries: readonly Entry[];

  constructor(entries: readonly Entry[]) {
    super();
    this.entries = entries;
  }
}

/** What a supervisor tells itself when a child has failed, so that it deals with one thing after the other. */
export class ChildFailed extends PrivateNotice {
  readonly entry: Entry;
  readonly charge: Charge;
  readonly error: Error;

  constructor(entry: Entry, charge: Charge, error: Error) {
    super();
    this.entry = entry;
    this.charge = charge;
    this.error = error;
  }
}

/** The same when one is gone without having been told to by its supervisor. */
export class ChildGone extends PrivateNotice {
  readonly entry: Entry;

  constructor(entry: Entry) {
    super();
    this.entry = entry;
  }
}
