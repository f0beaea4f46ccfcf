/** What a doctor says: plain data, which crosses to other nodes and to a browser as it is. */

import type { AskersKnown } from './askers.ts';

/** `critical`: it does not go on by itself, or not without loss; `warning`: it goes wrong; `notice`: it may. */
export type Gravity = 'critical' | 'warning' | 'notice';

/** From the gravest to the least grave. */
export const gravities: readonly Gravity[] = ['critical', 'warning', 'notice'];

export const findingKinds = [
  /** Actors that wait for each other's answers; or one for its own. */
  'askCycle',
  /** Questions that have waited for their answer for longer than `slow`. */
  'unanswered',
  /** An actor that has been in one piece of async work for longer than `slow`. */
  'busy',
  /** An actor that kept the event loop for longer than `slow` at once. */
  'longTurn',
  /** The event loop came late to what was due. */
  'eventLoop',
  /** A mailbox that only grows. */
  'mailbox',
  /** Messages put aside that only get more. */
  'stash',
  /** A bounded mailbox that drops messages. */
  'overflow',
  /** An actor that has failed and waits for the decision of its supervisor for longer than `slow`. */
  'suspended',
  /** An actor that has been starting, restarting or stopping for longer than `slow`. */
  'transition',
  /** An actor that is restarted again and again. */
  'restarts',
  /** A supervisor that has few restarts left, or none. */
  'budget',
  /** Messages that keep going to nobody. */
  'deadLetters',
  /** Another node that does not answer, or is cut off. */
  'node',
] as const;

export type FindingKind = (typeof findingKinds)[number];

/** One thing that is wrong. */
export interface Finding {
  /** The same for the same trouble in every diagnosis of a node. */
  readonly id: string;
  readonly kind: FindingKind;
  readonly gravity: Gravity;
  /**
   * Whom it is about: paths of actors of this node, addresses of actors of others, or of nodes. Of a cycle all its members, each
   * of which waits for the next one and the last for the first; of `unanswered` the asked one and then whom it waits for in turn.
   */
  readonly subjects: readonly string[];
  /** What is wrong, in a sentence or two. */
  readonly text: string;
  /** What to do about it. */
  readonly advice: string;
  /** Since when, as far as that was seen, in ms since the Unix epoch. */
  readonly since: number;
  /** The figures behind it, by name; times in ms, rates per second. */
  readonly figures: Readonly<Record<string, number>>;
}

/** A supervisor some of whose children have been restarted, and what it has left. */
export interface SupervisorView {
  readonly path: string;
  readonly className: string;
  /** The restarts that are left; where each child has its own, of the child that has the fewest; null: as many as it takes. */
  readonly left: number | null;
  /** At most so many restarts (null: no limit) ... */
  readonly max: number | null;
  /** ... within any so many ms (null: ever). */
  readonly within: number | null;
  /** The path of the child that has so few left; undefined where they are counted together. */
  readonly child: string | undefined;
  /** How often its present children have been restarted in all. */
  readonly restarts: number;
}

/** An actor that is in the middle of something, and somebody whose answer it waits for. */
export interface WaitEdge {
  /** The address of the actor that asked. */
  readonly from: string;
  /** The address of the one that is to answer. */
  readonly to: string;
  /** For how many ms it has waited. */
  readonly age: number;
}

/** What is wrong with a node at one moment. */
export interface Diagnosis {
  /** The address of the node; undefined for one without remoting. */
  readonly node: string | undefined;
  /** In ms since the Unix epoch. */
  readonly at: number;
  /** Since when the doctor has watched, in ms since the Unix epoch: it knows of no growth, and of no event, before that. */
  readonly watchedSince: number;
  /** How often it has looked at all actors since then. What only grows is found after six looks. */
  readonly looks: number;
  /** What counts as long, in ms. */
  readonly slow: number;
  readonly actors: number;
  /** The gravest first, and of one gravity the oldest first. */
  readonly findings: readonly Finding[];
  /** How many more there are, less grave than these. */
  readonly omitted: number;
  /** Those with the fewest restarts left first; at most 100. */
  readonly supervisors: readonly SupervisorView[];
  /** Who waits for whom, where a question crosses to another node, and what is behind such a one; at most 1000. */
  readonly waits: readonly WaitEdge[];
  /** Whether it is known who asks in async code after an `await`: see `askers` of the options. */
  readonly areAskersKnown: boolean;
}

export interface DiagnosisOptions {
  /** What counts as long, in ms (1000). */
  readonly slow?: number | undefined;
  /** The most findings that are given (100). */
  readonly limit?: number | undefined;
  /**
   * When it is to be known who asks in async code after an `await`, without which circles of such actors are not found: `always`
   * from this diagnosis on, or once somebody unknown has waited for a second for an actor that is held up itself (`suspected`).
   * Before Node.js 24 it makes all promises of the process several times as dear while it is on. (`always` from Node.js 24 on,
   * `suspected` before.)
   */
  readonly askers?: AskersKnown | undefined;
}
