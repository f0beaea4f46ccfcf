/** Actors for the specs of the recorder and of replays: they crash because of what was before. */
import { Actor, Exit, Process, type Ref, Terminated } from '../../../lib/index.ts';

export class Deposit {
  readonly amount: number;

  constructor(amount: number) {
    this.amount = amount;
  }
}

/** Fails once there is more in it than it may have, and pays interest by itself. */
export class Account extends Actor<unknown, { readonly most: number; readonly interest?: number }> {
  static readonly module = import.meta.url;
  balance = 0;

  override preStart() {
    const { interest } = this.params;
    if (interest !== undefined) this.timers.every('interest', 1000, { interest });
  }

  override receive(message: { interest?: number } | Deposit | string) {
    if (message instanceof Deposit) this.balance += message.amount;
    else if (message === 'balance') return this.reply(this.balance);
    else if (typeof message === 'object') this.balance += message.interest ?? 0;
    if (this.balance > this.params.most)
      throw new RangeError(`${this.balance} is more than ${this.params.most}`);
  }
}

/** Asks for prices, and fails when one is negative. */
export class Buyer extends Actor<{ readonly shop: Ref; readonly item: string }> {
  static readonly module = import.meta.url;
  spent = 0;

  override async receive({ shop, item }: { readonly shop: Ref; readonly item: string }) {
    const price = await shop.ask<number>({ item, spent: this.spent });
    this.spent += price;
    if (price < 0) throw new Error(`${item} costs ${price} after ${this.spent - price}`);
    shop.tell({ paid: price }, this.ref);
  }
}

/** Does what it does by itself: tells itself, stashes, spawns, watches. Fails at the word. */
export class Busy extends Actor {
  static readonly module = import.meta.url;
  readonly seen: string[] = [];
  #isOpen = false;
  #child: Ref | undefined;

  override preStart() {
    this.setReceiveTimeout(60_000);
  }

  override receive(message: unknown): void {
    this.seen.push(typeof message === 'string' ? message : (message as object).constructor.name);
    if (message === 'open') {
      this.#isOpen = true;
      this.unstashAll();
    } else if (!this.#isOpen) this.stash();
    else if (message === 'again') this.ref.tell('echo', this.ref);
    else if (message === 'spawn') this.#child = this.watch(Quiet, { name: 'child' });
    else if (message === 'stop child') this.#child?.stop();
    else if (message instanceof Terminated)
      this.seen.push(`${message.ref === this.#child} ${this.children.length}`);
    else if (message === 'fail') throw new Error(this.seen.join(' '));
  }
}

export class Quiet extends Actor {
  override receive() {}
}

/** A program: takes orders in pairs, and stumbles over the third pair. */
export class Pairs extends Process<undefined, string> {
  static readonly module = import.meta.url;

  override *run(): Generator<unknown, void, never> {
    const made: string[] = [];
    this.timers.once('late', 500, 'late');
    for (;;) {
      const one = yield* this.get();
      const other = yield* this.get({ timeout: 10_000 });
      made.push(`${one}+${other}`);
      if (made.length === 3) throw new Error(made.join(', '));
    }
  }
}

export class NoStart extends Actor<unknown, { readonly file: string }> {
  static readonly module = import.meta.url;

  override preStart() {
    throw new Error(`there is no ${this.params.file}`);
  }
}

/** Shares its fate with those that it is told of, and fails at the second end. */
export class Linked extends Actor<Ref | Exit> {
  static readonly module = import.meta.url;
  override trapExit = true;
  readonly ends: string[] = [];

  override receive(message: Ref | Exit) {
    if (!(message instanceof Exit)) {
      this.link(message);
      return;
    }
    this.ends.push(`${(message.ref as Ref).path} ${message.reason}`);
    if (this.ends.length === 2) throw new Error(this.ends.join(', '));
  }
}
