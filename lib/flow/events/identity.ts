/** Where events get their ids and their time from. */
import { type World, world } from '../../base/world.ts';

let current: World = world();

/**
 * Events take their ids and times from `source` from now on: for a test or a simulation that wants the same run twice.
 *
 * @returns a function that puts the world from before back.
 */
export function useEventWorld(source: World): () => void {
  const before = current;
  current = source;
  return () => {
    current = before;
  };
}

/** 32 hexadecimal digits: the time in seconds, so that ids sort by their age, and 96 bits that nobody can guess. */
export function newEventId(): string {
  const seconds = Math.floor(current.clock.wall() / 1000) % 2 ** 32;
  return seconds.toString(16).padStart(8, '0') + Buffer.from(current.secret(), 'base64url').toString('hex');
}

/** Milliseconds since the Unix epoch. */
export const eventTime = (): number => current.clock.wall();
