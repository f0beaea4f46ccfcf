/** An actor that a spec can await: it keeps what it gets, and the spec says what it expects. */
import { AssertionError } from 'node:assert';
import { show, TimeoutError } from '../base/errors.ts';
import { type Matched, match } from '../base/patterns.ts';
import { systemClock } from '../base/world.ts';
import { Actor, type NodeFace } from '../core/actor.ts';
import { Terminated } from '../core/message.ts';
import type { Ref } from '../core/ref.ts';

interface Arrived {
  readonly message: unknown;
  readonly sender: Ref | undefined;
}

/** How long, in ms of this machine's time, a spec waits before it is told what is missing. */
const patience = 3000;

class ProbeActor extends Actor<unknown, { arrived: (arrived: Arrived) => void }> {
  override receive(message: unknown): void {
    if (message instanceof UnwatchRequest) this.unwatch(message.ref);
    else if (message instanceof WatchRequest) this.watch(message.ref);
    else this.params.arrived({ message, sender: this.sender });
  }
}

class WatchRequest {
  readonly ref: Ref;
  constructor(ref: Ref) {
    this.ref = ref;
  }
}

class UnwatchRequest extends WatchRequest {}

export class TestProbe {
  /** What to tell, or to put into messages as the one to answer. */
  readonly ref: Ref;
  readonly #waiting: ((arrived: Arrived) => void)[] = [];
  readonly #arrived: Arrived[] = [];
  #last: Arrived | undefined;

  constructor(node: Pick<NodeFace, 'spawn'>, name?: string) {
    const arrived = (one: Arrived) => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#arrived.push(one);
      else next(one);
    };
    this.ref = node.spawn(ProbeActor.using({ arrived }), { name });
  }

  /** What has arrived and has not been expected yet. */
  get messages(): unknown[] {
    return this.#arrived.map(({ message }) => message);
  }

  /** Who sent the message that was expected last. */
  get sender(): Ref | undefined {
    return this.#last?.sender;
  }

  /** The next message, whatever it is. */
  async next(): Promise<unknown> {
    this.#last = this.#arrived.shift() ?? (await this.#wait());
    return this.#last.message;
  }

  /**
   * The next message, which must match the pattern.
   * @throws AssertionError that shows both when it does not, or when nothing comes
   */
  async expect<const P>(pattern: P): Promise<Matched<P>> {
    const message = await this.next();
    if (match(pattern, message)) return message as Matched<P>;
    throw this.#unexpected(show(pattern), message);
  }

  /** The next message that matches the pattern; those before it are dropped. */
  async fish<const P>(pattern: P): Promise<Matched<P>> {
    for (;;) {
      const message = await this.next();
      if (match(pattern, message)) return message as Matched<P>;
    }
  }

  /** Expects a `Terminated` of that actor. */
  async expectTerminated(ref: Ref): Promise<Terminated<Ref>> {
    const message = await this.next();
    if (message instanceof Terminated && ref.equals(message.ref)) return message as Terminated<Ref>;
    throw this.#unexpected(`that ${ref.address} has terminated`, message);
  }

  /**
   * Nothing has arrived, also after all that happens by itself has happened.
   * @param clock the node's clock
   * @param ms lets so much time pass first
   */
  async expectNothing(clock: { advance(ms: number): Promise<void> }, ms = 0): Promise<void> {
    await clock.advance(ms);
    const [first] = this.#arrived;
    if (first !== undefined) throw this.#unexpected('nothing', first.message);
  }

  /** Answers the sender of the message that was expected last. */
  reply(message: unknown): void {
    this.#last?.sender?.tell(message, this.ref);
  }

  /** Has the probe watch an actor: it gets a `Terminated` when that has ended. */
  watch(ref: Ref): void {
    this.ref.tell(new WatchRequest(ref));
  }

  unwatch(ref: Ref): void {
    this.ref.tell(new UnwatchRequest(ref));
  }

  #unexpected(expected: string, actual: unknown): AssertionError {
    return new AssertionError({
      message: `${this.ref.address} expected ${expected} and got ${show(actual)}`,
    });
  }

  #wait(): Promise<Arrived> {
    return new Promise((resolve, reject) => {
      const giveUp = systemClock.after(patience, () => {
        this.#waiting.splice(this.#waiting.indexOf(take), 1);
        reject(new TimeoutError(`${this.ref.address} got no message within ${patience} ms`));
      });
      const take = (arrived: Arrived) => {
        giveUp();
        resolve(arrived);
      };
      this.#waiting.push(take);
    });
  }
}
