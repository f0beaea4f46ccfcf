/**
 * An actor that is written as a program: `run` takes the messages that it wants, when it wants them, and waits as it
 * goes. After Erlang's processes and their selective receive.
 */
import { InvalidEscalation, show, TimeoutError, TroupeError } from '../base/errors.ts';
import { compile, type Matched } from '../base/patterns.ts';
import { Actor, hostOf } from '../core/actor.ts';
import type { ActorCell } from '../core/actorCell.ts';
import { main } from '../core/mailCell.ts';
import { Terminated } from '../core/message.ts';
import { Operation } from '../core/operation.ts';
import { ActorStopped } from '../core/ref.ts';
import { type Awaitable, runIn, sleep, withTimeout } from './operations.ts';

export interface GetOptions {
  /** How long to wait, in ms; for ever unless given. */
  timeout?: number | undefined;
}

const generatorFunction = Object.getPrototypeOf(function* () {}) as object;

/**
 * A process.
 * @typeParam P the parameters that it is spawned with, which `run` gets
 * @typeParam M the messages that it understands
 */
export abstract class Process<P = undefined, M = unknown> extends Actor<M, P> {
  #isGetting = false;
  #gets = 0;

  /**
   * The program. When it returns, the process stops; when it throws, its supervisor decides; when the process is stopped,
   * its `finally` blocks run. A restart runs it anew with the same parameters.
   */
  abstract run(params: P): Generator<unknown, unknown, never> | PromiseLike<unknown>;

  /** @internal */
  [main](): unknown {
    const { params, run } = this;
    if (typeof run !== 'function')
      throw new TypeError(`${this.constructor.name} must have a run(params) method`);
    const begin = () => run.call(this, params);
    return Object.getPrototypeOf(run) === generatorFunction ? begin() : runIn(this.#cell('run'), begin);
  }

  /** A process takes its messages itself. */
  declare receive?: never;

  /**
   * Takes the first message, in the order of arrival, that matches any of the patterns, and waits for one if there is
   * none. The others stay, in order, for later `get`s. Without patterns, any message will do.
   *
   * An object as the last argument that has nothing but a `timeout` is the options, not a pattern.
   * @throws TimeoutError when none has come in time: what was there stays there
   */
  get<const P extends readonly unknown[]>(
    ...args: [...patterns: P, options: GetOptions]
  ): Operation<MatchedAny<P>>;
  get<const P extends readonly unknown[]>(...patterns: P): Operation<MatchedAny<P>>;
  get(...args: readonly unknown[]): Operation<unknown> {
    const { patterns, timeout } = splitOptions(args);
    const cell = this.#cell('get');
    if (cell.life === 'stopped') {
      throw new ActorStopped(
        cell.ref,
        'stopped',
        `${cell.ref.address} has stopped: it gets no messages any more`,
      );
    }
    if (this.#isGetting) {
      throw new TroupeError(
        'GET_PENDING',
        `${this.ref.address} waits in a get already; end that one before the next`,
      );
    }
    const matches = compile(patterns);
    this.#isGetting = true;
    let cancelTimer = () => {};
    const end = () => {
      this.#isGetting = false;
      cell.onMail = undefined;
      cancelTimer();
    };
    const look = (own: Operation<unknown>): void => {
      let taken: { message: unknown } | undefined;
      try {
        taken = cell.takeAwaited(matches);
      } catch (thrown) {
        end();
        own.reject(thrown);
        return;
      }
      if (taken === undefined) return;
      end();
      own.resolve(taken.message);
    };
    const operation = new Operation<unknown>(own => {
      if (++this.#gets % mostGetsInARow !== 0) look(own);
      if (own.isSettled) return undefined;
      cell.onMail = () => look(own);
      if (timeout !== undefined && timeout < Number.POSITIVE_INFINITY) {
        cancelTimer = cell.clock.after(timeout, () => {
          end();
          own.reject(new TimeoutError(`${this.ref.address} got no matching message within ${timeout} ms`));
        });
      }
      return end;
    });
    return operation.start(cell);
  }

  /** The first message that matches any of the patterns, if one is there; else undefined. Never waits. */
  getNowait<const P extends readonly unknown[]>(...patterns: P): MatchedAny<P> | undefined {
    return this.#cell('getNowait').take(compile(patterns))?.message as MatchedAny<P> | undefined;
  }

  /**
   * Reports all messages that are there as unhandled.
   * @throws UnhandledTermination when a `Terminated` is among them
   */
  flush(): void {
    const cell = this.#cell('flush');
    let termination: Terminated | undefined;
    for (let taken = cell.take(all); taken !== undefined; taken = cell.take(all)) {
      if (taken.message instanceof Terminated) termination ??= taken.message;
      else this.unhandled(taken.message);
    }
    if (termination !== undefined) this.unhandled(termination);
  }

  /**
   * Reports an error to the supervisor and waits for its decision: on `Resume` it goes on, on any other it does not.
   * @throws InvalidEscalation when there is no error to report
   */
  escalate(error: Error): Operation<void> {
    if (!(error instanceof Error)) {
      throw new InvalidEscalation(
        `escalate(error) reports an error; ${show(error)} is none: call it in a catch block, with what was caught`,
      );
    }
    const cell = this.#cell('escalate');
    return new Operation<void>(operation => {
      cell.failed(error, undefined);
      const cancel = cell.whenResumed(() => operation.resolve());
      return cancel;
    }).start(cell);
  }

  /** `sleep` by this process's clock, also where an async function can't be told whose it is. */
  sleep(ms: number): Operation<void> {
    return sleep(ms).start(this.#cell('sleep'));
  }

  /** `withTimeout` by this process's clock. */
  withTimeout<T>(ms: number | undefined, awaitable: Awaitable<T>): Operation<T> {
    return withTimeout(ms, awaitable).start(this.#cell('withTimeout'));
  }

  #cell(member: string): ActorCell {
    return hostOf(this, member) as ActorCell;
  }
}

type MatchedAny<P extends readonly unknown[]> = P extends readonly [] ? unknown : Matched<P[number]>;

const all = () => true;

/** After so many, a `get` leaves it to the cell to give it its message, so that a process can't keep all others waiting. */
const mostGetsInARow = 64;

function splitOptions(args: readonly unknown[]): {
  patterns: readonly unknown[];
  timeout: number | undefined;
} {
  const last = args.at(-1);
  if (!isGetOptions(last)) return { patterns: args, timeout: undefined };
  const { timeout } = last;
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout >= 0)) {
    throw new TypeError(`get: timeout must be milliseconds from 0 up, not ${show(timeout)}`);
  }
  return { patterns: args.slice(0, -1), timeout };
}

function isGetOptions(value: unknown): value is GetOptions {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return false;
  const keys = Object.keys(value);
  return keys.length === 1 && keys[0] === 'timeout';
}
