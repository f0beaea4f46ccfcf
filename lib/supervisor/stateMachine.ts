/**
 * An actor that is written as a table of states, after `gen_statem` of OTP. Handlers say what is to become of the machine
 * by calling `goto`, `postpone` and so on; that is carried out, in one step, once they are done.
 */
import { show } from '../base/errors.ts';
import { Actor } from '../core/actor.ts';
import { isGenerator, isThenable, refuseAsyncGenerator } from '../core/coroutine.ts';
import { Orders } from './orders.ts';
import { type Handling, type States, StateTable } from './states.ts';

const stateKey = Symbol('state timeout');
const eventKey = Symbol('event timeout');

/**
 * A state machine. What it remembers beside its state are its own fields, as in any actor.
 * @typeParam S the names of its states
 * @typeParam M the messages that it understands: texts, or objects with a `type`, have handlers by name
 * @typeParam P the parameters that it is spawned with
 */
export abstract class StateMachine<S extends string, M = unknown, P = undefined> extends Actor<M, P> {
  /** The state that it begins in, also after a restart. Read when `preStart` of this class is called. */
  abstract readonly initial: S;

  /** What it does in which state: `states = this.define({ … })`. */
  abstract readonly states: StateTable<S, M>;

  #state: S | undefined;
  #orders: Orders<S> | undefined;
  /** A machine without timeouts does not pay for any. */
  #hasTimeouts = false;

  /** The state that it is in: while a handler runs, the one that it was called in. */
  get state(): S {
    if (this.#state !== undefined) return this.#state;
    const { name } = this.constructor;
    throw new TypeError(
      `state: ${name} has not entered its initial state; if ${name} has a preStart, it must call super.preStart()`,
    );
  }

  /**
   * Makes the table of states. The handlers are called with the machine as `this`.
   * @param inAny handles what a state has no handler for by name
   */
  protected define(
    states: States<S, M> & ThisType<this>,
    inAny: Handling<M> & ThisType<this> = {},
  ): StateTable<S, M> {
    return new StateTable<S, M>(states, inAny);
  }

  /** Enters the initial state. An override calls it, with `super.preStart()`, when all that handlers need is there. */
  override preStart(): unknown {
    const { initial, states } = this;
    if (!(states instanceof StateTable)) {
      throw new TypeError(
        `states: ${this.constructor.name} must have states = this.define({ … }), not ${show(states)}`,
      );
    }
    states.check('initial', this.constructor.name, initial);
    this.#state = initial;
    return this.#enter(undefined);
  }

  /** Leaves a message to the handler for it; without one, the message is unhandled. */
  override receive(message: M): unknown {
    const handler = this.states.handlerOf(this.state, message);
    if (this.#hasTimeouts) this.timers.cancel(eventKey);
    if (handler === undefined) return this.unhandled(message);
    return this.#perform(new Orders<S>(false), () => handler.call(this, message));
  }

  /**
   * Goes to a state once the handler is done; the last call counts. If that is another one than the present, the state
   * timeout ends, what was postponed is tried again, before newer messages, and the new state is entered.
   * @throws TypeError when there is no such state, or in an `enter`
   */
  goto(state: S): void {
    const orders = this.#handlerOrders('goto');
    this.states.check('goto', this.constructor.name, state);
    orders.to = state;
  }

  /** Calls `enter` of the present state again once the handler is done. Nothing is cancelled, nothing tried again. */
  repeat(): void {
    this.#handlerOrders('repeat').isRepeated = true;
  }

  /** Puts the message that is being handled aside until the state has changed. Who sent it still waits for its answer. */
  postpone(): void {
    this.#handlerOrders('postpone').isPostponed = true;
  }

  /**
   * Delivers `message` once the machine has been in the state that it is in after this handler for `ms`. It ends with the
   * state; a new one takes its place; undefined cancels it.
   */
  stateTimeout(ms: number, message: M): void;
  stateTimeout(ms: undefined): void;
  stateTimeout(ms: number | undefined, message?: M): void {
    this.#orderTimeout('stateTimeout', stateKey, ms, message);
  }

  /** Delivers `message` when no other message has been taken for `ms` after this handler; undefined cancels it. */
  eventTimeout(ms: number, message: M): void;
  eventTimeout(ms: undefined): void;
  eventTimeout(ms: number | undefined, message?: M): void {
    this.#orderTimeout('eventTimeout', eventKey, ms, message);
  }

  /**
   * Delivers `message` `ms` after this handler, whatever happens meanwhile. A new one of the same name takes its place;
   * undefined cancels it. It is the timer of that key: `this.timers.has(name)`.
   */
  timeout(name: string, ms: number, message: M): void;
  timeout(name: string, ms: undefined): void;
  timeout(name: string, ms: number | undefined, message?: M): void {
    this.#orderTimeout('timeout', name, ms, message);
  }

  #orderTimeout(member: string, key: unknown, ms: number | undefined, message: unknown): void {
    if (ms !== undefined && !(typeof ms === 'number' && ms >= 0 && ms < Number.POSITIVE_INFINITY)) {
      throw new TypeError(`${member}: expected milliseconds from 0 up, or undefined, not ${show(ms)}`);
    }
    this.#ordersFor(member).timeout(key, { ms, message });
  }

  #ordersFor(member: string): Orders<S> {
    if (this.#orders !== undefined) return this.#orders;
    throw new TypeError(
      `${member}: no handler of ${this.constructor.name} is running; from elsewhere, tell this.ref a message`,
    );
  }

  #handlerOrders(member: string): Orders<S> {
    const orders = this.#ordersFor(member);
    if (!orders.isEntering) return orders;
    throw new TypeError(
      `${member}: an enter of ${this.constructor.name} can't do that; use stateTimeout(0, message) and a handler`,
    );
  }

  #enter(from: S | undefined): unknown {
    const enter = this.states.enterOf(this.state);
    if (enter === undefined) return undefined;
    return this.#perform(new Orders<S>(true), () => enter.call(this, from));
  }

  /** Calls a handler or an `enter`, and carries out what it has ordered when it is done. Gives what is to be waited for. */
  #perform(orders: Orders<S>, call: () => unknown): unknown {
    this.#orders = orders;
    let result: unknown;
    try {
      result = call();
      if (typeof result === 'object' && result !== null) this.#checkAsync(result, orders);
    } catch (error) {
      this.#orders = undefined;
      throw error;
    }
    if (isGenerator(result)) return this.#afterGenerator(result, orders);
    return isThenable(result) ? this.#afterPromise(result, orders) : this.#carryOut(orders);
  }

  /** An `enter` is awaited by an async `preStart`, where nobody would drive a generator. */
  #checkAsync(result: object, { isEntering }: Orders<S>): void {
    refuseAsyncGenerator(result, isEntering ? 'enter' : 'a handler');
    if (isEntering && isGenerator(result)) {
      throw new TypeError(
        `enter of state ${show(this.state)} of ${this.constructor.name} is a generator; make it an async function`,
      );
    }
  }

  *#afterGenerator(result: Generator<unknown>, orders: Orders<S>): Generator<unknown> {
    try {
      yield* result;
    } finally {
      this.#orders = undefined;
    }
    yield this.#carryOut(orders);
  }

  async #afterPromise(result: PromiseLike<unknown>, orders: Orders<S>): Promise<void> {
    try {
      await result;
    } finally {
      this.#orders = undefined;
    }
    await this.#carryOut(orders);
  }

  /** The order is a contract: the message is put aside before its state is left, and timeouts are those of the new state. */
  #carryOut(orders: Orders<S>): unknown {
    this.#orders = undefined;
    const from = this.state;
    const { to = from } = orders;
    if (orders.isPostponed) this.stash();
    if (to !== from) {
      this.#state = to;
      if (this.#hasTimeouts) this.timers.cancel(stateKey);
      this.unstashAll();
    }
    this.#hasTimeouts ||= orders.timeouts !== undefined;
    for (const [key, { ms, message }] of orders.timeouts ?? []) {
      if (ms === undefined) this.timers.cancel(key);
      else this.timers.once(key, ms, message);
    }
    return to !== from || orders.isRepeated ? this.#enter(from) : undefined;
  }
}
