/**
 * Something of an actor that takes time: a `receive`, a hook or a `run` that returned a promise or a generator. The cell
 * hears once how it ended, unless it let go of it before.
 */
import { Coroutine, isGenerator, isThenable, refuseAsyncGenerator } from './coroutine.ts';
import type { Scope } from './operation.ts';

/** Which part of the actor's life goes on when the work is done. */
export type Step = 'receive' | 'start' | 'preRestart' | 'postStop' | 'main';

/** Whose work it is. */
export interface WorkOwner extends Scope {
  /** Hears once how a piece of work ended; `error` is undefined when it ended well. */
  workEnded(work: Work, error: { thrown: unknown } | undefined, value: unknown): void;
  /** Hears of an error of a piece of work that it had let go of. */
  lateError(work: Work, thrown: unknown): void;
}

export class Work {
  readonly step: Step;
  readonly #owner: WorkOwner;
  /** Whether the owner still waits for the end. */
  #isOpen = true;
  readonly #coroutine: Coroutine | undefined;

  private constructor(step: Step, awaited: object, owner: WorkOwner) {
    this.step = step;
    this.#owner = owner;
    if (isGenerator(awaited)) {
      this.#coroutine = new Coroutine(awaited, owner, {
        done: value => this.#end(undefined, value),
        failed: error => this.#end({ thrown: error }, undefined),
      });
    } else {
      (awaited as PromiseLike<unknown>).then(
        value => this.#end(undefined, value),
        error => this.#end({ thrown: error }, undefined),
      );
    }
  }

  /** The work that `result` stands for; undefined when there is nothing to wait for. */
  static of(step: Step, result: unknown, owner: WorkOwner): Work | undefined {
    if (typeof result !== 'object' || result === null) return undefined;
    if (isGenerator(result) || isThenable(result)) return new Work(step, result, owner);
    refuseAsyncGenerator(result, step === 'main' ? 'run' : step);
    return undefined;
  }

  /** Lets a generator begin; a promise has begun already. It may end before this returns. */
  begin(): void {
    this.#coroutine?.start();
  }

  pause(): void {
    this.#coroutine?.pause();
  }

  unpause(): void {
    this.#coroutine?.unpause();
  }

  /** Runs the `finally` blocks of a generator. A promise can't be cancelled: it sees the actor's `signal`. */
  cancel(): void {
    this.#coroutine?.cancel();
  }

  /** The owner does not wait any more; true if it did. */
  letGo(): boolean {
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    return wasOpen;
  }

  #end(error: { thrown: unknown } | undefined, value: unknown): void {
    if (this.letGo()) this.#owner.workEnded(this, error, value);
    else if (error !== undefined) this.#owner.lateError(this, error.thrown);
  }
}
