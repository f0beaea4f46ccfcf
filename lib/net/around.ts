/** Does something after what a hook or a handler has begun, which may be sync, async or a generator. */
import { isGenerator, isThenable } from '../core/coroutine.ts';

/** Calls `then` when `result` is there and no error. */
export function after(result: unknown, then: () => unknown): unknown {
  if (isGenerator(result)) return afterGenerator(result, then);
  return isThenable(result) ? result.then(then) : then();
}

function* afterGenerator(result: Generator<unknown>, then: () => unknown): Generator<unknown> {
  yield* result;
  yield then();
}

/** Calls `then` when what `call` has begun is over, however it ended: also when it threw. */
export function always(call: () => unknown, then: () => unknown): unknown {
  let result: unknown;
  try {
    result = call();
  } catch (error) {
    return after(then(), () => {
      throw error;
    });
  }
  if (isGenerator(result)) return alwaysAfterGenerator(result, then);
  return isThenable(result) ? alwaysAfterPromise(result, then) : then();
}

function* alwaysAfterGenerator(result: Generator<unknown>, then: () => unknown): Generator<unknown> {
  try {
    yield* result;
  } finally {
    yield then();
  }
}

async function alwaysAfterPromise(result: PromiseLike<unknown>, then: () => unknown): Promise<void> {
  try {
    await result;
  } finally {
    await then();
  }
}
