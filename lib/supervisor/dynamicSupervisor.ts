/** A supervisor whose children come and go while it runs, after Elixir's `DynamicSupervisor`. */
import { ChildError, show } from '../base/errors.ts';
import { checkNames } from '../base/options.ts';
import type { Ref } from '../core/ref.ts';
import type { ChildSpec, GivenSpec } from './childSpec.ts';
import type { ChildInfo, Entry } from './entry.ts';
import { request } from './requests.ts';
import { type ChildCounts, Supervising, type SupervisingOptions } from './supervising.ts';

export interface DynamicSupervisorOptions extends SupervisingOptions {
  /** The most children at the same time (no limit). */
  readonly maxChildren?: number | undefined;
}

/** A child of a `DynamicSupervisor`: the id may be left out. */
export type DynamicChildSpec = Omit<GivenSpec, 'significant'>;

/**
 * Starts children when it is asked to, and each of them again by itself when it ends. One that is not to be started again is
 * forgotten. All are stopped at the same time.
 */
export class DynamicSupervisor extends Supervising<DynamicSupervisorOptions> {
  protected override readonly isDynamic: boolean = true;

  /**
   * Starts a child.
   * @throws ChildError when there are `maxChildren` of them, or one with that id; TypeError when the spec is wrong; what the
   * child failed to start with
   */
  static startChild<M = unknown>(supervisor: Ref, spec: DynamicChildSpec): Promise<Ref<M>> {
    return request('DynamicSupervisor.startChild', supervisor, { type: 'start', spec });
  }

  /**
   * Stops a child, as its `shutdown` says, and forgets it.
   * @param child the ref that `startChild` gave, or the id
   * @throws ChildError when there is no such child
   */
  static terminateChild(supervisor: Ref, child: Ref | string): Promise<void> {
    return request('DynamicSupervisor.terminateChild', supervisor, { type: 'terminate', child });
  }

  /** All children. */
  static whichChildren(supervisor: Ref): Promise<ChildInfo[]> {
    return request('DynamicSupervisor.whichChildren', supervisor, { type: 'which' });
  }

  /** How many children there are. */
  static countChildren(supervisor: Ref): Promise<ChildCounts> {
    return request('DynamicSupervisor.countChildren', supervisor, { type: 'count' });
  }

  protected override get initial(): readonly ChildSpec[] {
    return [];
  }

  protected override concerned(entry: Entry): Entry[] {
    return [entry];
  }

  protected override checkRoom(): void {
    const { maxChildren = Number.POSITIVE_INFINITY } = this.params;
    if (this.entries.size < maxChildren) return;
    throw new ChildError(
      'maxChildren',
      `${this.ref.address} has ${this.entries.size} children, which is the most it may have`,
    );
  }

  protected override checkOptions(options: DynamicSupervisorOptions): void {
    checkNames('DynamicSupervisor', options, ['intensity', 'period', 'backoff', 'maxChildren']);
    const { maxChildren = 1 } = options;
    if (maxChildren === Number.POSITIVE_INFINITY || (Number.isInteger(maxChildren) && maxChildren > 0))
      return;
    throw new TypeError(
      `DynamicSupervisor: maxChildren must be a whole number from 1 up, not ${show(maxChildren)}`,
    );
  }
}
