/** What goes out of one actor: to its outboxes, its error outboxes and its log. */
import { show } from '../base/errors.ts';
import type { Acknowledged } from './acks.ts';
import { FlowError, InvalidActorOutput, QueueFull } from './events/errors.ts';
import { Event, type EventClass } from './events/event.ts';
import { LogEvent, type LogLevel } from './events/logEvent.ts';
import { reasonOf } from './life.ts';
import type { Fate, Queue } from './queue.ts';
import type { Scope } from './scope.ts';

export class Outlets {
  /** The queues that begin here, in the order of the wiring. */
  readonly events: Queue[] = [];
  readonly errors: Queue[] = [];
  readonly logs: Queue[] = [];
  /** Whether errors go nowhere but to the error actor of the flow. */
  hasDefaultErrors = false;
  /** Whether the flow has come to its end here: what is sent from then on goes nowhere. */
  isOver = false;
  readonly #owner: Acknowledged;
  readonly #scope: Scope;
  readonly #convertsOutput: boolean;
  readonly #byOutbox = new Map<string, Queue[]>();
  #output: readonly EventClass[] = [];
  /** A class of events that needs no look: the last one that was right. */
  #usual: unknown;

  /** @param convertsOutput whether an event that is none of the output is converted */
  constructor(owner: Acknowledged, scope: Scope, convertsOutput: boolean) {
    this.#owner = owner;
    this.#scope = scope;
    this.#convertsOutput = convertsOutput;
  }

  /** Says that all queues are there. */
  wired(): void {
    for (const queue of this.events) {
      const queues = this.#byOutbox.get(queue.outbox);
      if (queues === undefined) this.#byOutbox.set(queue.outbox, [queue]);
      else queues.push(queue);
    }
  }

  /** Says which classes of events the actor sends. */
  set output(output: readonly EventClass[]) {
    this.#output = output;
    this.#usual = undefined;
  }

  /** Sends an event and its error to the error outboxes; what reaches none of them is reported as lost. */
  routeError(event: Event, tracked: Event, error: Error): Promise<void> | undefined {
    event.error = error;
    if (this.hasDefaultErrors || this.errors.length === 0) this.#endsHere(event, tracked, error);
    if (this.errors.length === 0 || this.isOver) {
      this.#scope.lost(event, this.#owner.name, 'unroutable', error);
      return undefined;
    }
    try {
      return this.#deliver(event, this.errors, false, tracked);
    } catch (refused) {
      this.#endsHere(event, tracked, error);
      const reason = refused instanceof QueueFull ? 'overflow' : 'unroutable';
      this.#scope.lost(event, this.#owner.name, reason, refused as Error);
      return undefined;
    }
  }

  /** Whoever waits for the event hears that it will not come. */
  #endsHere(event: Event, tracked: Event, error: Error): void {
    this.#scope.acks?.failed(tracked, error);
    this.#scope.failed(event, this.#owner.name, error);
  }

  send(event: Event, outboxes: string | readonly string[] | undefined, isChecked: boolean) {
    return this.#deliver(this.#sendable(event, isChecked), this.#queuesOf(outboxes), false, event);
  }

  emit(event: Event, outboxes: string | readonly string[] | undefined) {
    return this.#deliver(this.#sendable(event, true), this.#queuesOf(outboxes), true, event);
  }

  sendError(event: Event, error: Error | undefined) {
    if (!isEvent(event)) throw notAnEvent(this.#owner.name, event);
    const cause =
      error ?? event.error ?? new FlowError(`${this.#owner.name} sent an event to its error outboxes`);
    return this.routeError(event, event, reasonOf(cause));
  }

  #queuesOf(outboxes: string | readonly string[] | undefined): readonly Queue[] {
    if (outboxes === undefined) return this.events;
    if (typeof outboxes === 'string') return this.#queuesNamed(outboxes);
    return outboxes.flatMap(outbox => this.#queuesNamed(outbox));
  }

  #queuesNamed(outbox: string): Queue[] {
    const queues = this.#byOutbox.get(outbox);
    if (queues !== undefined) return queues;
    const known =
      this.#byOutbox.size === 0 ? 'it has none' : `it has ${[...this.#byOutbox.keys()].join(', ')}`;
    throw new FlowError(
      `${this.#owner.name} has no outbox ${outbox}: ${known}; connect it with connectQueue`,
    );
  }

  #sendable(event: Event, isChecked: boolean): Event {
    if (!isEvent(event)) throw notAnEvent(this.#owner.name, event);
    if (!isChecked || event.constructor === this.#usual) return event;
    if (this.#output.some(one => isOf(event, one))) {
      this.#usual = event.constructor;
      return event;
    }
    const wanted = this.#output[0] as EventClass;
    if (this.#convertsOutput) {
      this.log(
        'WARNING',
        `Outgoing event was of type ${event.constructor.name}. Converted to ${wanted.name}`,
        event,
      );
      return event.convert(wanted);
    }
    const names = this.#output.map(({ name }) => name).join(' or ');
    throw new InvalidActorOutput(`${this.#owner.name} sends ${names}, not ${event.constructor.name}`);
  }

  /** @param tracked the event that it comes from, as far as acknowledgements go */
  #deliver(
    event: Event,
    queues: readonly Queue[],
    isEmitted: boolean,
    tracked: Event,
  ): Promise<void> | undefined {
    const { copies, acks, trails } = this.#scope;
    if (this.isOver) return this.#tooLateToSend(event, isEmitted);
    for (const queue of queues) if (queue.refuses) throw this.#queueFull(queue);
    const tracker = acks?.trackerOf(tracked, this.#owner, isEmitted);
    if (trails !== undefined && queues.length > 0) trails.sent(event, this.#owner, queues.length);
    let waits: Promise<void>[] | undefined;
    for (const queue of queues) {
      const copy = copies ? event.clone() : event;
      if (tracker !== undefined) acks?.sent(copy, tracker);
      const fate = queue.put(copy);
      if (fate === 'kept' && (!isEmitted || queue.cycle === undefined)) continue;
      const wait = this.#waitFor(queue, fate, copy, isEmitted);
      if (wait === undefined) continue;
      if (waits === undefined) waits = [wait];
      else waits.push(wait);
    }
    if (tracker?.pending === 0 && isEmitted)
      acks?.unsent(tracker, new FlowError(`${this.#owner.name} has no outbox`));
    if (waits === undefined) return undefined;
    return waits.length === 1 ? waits[0] : Promise.all(waits).then(() => {});
  }

  /** What is to be waited for after an event was put, if anything. */
  #waitFor(queue: Queue, fate: Fate, copy: Event, isEmitted: boolean): Promise<void> | undefined {
    const { cycle } = queue;
    if (fate === 'dropped' || fate === 'displaced') return this.#dropped(queue, fate, copy);
    if (cycle !== undefined) return isEmitted && cycle.isFull ? cycle.room() : undefined;
    queue.park();
    return queue.room();
  }

  /** There was no room for an event: for the one that was put, or for the one that made room for it. */
  #dropped(queue: Queue, fate: Fate, put: Event): undefined {
    const gone = fate === 'dropped' ? put : (queue.victim as Event);
    queue.victim = undefined;
    const full = this.#queueFull(queue);
    this.#scope.acks?.failed(gone, full);
    if (queue.kind !== 'log') {
      this.#scope.failed(gone, queue.destination.name, full);
      this.#scope.trails?.dropped(gone, full);
    }
    this.#scope.lost(gone, queue.name, 'overflow', full);
  }

  #queueFull(queue: Queue): Error {
    return new QueueFull(`the queue ${queue.name} is full: it has room for ${queue.size} events`);
  }

  /**
   * The flow has come to its end here. Were a source that goes on all the same told that all is well, it would say so to others,
   * and never end; were it left waiting, so would be all who wait for it. It is told in a turn of its own: a loop that does not
   * listen must not keep everybody else from theirs.
   */
  #tooLateToSend(event: Event, isEmitted: boolean): Promise<void> | undefined {
    const { name } = this.#owner;
    this.#scope.lost(event, name, 'stopped', undefined);
    if (!isEmitted) return undefined;
    const refused = new Promise<void>((_, reject) => {
      this.#scope.later(() => reject(stoppedError(name)));
    });
    refused.catch(() => {}); // nobody need wait for it
    return refused;
  }

  log(level: LogLevel, message: string, event: Event | undefined): void {
    for (const queue of this.logs) {
      const line = new LogEvent({ level, originActor: this.#owner.name, message, id: event?.metaId });
      const fate = queue.put(line);
      if (fate !== 'kept') this.#dropped(queue, fate, line);
    }
  }
}

/** A plain boolean: the compiler would draw wrong conclusions from `instanceof` a class that it does not know. */
const isOf = (event: Event, one: EventClass): boolean => event instanceof one;

const isEvent = (value: unknown): boolean => value instanceof Event;

/** What is under way, or comes, after the end. */
export const stoppedError = (name: string) => new FlowError(`${name} has stopped`, { code: 'STOPPED' });

const notAnEvent = (name: string, value: unknown) =>
  new InvalidActorOutput(`${name} sends events, not ${show(value)}`);
