import {
  Actor,
  bounded,
  type Node,
  oneForOne,
  PoisonPill,
  priority,
  type Ref,
  Restart,
  Resume,
  Stop,
  type Terminated,
} from '../../lib/index.ts';
import type { ManualClock } from '../../lib/testkit/index.ts';

export const decideByMessage = ({ message }: Error) =>
  message === 'resume' ? Resume : message === 'stop' ? Stop : Restart;

type Order = (actor: Chaotic) => unknown;

/** Does what it is told to do; says of every fifth number that it is unhandled. */
class Chaotic extends Actor<Order | number | Terminated> {
  override readonly supervision = oneForOne({
    max: Number.POSITIVE_INFINITY,
    decide: decideByMessage,
    backoff: { min: 5, jitter: 0 },
  });
  override receive(message: Order | number | Terminated): unknown {
    if (typeof message === 'function') return message(this);
    return typeof message === 'number' && message % 5 === 0 ? this.unhandled(message) : undefined;
  }
}

/** A seeded source of mischief. */
export class Mix {
  readonly #node: Node;
  readonly #clock: ManualClock;
  readonly #refs: Ref<Order | number>[] = [];
  #state: number;

  constructor(node: Node, clock: ManualClock, seed: number) {
    this.#node = node;
    this.#clock = clock;
    this.#state = seed;
    for (let i = 0; i < 8; i++) this.#spawn();
  }

  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }

  step(): void {
    const [ref, other, n] = [this.#any(), this.#any(), this.below(1000)];
    const steps: (() => unknown)[] = [
      () => ref.tell(n),
      () => ref.tell(n, other),
      () =>
        ref
          .tell(n)
          .tell(n + 1)
          .tell(n + 2),
      () => void ref.ask(actor => actor.reply(n), { timeout: this.below(50) }).catch(() => {}),
      () => void ref.ask(n, { timeout: this.below(50) }).catch(() => {}),
      () => void ref.ask(n, { signal: AbortSignal.abort() }).catch(() => {}),
      () => ref.tell(actor => actor.stash()),
      () => ref.tell(actor => actor.unstashAll()),
      () => ref.tell(actor => void this.#refs.push(actor.spawn(Chaotic))),
      () => ref.tell(once(actor => actor.forward(other))),
      () => ref.tell(actor => actor.reply(n)),
      () => ref.tell(actor => void actor.watch(other)),
      () => ref.tell(actor => void actor.unwatch(other)),
      () => ref.tell(actor => actor.timers.once(n % 3, n % 40, n)),
      () => ref.tell(actor => actor.timers.every(n % 3, 1 + (n % 40), n)),
      () => ref.tell(actor => void actor.timers.cancel(n % 3)),
      () => ref.tell(actor => actor.setReceiveTimeout(n % 2 === 0 ? 1 + (n % 40) : undefined)),
      () => ref.tell(actor => new Promise<void>(resolve => actor.node && this.#clock.after(n % 30, resolve))),
      () => ref.tell(actor => actor.pipeToSelf(Promise.resolve(n))),
      () => ref.tell(crashing('restart')),
      () => ref.tell(crashing(n % 3 === 0 ? 'stop' : 'resume')),
      () => ref.tell(async () => crashing('restart')()),
      () => ref.tell(once(actor => [actor.stash(), crashing('restart')()])),
      () => (n % 4 === 0 ? ref.stop() : this.#spawn()),
      () => (n % 8 === 0 ? ref.kill() : this.#spawn()),
      () => (n % 4 === 0 ? ref.tell(PoisonPill as never) : this.#spawn()),
    ];
    steps[this.below(steps.length)]?.();
  }

  #any(): Ref<Order | number> {
    return this.#refs[this.below(this.#refs.length)] as Ref<Order | number>;
  }

  #spawn(): void {
    const overflow = (['dropNewest', 'dropOldest', 'fail'] as const)[this.below(3)] as 'fail';
    const mailbox = [undefined, bounded({ capacity: 1 + this.below(5), overflow }), priority(() => 0)][
      this.below(3)
    ];
    if (this.#refs.length < 60) this.#refs.push(this.#node.spawn(Chaotic, { mailbox }));
  }
}

const crashing = (how: string) => () => {
  throw new Error(how);
};

/** Does it the first time only: an order that comes back must not go round for ever. */
function once(order: Order): Order {
  let isDone = false;
  return actor => {
    if (isDone) return undefined;
    isDone = true;
    return order(actor);
  };
}
