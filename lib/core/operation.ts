/**
 * An operation is something that takes time and can be cut short: a sleep, a `get`, a limited wait. It can be yielded
 * (`yield* op`, typed, or `yield op`) and awaited alike. Yielding costs no promise.
 */
import { AbortError } from '../base/errors.ts';
import type { Clock } from '../base/world.ts';

/** Where an operation runs: whose clock it reads, and who ends it when the actor ends. */
export interface Scope {
  readonly clock: Clock;
  /** The operations that are awaited just now; undefined for a scope that never ends. */
  readonly pending?: Set<Operation<unknown>> | undefined;
  /** What each step of a generator is run within just now, if anything. */
  readonly surrounding?: ((step: () => unknown) => unknown) | undefined;
}

/** Hears how an operation ended. */
export interface Settler {
  resolved(value: unknown): void;
  rejected(error: unknown): void;
}

/** Begins the operation and returns what cuts it short, if anything does. */
export type Begin<T> = (operation: Operation<T>, scope: Scope) => (() => void) | undefined;

type Phase = 'idle' | 'pending' | 'resolved' | 'rejected';

/** Who asks for a scope when an operation is awaited, not yielded: set from above, because only there it is known. */
let ambientScope: () => Scope;

export function provideAmbientScope(find: () => Scope): void {
  ambientScope = find;
}

export class Operation<T> implements PromiseLike<T> {
  /** Its operation is this one; `never` lets an operation of something pass for one of anything. */
  readonly #begin: Begin<never>;
  #phase: Phase = 'idle';
  #outcome: unknown;
  #cancel: (() => void) | undefined;
  #settlers: Settler[] = [];
  #scope: Scope | undefined;

  constructor(begin: Begin<T>) {
    this.#begin = begin as Begin<never>;
  }

  get isSettled(): boolean {
    return this.#phase === 'resolved' || this.#phase === 'rejected';
  }

  /** Begins, unless it has. */
  start(scope: Scope): this {
    if (this.#phase !== 'idle') return this;
    this.#phase = 'pending';
    this.#scope = scope;
    scope.pending?.add(this as Operation<unknown>);
    const cancel = this.#begin(this as never, scope);
    if (!this.isSettled) this.#cancel = cancel;
    return this;
  }

  /** Tells `settler` how it ends; at once when it has. */
  listen(settler: Settler): void {
    if (this.#phase === 'resolved') settler.resolved(this.#outcome);
    else if (this.#phase === 'rejected') settler.rejected(this.#outcome);
    else this.#settlers.push(settler);
  }

  resolve(value: T): void {
    this.#settle('resolved', value);
  }

  reject(error: unknown): void {
    this.#settle('rejected', error);
  }

  /** Cuts it short: what it waits for is called off, and who awaits it gets `error`. */
  cancel(error: Error = new AbortError('the operation was cancelled')): void {
    if (this.isSettled) return;
    this.#cancel?.();
    this.reject(error);
  }

  /** Cuts it short when nobody is to hear of it: the generator that yielded it is being closed. */
  drop(): void {
    this.#settlers = [];
    this.cancel();
  }

  #settle(phase: Phase, outcome: unknown): void {
    if (this.isSettled) return;
    this.#phase = phase;
    this.#outcome = outcome;
    this.#cancel = undefined;
    this.#scope?.pending?.delete(this as Operation<unknown>);
    const settlers = this.#settlers;
    this.#settlers = [];
    for (const settler of settlers) this.listen(settler);
  }

  then<A = T, B = never>(
    onResolved?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.start(ambientScope());
    return new Promise<T>((resolve, reject) => {
      this.listen({ resolved: resolve as (value: unknown) => void, rejected: reject });
    }).then(onResolved, onRejected);
  }

  *[Symbol.iterator](): Generator<Operation<T>, T, unknown> {
    return (yield this) as T;
  }
}
