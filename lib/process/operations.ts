/** Operations that need no actor: to sleep, and to limit how long another operation may take. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { show, TimeoutError } from '../base/errors.ts';
import { addFinder } from '../core/ambient.ts';
import { Coroutine, isGenerator, isThenable } from '../core/coroutine.ts';
import { Operation, type Scope } from '../core/operation.ts';

/** Whose async function runs: it is the only way to tell after an `await`. Used for async `run`s alone, because it costs. */
const asyncScope = new AsyncLocalStorage<Scope | undefined>();
addFinder(
  () => asyncScope.getStore(),
  () => {
    if (asyncScope.getStore() !== undefined) asyncScope.enterWith(undefined);
  },
);

/** @internal Runs an async function so that the operations that it awaits know whose they are. */
export const runIn = <T>(scope: Scope, fn: () => T): T => asyncScope.run(scope, fn);

/**
 * Waits. `yield* sleep(1000)` in a generator, `await sleep(1000)` in an async function; by the clock of the node whose
 * actor waits, and cut short when that actor stops.
 * @param ms milliseconds from 0 up
 */
export function sleep(ms: number): Operation<void> {
  if (typeof ms !== 'number' || !(ms >= 0))
    throw new TypeError(`sleep: expected milliseconds from 0 up, not ${show(ms)}`);
  return new Operation((operation, { clock }) => clock.after(ms, () => operation.resolve()));
}

/** Whatever can be waited for: an operation, a promise, a generator; any other value is there already. */
export type Awaitable<T> = Operation<T> | PromiseLike<T> | Generator<unknown, T, unknown> | T;

/**
 * Limits how long something may take. When the time is up, it is cancelled (a promise can't be: it is left behind).
 * @param ms milliseconds from 0 up; undefined sets no limit
 * @throws TimeoutError when it takes longer
 */
export function withTimeout<T>(ms: number | undefined, awaitable: Awaitable<T>): Operation<T> {
  if (ms !== undefined && !(typeof ms === 'number' && ms >= 0)) {
    throw new TypeError(`withTimeout: expected milliseconds from 0 up, or undefined, not ${show(ms)}`);
  }
  return new Operation((operation, scope) => {
    let isOver = false;
    let cancelTimer = () => {};
    // What a generator gives while it is being cancelled is no outcome.
    const unlessOver =
      <V>(settle: (value: V) => void) =>
      (value: V) => {
        if (isOver) return;
        isOver = true;
        cancelTimer();
        settle(value);
      };
    const cancelInner = begin(awaitable, scope, {
      resolved: unlessOver(value => operation.resolve(value as T)),
      rejected: unlessOver(error => operation.reject(error)),
    });
    const cancel = () => {
      isOver = true;
      cancelTimer();
      cancelInner();
    };
    if (ms !== undefined && ms < Number.POSITIVE_INFINITY && !operation.isSettled) {
      cancelTimer = scope.clock.after(ms, () => {
        // First: whoever waits goes on at once, and may want what the inner operation holds.
        cancel();
        operation.reject(new TimeoutError(`it took longer than ${ms} ms`));
      });
    }
    return cancel;
  });
}

interface Outcome {
  resolved(value: unknown): void;
  rejected(error: unknown): void;
}

/** Begins whatever can be waited for; gives what cancels it. */
function begin(awaitable: unknown, scope: Scope, outcome: Outcome): () => void {
  if (awaitable instanceof Operation) {
    awaitable.start(scope).listen(outcome);
    return () => awaitable.drop();
  }
  if (isGenerator(awaitable)) {
    const coroutine = new Coroutine(awaitable, scope, { done: outcome.resolved, failed: outcome.rejected });
    coroutine.start();
    return () => coroutine.cancel();
  }
  if (isThenable(awaitable)) awaitable.then(outcome.resolved, outcome.rejected);
  else outcome.resolved(awaitable);
  return () => {};
}
