/** What is wrong with a node as a whole: restarts and what is left of them, dead letters, other nodes, the event loop. */

import type { SupervisorView } from './findings.ts';
import type { Incidents } from './incidents.ts';
import type { Ward } from './ward.ts';
import { duration, errorText, type Found, plural, round } from './words.ts';

/** Restarts in a minute that are a storm. */
const leastRestarts = 3;
/** Dead letters keep coming when some came in so many looks of the last minute, or so many in all. */
const leastLooks = 3;
const leastLetters = 100;
const mostLetters = 5;
/** So great a share of the restarts, or less, is few. */
const few = 1 / 3;

export function supervisorViews(wards: Iterable<Ward>): SupervisorView[] {
  const views: SupervisorView[] = [];
  for (const { supervisor, restarts, together, worst } of wards) {
    const budget = together ?? worst?.budget;
    if (budget === undefined) continue;
    const { left, max, within } = budget;
    const child = together === undefined ? worst?.child.ref.path : undefined;
    views.push({
      ...{
        path: supervisor.ref.path,
        className: supervisor.className,
        child,
        restarts,
      },
      ...{ left: finite(left), max: finite(max), within: finite(within) },
    });
  }
  const most = Number.POSITIVE_INFINITY;
  return views.sort((a, b) => (a.left ?? most) - (b.left ?? most) || (a.path < b.path ? -1 : 1));
}

/** Infinity is no plain data: it does not survive JSON. */
const finite = (figure: number) => (Number.isFinite(figure) ? figure : null);

export function* checkBudgets(supervisors: readonly SupervisorView[], now: number): IterableIterator<Found> {
  for (const { path, left, max, within, child } of supervisors) {
    if (left === null || max === null || max === 0 || left > max * few) continue;
    const who = child === undefined ? 'its children' : child;
    const limit = `${max} within ${within === null ? 'its life' : duration(within)}`;
    yield {
      ...{
        kind: 'budget',
        gravity: left === 0 ? 'warning' : 'notice',
        since: now,
      },
      subjects: child === undefined ? [path] : [path, child],
      text:
        left === 0
          ? `${path} has no restart left for ${who} (at most ${limit}): with one more failure it fails itself`
          : `${path} has ${plural(left, 'restart')} left for ${who} (at most ${limit})`,
      advice:
        'See why the child fails. A backoff gives it time; a greater max or intensity only puts the end off.',
      figures: { left, max, ...(within !== null && { within }) },
    };
  }
}

export function* checkRestarts({ restarts, errors }: Incidents): IterableIterator<Found> {
  for (const { ref, path, count, since } of restarts.sums) {
    if (count < leastRestarts) continue;
    const error = errors.get(ref);
    yield {
      ...{ kind: 'restarts', gravity: 'warning', subjects: [path], since },
      text: `${path} was restarted ${count} times in the last minute${error === undefined ? '' : `, last after ${errorText(error)}`}`,
      advice: 'A restart does not help against this error: see to its cause, or give the actor a backoff.',
      figures: { restarts: count },
    };
  }
}

const letterAdvice: Readonly<Record<string, string>> = {
  overflow: 'Its mailbox has no room: send less, or give it more room.',
  nodeDown: 'Its node can not be reached: watch the actor, and stop sending until it is back.',
  lateReply: 'Ask with a longer timeout, or see what makes it slow.',
  noSender: 'No harm is done: who wants the answer has to ask, or to be given as the sender.',
};

function letterText(count: number, path: string, reason: string): string {
  const answers = `${plural(count, 'answer')} of ${path}`;
  if (reason === 'lateReply')
    return `${answers} came in the last minute when nobody waited for them any more`;
  if (reason === 'noSender') return `${answers} in the last minute went nowhere: it was told, not asked`;
  return `${plural(count, 'message')} for ${path} became dead letters (${reason}) in the last minute, and they keep coming`;
}

export function* checkDeadLetters({ letters }: Incidents): IterableIterator<Found> {
  let left = mostLetters;
  for (const { path, what: reason, count, looks, since } of letters.sums) {
    if (count < leastLetters && looks < leastLooks) continue;
    if (left-- === 0) return;
    yield {
      id: `deadLetters ${path} ${reason}`,
      ...{ kind: 'deadLetters', subjects: [path], since },
      gravity: reason === 'noSender' ? 'notice' : 'warning',
      text: letterText(count, path, reason),
      advice: letterAdvice[reason] ?? 'Let who sends them watch the actor, or look it up anew.',
      figures: { letters: count },
    };
  }
}

export function* checkNodes({ nodes }: Incidents, now: number): IterableIterator<Found> {
  for (const [address, { state, since }] of nodes) {
    const age = duration(now - since);
    yield state === 'unresponsive'
      ? {
          ...{ kind: 'node', gravity: 'warning', subjects: [address], since },
          text: `The node ${address} is alive, but has not answered for ${age}`,
          advice:
            'Its event loop is kept by something: ask the doctor of that node, or look at its processor.',
          figures: { age: now - since },
        }
      : {
          ...{ kind: 'node', gravity: 'critical', subjects: [address], since },
          text: `The node ${address} was declared down and came back, and has been cut off for ${age}`,
          advice: 'It stays cut off until its process is started anew.',
          figures: { age: now - since },
        };
  }
}

/** The event loop as it was at one look. */
export interface LoopLook {
  readonly at: number;
  readonly delay: number;
  /** Who had most of it, and what share. */
  readonly keenest: { readonly path: string; readonly share: number } | undefined;
}

/** @param worst the look at which it was the latest */
export function* checkLoop(worst: LoopLook | undefined, slow: number): IterableIterator<Found> {
  if (worst === undefined || worst.delay <= slow) return;
  const { at, delay, keenest } = worst;
  const share = round((keenest?.share ?? 0) * 100);
  const by =
    share >= 1
      ? `; most of the time was with ${keenest?.path} (${share} %)`
      : '; no actor had it: see the code beside the actors';
  yield {
    ...{
      kind: 'eventLoop',
      gravity: 'warning',
      subjects: share >= 1 ? [keenest?.path as string] : [],
      since: at,
    },
    text: `The event loop came ${duration(delay)} late to what was due${by}`,
    advice:
      'Nothing else happens meanwhile, no message, timer or I/O: do what takes long in pieces, or in a thread.',
    figures: { delay, share },
  };
}
