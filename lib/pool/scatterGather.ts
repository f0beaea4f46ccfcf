/** All are asked, and the first to answer is heard. */
import { asError, show, TimeoutError } from '../base/errors.ts';
import type { Ref } from '../core/ref.ts';
import { keyOf } from '../core/watching.ts';
import { tellAll } from './broadcast.ts';
import { type Desk, type Routing, RoutingStrategy } from './routingStrategy.ts';

export interface ScatterGatherOptions {
  /** How long the answers may take, in ms. */
  within: number;
  /** How many answers it takes; they are passed on as an array. Without it, the first answer is passed on as it is. */
  quorum?: number | undefined;
}

/** One question that is under way. */
class Gathering {
  readonly #sender: Ref;
  readonly #quorum: number | undefined;
  readonly #abort = new AbortController();
  readonly #answers: unknown[] = [];
  readonly #onEnd: () => void;
  /** How many have not answered. */
  #left: number;

  constructor(sender: Ref, quorum: number | undefined, asked: number, onEnd: () => void) {
    this.#sender = sender;
    this.#quorum = quorum;
    this.#left = asked;
    this.#onEnd = onEnd;
  }

  ask(routee: Ref, message: unknown, timeout: number): void {
    routee.ask(message, { timeout, signal: this.#abort.signal }).then(
      answer => this.#answered(answer, routee),
      error => this.#failed(error),
    );
  }

  /** Nobody waits for the answers any more: those who still work at them can see that. */
  end(): void {
    this.#abort.abort();
    this.#onEnd();
  }

  #answered(answer: unknown, routee: Ref): void {
    if (this.#isOver) return;
    this.#left--;
    this.#answers.push(answer);
    if (this.#quorum === undefined) this.#pass(answer, routee);
    else if (this.#answers.length === this.#quorum) this.#pass(this.#answers, routee);
  }

  #failed(error: unknown): void {
    if (this.#isOver) return;
    this.#left--;
    if (this.#answers.length + this.#left < (this.#quorum ?? 1)) this.#pass(asError(error), undefined);
  }

  get #isOver(): boolean {
    return this.#abort.signal.aborted;
  }

  #pass(answer: unknown, routee: Ref | undefined): void {
    this.end();
    this.#sender.tell(answer, routee);
  }
}

class ScatterGather implements Routing {
  readonly #desk: Desk;
  readonly #within: number;
  readonly #quorum: number | undefined;
  /** By who has asked. */
  readonly #underWay = new Map<unknown, Gathering>();

  constructor(desk: Desk, { within, quorum }: ScatterGatherOptions) {
    this.#desk = desk;
    this.#within = within;
    this.#quorum = quorum;
  }

  route(message: unknown, sender: Ref | undefined): void {
    const { members, cell } = this.#desk;
    const { refs } = members;
    if (sender === undefined || refs.length === 0) return tellAll(this.#desk, message, sender);
    if (refs.length < (this.#quorum ?? 1)) {
      const text = `${cell.ref.address} has ${refs.length} members: too few for ${this.#quorum} answers`;
      sender.tell(new TimeoutError(text), cell.ref);
      return;
    }
    const asker = keyOf(sender);
    const gathering = new Gathering(sender, this.#quorum, refs.length, () => {
      if (this.#underWay.get(asker) === gathering) this.#underWay.delete(asker);
    });
    this.#underWay.set(asker, gathering);
    for (const ref of refs) gathering.ask(ref, message, this.#within);
  }

  abandoned(asker: Ref): void {
    this.#underWay.get(keyOf(asker))?.end();
  }
}

/**
 * Each message that comes with a sender is asked of all of them, and the sender gets the first answer, or the first `quorum`.
 * What is told by nobody just goes to all.
 * @throws TypeError that names the option and what is wrong with it
 */
export function scatterGather(options: ScatterGatherOptions): RoutingStrategy<unknown> {
  const { within, quorum } = options ?? {};
  if (!(typeof within === 'number' && within > 0))
    throw new TypeError(`scatterGather: within must be more than 0 milliseconds, not ${show(within)}`);
  if (quorum !== undefined && !(Number.isInteger(quorum) && quorum >= 1))
    throw new TypeError(`scatterGather: quorum must be a whole number from 1 up, not ${show(quorum)}`);
  return new RoutingStrategy('scatterGather', desk => new ScatterGather(desk, { within, quorum }));
}
