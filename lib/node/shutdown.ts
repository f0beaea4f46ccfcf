/** The end of a node in its phases: runs what others have to do around the end of actors and remoting, which it knows nothing of. */
import { asError, NodeStopped, show, TimeoutError } from '../base/errors.ts';
import type { Clock } from '../base/world.ts';
import { ErrorIgnored, type EventStream, ShutdownTaskFailed } from '../core/events.ts';
import {
  type Shutdown,
  type ShutdownPhase,
  type ShutdownReason,
  type ShutdownTask,
  type ShutdownTaskOptions,
  shutdownPhases,
} from '../core/shutdown.ts';
import { checkTimeout, type PhaseTimeouts } from './shutdownOptions.ts';

interface Entry {
  readonly name: string;
  readonly task: ShutdownTask;
  readonly timeout: number;
}

export class NodeShutdown implements Shutdown {
  readonly #clock: Clock;
  readonly #events: EventStream;
  readonly #timeouts: PhaseTimeouts;
  /** The tasks of the phases that have not begun. */
  readonly #toCome = new Map<ShutdownPhase, Set<Entry>>(shutdownPhases.map(phase => [phase, new Set()]));
  #reason: ShutdownReason | undefined;

  constructor(clock: Clock, events: EventStream, timeouts: PhaseTimeouts) {
    this.#clock = clock;
    this.#events = events;
    this.#timeouts = timeouts;
  }

  get reason(): ShutdownReason | undefined {
    return this.#reason;
  }

  addTask(
    phase: ShutdownPhase,
    name: string,
    task: ShutdownTask,
    options: ShutdownTaskOptions = {},
  ): () => void {
    const timeout = checkTask(phase, name, task, options) ?? this.#timeouts[phase];
    const entries = this.#toCome.get(phase);
    if (entries === undefined) {
      throw new NodeStopped(
        `shutdown.addTask: the node is stopping and ${phase} has begun, so the task ${show(name)} would never run; add tasks before the node stops`,
      );
    }
    const entry = { name, task, timeout };
    entries.add(entry);
    return () => {
      entries.delete(entry);
    };
  }

  /**
   * Runs all phases, once; without tasks it waits for nothing but `end`. Never rejects.
   * @param end stops the actors and remoting
   */
  async run(reason: ShutdownReason, end: () => Promise<void>): Promise<void> {
    this.#reason = reason;
    for (const phase of ['beforeStop', 'unbind', 'drain'] as const) {
      const entries = this.#begin(phase);
      if (entries.size > 0) await this.#runAll(phase, entries, reason);
    }
    try {
      await end();
    } catch (thrown) {
      this.#events.publish(new ErrorIgnored(undefined, asError(thrown), 'the end of the node'));
    }
    const entries = this.#begin('afterStop');
    if (entries.size > 0) await this.#runAll('afterStop', entries, reason);
  }

  /** Takes the tasks of a phase; no more can be added to it. */
  #begin(phase: ShutdownPhase): ReadonlySet<Entry> {
    const entries = this.#toCome.get(phase) ?? new Set();
    this.#toCome.delete(phase);
    return entries;
  }

  async #runAll(phase: ShutdownPhase, entries: ReadonlySet<Entry>, reason: ShutdownReason): Promise<void> {
    const ends: Promise<void>[] = [];
    // Over the set itself: a task may take back one that has not begun.
    for (const entry of entries) ends.push(this.#runTask(phase, entry, reason));
    await Promise.all(ends);
  }

  /** Resolves when the task has ended or its time is over; never rejects. */
  #runTask(phase: ShutdownPhase, { name, task, timeout }: Entry, reason: ShutdownReason): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    return new Promise(resolve => {
      const cancel = this.#clock.after(timeout, () => {
        const error = new TimeoutError(
          `it took longer than ${timeout} ms and was left behind; give it more time with addTask(…, { timeout }), and don't wait for node.stop() in it`,
        );
        controller.abort(error);
        this.#events.publish(new ShutdownTaskFailed(phase, name, error));
        resolve();
      });
      const failed = (thrown: unknown) => {
        if (signal.aborted) return this.#failedLate(phase, name, thrown, signal);
        cancel();
        this.#events.publish(new ShutdownTaskFailed(phase, name, asError(thrown)));
        resolve();
      };
      const ended = () => {
        cancel();
        resolve();
      };
      new Promise(settle => settle(task({ reason, signal }))).then(ended, failed);
    });
  }

  /** It has been told of already, unless this is more than the answer to being aborted. */
  #failedLate(phase: ShutdownPhase, name: string, thrown: unknown, signal: AbortSignal): void {
    const error = asError(thrown);
    if (error === signal.reason || error.name === 'AbortError') return;
    this.#events.publish(
      new ErrorIgnored(undefined, error, `the task ${show(name)} of ${phase}, which had been left behind`),
    );
  }
}

/**
 * @returns its own timeout, if it has one
 * @throws TypeError
 */
function checkTask(
  phase: ShutdownPhase,
  name: string,
  task: ShutdownTask,
  options: ShutdownTaskOptions,
): number | undefined {
  const call = 'shutdown.addTask(phase, name, task)';
  if (!shutdownPhases.includes(phase))
    throw new TypeError(
      `${call}: there is no phase ${show(phase)}; the phases are ${shutdownPhases.join(', ')}`,
    );
  if (typeof name !== 'string' || name === '')
    throw new TypeError(`${call}: the name must be a text that is not empty, not ${show(name)}`);
  if (typeof task !== 'function')
    throw new TypeError(`${call}: the task must be a function ({ reason, signal }) => …, not ${show(task)}`);
  if (typeof options !== 'object' || options === null)
    throw new TypeError(
      `${call}: options must be an object such as { timeout: 10_000 }, not ${show(options)}`,
    );
  for (const key of Object.keys(options)) {
    if (key !== 'timeout')
      throw new TypeError(`${call}: there is no option ${show(key)}; the option is timeout`);
  }
  const { timeout } = options;
  if (timeout !== undefined) checkTimeout(`${call}: timeout`, timeout);
  return timeout;
}
