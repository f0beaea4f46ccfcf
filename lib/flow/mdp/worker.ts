/**
 * What a worker of RFC 7 decides in its conversation with one broker. Knows no socket, no timer and no clock. When the conversation
 * ends, a new one is begun, on a new socket and after a pause; not before the request under way is done, so that there is never
 * more than one.
 */
import type { Random } from '../../base/world.ts';
import { Backoff } from '../../restart/backoff.ts';
import type { Frame } from '../sockets.ts';
import { decodeWorker, encodeWorker, Malformed, type WorkerMessage } from './frames.ts';
import type { Note } from './note.ts';
import {
  complete,
  type HeartbeatOptions,
  heartbeatChecks,
  heartbeatDefaults,
  positiveMs,
  tickFor,
} from './settings.ts';

export interface WorkerOptions extends HeartbeatOptions {
  /** The pause before the first new conversation, in ms (100); each further one is twice as long. */
  reconnectMin?: number;
  /** The longest pause, in ms (10 000). */
  reconnectMax?: number;
}

export type WorkerEffect =
  /** Opens a new socket to the broker. */
  | { readonly type: 'open' }
  | { readonly type: 'send'; readonly frames: readonly Frame[] }
  /** Closes the socket. */
  | { readonly type: 'close' }
  /** There is something to do, which `reply` ends. */
  | { readonly type: 'request'; readonly body: readonly Frame[] }
  | Note;

/** No pause is so short, in ms, that it would be worth looking at the time more often. */
const shortestTick = 50;

type State = 'stopped' | 'talking' | 'pausing';

interface Task {
  readonly client: Frame;
  readonly conversation: number;
}

export class Worker {
  readonly #service: string;
  readonly #options: Required<WorkerOptions>;
  readonly #backoff: Backoff;
  readonly #random: Random;
  readonly #effects: WorkerEffect[] = [];
  #state: State = 'stopped';
  /** Which conversation this is, or was the last. */
  #conversation = 0;
  #lastHeard = 0;
  #lastTold = 0;
  #resumeAt = 0;
  #task: Task | undefined;
  /** How often `tick` wants to be called, in ms. */
  readonly tickInterval: number;

  /**
   * @param of whose options they are, for the error
   * @throws SetupError that names the option and what is wrong with it
   */
  constructor(service: string, options: WorkerOptions, random: Random, of = 'worker') {
    this.#service = service;
    this.#random = random;
    this.#options = complete(
      of,
      options,
      { ...heartbeatDefaults, reconnectMin: 100, reconnectMax: 10_000 } as Required<WorkerOptions>,
      { ...heartbeatChecks, reconnectMin: positiveMs, reconnectMax: positiveMs },
    );
    const { reconnectMin: min, reconnectMax, heartbeatInterval } = this.#options;
    this.#backoff = new Backoff({ min, max: Math.max(min, reconnectMax) });
    this.tickInterval = Math.min(tickFor(heartbeatInterval), Math.max(shortestTick, min));
  }

  /** Whether the broker may know of it. */
  get isTalking(): boolean {
    return this.#state === 'talking';
  }

  get isBusy(): boolean {
    return this.#task !== undefined;
  }

  start(now: number): WorkerEffect[] {
    if (this.#state === 'stopped') this.#open(now);
    return this.#drain();
  }

  /** A message of the broker has arrived, at the socket that was opened last. */
  receive(frames: readonly Frame[], now: number): WorkerEffect[] {
    if (this.#state !== 'talking') return [];
    const message = decodeWorker(frames);
    this.#lastHeard = now;
    if (message instanceof Malformed) this.#leave(`the broker sent what it may not: ${message.reason}`, now);
    else this.#take(message, now);
    return this.#drain();
  }

  /** The request is done. */
  reply(body: readonly Frame[], now: number): WorkerEffect[] {
    const task = this.#task;
    if (task === undefined) return [];
    this.#task = undefined;
    if (this.#state === 'talking' && task.conversation === this.#conversation) {
      this.#tell({ command: 'reply', client: task.client, body }, now);
    } else {
      this.#note('warn', 'the broker that the reply was for has gone', body);
      this.#resume(now);
    }
    return this.#drain();
  }

  /** Time has passed. */
  tick(now: number): WorkerEffect[] {
    const { heartbeatInterval, liveness } = this.#options;
    if (this.#state === 'pausing') this.#resume(now);
    else if (this.#state === 'talking') {
      if (now - this.#lastHeard >= heartbeatInterval * liveness) {
        this.#pause('the broker has not been heard of', now);
      } else if (now - this.#lastTold > heartbeatInterval - this.tickInterval / 2) {
        this.#tell({ command: 'heartbeat' }, now);
      }
    }
    return this.#drain();
  }

  /** Says goodbye. A request under way is not answered any more. */
  stop(now: number): WorkerEffect[] {
    if (this.#state === 'talking') {
      this.#tell({ command: 'disconnect' }, now);
      this.#effects.push({ type: 'close' });
    }
    this.#state = 'stopped';
    this.#task = undefined;
    return this.#drain();
  }

  #take(message: WorkerMessage, now: number): void {
    switch (message.command) {
      case 'heartbeat':
        return;
      case 'disconnect':
        return this.#pause('the broker ended the conversation', now);
      case 'request':
        return this.#begin(message.client, message.body, now);
      case 'ready':
      case 'reply':
        return this.#leave(`the broker sent a ${message.command}`, now);
    }
  }

  #begin(client: Frame, body: readonly Frame[], now: number): void {
    if (this.#task !== undefined) return this.#leave('the broker sent a second request', now);
    this.#task = { client, conversation: this.#conversation };
    this.#effects.push({ type: 'request', body });
  }

  #open(now: number): void {
    this.#state = 'talking';
    this.#conversation++;
    this.#lastHeard = now;
    this.#effects.push({ type: 'open' });
    this.#tell({ command: 'ready', service: this.#service }, now);
  }

  /** As RFC 7 wants it of both ends when something comes that was not to be expected. */
  #leave(why: string, now: number): void {
    this.#tell({ command: 'disconnect' }, now);
    this.#pause(why, now);
  }

  #pause(why: string, now: number): void {
    const pause = this.#backoff.next(now, this.#random);
    this.#state = 'pausing';
    this.#resumeAt = now + pause;
    this.#note('warn', `${why}: a new conversation begins in ${Math.ceil(pause)} ms`);
    this.#effects.push({ type: 'close' });
  }

  #resume(now: number): void {
    if (this.#state === 'pausing' && now >= this.#resumeAt && this.#task === undefined) this.#open(now);
  }

  #tell(message: WorkerMessage, now: number): void {
    this.#lastTold = now;
    this.#effects.push({ type: 'send', frames: encodeWorker(message) });
  }

  #note(level: Note['level'], text: string, body?: readonly Frame[]): void {
    this.#effects.push({ type: 'note', level, text, ...(body && { body }) });
  }

  #drain(): WorkerEffect[] {
    return this.#effects.splice(0);
  }
}
