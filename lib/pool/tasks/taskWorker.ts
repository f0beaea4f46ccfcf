/** Does the tasks that a queue hands to it: calls the functions of a module, and reports what came of it. */
import { threadId } from 'node:worker_threads';
import { asError, CommandNotFound } from '../../base/errors.ts';
import type { World } from '../../base/world.ts';
import { Actor, hostOf } from '../../core/actor.ts';
import type { ActorCell } from '../../core/actorCell.ts';
import { isThenable } from '../../core/coroutine.ts';
import { DeadLetter } from '../../core/events.ts';
import { ActorStopped } from '../../core/ref.ts';
import type { System } from '../../core/system.ts';
import { Board } from './board.ts';
import { explain, isUnsendable } from './explain.ts';
import { type JobHost, OwnJob } from './job.ts';
import {
  type Arrival,
  type HandOver,
  isHandOver,
  type WorkerMessage,
  type WorkerParams,
  type WorkerReport,
} from './protocol.ts';

type AnyFunction = (args: unknown, job: OwnJob) => unknown;

/** For so many ms it does one short task after the other before it lets the results go, and looks for news. */
const slice = 0.25;

/** So many that have begun are kept in the list at most. */
const mostPassed = 256;

/** What an actor in a thread or process has. */
type SpeaksAside = { readonly aside?: (said: unknown) => void };

export class TaskWorker extends Actor<WorkerMessage, WorkerParams> {
  static module = import.meta.url;

  #functions: Readonly<Record<string, AnyFunction>> = {};
  #world: World | undefined;
  #signal: AbortSignal | undefined;
  #board: Board | undefined;
  /** Handed over and not begun; those before `#next` are done with. */
  #todo: HandOver[] = [];
  #next = 0;
  readonly #running = new Map<number, OwnJob>();
  #isAtWork = false;
  #onIdle: (() => void) | undefined;
  #unsubscribe: () => void = () => {};

  override async preStart() {
    const { module } = this.params;
    const exports = (await import(module)) as Record<string, unknown>;
    const functions = Object.entries(exports).filter(([, value]) => typeof value === 'function');
    this.#functions = Object.fromEntries(functions) as Record<string, AnyFunction>;
    if (functions.length === 0) throw new TypeError(`${module} exports no function that could be a task`);
    this.#world = this.#cell.world;
    this.#signal = this.signal;
    this.#unsubscribe = this.node.events.subscribe(DeadLetter, letter => this.#couldNotTell(letter));
    const arrival: Arrival = { pid: process.pid, threadId, names: Object.keys(this.#functions) };
    this.#report(['up', 0, arrival, 0]);
  }

  override receive(message: WorkerMessage) {
    if (isHandOver(message)) {
      this.#todo.push(message);
      this.#goOn();
    } else if ('board' in message) this.#board = new Board(message.board);
    else this.#running.get(message.cancel)?.abort(message.why);
  }

  /** What it has been given is done first, unless it is killed. */
  override async postStop() {
    const { reason } = this.#signal ?? {};
    const isKilled = reason instanceof ActorStopped && reason.reason === 'killed';
    if (this.#isBusy && !isKilled) {
      await new Promise<void>(resolve => {
        this.#onIdle = resolve;
      });
    }
    this.#unsubscribe();
  }

  get #cell(): ActorCell {
    return hostOf(this, 'ref') as ActorCell;
  }

  get #isBusy(): boolean {
    return this.#isAtWork || this.#running.size > 0;
  }

  // ---- one after the other ------------------------------------------------------------------------------------------

  #goOn(): void {
    if (this.#isAtWork) return;
    this.#isAtWork = true;
    this.#world?.scheduler.soon(this.#work);
  }

  readonly #work = (): void => {
    const { clock, scheduler } = this.#world as World;
    const until = clock.now() + slice;
    while (this.#running.size < this.params.concurrency) {
      const next = this.#todo[this.#next];
      if (next === undefined) {
        this.#todo = [];
        this.#next = 0;
        break;
      }
      if (++this.#next === mostPassed) {
        this.#todo.splice(0, mostPassed);
        this.#next = 0;
      }
      if (this.#begin(next) > until) return scheduler.later(this.#work);
    }
    this.#isAtWork = false;
    if (!this.#isBusy) this.#onIdle?.();
  };

  /** @returns when it was done with it, for now */
  #begin([number, place, name, args, attempt]: HandOver): number {
    const { clock } = this.#world as World;
    const began = clock.now();
    if (this.#board?.begin(place, number) === false) return began; // it has been taken back
    const board = this.#board;
    const host: JobHost = {
      isCancelled: () => board?.isCancelled(place, number) === true,
      progress: value => this.#tellProgress(number, value),
    };
    const job = new OwnJob(name, attempt, host);
    try {
      const result = this.#functionFor(name)(args, job);
      if (isThenable(result)) {
        this.#running.set(number, job);
        result.then(
          value => this.#ended(number, 'done', value, began),
          error => this.#ended(number, 'failed', asError(error), began),
        );
        return clock.now();
      }
      const now = clock.now();
      this.#report(['done', number, result, now - began]);
      return now;
    } catch (error) {
      this.#report(['failed', number, asError(error), clock.now() - began]);
      return clock.now();
    }
  }

  #functionFor(name: string): AnyFunction {
    const found = Object.hasOwn(this.#functions, name) ? this.#functions[name] : undefined;
    if (found !== undefined) return found;
    const names = Object.keys(this.#functions);
    throw new CommandNotFound(`there is no task ${JSON.stringify(name)}`, name, names);
  }

  #ended(number: number, outcome: 'done' | 'failed', value: unknown, began: number): void {
    this.#running.delete(number);
    this.#report([outcome, number, value, (this.#world as World).clock.now() - began]);
    if (this.#next < this.#todo.length) this.#goOn();
    else if (!this.#isBusy) this.#onIdle?.();
  }

  // ---- reports ------------------------------------------------------------------------------------------------------

  #report([outcome, number, value, took]: readonly [WorkerReport[1], number, unknown, number]): void {
    const { reports, id } = this.params;
    reports.tell([id, outcome, number, value, took] satisfies WorkerReport);
  }

  #tellProgress(number: number, value: unknown): void {
    const { aside } = this.#cell as SpeaksAside;
    if (aside !== undefined) aside([number, value]);
    else this.#report(['progress', number, value, 0]);
  }

  /** A result that can't cross is a failure of the task; an error that can't crosses without what it holds. */
  #couldNotTell({ message, reason }: DeadLetter): void {
    if (!isUnsendable(reason) || !Array.isArray(message)) return;
    const [id, outcome, number, value, took] = message as unknown as WorkerReport;
    if (id !== this.params.id || (outcome !== 'done' && outcome !== 'failed')) return;
    if (outcome === 'done') {
      const why = explain(this.#cell.realm as System, reason, 'the result', value);
      return this.#report(['failed', number, why, took]);
    }
    const { name, message: text, stack, code } = value as Error & { code?: unknown };
    const bare = Object.assign(new Error(text), typeof code === 'string' && { code });
    Object.defineProperty(bare, 'name', { value: name, configurable: true });
    Object.defineProperty(bare, 'stack', { value: stack, configurable: true });
    this.#report(['failed', number, bare, took]);
  }
}
