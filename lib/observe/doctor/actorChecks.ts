/** What is wrong with single actors: those that take long, that are stuck on the way, whose messages pile up. */
import type { MailCell } from '../../core/mailCell.ts';
import type { Step } from '../../core/work.ts';
import type { Incidents } from './incidents.ts';
import type { Questions } from './questions.ts';
import { nameOf } from './questions.ts';
import type { Trend } from './trend.ts';
import type { Condition, LongTurn, Patient } from './ward.ts';
import { duration, errorText, type Found, plural, round } from './words.ts';

/** What the checks of one diagnosis share. */
export interface Case {
  /** By the node's clock. */
  readonly now: number;
  readonly slow: number;
  readonly questions: Questions;
}

/** @param patient in the condition in which it was when it was seen last */
export function* checkCondition(patient: Patient, of: Case): IterableIterator<Found> {
  const { condition, since } = patient;
  if (of.now - since <= of.slow) return;
  if (condition === 'busy') yield* checkBusy(patient, of);
  else if (condition === 'suspended') yield* checkSuspended(patient, of);
  else if (condition !== 'idle') yield* checkTransition(patient, of);
}

/** Whether what waits only gets more: its messages, and those that it has put aside. */
export function* checkWaiting({ cell, queue, stash }: Patient, of: Case): IterableIterator<Found> {
  if (cell.life === 'stopped') return;
  yield* checkMailbox(cell, queue, of);
  yield* checkStash(cell, stash, of);
}

function* checkBusy({ cell, since }: Patient, { now, slow, questions }: Case): IterableIterator<Found> {
  // Who waits for an answer is no trouble by itself: who does not give it is, and that is told.
  if (questions.hasWaitedLonger(cell, slow)) return;
  const { load } = cell;
  const isProcess = cell.pending !== undefined;
  // A process that nobody tells anything may do what it wants.
  if (isProcess && load === 0) return;
  const { path } = cell.ref;
  const [asked] = questions.graph.waitsOf(cell).keys();
  const what =
    asked !== undefined
      ? `just now for an answer of ${nameOf(asked)}`
      : isProcess && (cell.pending?.size ?? 0) > 0
        ? 'in an operation such as sleep or withTimeout'
        : (cell.meter?.busySince ?? Number.NaN) >= questions.askersKnownSince
          ? 'for something that is no question: a promise, I/O, a timer'
          : 'for a promise: I/O, a timer, or an answer for which it has asked after an await';
  const age = duration(now - since);
  yield {
    ...{
      kind: 'busy',
      gravity: load > 0 ? 'warning' : 'notice',
      subjects: [path],
      since,
    },
    text: isProcess
      ? `${path} (${cell.className}) has not come back to a get for ${age}, and ${plural(load, 'message')} wait${load === 1 ? 's' : ''}; it waits ${what}`
      : `${path} (${cell.className}) has been busy with one message for ${age}${load > 0 ? `, and ${plural(load, 'message')} wait${load === 1 ? 's' : ''} behind it` : ''}; it waits ${what}`,
    advice:
      'Limit what it waits for with withTimeout, or do it beside the actor and pipeToSelf the result, so that it can take other messages meanwhile.',
    figures: { busyFor: now - since, queued: load },
  };
}

function* checkSuspended({ cell, since }: Patient, { now }: Case): IterableIterator<Found> {
  const { failure, parent, ref, load } = cell;
  // Those below it, and those above to which it was handed on, are told of by their own.
  if (failure === undefined || parent?.failure !== undefined) return;
  yield {
    ...{
      kind: 'suspended',
      gravity: 'critical',
      subjects: [ref.path, ...(parent ? [parent.ref.path] : [])],
      since,
    },
    text: `${ref.path} (${cell.className}) has failed, and its supervisor ${parent?.ref.path ?? ''} has not decided what becomes of it for ${duration(now - since)}: ${errorText(failure.error)}`,
    advice:
      'See what the supervisor does: it may wait for another child that does not start or stop, or have messages before it.',
    figures: {
      suspendedFor: now - since,
      queued: load,
      supervisorQueued: parent?.load ?? 0,
    },
  };
}

/** What takes time, as its actor calls it. */
function hookOf(step: Step, condition: Condition): string {
  if (step === 'receive') return 'its present message';
  if (step === 'main') return 'run';
  if (step === 'start') return condition === 'restarting' ? 'postRestart' : 'preStart';
  return step;
}

function* checkTransition({ cell, condition, since }: Patient, { now }: Case): IterableIterator<Found> {
  const { ending, step, ref } = cell;
  const isEndingChildren = step === undefined && ending?.step === 'children';
  // A restart that waits for the end of its backoff waits for what it was told to wait for.
  if (condition === 'restarting' && step === undefined && !isEndingChildren) return;
  const below = [...(cell.children ?? [])] as MailCell[];
  const late = below.find(({ life }) => life === condition || life === 'stopping' || life === 'starting');
  // The deepest one that does not get on is the one to look at.
  if (late !== undefined && (isEndingChildren || condition === 'starting')) return;
  const what = isEndingChildren
    ? `the end of ${plural(below.length, 'child').replace('childs', 'children')}, the first of which is ${below[0]?.ref.path}`
    : step === undefined
      ? 'its turn'
      : `the end of ${hookOf(step, condition)}`;
  const age = now - since;
  yield {
    ...{ kind: 'transition', gravity: 'warning', subjects: [ref.path], since },
    text: `${ref.path} (${cell.className}) has been ${condition} for ${duration(age)}: it waits for ${what}; ${plural(cell.load, 'message')} wait${cell.load === 1 ? 's' : ''}`,
    advice:
      condition === 'stopping'
        ? 'Let async code heed this.signal, and give the actor a shutdown limit.'
        : 'Nobody else limits how long a start may take: limit what the hook waits for with withTimeout, or begin at once and pipeToSelf the result.',
    figures: { age, queued: cell.load },
  };
}

function* checkMailbox(cell: MailCell, trend: Trend | undefined, { now }: Case): IterableIterator<Found> {
  const growth = trend?.growth;
  if (trend === undefined || growth === undefined) return;
  const { load, meter, mailboxLimits, ref } = cell;
  const { capacity, highWaterMark, isShelf } = mailboxLimits;
  // A pool takes each message, and puts on its shelf what no worker takes from it.
  const rate = Math.max(0, (meter?.rate ?? 0) - (isShelf ? growth : 0));
  const isBounded = Number.isFinite(capacity);
  const mark = isBounded ? capacity : highWaterMark;
  const left = (mark - load) / growth;
  const name = isBounded ? `its limit of ${mark}` : `its high-water mark of ${mark}`;
  const outlook =
    left > 0
      ? `it reaches ${name} in ${duration(left * 1000)}`
      : isBounded
        ? 'it is full'
        : `it has passed ${name}, and doubles in ${duration((load / growth) * 1000)}`;
  yield {
    ...{
      kind: 'mailbox',
      gravity: left > 0 ? 'warning' : 'critical',
      subjects: [ref.path],
      since: trend.since,
    },
    text: `The mailbox of ${ref.path} (${cell.className}) only grows: ${plural(load, 'message')} wait, it gets ${round(rate + growth)} per second and takes ${round(rate)}; ${outlook}`,
    advice: isBounded
      ? 'What finds no room is dropped. Send less, make it faster, or share the work among the workers of a pool.'
      : 'Send less, make it faster, or share the work among the workers of a pool; bounded({ capacity }) keeps it from taking all memory.',
    figures: {
      queued: load,
      growth: round(growth),
      rate: round(rate),
      age: now - trend.since,
      ...(left > 0 && { left: left * 1000 }),
    },
  };
}

function* checkStash(cell: MailCell, trend: Trend | undefined, { now }: Case): IterableIterator<Found> {
  const growth = trend?.growth;
  if (trend === undefined || growth === undefined) return;
  const { stashed } = cell.waiting;
  const { path } = cell.ref;
  yield {
    ...{
      kind: 'stash',
      gravity: 'warning',
      subjects: [path],
      since: trend.since,
    },
    text: `${path} (${cell.className}) has put ${plural(stashed, 'message')} aside, ${round(growth)} more each second, and takes none of them back`,
    advice: 'See what it waits for before it calls unstashAll: that may never come.',
    figures: { stashed, growth: round(growth), age: now - trend.since },
  };
}

export function* checkOverflows({ overflows }: Incidents): IterableIterator<Found> {
  for (const { path, count, since } of overflows.sums)
    yield {
      ...{ kind: 'overflow', gravity: 'warning', subjects: [path], since },
      text: `The bounded mailbox of ${path} was full: ${plural(count, 'message')} ${count === 1 ? 'was' : 'were'} dropped in the last minute`,
      advice: 'Send less, make it faster, give it more room, or share the work among the workers of a pool.',
      figures: { dropped: count },
    };
}

export function* checkTurns(turns: Iterable<LongTurn>, { slow }: Case): IterableIterator<Found> {
  for (const { ref, className, ms, at } of turns) {
    if (ms <= slow) continue;
    const { path } = ref;
    yield {
      ...{ kind: 'longTurn', gravity: 'warning', subjects: [path], since: at },
      text: `${path} (${className}) has kept the event loop for ${duration(ms)} at once: nobody else had a turn, and no I/O was done`,
      advice: 'Do what takes long in pieces, or in a thread: spawn it with on: thread().',
      figures: { turn: ms },
    };
  }
}
