/**
 * Whose code is running now. An operation that is awaited, not yielded, learns here whose clock it reads: after an
 * `await` nothing else tells. Without an actor it is this machine's clock.
 */
import { systemClock } from '../base/world.ts';
import { provideAmbientScope, type Scope } from './operation.ts';

const nowhere: Scope = { clock: systemClock };
let current: Scope | undefined;
const finders: (() => Scope | undefined)[] = [() => current];

/** Says whose code runs from now on; returns whose ran before. */
export function enter(scope: Scope | undefined): Scope | undefined {
  const before = current;
  current = scope;
  return before;
}

/** Whose code runs in this very turn; undefined after an `await`. */
export const entered = (): Scope | undefined => current;

/**
 * Adds a way to find out whose code runs outside of turns. Within one it is not asked: what began the turn, and lives on in an
 * `AsyncLocalStorage` for example, may be the code of another actor.
 */
export function addFinder(find: () => Scope | undefined): void {
  finders.push(find);
}

/** Whose code runs, as far as it can be told; undefined for that of nobody. */
export function whoRuns(): Scope | undefined {
  for (const find of finders) {
    const scope = find();
    if (scope !== undefined) return scope;
  }
  return undefined;
}

provideAmbientScope(() => whoRuns() ?? nowhere);
