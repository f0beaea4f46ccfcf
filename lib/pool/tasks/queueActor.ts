/** The actor around a queue: what it is told, what its workers report, and what becomes of it when it stops. */
import { asError, show } from '../../base/errors.ts';
import { Actor, hostOf } from '../../core/actor.ts';
import type { ActorCell } from '../../core/actorCell.ts';
import { DeadLetter } from '../../core/events.ts';
import { ActorStopped, type Ref } from '../../core/ref.ts';
import { type AnyDecision, Escalate, Stop } from '../../core/supervision.ts';
import type { System } from '../../core/system.ts';
import { Crew } from './crew.ts';
import { Desk } from './desk.ts';
import { QueueStopped } from './errors.ts';
import { explain, isUnsendable } from './explain.ts';
import { Hand } from './hand.ts';
import type { Arrival, Aside, WorkerParams, WorkerReport } from './protocol.ts';
import { Reports } from './reports.ts';
import type { TaskQueueStats } from './stats.ts';
import { type CompleteTaskQueueOptions, checkTaskMessage, type TaskMessage } from './taskOptions.ts';
import { TaskWorker } from './taskWorker.ts';

/** What a queue can be asked, besides tasks. */
export type QueueQuestion = { readonly queue: 'ready' | 'drain' | 'stats' };

export class QueueActor extends Actor<TaskMessage | QueueQuestion> {
  readonly #options: CompleteTaskQueueOptions;
  #desk: Desk | undefined;
  #crew: Crew | undefined;
  #reports: Reports | undefined;
  #unsubscribe: () => void = () => {};
  /** Who waits for the first worker. */
  readonly #early: Ref[] = [];

  override commands = { stats: (): TaskQueueStats => (this.#desk as Desk).stats };

  constructor(options: CompleteTaskQueueOptions) {
    super();
    this.#options = options;
  }

  override preStart() {
    const cell = hostOf(this, 'ref') as ActorCell;
    const system = cell.realm as System;
    const { world } = cell;
    const desk = new Desk({
      options: this.#options,
      world,
      ref: this.ref,
      crew: () => this.#crew as Crew,
      onUnheard: (error, task) => cell.ignoreError(error, `the task ${task}`),
    });
    this.#desk = desk;
    this.#reports = new Reports(system, report => this.#hear(report));
    this.#crew = new Crew({
      home: system,
      world,
      size: this.#options.size,
      spares: this.#options.spares,
      hire: id => this.#hire(id),
      onUp: () => this.#workerUp(),
      onLost: (hand, error) => desk.workerLost(hand, error),
    });
    cell.onAbandoned = asker => desk.abandoned(asker);
    this.#unsubscribe = this.node.events.subscribe(DeadLetter, letter => this.#couldNotSend(letter, system));
    const { signal } = this;
    signal.addEventListener('abort', () => {
      this.#crew?.close();
      desk.close(this.#failure);
      // Then nothing is waited for, and a worker that never pauses would have to be.
      if (endOf(signal) === 'killed') for (const hand of this.#crew?.hands ?? []) hand.end();
    });
  }

  override receive(message: TaskMessage | QueueQuestion) {
    if (typeof message !== 'object' || message === null) return this.unhandled(message);
    if ('task' in message) return this.#run(message);
    switch (message.queue) {
      case 'ready':
        if (this.#crew?.names !== undefined) return this.reply(undefined);
        return void (this.sender && this.#early.push(this.sender));
      case 'stats':
        return this.reply(this.#desk?.stats);
      case 'drain': {
        const { sender, ref } = this;
        return void this.#desk?.drained().then(() => sender?.tell(undefined, ref));
      }
      default:
        return this.unhandled(message);
    }
  }

  override supervise(error: Error, child: Ref): AnyDecision {
    // A module that can't be loaded is no better the next time.
    return this.#crew?.failed(child, error) === false ? Escalate : Stop;
  }

  override postStop() {
    const why = this.#failure;
    for (const asker of this.#early.splice(0)) asker.tell(why.cause ?? why, this.ref);
    this.#crew?.end();
    this.#desk?.end(why);
    this.#reports?.close();
    this.#unsubscribe();
  }

  /** What those hear whose tasks are not done. */
  get #failure(): QueueStopped {
    const { address } = this.ref;
    const { failure } = this.#crew ?? {};
    if (failure === undefined) return new QueueStopped(`${address} has been stopped`);
    return new QueueStopped(`${address} could not start: ${failure.message}`, { cause: failure });
  }

  #run(message: TaskMessage): void {
    const { sender } = this;
    try {
      checkTaskMessage(message);
    } catch (error) {
      return this.reply(asError(error));
    }
    if (sender !== undefined && (sender.isLocal ? sender.isStopped : this.messageSignal.aborted)) return; // given up
    this.#desk?.accept(message, sender);
  }

  #hire(id: number): Hand {
    const { module, concurrency, on } = this.#options;
    const params: WorkerParams = { module, concurrency, id, reports: (this.#reports as Reports).ref };
    const ref = this.spawn(TaskWorker.using(params), { name: `worker${id}`, on }) as Ref;
    const hand = new Hand(id, ref, on?.place.kind === 'thread');
    // What stands here for an actor elsewhere hears what that says past all messages.
    if (on === undefined) return hand;
    (ref.inlet as unknown as { onAside?: (said: unknown) => void }).onAside = said => {
      const [number, value] = said as Aside;
      this.#desk?.progress(hand, number, value);
    };
    return hand;
  }

  #workerUp(): void {
    for (const asker of this.#early.splice(0)) asker.tell(undefined, this.ref);
    this.#desk?.workerUp();
  }

  #hear([id, outcome, number, value, took]: WorkerReport): void {
    const hand = this.#crew?.find(id);
    if (hand === undefined) return; // it is lost, and so is what it says
    switch (outcome) {
      case 'up':
        return this.#crew?.up(hand, value as Arrival);
      case 'done':
        this.#crew?.hasDone(hand);
        return this.#desk?.ended(hand, number, undefined, value, took);
      case 'failed':
        this.#crew?.hasDone(hand);
        return this.#desk?.ended(hand, number, asError(value), undefined, took);
      case 'progress':
        return this.#desk?.progress(hand, number, value);
      default:
        outcome satisfies never;
    }
  }

  /** What could not cross to a worker comes back as a dead letter. */
  #couldNotSend({ message, recipient, reason }: DeadLetter, system: System): void {
    if (!isUnsendable(reason) || !Array.isArray(message)) return;
    const hand = this.#crew?.hands.find(({ ref }) => ref.path === recipient.path);
    if (hand === undefined) return;
    this.#desk?.couldNotSend(hand, message[0] as number, (task, args) =>
      explain(system, reason, `the arguments of ${show(task)}`, args),
    );
  }
}

/** How an actor is ending, as its signal says. */
const endOf = ({ reason }: AbortSignal) => (reason instanceof ActorStopped ? reason.reason : undefined);
