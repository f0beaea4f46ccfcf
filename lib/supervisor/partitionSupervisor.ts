/** Many actors of one kind, among which keys are shared out, after Elixir's `PartitionSupervisor`. */
import { asError, show } from '../base/errors.ts';
import { hash } from '../base/hash.ts';
import { checkNames } from '../base/options.ts';
import type { Spawnable } from '../core/actor.ts';
import { ErrorIgnored } from '../core/events.ts';
import type { Ref } from '../core/ref.ts';
import type { ChildSpec } from './childSpec.ts';
import type { ChildInfo, Entry } from './entry.ts';
import { request } from './requests.ts';
import { type ChildCounts, Supervising, type SupervisingOptions } from './supervising.ts';

export interface PartitionSupervisorOptions<M = never> extends SupervisingOptions {
  /** The actor of a partition, or a function that gives the one of each partition by its number from 0 up. */
  readonly child: Omit<ChildSpec, 'id' | 'start' | 'significant'> & {
    // biome-ignore lint/suspicious/noExplicitAny: as in ChildSpec
    readonly start: Spawnable<any>;
  };
  /** How many there are. */
  readonly partitions: number;
  /** By what messages that are told to the supervisor are shared out: those with the same key go to the same partition. */
  readonly key?: ((message: M) => unknown) | undefined;
}

const mostPartitions = 100_000;

/**
 * Runs `partitions` actors of one kind, each started again by itself when it ends. A message that is told to the supervisor
 * goes to the partition of its key, so that all messages with one key are handled by one actor, in order.
 */
export class PartitionSupervisor extends Supervising<PartitionSupervisorOptions> {
  #partitions: Entry[] = [];

  /** The actor for that key: numbers, texts and all else that makes a text. The same one as long as the supervisor lives. */
  static partition<M = unknown>(supervisor: Ref, key: unknown): Promise<Ref<M>> {
    return request('PartitionSupervisor.partition', supervisor, { type: 'partition', key });
  }

  /** All partitions; the id of each is its number. */
  static whichChildren(supervisor: Ref): Promise<ChildInfo[]> {
    return request('PartitionSupervisor.whichChildren', supervisor, { type: 'which' });
  }

  /** How many partitions there are. */
  static countChildren(supervisor: Ref): Promise<ChildCounts> {
    return request('PartitionSupervisor.countChildren', supervisor, { type: 'count' });
  }

  protected override get initial(): readonly ChildSpec[] {
    const { child, partitions } = this.params;
    return Array.from({ length: partitions }, (_, i) => ({ ...child, id: String(i) }));
  }

  override async preStart(): Promise<void> {
    await super.preStart();
    this.#partitions = [...this.entries.values()];
  }

  protected override concerned(entry: Entry): Entry[] {
    return [entry];
  }

  protected override other(message: unknown): unknown {
    const ref = this.#refOf(message);
    return ref === undefined ? this.unhandled(message) : this.forward(ref);
  }

  /** Where a message goes. One that `key` can't cope with is no reason for all partitions to begin anew. */
  #refOf(message: unknown): Ref | undefined {
    const { key } = this.params;
    try {
      return key === undefined ? undefined : this.refFor(key(message as never));
    } catch (error) {
      this.node.events.publish(new ErrorIgnored(this.ref, asError(error), 'key of a PartitionSupervisor'));
      return undefined;
    }
  }

  protected override refFor(key: unknown): Ref | undefined {
    return this.#partitions[hash(String(key)) % this.#partitions.length]?.charge?.ref;
  }

  protected override checkOptions(options: PartitionSupervisorOptions): void {
    checkNames('PartitionSupervisor', options, [
      'child',
      'partitions',
      'key',
      'intensity',
      'period',
      'backoff',
    ]);
    const { child, partitions, key } = options;
    if (typeof child !== 'object' || child === null)
      throw new TypeError(`PartitionSupervisor: child must be { start, ... }, not ${show(child)}`);
    if (!Number.isInteger(partitions) || partitions < 1 || partitions > mostPartitions) {
      throw new TypeError(
        `PartitionSupervisor: partitions must be a whole number from 1 to ${mostPartitions}, not ${show(partitions)}`,
      );
    }
    if (key !== undefined && typeof key !== 'function')
      throw new TypeError(`PartitionSupervisor: key must be a function message => key, not ${show(key)}`);
  }
}
