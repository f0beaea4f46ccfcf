/** What the specs of supervisors share: children that note what happens to them, and do what they are told. */
import {
  Actor,
  type ChildInfo,
  type ChildSpec,
  type Node,
  oneForOne,
  type Props,
  type Ref,
  Stop,
  Supervisor,
  type SupervisorOptions,
} from '../../lib/index.ts';
import type { ManualClock } from '../../lib/testkit/index.ts';
import { startNode } from '../core/support.ts';

/** What a worker does beside taking notes. `count` is the number of its instance, from 1 up. */
export interface Hooks {
  preStart?: (actor: Actor, count: number) => unknown;
  postStop?: (actor: Actor, count: number) => unknown;
  preRestart?: (actor: Actor, error: Error) => unknown;
}

/** A child in a list: its name, or a spec whose `start` is a worker unless given. */
export type Child = string | (Partial<ChildSpec> & Hooks & { id: string });

/**
 * Notes `start`, `stop` and each message, with its name. It fails when it is told 'fail', stops itself when told 'stop',
 * never ends with 'hang', and runs functions.
 */
export function worker(steps: unknown[], name: string, hooks: Hooks = {}): Props {
  let count = 0;
  class Worker extends Actor {
    override preStart() {
      steps.push(`start ${name}`);
      count++;
      return hooks.preStart?.(this, count);
    }
    override receive(message: unknown): unknown {
      if (message === 'fail') throw new Error(`${name} failed`);
      if (message === 'stop') return this.stop();
      if (message === 'hang') return never;
      if (typeof message === 'function') return message(this);
      return void steps.push(`${message} ${name}`);
    }
    override postStop() {
      steps.push(`stop ${name}`);
      return hooks.postStop?.(this, count);
    }
    override preRestart(error: Error, message: unknown) {
      if (hooks.preRestart === undefined) return super.preRestart(error, message);
      steps.push(`preRestart ${name}`);
      return hooks.preRestart(this, error);
    }
  }
  return Worker.using(undefined);
}

export const never = new Promise<never>(() => {});

export function specOf(steps: unknown[], child: Child): ChildSpec {
  const { preStart, postStop, preRestart, ...spec } = typeof child === 'string' ? { id: child } : child;
  const hooks = {
    ...(preStart && { preStart }),
    ...(postStop && { postStop }),
    ...(preRestart && { preRestart }),
  };
  return { start: worker(steps, spec.id, hooks), ...spec };
}

export type TreeOptions = Omit<SupervisorOptions, 'children'> & { children?: readonly Child[] };

/** A supervisor with these children. */
export const supervisor = (steps: unknown[], { children = [], ...options }: TreeOptions): Props =>
  Supervisor.using({ ...options, children: children.map(child => specOf(steps, child)) });

export interface Tree {
  readonly node: Node;
  readonly clock: ManualClock;
  /** What has happened since the start. */
  readonly steps: unknown[];
  readonly sup: Ref;
  /** What the supervisor has failed with: it is stopped then. */
  readonly failures: Error[];
  child(id: string): Ref;
  /** Tells a child, and waits until all that follows has happened. */
  tell(id: string, ...messages: unknown[]): Promise<void>;
  /** Who is in which state. */
  states(): Promise<Record<string, ChildInfo['state']>>;
  /** The steps since the last call. */
  news(): unknown[];
}

/** A node whose guardian stops what fails, and notes why. */
export async function startStrictNode({ random = () => 0.5 }: { random?: () => number } = {}) {
  const failures: Error[] = [];
  const decide = (error: Error) => {
    failures.push(error);
    return Stop;
  };
  return { ...(await startNode({ supervision: oneForOne({ decide }), random })), failures };
}

/** A supervisor `/sup` on a node of its own, with what happens since it has started. */
export async function startTree(options: TreeOptions, chance: { random?: () => number } = {}): Promise<Tree> {
  const steps: unknown[] = [];
  const tree = await startAny(supervisor(steps, options), steps, chance);
  steps.length = 0;
  return tree;
}

/** The same for a supervisor of any kind. */
export async function startAny(
  what: Props,
  steps: unknown[] = [],
  chance: { random?: () => number } = {},
): Promise<Tree> {
  const { node, clock, failures } = await startStrictNode(chance);
  const sup = node.spawn(what, { name: 'sup' }) as Ref;
  await clock.settle();
  const child = (id: string) => sup.child(id);
  return {
    node,
    clock,
    steps,
    sup,
    failures,
    child,
    async tell(id, ...messages) {
      const ref = child(id);
      for (const message of messages) ref.tell(message);
      await clock.settle();
    },
    async states() {
      const children = await Supervisor.whichChildren(sup);
      return Object.fromEntries(children.map(({ id, state }) => [id, state]));
    },
    news: () => steps.splice(0),
  };
}

/** Whether every message has ended in exactly one bin. */
export function isBalanced(node: Node): boolean {
  const { sent, handled, unhandled, queued, stashed, deadLetters } = node.stats();
  return sent === handled + unhandled + queued + stashed + deadLetters.total;
}
