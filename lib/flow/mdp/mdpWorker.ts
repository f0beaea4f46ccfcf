/** The actor that offers a service: see `worker.ts` for what it decides. */
import { asError } from '../../base/errors.ts';
import type { Cancel, Random } from '../../base/world.ts';
import { ActorTimeout, MalformedEventData, NoAnswer, ServiceUnavailable } from '../events/errors.ts';
import { Event } from '../events/event.ts';
import { EventFailed } from '../failed.ts';
import { FlowActor } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { type Body, bodyOf, dataOf, eventOf, isRaw, rawBodyOf, traceOf } from './body.ts';
import { Finder } from './finder.ts';
import { isServiceName } from './frames.ts';
import { complete, positiveMs, wholeFrom } from './settings.ts';
import { type FindParams, faultsOf, findingOf, registrationNames, scribe, socketsFor } from './shell.ts';
import { Worker, type WorkerOptions } from './worker.ts';
import { WorkerLane, type WorkerLaneHost } from './workerLane.ts';

export interface MDPWorkerParams extends WorkerOptions, FindParams {
  /** The name of the service that it offers. */
  service: string;
  /** How many requests may be in the flow at once (1): so many workers of its own does each broker see. */
  workers?: number;
  /** How long the flow may take for a request, in ms (60 000); then the answer is an `ActorTimeout`. */
  replyTimeout?: number;
  /** How long, when the flow stops, it goes on with requests that follow one another, in ms (5000). */
  drain?: number;
}

/** What the flow is working on, or is to work on as soon as there is room. */
interface Job {
  readonly event: Event;
  /** The request, as it came. */
  readonly body: Body;
  /** Who waits for the answer, and whether as one frame of data. More than one when a client has tried again meanwhile. */
  readonly askers: { readonly lane: WorkerLane; readonly isRaw: boolean }[];
  begin(): void;
  end(): void;
}

/** While it stops, the ms without a request after which it goes. */
const quietTime = 100;

/**
 * Offers a service: sends every request as an event to its outboxes, and what comes back to an inbox as the reply. The flow has to keep
 * the event's id. Requests of others than MDPClient are events whose data is the text that they have sent.
 *
 * An event with an error goes back as such, and so does one that an actor in between failed at. After compysition's MDPWorker.
 */
export class MDPWorker extends FlowActor<MDPWorkerParams> {
  static override parameters: ParamNames<MDPWorker> = {
    ...registrationNames,
    brokers: true,
    drain: true,
    heartbeatInterval: true,
    liveness: true,
    maxFrameSize: true,
    reconnectMax: true,
    reconnectMin: true,
    replyTimeout: true,
    service: true,
    sockets: true,
    workers: true,
  };
  readonly #settings = settingsOf(this.name, this.params);
  #finder: Finder | undefined;
  #host: WorkerLaneHost | undefined;
  #lanes: WorkerLane[] = [];
  #leaving: WorkerLane[] = [];
  #isLeaving = false;
  #unsubscribe: () => void = () => {};
  #lastBusy = 0;
  #running = 0;
  readonly #jobs = new Map<string, Job>();
  /** Those that wait for room in the flow. */
  readonly #held: Job[] = [];

  /** How many requests have no answer yet. */
  get pending(): number {
    return this.#jobs.size;
  }

  /** Whether a broker may send it requests. */
  get isTalking(): boolean {
    return this.#lanes.some(lane => lane.isTalking);
  }

  override validate(): string[] {
    return [
      ...faultsOf(() => findingOf(this.params)),
      ...faultsOf(() => this.#makeWorker(() => 0)),
      ...(this.outboxes.length === 0
        ? ['it needs an outbox for its requests: connect one with connectQueue']
        : []),
    ];
  }

  override async preStart(): Promise<void> {
    const { clock } = this.world;
    const note = scribe(this.log, clock);
    this.#host = {
      open: await socketsFor(this.world, this.params),
      now: () => clock.now(),
      request: (lane, body) => this.#requested(lane, body),
      note,
      failed: error => this.#crash(error),
    };
    this.#unsubscribe = this.node.events.subscribe(EventFailed, failure => this.#failed(failure));
    this.#finder = new Finder(findingOf(this.params));
    const { open, failed } = this.#host;
    this.#finder.start(open, { found: brokers => this.#workFor(brokers), note, failed });
    this.every(this.#makeWorker(this.world.random).tickInterval, () => {
      for (const lane of [...this.#lanes, ...this.#leaving]) lane.tick();
    });
  }

  /** The answer of the flow. */
  override consume(event: Event): void {
    const job = this.#jobs.get(event.eventId);
    if (job === undefined) return this.log.warn('nobody waits for this answer (any more)', event);
    this.#answer(job, event);
  }

  /** An actor failed at it, or had no room for it, and nothing brings that here: there will be no answer. */
  #failed({ event, error, leadsTo }: EventFailed): void {
    const job = this.#jobs.get(event.eventId);
    if (job !== undefined && leadsTo(this)) this.#answer(job, failed(job.event, error));
  }

  /** It has come to its end in the flow. */
  #ended(job: Job, error: Error | undefined): void {
    const text = `${this.params.service} has taken the event and gives no answer`;
    this.#answer(job, failed(job.event, error ?? new NoAnswer(text)));
  }

  /** With `acks`: something else that will not come back. */
  override nacked(event: Event, error: Error): void {
    const job = this.#jobs.get(event.eventId);
    if (job === undefined) return;
    const answer = failed(event, error);
    // What the runtime has marked it with is not for the client.
    answer.set('redelivered', undefined);
    this.#answer(job, answer);
  }

  /** Goes on as long as there is something to do, but not for ever. */
  override preStop(): void {
    const release = this.hold();
    const { clock } = this.world;
    const until = clock.now() + this.#settings.drain;
    this.#lastBusy = clock.now();
    const cancel: Cancel = this.every(quietTime / 4, () => {
      const now = clock.now();
      if (this.#jobs.size > 0) this.#lastBusy = now;
      if (now < until && now - this.#lastBusy < quietTime) return;
      this.#isLeaving = true;
      for (const lane of this.#lanes) lane.leave();
      cancel();
      release();
    });
  }

  override async postStop(): Promise<void> {
    this.#unsubscribe();
    const lanes = [...this.#lanes, ...this.#leaving];
    for (const lane of lanes) lane.stop();
    this.#lanes = [];
    this.#leaving = [];
    for (const job of this.#jobs.values()) job.end();
    this.#jobs.clear();
    this.#held.length = 0;
    this.#running = 0;
    await Promise.all([this.#finder?.stop(), ...lanes.map(lane => lane.closed())]);
  }

  #makeWorker(random: Random): Worker {
    const { service } = this.params;
    if (typeof service === 'string' && isServiceName(service) && !service.startsWith('mmi.')) {
      return new Worker(service, this.params, random, this.name);
    }
    throw new TypeError('service must be a printable text that does not begin with mmi.');
  }

  /** These are the brokers now: with others it ends what it has begun, and goes. */
  #workFor(brokers: readonly string[]): void {
    const host = this.#host as WorkerLaneHost;
    const gone = this.#lanes.filter(({ broker }) => !brokers.includes(broker));
    for (const lane of gone) lane.leave();
    this.#leaving = [...this.#leaving.filter(lane => lane.isTalking), ...gone];
    this.#lanes = this.#lanes.filter(lane => !gone.includes(lane));
    if (this.#isLeaving) return;
    for (const broker of brokers) {
      if (this.#lanes.some(lane => lane.broker === broker)) continue;
      for (let count = 0; count < this.#settings.workers; count++) {
        this.#lanes.push(new WorkerLane(broker, this.#makeWorker(this.world.random), host));
      }
    }
  }

  #requested(lane: WorkerLane, body: Body): void {
    let event: Event;
    try {
      event = this.#eventOf(body);
    } catch (error) {
      return this.#refuse(lane, body, asError(error));
    }
    const asker = { lane, isRaw: isRaw(body) };
    const known = this.#jobs.get(event.eventId);
    if (known !== undefined) {
      if (!isSame(known.body, body)) return this.#refuse(lane, body, otherContent(event));
      this.log.info('worker got a request again that is under way', event);
      known.askers.push(asker);
      return;
    }
    this.log.info(`worker got a request for ${this.params.service}`, event);
    const job = this.#jobFor(event, body);
    job.askers.push(asker);
    this.#jobs.set(event.eventId, job);
    this.#held.push(job);
    this.#beginNext();
  }

  #refuse(lane: WorkerLane, body: Body, error: Error): void {
    const trace = traceOf(body) ?? new Event();
    this.log.warn(`a request was refused: ${error.message}`, trace);
    lane.reply(bodyOf(failed(trace, error)));
  }

  #eventOf(body: Body): Event {
    if (!isRaw(body)) return eventOf(body);
    return new Event({ data: dataOf(body[0] as Buffer), service: this.params.service });
  }

  /** A stop waits for its end, and so does the next one. */
  #jobFor(event: Event, body: Body): Job {
    const release = this.hold();
    let cancel: Cancel | undefined;
    let leave = () => {};
    const job: Job = {
      event,
      body,
      askers: [],
      begin: () => {
        this.#running++;
        const { replyTimeout } = this.#settings;
        leave = this.follow(event, error => this.#ended(job, error));
        cancel = this.after(replyTimeout, () => {
          const text = `${this.params.service} has not answered within ${replyTimeout} ms`;
          this.#answer(job, failed(event, new ActorTimeout(text)));
        });
      },
      end: () => {
        if (cancel !== undefined) this.#running--;
        cancel?.();
        leave();
        release();
      },
    };
    return job;
  }

  #beginNext(): void {
    while (this.#running < this.#settings.workers) {
      const job = this.#held.shift();
      if (job === undefined) return;
      job.begin();
      try {
        // A flow that is full is not asked for more: the broker sees a worker that is busy.
        void this.emit(job.event);
      } catch (error) {
        this.#answer(job, failed(job.event, error));
      }
    }
  }

  #answer(job: Job, answer: Event): void {
    this.#jobs.delete(job.event.eventId);
    job.end();
    this.#lastBusy = this.world.clock.now();
    this.log.info('worker replies', answer);
    for (const { lane, isRaw } of job.askers) lane.reply(isRaw ? rawBodyOf(answer) : this.#bodyOf(answer));
    this.#beginNext();
  }

  /** What can't be sent goes back as that. */
  #bodyOf(answer: Event): Body {
    try {
      return bodyOf(answer);
    } catch (error) {
      this.log.error(`the answer can't be sent: ${asError(error).message}`, answer);
      const { eventId, metaId, service } = answer;
      const text = `the answer of ${this.params.service} can't be sent: ${asError(error).message}`;
      return bodyOf(failed(new Event({ eventId, metaId, service }), new ServiceUnavailable(text)));
    }
  }

  /** A fault of this actor outside of its turn. */
  #crash(error: unknown): void {
    this.after(0, () => {
      throw error;
    });
  }
}

const settingsOf = (name: string, params: MDPWorkerParams) =>
  complete(
    name,
    params,
    { workers: 1, replyTimeout: 60_000, drain: 5000 },
    { workers: wholeFrom(1), replyTimeout: positiveMs, drain: ['milliseconds from 0 up', ms => ms >= 0] },
  );

const isSame = (one: Body, other: Body): boolean =>
  one.length === other.length && one.every((frame, at) => frame.equals(other[at] as Buffer));

const otherContent = ({ eventId }: Event): Error =>
  new MalformedEventData(`an event ${eventId} with other content is under way`);

/** The event with an error. */
function failed(event: Event, error: unknown): Event {
  const answer = event.clone();
  answer.error = error;
  return answer;
}
