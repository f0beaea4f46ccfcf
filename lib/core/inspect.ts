/** A close look at one actor, and a quick one at all of them. Only reads. */
import { show } from '../base/errors.ts';
import { Ask } from './ask.ts';
import type { Children } from './children.ts';
import type { ActorDetail } from './detail.ts';
import type { Life } from './life.ts';
import { MailCell } from './mailCell.ts';
import type { ActorMeter } from './meter.ts';
import { Ref } from './ref.ts';

/** An actor as it is at this moment: what it is asked later may be otherwise. */
export interface ActorView {
  readonly ref: Ref;
  /** The name of its class or function. */
  readonly className: string;
  /** `running` while it is idle or handles a message, `busy` while it waits in an async one. */
  readonly life: Life;
  readonly restarts: number;
  /** Whether it is in the middle of something that takes time: async work, or for a process anything but a `get`. */
  readonly isBusy: boolean;
  /** The messages that wait in its mailbox. */
  readonly load: number;
  readonly waiting: { readonly queued: number; readonly stashed: number };
  /** For how many ms it has been there, restarts included. */
  readonly uptime: number;
  /** What is measured of it: undefined until it has had a turn on a node that measures (`node.instruments.measure()`). */
  readonly meter: ActorMeter | undefined;
  /** Undefined until it has had one. */
  readonly children: { readonly size: number } | undefined;
}

/** Calls `see` with every actor at and below `root`, parents before their children, and with its depth below `root`. */
export function forEachActor(root: Ref, see: (actor: ActorView, depth: number) => void): void {
  if (!(root.inlet instanceof MailCell)) return;
  const open: { cell: MailCell; depth: number }[] = [{ cell: root.inlet, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { cell, depth } = next;
    see(cell, depth);
    if (cell.children === undefined) continue;
    const below = [...(cell.children as Children<MailCell>)];
    for (let i = below.length - 1; i >= 0; i--) open.push({ cell: below[i] as MailCell, depth: depth + 1 });
  }
}

/**
 * What is known of one actor of this node.
 * @param options.peek how many of the messages that wait are shown (10)
 * @returns undefined when it has stopped
 * @throws TypeError when the ref is of another node, or of no actor
 */
export function inspect(ref: Ref, { peek = 10 }: { peek?: number } = {}): ActorDetail | undefined {
  if (!(ref instanceof Ref)) throw new TypeError(`inspect(ref): expected a ref, not ${show(ref)}`);
  if (!ref.isLocal)
    throw new TypeError(`inspect(ref): ${ref.address} lives on another node, and only that can look into it`);
  if (ref.isStopped) return undefined;
  if (!(ref.inlet instanceof MailCell)) throw new TypeError(`inspect(ref): ${ref.address} is no actor`);
  return ref.inlet.detail(peek);
}

/** A question that waits for its answer. */
export interface OpenQuestion {
  /** The actor that asks; undefined for code of no actor, and for an actor's async code after an `await`. */
  readonly from: Ref | undefined;
  readonly to: Ref;
  /** When it was asked, in ms by the node's clock. */
  readonly since: number;
}

/** The questions of the node of this actor that wait for an answer, the oldest first. */
export function openQuestions(root: Ref): OpenQuestion[] {
  if (!(root.inlet instanceof MailCell)) return [];
  const questions: OpenQuestion[] = [];
  for (const { inlet } of root.inlet.realm.askers.values()) {
    if (!(inlet instanceof Ask)) continue;
    const { asker, target, askedAt } = inlet;
    questions.push({ from: asker instanceof MailCell ? asker.ref : undefined, to: target, since: askedAt });
  }
  return questions;
}
