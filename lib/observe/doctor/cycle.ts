/** A circle of actors that wait for each other's answers, in words. */
import { duration, type Found } from './words.ts';

/** Until a circle is so old, in ms, somebody in it may ask without waiting for the answer. */
export const leastAge = 500;

/**
 * @param members in the order in which each waits for the next one, beginning anywhere
 * @param waiting for how many ms it has been closed
 */
export function cycleFound(members: readonly string[], waiting: number, since: number): Found {
  const first = members.reduce((least, one, i) => (one < (members[least] as string) ? i : least), 0);
  const subjects = [...members.slice(first), ...members.slice(0, first)];
  const age = duration(waiting);
  const isSelf = subjects.length === 1;
  return {
    ...{ kind: 'askCycle', gravity: 'critical', subjects, since },
    text: isSelf
      ? `${subjects[0]} has asked itself, and has waited for the answer for ${age}: it can't answer before it has it`
      : `${[...subjects, subjects[0]].join(' → ')}: each has waited for the answer of the next one for ${age}, and none can answer before it has one`,
    advice: isSelf
      ? 'Call the method itself, or tell the message instead of asking.'
      : 'They go on when an ask times out. Let one of them tell instead of ask, or ask without waiting and pipeToSelf the answer.',
    figures: { members: subjects.length, waiting },
  };
}
