/** The supervisor of OTP: children that are known beforehand, started in order, and started again by a strategy. */
import { show } from '../base/errors.ts';
import { checkNames } from '../base/options.ts';
import type { Ref } from '../core/ref.ts';
import type { ChildSpec } from './childSpec.ts';
import type { ChildInfo, Entry } from './entry.ts';
import { request } from './requests.ts';
import { type ChildCounts, Supervising, type SupervisingOptions } from './supervising.ts';

/** Who is started again with a child that has ended: it alone, all children, or it and those that were started after it. */
export type SupervisorStrategy = 'one_for_one' | 'one_for_all' | 'rest_for_one';

export interface SupervisorOptions extends SupervisingOptions {
  /** Who is started again with a child that has ended (`one_for_one`). */
  readonly strategy?: SupervisorStrategy | undefined;
  /**
   * Whether the supervisor stops when significant children have ended by themselves: `never` (the default), when one has
   * (`any_significant`), or when the last of them has (`all_significant`).
   */
  readonly autoShutdown?: 'never' | 'any_significant' | 'all_significant' | undefined;
  /** The children, in the order in which they are started. They are stopped in the reverse order. */
  readonly children?: readonly ChildSpec[] | undefined;
}

const known = ['strategy', 'intensity', 'period', 'backoff', 'autoShutdown', 'children'];
const strategies = ['one_for_one', 'one_for_all', 'rest_for_one'];
const autoShutdowns = ['never', 'any_significant', 'all_significant'];

/**
 * Starts children in order, each once the one before has started, starts them again when they end, and fails when that
 * happens too often. After OTP's `supervisor`.
 */
export class Supervisor extends Supervising<SupervisorOptions> {
  /**
   * Adds a child and starts it.
   * @throws ChildError when there is a child with that id; TypeError when the spec is wrong; what the child failed to start with
   */
  static startChild<M = unknown>(supervisor: Ref, spec: ChildSpec): Promise<Ref<M>> {
    return request('Supervisor.startChild', supervisor, { type: 'start', spec });
  }

  /**
   * Stops a child, as its `shutdown` says; a temporary one is forgotten, others can be restarted.
   * @throws ChildError when there is no such child
   */
  static terminateChild(supervisor: Ref, id: string): Promise<void> {
    return request('Supervisor.terminateChild', supervisor, { type: 'terminate', child: id });
  }

  /**
   * Starts a child that is not run any more.
   * @throws ChildError when there is no such child, or it is running or about to be restarted; what it failed to start with
   */
  static restartChild<M = unknown>(supervisor: Ref, id: string): Promise<Ref<M>> {
    return request('Supervisor.restartChild', supervisor, { type: 'restart', child: id });
  }

  /**
   * Forgets a child that is not run any more.
   * @throws ChildError when there is no such child, or it is running or about to be restarted
   */
  static deleteChild(supervisor: Ref, id: string): Promise<void> {
    return request('Supervisor.deleteChild', supervisor, { type: 'delete', child: id });
  }

  /** All children, in the order of their start. */
  static whichChildren(supervisor: Ref): Promise<ChildInfo[]> {
    return request('Supervisor.whichChildren', supervisor, { type: 'which' });
  }

  /** How many children there are. */
  static countChildren(supervisor: Ref): Promise<ChildCounts> {
    return request('Supervisor.countChildren', supervisor, { type: 'count' });
  }

  protected override get initial(): readonly ChildSpec[] {
    return this.params.children ?? [];
  }

  protected override get looksAtSignificant(): boolean {
    return (this.params.autoShutdown ?? 'never') !== 'never';
  }

  protected override concerned(entry: Entry): Entry[] {
    const { strategy = 'one_for_one' } = this.params;
    if (strategy === 'one_for_one') return [entry];
    const all = [...this.entries.values()];
    return strategy === 'one_for_all' ? all : all.slice(all.indexOf(entry));
  }

  protected override significantEnded(): boolean {
    const isLast = ![...this.entries.values()].some(
      ({ spec, phase }) => spec.significant && phase !== 'stopped',
    );
    const isEnough = isLast || this.params.autoShutdown === 'any_significant';
    if (isEnough) this.stop();
    return isEnough;
  }

  protected override checkOptions(options: SupervisorOptions): void {
    const { strategy = 'one_for_one', autoShutdown = 'never', children = [] } = options;
    checkNames('Supervisor', options, known);
    checkWord('strategy', strategy, strategies);
    checkWord('autoShutdown', autoShutdown, autoShutdowns);
    if (!Array.isArray(children))
      throw new TypeError(`Supervisor: children must be a list of { id, start, ... }, not ${show(children)}`);
  }
}

function checkWord(name: string, value: unknown, words: readonly string[]): void {
  if (words.includes(value as string)) return;
  throw new TypeError(`Supervisor: ${name} must be ${words.join(', ')}, not ${show(value)}`);
}
