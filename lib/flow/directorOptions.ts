/** What a director can be told. */
import { show } from '../base/errors.ts';
import { checkNames } from '../base/options.ts';
import type { NodeFace } from '../core/actor.ts';
import type { RestartOptions } from '../core/props.ts';
import type { NodeOptions } from '../node/options.ts';
import { faultsOfRestart } from './actorOptions.ts';
import { type QueuePolicy, queuePolicies } from './queue.ts';
import type { WorldParts } from './run.ts';
import { isSize } from './wiring.ts';

/** When a flow stops by itself. */
export type StopWhen = 'never' | 'idle';

export interface DirectorOptions {
  /** How many events wait in a queue at most, unless the connection says otherwise (500). */
  size?: number | undefined;
  /** What the flow is called in reports and drawings ('default'). */
  name?: string | undefined;
  /** Where the actors live; a node of its own unless given. A given one goes on when the flow has stopped. */
  node?: NodeFace | undefined;
  /** What its own node is started with: an address, remoting; with a `node` there is no need for it. */
  nodeOptions?: NodeOptions | undefined;
  /** Time, chance and scheduling for the director's own node; the system's unless given. */
  world?: WorldParts | undefined;
  /** Whether every outbox gets a copy of its own (true). Without copies it is faster, and nobody may change an event that was sent. */
  copy?: boolean | undefined;
  /** What happens when a queue is full, unless the connection says otherwise (`block`). */
  policy?: QueuePolicy | undefined;
  /** Tells sources when what they emitted has been handled: `acked` and `nacked` (false). */
  acks?: boolean | undefined;
  /** With `acks`: how long, in ms, an event may be under way (30 000). */
  ackTimeout?: number | undefined;
  /** Whether SIGINT and SIGTERM stop the flow; true for `start({ block: true })` and from `block()` on, else false. */
  handleSignals?: boolean | undefined;
  /** How long, in ms, events may take to drain when the flow stops (10 000). */
  stopTimeout?: number | undefined;
  /** `'idle'`: it stops by itself when nothing is under way and no source has anything left to bring (`'never'`). */
  stopWhen?: StopWhen | undefined;
  /** How often an actor may crash before the flow gives up: at most `max` times (3) within `within` ms (5000); `backoff`. */
  restart?: RestartOptions | undefined;
}

const known = [
  'size',
  'name',
  'node',
  'nodeOptions',
  'world',
  'copy',
  'policy',
  'acks',
  'ackTimeout',
  'handleSignals',
  'stopTimeout',
  'stopWhen',
  'restart',
];

/** @throws TypeError that names the option and what is wrong with it */
export function checkOptions(options: DirectorOptions): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`new Director(options): options must be an object, not ${show(options)}`);
  checkNames('Director', options, known);
  const { size, policy, name, ackTimeout, stopTimeout, stopWhen, restart, node, nodeOptions } = options;
  if (size !== undefined && !isSize(size))
    throw new TypeError(`Director: size must be a whole number of events from 1 up, not ${show(size)}`);
  if (policy !== undefined && !queuePolicies.includes(policy))
    throw new TypeError(`Director: policy must be ${queuePolicies.join(', ')}, not ${show(policy)}`);
  if (name !== undefined && (typeof name !== 'string' || name === ''))
    throw new TypeError(`Director: name must be a text that is not empty, not ${show(name)}`);
  if (stopWhen !== undefined && stopWhen !== 'idle' && stopWhen !== 'never')
    throw new TypeError(`Director: stopWhen must be never or idle, not ${show(stopWhen)}`);
  if (node !== undefined && nodeOptions !== undefined)
    throw new TypeError('Director: nodeOptions are for a node of its own: give them or node, not both');
  for (const [key, ms] of Object.entries({ ackTimeout, stopTimeout })) {
    if (ms !== undefined && !(typeof ms === 'number' && ms >= 0))
      throw new TypeError(`Director: ${key} must be milliseconds from 0 up, not ${show(ms)}`);
  }
  if (stopTimeout === Number.POSITIVE_INFINITY)
    throw new TypeError('Director: stopTimeout must be a finite number of milliseconds, not Infinity');
  if (restart !== undefined) {
    const [fault] = faultsOfRestart('Director', restart);
    if (fault !== undefined) throw new TypeError(fault);
  }
}
