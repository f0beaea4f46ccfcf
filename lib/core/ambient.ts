/**
 * Whose code is running now. An operation that is awaited, not yielded, learns here whose clock it reads: after an
 * `await` nothing else tells. Without an actor it is this machine's clock.
 */
import { systemClock } from '../base/world.ts';
import { provideAmbientScope, type Scope } from './operation.ts';

const nowhere: Scope = { clock: systemClock };
let current: Scope | undefined;
const finders: (() => Scope | undefined)[] = [() => current];
const leavers: (() => void)[] = [];

/** Says whose code runs from now on; returns whose ran before. */
export function enter(scope: Scope | undefined): Scope | undefined {
  const before = current;
  current = scope;
  return before;
}

/** Whose code runs in this very turn; undefined after an `await`. */
export const entered = (): Scope | undefined => current;

/**
 * Adds a way to find out whose code runs outside of turns; within one it is not asked.
 * @param leave called before turns are given, which may be in the wake of anybody's code: that must not stick to the others
 */
export function addFinder(find: () => Scope | undefined, leave: () => void): void {
  finders.push(find);
  leavers.push(leave);
}

/** From now on nobody's code runs, in whosever wake this is. */
export function leaveAll(): void {
  for (const leave of leavers) leave();
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
