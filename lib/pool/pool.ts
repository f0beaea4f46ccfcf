/** A router with workers of its own: it spawns them, fills the place of one that has ended, and has more or fewer of them. */
import { type Actor, type ActorFunction, type MessageOf, propsOf, type Spawnable } from '../core/actor.ts';
import { MailCell } from '../core/mailCell.ts';
import { PoisonPill, type TerminationReason } from '../core/message.ts';
import type { Props } from '../core/props.ts';
import type { Ref } from '../core/ref.ts';
import { Backoff } from '../restart/backoff.ts';
import { type Broadcast, LoadCheck, type Order, Vacancy } from './messages.ts';
import { type CompletePoolOptions, checkSize, completePoolOptions, type PoolOptions } from './poolOptions.ts';
import { Router, RouterProps } from './router.ts';
import type { Scaling } from './scaling.ts';

/** A place for one worker. */
interface Slot {
  readonly key: string;
  /** Undefined once the pool has become too small for it. */
  owner: Pool | undefined;
  /** Undefined while it waits to be filled. */
  ref: Ref | undefined;
  /** When the worker began. */
  since: number;
  /** Made when it is first used. */
  backoff: Backoff | undefined;
}

/** One that has ended by itself sooner than this, in ms, is not replaced at once: the next may do the same. */
const soonest = 1000;
/** So many workers are shown one by one. */
const mostShown = 200;
const delays = { min: 100, max: 10_000 };

class Pool extends Router {
  readonly #recipe: Props;
  readonly #options: CompletePoolOptions;
  readonly #scaling: Scaling | undefined;
  readonly #slots: Slot[] = [];
  readonly #slotOf = new Map<Ref, Slot>();
  #unshow: () => void = () => {};

  constructor(recipe: Props, options: CompletePoolOptions) {
    super(options.strategy);
    this.#recipe = recipe;
    this.#options = options;
    this.#scaling = options.scaling?.();
  }

  protected override open(): void {
    this.#resize(this.#options.size);
    if (this.#scaling !== undefined) this.timers.every(LoadCheck, this.#scaling.interval, new LoadCheck());
    const { node, ref } = this;
    this.#unshow = node.instruments.exhibit({ kind: 'pool', name: ref.path, view: () => this.#view() });
  }

  override postStop(): void {
    this.#unshow();
    super.postStop();
  }

  /** How it is now, for whoever shows the node: plain data. */
  #view(): object | undefined {
    // One that was killed brutally has had no `postStop`.
    if (this.ref.isStopped) return this.#unshow() as undefined;
    const workers = this.members.all;
    return {
      ...{ path: this.ref.path, worker: this.#recipe.title, strategy: this.#options.strategy.name },
      ...{
        size: this.#slots.length,
        alive: workers.length,
        min: this.#scaling?.min,
        max: this.#scaling?.max,
      },
      queued: this.cell.load,
      workers: workers.slice(0, mostShown).map(({ path, inlet }) => ({
        path,
        ...(inlet instanceof MailCell && { queued: inlet.load, isBusy: inlet.isBusy }),
      })),
    };
  }

  protected override obey(order: Order): unknown {
    if (order.type === 'routees') return this.members.all;
    if (order.type === 'resize') return this.#resizeByHand(order.size);
    throw new TypeError(`${this.ref.address} is a pool, which has workers of its own: resize it`);
  }

  protected override ended(ref: Ref, reason: TerminationReason): void {
    const slot = this.#slotOf.get(ref);
    if (slot === undefined) return; // it was retired
    this.#slotOf.delete(ref);
    slot.ref = undefined;
    this.members.delete(slot.key);
    const delay = reason === 'killed' ? 0 : this.#delayFor(slot);
    if (delay > 0) this.timers.once(slot, delay, new Vacancy(slot));
    else this.cell.notice(new Vacancy(slot));
  }

  #delayFor(slot: Slot): number {
    const { clock, random } = this.cell.world;
    if (clock.now() - slot.since >= soonest) return 0;
    slot.backoff ??= new Backoff(delays);
    return slot.backoff.next(clock.now(), random);
  }

  protected override ownMessage(message: object): void {
    if (message instanceof LoadCheck) this.#lookAtLoad();
    else if (message instanceof Vacancy) this.#fill(message.slot as Slot);
  }

  /** A slot that is gone stays so; it may also be one of an instance of this pool that is gone itself. */
  #fill(slot: Slot): void {
    if (slot.ref !== undefined || slot.owner !== this) return;
    const ref = this.cell.spawn(this.#recipe as Spawnable, this.#options.options);
    slot.ref = ref;
    this.#slotOf.set(ref, slot);
    slot.since = this.cell.clock.now();
    this.join(slot.key, ref);
  }

  #resizeByHand(size: number): Promise<unknown> {
    const { min, max } = this.#scaling ?? { min: 0, max: Number.POSITIVE_INFINITY };
    checkSize('resize: size', size);
    if (size < min || size > max)
      throw new TypeError(`resize: size must be from min (${min}) to max (${max}), not ${size}`);
    return Promise.all(this.#resize(size).map(ref => ref.join())).then(() => undefined);
  }

  /** The youngest go first, each in its turn: after all that it has been told. Gives those who go. */
  #resize(size: number): Ref[] {
    const retired: Ref[] = [];
    for (const slot of this.#slots.splice(size)) {
      const { key, ref } = slot;
      slot.owner = undefined;
      if (ref === undefined) continue;
      this.#slotOf.delete(ref);
      this.leave(key, ref);
      ref.tell(PoisonPill);
      retired.push(ref);
    }
    while (this.#slots.length < size) {
      const key = String(this.#slots.length);
      const slot = { key, owner: this, ref: undefined, since: 0, backoff: undefined };
      this.#slots.push(slot);
      this.#fill(slot);
    }
    return retired;
  }

  #lookAtLoad(): void {
    let queued = this.cell.load;
    let busy = 0;
    for (const { inlet } of this.members.refs) {
      if (!(inlet instanceof MailCell)) continue;
      queued += inlet.load;
      if (inlet.isBusy) busy++;
    }
    this.#resize((this.#scaling as Scaling).look({ queued, busy }, this.#slots.length));
  }
}

/** What can be a worker: a class of actors without parameters, `Class.using(params)`, or a function. */
// biome-ignore lint/suspicious/noExplicitAny: as in Spawn
export type Poolable = (new () => Actor<any, undefined>) | Props<any> | ActorFunction<any>;

/** The messages that it understands. */
export type MessagesFor<W extends Poolable> = UnderstoodBy<W>;

/** @internal The messages that a recipe, a class of actors or a function understands. */
export type UnderstoodBy<W> =
  W extends Props<infer M>
    ? M
    : W extends new () => infer A
      ? MessageOf<A>
      : W extends (message: infer M, context: never) => unknown
        ? M
        : never;

/**
 * A recipe for a pool of workers, to be spawned: what is told to it goes to one of them, or to several, as the strategy says.
 * They see the original sender.
 * @throws TypeError that names the option and what is wrong with it
 */
export function pool<W extends Poolable>(
  worker: W,
  options: PoolOptions<NoInfer<MessagesFor<W>>>,
): Props<MessagesFor<W> | Broadcast<MessagesFor<W>>>;
export function pool(worker: unknown, options: PoolOptions<never>): Props<never> {
  const recipe = propsOf(worker);
  const complete = completePoolOptions(options);
  return new RouterProps('Pool', () => new Pool(recipe, complete), recipe.accepts);
}
