/**
 * Drives a generator: what it yields is waited for and handed back. Knows no actor. It can be paused between two yields,
 * and cancelled: then its `finally` blocks run, which may yield too.
 */
import { TroupeError } from '../base/errors.ts';
import { enter } from './ambient.ts';
import { Operation, type Scope } from './operation.ts';

type Generated = Generator<unknown, unknown, unknown>;
type Resume = { how: 'next' | 'throw' | 'return'; with: unknown };

/** Hears how a coroutine ended. */
export interface Ended {
  done(value: unknown): void;
  failed(error: unknown): void;
}

const generatorTag = '[object Generator]';

export const isGenerator = (value: unknown): value is Generated =>
  Object.prototype.toString.call(value) === generatorTag;

export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';

export class Coroutine {
  /** The generator and those that it waits for by a plain `yield`, the innermost last. */
  readonly #stack: Generated[];
  readonly #scope: Scope;
  readonly #ended: Ended;
  /** What it waits for; undefined while it runs, is paused with an answer in hand, or is done. */
  #awaited: unknown;
  /** Tells the answer to what is awaited now from a late one. */
  #turn = 0;
  #isPaused = false;
  #isRunning = false;
  #isDone = false;
  #isCancelled = false;
  /** An answer that came while it was paused or running. */
  #held: Resume | undefined;

  constructor(generator: Generated, scope: Scope, ended: Ended) {
    this.#stack = [generator];
    this.#scope = scope;
    this.#ended = ended;
  }

  start(): void {
    this.#resume({ how: 'next', with: undefined });
  }

  /** Stops at the next yield until `unpause`; calling it twice is calling it once. */
  pause(): void {
    this.#isPaused = true;
  }

  unpause(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#resume(held);
  }

  /** Closes the generators, the innermost first: their `finally` blocks run now. A paused one is unpaused for it. */
  cancel(): void {
    if (this.#isDone || this.#isCancelled) return;
    this.#isCancelled = true;
    this.#isPaused = false;
    this.#held = undefined;
    this.#dropAwaited();
    this.#resume({ how: 'return', with: undefined });
  }

  #dropAwaited(): void {
    const awaited = this.#awaited;
    this.#awaited = undefined;
    this.#turn++;
    if (awaited instanceof Operation) awaited.drop();
  }

  #resume(resume: Resume): void {
    if (this.#isPaused || this.#isRunning) {
      this.#held = resume;
      return;
    }
    this.#isRunning = true;
    for (let next: Resume | undefined = resume; next !== undefined; ) {
      next = this.#step(next);
      if (this.#isPaused) {
        this.#held ??= next;
        break;
      }
      // Cancelled by its own code, or answered before `#step` had returned.
      if (this.#held !== undefined) {
        next = this.#held;
        this.#held = undefined;
        this.#dropAwaited();
      }
    }
    this.#isRunning = false;
  }

  /** One step of the innermost generator; gives the next one if that need not be waited for. */
  #step({ how, with: value }: Resume): Resume | undefined {
    const generator = this.#stack.at(-1);
    if (generator === undefined) return undefined;
    let result: IteratorResult<unknown, unknown>;
    // What it was resumed by may be anybody's code, or nobody's.
    const before = enter(this.#scope);
    try {
      const { surrounding } = this.#scope;
      result =
        surrounding === undefined
          ? generator[how](value)
          : (surrounding(() => generator[how](value)) as IteratorResult<unknown, unknown>);
    } catch (error) {
      return this.#left({ how: 'throw', with: error });
    } finally {
      enter(before);
    }
    if (!result.done) return this.#wait(result.value);
    return this.#left({ how: this.#isCancelled ? 'return' : 'next', with: result.value });
  }

  /** The innermost generator is over: its outcome goes to the one that yielded it, or is that of the whole. */
  #left(outcome: Resume): Resume | undefined {
    this.#stack.pop();
    if (this.#stack.length > 0) return outcome;
    this.#isDone = true;
    if (outcome.how === 'throw') this.#ended.failed(outcome.with);
    else this.#ended.done(outcome.with);
    return undefined;
  }

  #wait(yielded: unknown): Resume | undefined {
    if (isGenerator(yielded)) {
      this.#stack.push(yielded);
      return { how: 'next', with: undefined };
    }
    if (!(yielded instanceof Operation) && !isThenable(yielded)) return { how: 'next', with: yielded };
    const turn = ++this.#turn;
    this.#awaited = yielded;
    const answer = (how: Resume['how'], value: unknown) => {
      if (turn !== this.#turn || this.#isDone) return;
      this.#turn++;
      this.#awaited = undefined;
      this.#resume({ how, with: value });
    };
    try {
      if (yielded instanceof Operation) {
        yielded
          .start(this.#scope)
          .listen({ resolved: v => answer('next', v), rejected: e => answer('throw', e) });
      } else {
        yielded.then(
          v => answer('next', v),
          e => answer('throw', e),
        );
      }
    } catch (error) {
      answer('throw', error);
    }
    return undefined;
  }
}

/** An async generator has two ways to wait; nobody could drive it. */
export function refuseAsyncGenerator(value: object, where: string): void {
  if (Object.prototype.toString.call(value) !== '[object AsyncGenerator]') return;
  throw new TroupeError(
    'ASYNC_GENERATOR',
    `${where} is an async generator; make it a generator (*) or an async function`,
  );
}
