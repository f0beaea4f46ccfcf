/** Which worker is given the next task. */
import type { Hand } from './hand.ts';

/** Tasks that take longer than this, in ms, wait in the queue until a worker is free ... */
const shortTask = 5;
/** ... and a worker has others ahead for so many ms at most: that is what going to and fro takes, and a little more. */
const ahead = 2;

/**
 * The one with the fewest tasks that would begin another one at once; undefined when all are busy. No more than `size` of them
 * work at a time: the others are there to take the place of one that is lost.
 */
export function freeHand(hands: readonly Hand[], size: number, concurrency: number): Hand | undefined {
  let idle: Hand | undefined;
  let least: Hand | undefined;
  let engaged = 0;
  for (const hand of hands) {
    const count = hand.tasks.size;
    if (count > 0) engaged++;
    if (!hand.isReady || count >= concurrency) continue;
    if (count === 0) idle ??= hand;
    else if (count < (least?.tasks.size ?? concurrency)) least = hand;
  }
  return engaged < size ? (idle ?? least) : least;
}

/**
 * The busy one that will be the first to get to a task that takes `expected` ms; undefined when none has so little to do, or the
 * task is not known to be short.
 */
export function handAhead(hands: readonly Hand[], expected = shortTask): Hand | undefined {
  if (expected >= shortTask) return undefined;
  let found: Hand | undefined;
  for (const hand of hands) {
    if (!hand.takesAhead || hand.tasks.size === 0) continue;
    if (hand.load < (found?.load ?? ahead)) found = hand;
  }
  return found;
}

/** The one that has most tasks ahead, of those from which they can be taken back. */
export function fullestHand(hands: readonly Hand[], concurrency: number): Hand | undefined {
  let found: Hand | undefined;
  for (const hand of hands)
    if (hand.givesBack && hand.tasks.size > (found?.tasks.size ?? concurrency)) found = hand;
  return found;
}
