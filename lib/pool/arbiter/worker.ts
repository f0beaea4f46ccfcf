/** One worker of a monitor: an actor, and what is known of it. */
import { Charge } from '../../core/charge.ts';
import type { Milestone } from '../../core/extras.ts';
import { MailCell } from '../../core/mailCell.ts';
import { PoisonPill, PrivateNotice, type TerminationReason } from '../../core/message.ts';
import type { Ref } from '../../core/ref.ts';
import { measure } from '../../placement/index.ts';
import { ForRouter } from '../messages.ts';
import type { WorkerReplaced } from './events.ts';
import { type Sighting, textOf, type WorkerInfo, type WorkerState } from './info.ts';
import type { Slot } from './slot.ts';

/** `down`: its instance has failed, and another one will begin in its place. `leaving`: it ends what it has begun. */
type Stage = 'starting' | 'ready' | 'down' | 'leaving' | 'gone';

export class Worker {
  readonly slot: Slot;
  readonly ref: Ref;
  readonly charge: Charge;
  /** Why it is to take the place of another one that is well; undefined when it is not. */
  readonly replaces: WorkerReplaced['reason'] | undefined;
  /** By how much it may serve longer than others, so that not all go at once: from 0.9 to 1.1. */
  readonly endurance: number;
  stage: Stage = 'starting';
  /** Why it never was ready. */
  startError: Error | undefined;
  /** While it is `down`: whether the failed instance is gone. */
  hasEnded = false;
  /** While it is `down`: whether the next instance is to begin. */
  isDue = false;
  #sighting: Sighting | undefined;
  #looking: Promise<void> | undefined;

  constructor(slot: Slot, ref: Ref, parts: WorkerParts) {
    this.slot = slot;
    this.ref = ref;
    this.replaces = parts.replaces;
    this.endurance = parts.endurance;
    this.charge = new Charge(ref, (step, reason) => parts.notice(new WorkerStep(this, step, reason)));
  }

  /** Looks how it does. Resolves when it has said so, or has ended; it is asked again only when it has answered. */
  look(now: () => number): Promise<void> {
    this.#looking ??= measure(this.ref).then(vitals => {
      this.#looking = undefined;
      if (vitals !== undefined) this.#sighting = { vitals, at: now() };
    });
    return this.#looking;
  }

  /** The same, and what it says is not older than this call. */
  async lookAnew(now: () => number): Promise<void> {
    await this.#looking;
    await this.look(now);
  }

  get sighting(): Sighting | undefined {
    return this.#sighting;
  }

  /** What was seen is that of an instance which is gone. */
  forget(): void {
    this.#sighting = undefined;
  }

  /** It gets nothing more, handles what it has been told, and ends; at once when it could not go on by itself. */
  leave(): void {
    const canGoOn = this.stage === 'ready' || this.stage === 'starting';
    this.stage = 'leaving';
    if (canGoOn && this.charge.failure === undefined) this.ref.tell(PoisonPill);
    else this.charge.stop();
  }

  /** Ends it as it is, and its thread or process as well. */
  cutShort(): void {
    this.ref.inlet.signal({ type: 'kill', isBrutal: true }, this.ref);
  }

  /** @param isCurrent whether it is the one of its slot @param asked when it was asked how it does */
  info(isCurrent: boolean, asked: number, now: number): WorkerInfo {
    const { slot, ref } = this;
    const { vitals, at } = this.#sighting ?? {};
    const isReady = isCurrent && slot.state === 'ready';
    return {
      name: `${ref.up?.name}/${ref.name}`,
      address: ref.address,
      slot: slot.index,
      state: this.#state(isCurrent),
      pid: vitals?.pid,
      threadId: vitals?.threadId,
      uptime: isReady ? Math.round(now - slot.since) : 0,
      handled: vitals?.actor.taken ?? 0,
      concurrent: this.concurrent,
      restarts: slot.restarts,
      lastCause: textOf(slot.lastCause),
      loop: vitals?.loop,
      memory: vitals?.memory,
      isAnswering: at !== undefined && at >= asked,
      age: at === undefined ? undefined : Math.round(now - at),
    };
  }

  /** What it is in the middle of, and what waits for it, as far as it has been seen. */
  get concurrent(): number {
    const { actor } = this.#sighting?.vitals ?? {};
    const there = actor === undefined ? 0 : actor.queued + actor.stashed + Number(actor.isBusy);
    return there + waitingHere(this.ref);
  }

  #state(isCurrent: boolean): WorkerState {
    if (this.stage === 'leaving' || this.stage === 'gone') return 'stopping';
    return isCurrent ? this.slot.state : 'starting';
  }
}

export interface WorkerParts {
  readonly replaces: WorkerReplaced['reason'] | undefined;
  readonly endurance: number;
  readonly notice: (notice: WorkerStep) => void;
}

/** A slot whose worker is to be spawned again. */
export const vacancy = (slot: Slot, monitor: Ref): WorkerInfo => ({
  name: `${monitor.name}/${slot.index}`,
  address: `${monitor.address}/${slot.index}`,
  slot: slot.index,
  state: slot.state,
  ...{ pid: undefined, threadId: undefined, uptime: 0, handled: 0, concurrent: 0 },
  restarts: slot.restarts,
  lastCause: textOf(slot.lastCause),
  ...{ loop: undefined, memory: undefined, isAnswering: false, age: undefined },
});

/** What has not been passed on to where it runs. */
const waitingHere = ({ inlet }: Ref) =>
  inlet instanceof MailCell && inlet.options?.on !== undefined ? inlet.waiting.queued : 0;

/** How far a worker has come. */
export class WorkerStep extends PrivateNotice {
  readonly worker: Worker;
  readonly step: Milestone;
  readonly reason: TerminationReason | undefined;

  constructor(worker: Worker, step: Milestone, reason: TerminationReason | undefined) {
    super();
    this.worker = worker;
    this.step = step;
    this.reason = reason;
  }
}

/** A worker has failed, and waits for what its monitor decides. */
export class WorkerFailed extends PrivateNotice {
  readonly worker: Worker;
  readonly error: Error;

  constructor(worker: Worker, error: Error) {
    super();
    this.worker = worker;
    this.error = error;
  }
}

/** It is time to start the next worker of a slot. */
export class StartDue extends ForRouter {
  readonly slot: Slot;

  constructor(slot: Slot) {
    super();
    this.slot = slot;
  }
}

/** A worker has had its time to end by itself. */
export class EndDue extends ForRouter {
  readonly worker: Worker;

  constructor(worker: Worker) {
    super();
    this.worker = worker;
  }
}

/** It is time to look how the workers do. */
export class LookDue extends ForRouter {}
