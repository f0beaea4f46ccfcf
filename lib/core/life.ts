/**
 * The life of an actor as a table: what a system message does to it in each state. The cell reads this table and does
 * nothing else about it.
 *
 *              ┌────────────── restart ◀───────────────┐
 *              ▼                                        │
 *   starting ──▶ running ◀──▶ busy          suspended ──┤   restarting: the old instance ends, the new one starts
 *      │            │           │               ▲       │
 *      │            └───────────┴── failure ────┘       │
 *      └──────────────── failure to start ──────┘       ▼
 *                    (any of them) ── stop, kill ──▶ stopping ──▶ stopped
 *
 * `busy` is an actor whose `receive` has returned a promise or a generator that is not done. `suspended` is one that
 * waits for a decision of its supervisor, about itself or about an ancestor: its messages wait.
 */
import type { Signal } from './message.ts';

export const lives = [
  'starting',
  'running',
  'busy',
  'suspended',
  'restarting',
  'stopping',
  'stopped',
] as const;
export type Life = (typeof lives)[number];

export type Action =
  /** Nothing: it is so already, or it comes too late. */
  | 'ignore'
  /** Handle no messages until released; so do the children. */
  | 'hold'
  | 'release'
  /** Go on with the next message: the failure is forgiven. */
  | 'resume'
  /** End the old instance once what it does now is done, then start a new one. */
  | 'restart'
  /** The first half of that; the second is `begin`. */
  | 'endInstance'
  | 'begin'
  /** End once what it does now is done. */
  | 'stop'
  /** It was about to restart: end instead. */
  | 'stopInstead'
  /** It ends already: from now on it has a limit for that. */
  | 'hurry'
  /** End without waiting for what it does now. */
  | 'kill'
  /** Ask the strategy what becomes of a child. */
  | 'supervise'
  /** A child failed, but it is ending anyway. */
  | 'ignoreFailure'
  /** A child is gone: free its name, and go on if that was waited for. */
  | 'bury'
  /** Tell the actor, in its turn, that someone it watches has ended. */
  | 'notify'
  /** Abort the signal of the message that is being handled, if it is that asker's. */
  | 'abandon'
  | 'addWatcher'
  | 'removeWatcher'
  | 'addLink'
  | 'removeLink'
  /** Someone that the actor is linked to has ended: tell it, or stop it. */
  | 'exit';

type Row = Readonly<Record<Signal<unknown>['type'], Action>>;

const alive = {
  hold: 'hold',
  release: 'release',
  resume: 'ignore',
  restart: 'restart',
  endInstance: 'endInstance',
  begin: 'ignore',
  stop: 'stop',
  giveUpChild: 'stop',
  kill: 'kill',
  watch: 'addWatcher',
  unwatch: 'removeWatcher',
  terminated: 'notify',
  link: 'addLink',
  unlink: 'removeLink',
  exited: 'exit',
  abandoned: 'abandon',
  childFailed: 'supervise',
  childStopped: 'bury',
} as const satisfies Row;

const ending = {
  ...alive,
  restart: 'ignore',
  endInstance: 'ignore',
  childFailed: 'ignoreFailure',
} as const satisfies Row;

export const table: Readonly<Record<Life, Row>> = {
  starting: alive,
  running: alive,
  busy: alive,
  suspended: { ...alive, resume: 'resume' },
  restarting: { ...ending, begin: 'begin', stop: 'stopInstead', giveUpChild: 'stopInstead' },
  stopping: {
    ...ending,
    hold: 'ignore',
    release: 'ignore',
    endInstance: 'hurry',
    stop: 'hurry',
    giveUpChild: 'hurry',
  },
  stopped: {
    ...ending,
    hold: 'ignore',
    release: 'ignore',
    stop: 'ignore',
    giveUpChild: 'ignore',
    kill: 'ignore',
    terminated: 'ignore',
    exited: 'ignore',
    abandoned: 'ignore',
    childStopped: 'ignore',
    watch: 'addWatcher',
  },
};
