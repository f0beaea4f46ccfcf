/** What the specs of processes share: a process that runs a given function and logs what it likes. */
import { ErrorIgnored, type Node, Process, type Ref, type SpawnOptions } from '../../lib/index.ts';
import type { ManualClock } from '../../lib/testkit/index.ts';
import { heard, startNode } from '../core/support.ts';

export type Log = (value: unknown) => void;
type Generating = (self: Process, log: Log) => Generator<unknown, unknown, unknown>;

export interface Running {
  readonly node: Node;
  readonly clock: ManualClock;
  readonly ref: Ref;
  /** What was logged. */
  readonly seen: unknown[];
  readonly ignored: ErrorIgnored[];
}

/** A process whose generator is `run` and that has been sent `messages`. */
export async function running(
  run: Generating,
  messages: unknown[] = [],
  options: SpawnOptions = {},
  postStop: (log: Log) => void = () => {},
): Promise<Running> {
  const { node, clock } = await startNode();
  const seen: unknown[] = [];
  const ignored = heard(node, ErrorIgnored);
  class Generated extends Process {
    *run() {
      yield* run(this, value => seen.push(value));
    }
    override postStop() {
      postStop(value => seen.push(value));
    }
  }
  const ref = node.spawn(Generated, options);
  for (const message of messages) ref.tell(message);
  await clock.settle();
  return { node, ref, clock, seen, ignored };
}

/** As `running`, and logs when `postStop` is called. */
export const runningUntilPostStop = (run: Generating, messages?: unknown[]): Promise<Running> =>
  running(run, messages, {}, log => log('postStop'));

/** A process whose async function is `run`. */
export async function runningAsync(run: (self: Process, log: Log) => PromiseLike<unknown>): Promise<Running> {
  const { node, clock } = await startNode();
  const seen: unknown[] = [];
  const ignored = heard(node, ErrorIgnored);
  class Awaiting extends Process {
    async run() {
      await run(this, value => seen.push(value));
    }
  }
  const ref = node.spawn(Awaiting);
  await clock.settle();
  return { node, ref, clock, seen, ignored };
}

/** Logs the name of the error that an operation, or the making of it, throws. */
export function* caught(
  operation: Iterable<unknown> | (() => Iterable<unknown>),
  log: Log,
): Generator<unknown, void, unknown> {
  try {
    yield* typeof operation === 'function' ? operation() : operation;
  } catch (error) {
    log((error as Error).name);
  }
}

/** A generator that throws before it yields. */
// biome-ignore lint/correctness/useYield: it throws before it could
export function* failing(text: string): Generator<unknown, never, unknown> {
  throw new Error(text);
}
