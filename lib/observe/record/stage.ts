/**
 * The place where one actor is replayed: a node of its own on virtual time, where the actor has its path, its parameters and nothing
 * else that is real. What it would get by itself (its timers, what it tells itself, what it has stashed) is held back until
 * the recording says that it came; all others are stand-ins.
 */

import type { Logger } from '../../base/log.ts';
import { ManualClock } from '../../base/manualClock.ts';
import { Actor, propsOf, type Spawnable } from '../../core/actor.ts';
import type { ActorCell } from '../../core/actorCell.ts';
import { Ask } from '../../core/ask.ts';
import type { Delivery } from '../../core/delivery.ts';
import { ActorError } from '../../core/events.ts';
import type { Extras } from '../../core/extras.ts';
import { MailCell, main } from '../../core/mailCell.ts';
import { Exit, Notice, PrivateNotice, type Signal, Terminated } from '../../core/message.ts';
import { senderOf } from '../../core/postmark.ts';
import type { Props, SpawnOptions } from '../../core/props.ts';
import type { Ref } from '../../core/ref.ts';
import { type Decide, oneForOne } from '../../core/supervision.ts';
import type { System } from '../../core/system.ts';
import { Tick } from '../../core/timers.ts';
import { Node } from '../../node/node.ts';
import { StandIns } from './standIn.ts';
import { addressOf, type Written, write } from './written.ts';

/** What the actor has done to somebody. */
export interface Told {
  /** The address. */
  readonly to: string;
  readonly does: 'tells' | 'asks' | 'spawns' | 'stops' | 'kills' | 'links';
  /** For `tells` and `asks`. */
  readonly message?: Written;
}

export interface StageOptions {
  /** The path of the actor. */
  readonly path: string;
  /** What the clock says when it is spawned, in ms of the recorded node, and what time that was. */
  readonly time: number;
  readonly wall: number;
  readonly address: string | undefined;
  readonly logger: Logger;
  /** What is to be done when it fails. */
  readonly decide: Decide;
  /** It asks somebody. */
  readonly asked: (question: string, to: string, answer: Answering) => void;
  /** Whether the debugger is to stop before the next message. */
  readonly breaks: () => boolean;
}

export interface Answering {
  answer(value: unknown): void;
  fail(error: Error): void;
}

/** Stands where the parents of the actor were. */
class Scenery extends Actor {}

/** What the actor would have got by itself. */
interface Held {
  readonly message: unknown;
  readonly sender: Ref | undefined;
  /** As JSON, to be found again. */
  readonly text: string;
  readonly timer: string | undefined;
}

/** The parts of a cell that the stage takes in hand. */
interface Inside {
  enqueue(message: unknown, sender: Ref | undefined): void;
  notice(notice: Notice, sender?: Ref): void;
  spawn(what: Spawnable, options?: SpawnOptions): Ref;
  unstash(): void;
  readonly extras: Extras | undefined;
  readonly links: { expect(exit: Exit): void };
}

/** No message is too large for a replay. */
const whole = Number.POSITIVE_INFINITY;
const textOf = (value: unknown) => write(value, whole);

export class Stage {
  readonly clock: ManualClock;
  readonly #options: StageOptions;
  readonly #node: Node;
  readonly #system: System;
  readonly #standIns: StandIns;
  #held: Held[] = [];
  #cell: ActorCell | undefined;
  readonly #children = new Map<string, Ref>();
  #unnamed = 0;
  /** What it has done since somebody has looked. */
  #told: Told[] = [];
  /** The deliveries that have come to an end, and the errors, since somebody has looked. */
  ended: Delivery[] = [];
  errors: Error[] = [];

  private constructor(clock: ManualClock, node: Node, options: StageOptions) {
    this.clock = clock;
    this.#node = node;
    this.#options = options;
    const guardian = node.guardian.inlet as ActorCell;
    this.#system = guardian.realm as System;
    this.#standIns = new StandIns(this.#system, {
      told: (to, message, sender) => this.#hears(to, message, sender),
      signalled: (to, signal) => this.#sees(to, signal),
    });
    node.events.subscribe(ActorError, ({ ref, error }) => {
      if (ref === this.#cell?.ref) this.errors.push(error);
    });
    node.instruments.observe({
      observes: ref => ref === this.#cell?.ref,
      begun: () => this.#begins(),
      ended: delivery => this.ended.push(delivery),
      run: (_, receive) => {
        // Step into `receive()`: it calls the actor.
        // biome-ignore lint/suspicious/noDebugger: it is what a replay in a debugger is for
        if (options.breaks()) debugger;
        return receive();
      },
    });
  }

  static async open(options: StageOptions): Promise<Stage> {
    const clock = new ManualClock(options.wall - options.time);
    await clock.advance(options.time);
    const node = await Node.start({
      clock,
      logger: options.logger,
      random: () => 0.5,
      supervision: strategyOf(options.decide),
    });
    return new Stage(clock, node, options);
  }

  /** Lets the actor enter. */
  async spawn(what: Spawnable): Promise<void> {
    const names = this.#options.path.split('/').slice(1);
    const name = names.pop() as string;
    const guardian = this.#system.guardian;
    let parent: ActorCell = guardian;
    const supervision = strategyOf(this.#options.decide);
    for (const step of names) {
      const ref: Ref = parent.spawn(propsOf(Scenery) as Props<never>, { name: step, supervision });
      parent = ref.inlet as ActorCell;
    }
    await this.clock.settle();
    const ref = parent.spawn(propsOf(what) as Props<never>, { name });
    this.#cell = ref.inlet as ActorCell;
    this.#system.address = this.#options.address;
    this.#isolate(this.#cell);
    this.#system.resolve = path => (path === ref.path ? ref : this.refAt(path));
    this.#system.plugIn(node => this.#standIns.router(node));
    guardian.spawn = (one: Spawnable, options?: SpawnOptions) => this.#spawnsFor('', one, options);
    await this.clock.settle();
  }

  /** The actor at an address: the one that is replayed, or a stand-in. */
  refAt(address: string): Ref {
    return address === this.#options.path && this.#cell !== undefined
      ? this.#cell.ref
      : this.#standIns.at(address);
  }

  /** What the actor has done since the last call. */
  takeTold(): Told[] {
    return this.#told.splice(0);
  }

  get isStarting(): boolean {
    return this.#cell?.life === 'starting';
  }

  get isStopped(): boolean {
    return this.#cell?.life === 'stopped';
  }

  /**
   * Gives the actor what it got: that very message, where it has told it to itself or a timer has, else the recorded one.
   * @param timer the key of the timer, as JSON
   */
  feed(text: string, timer: string | undefined, read: () => unknown, sender: Ref | undefined): void {
    const held = this.#takeHeld(text, timer);
    const message = held?.message ?? (timer === undefined ? read() : tickOf(timer, read()));
    if (message instanceof Notice) this.#feedNotice(message);
    else MailCell.prototype.enqueue.call(this.#inside, message, held === undefined ? sender : held.sender);
  }

  #feedNotice(notice: Notice): void {
    const cell = this.#cell as ActorCell;
    // In a recording that does not go back to the start, nobody knows any more whom it watches.
    if (notice instanceof Terminated) cell.watch(notice.ref as Ref);
    if (notice instanceof Exit) (cell as unknown as Inside).links.expect(notice);
    if (notice instanceof Terminated || notice instanceof Exit) this.#forgetChild(notice.ref as Ref);
    MailCell.prototype.notice.call(this.#inside, notice);
  }

  async close(): Promise<void> {
    this.#cell?.ref.kill();
    const stopped = this.#node.stop();
    await this.clock.advance(60_000);
    await stopped;
  }

  /** A process takes its messages by itself: nothing calls it with them. */
  #begins(): void {
    const isProcess =
      main in Object((this.#cell?.props.origin as { prototype?: unknown } | undefined)?.prototype);
    // Step out until `run` goes on with its message.
    // biome-ignore lint/suspicious/noDebugger: it is what a replay in a debugger is for
    if (isProcess && this.#options.breaks()) debugger;
  }

  // ---- holding back -------------------------------------------------------------------------------------------------

  #isolate(cell: ActorCell): void {
    const inside = cell as unknown as Inside;
    inside.enqueue = (message, sender) => {
      this.#told.push({ to: cell.ref.path, does: 'tells', message: JSON.parse(textOf(message)) as Written });
      this.#hold(message, sender, undefined);
    };
    inside.notice = (notice, sender) => {
      if (notice instanceof PrivateNotice) MailCell.prototype.notice.call(cell, notice, sender);
      else if (notice instanceof Tick) this.#hold(notice, undefined, textOf(notice.timer.key));
      else this.#hold(notice, sender, undefined);
    };
    inside.unstash = () => {
      const { stash = [] } = inside.extras ?? {};
      for (const { message, sender } of stash.splice(0)) this.#hold(message, senderOf(sender), undefined);
    };
    inside.spawn = (what, options) => this.#spawnsFor(cell.ref.path, what, options);
    Object.defineProperty(cell, 'childRefs', { get: () => [...this.#children.values()] });
  }

  get #inside(): MailCell {
    return this.#cell as ActorCell;
  }

  #hold(message: unknown, sender: Ref | undefined, timer: string | undefined): void {
    const text = textOf(message instanceof Tick ? message.message : message);
    this.#held.push({ message, sender, text, timer });
  }

  /** A process does not say which of its messages came from timers: then the text alone decides. */
  #takeHeld(text: string, timer: string | undefined): Held | undefined {
    const index = this.#held.findIndex(
      held => held.text === text && (timer === undefined || held.timer === timer) && isCurrent(held.message),
    );
    return index === -1 ? undefined : this.#held.splice(index, 1)[0];
  }

  // ---- the others ---------------------------------------------------------------------------------------------------

  #spawnsFor(parent: string, what: Spawnable, options: SpawnOptions | undefined): Ref {
    const name = options?.name ?? `${propsOf(what).className}$${++this.#unnamed}`;
    const ref = this.refAt(`${parent}/${name}`);
    if (parent !== '') this.#children.set(ref.path, ref);
    this.#told.push({ to: ref.path, does: 'spawns' });
    return ref;
  }

  #hears(to: Ref, message: unknown, sender: Ref | undefined): void {
    const text = textOf(message);
    const ask = sender?.inlet instanceof Ask ? sender.inlet : undefined;
    const address = addressOf(to);
    this.#told.push({ to: address, does: ask ? 'asks' : 'tells', message: JSON.parse(text) as Written });
    if (ask === undefined || sender === undefined) return;
    this.#options.asked(text, address, {
      answer: value => void sender.tell(value, to),
      fail: error => ask.fail(error),
    });
  }

  #sees(to: Ref, { type }: Signal<Ref>): void {
    const does = deeds[type];
    if (does === undefined) return;
    this.#told.push({ to: addressOf(to), does });
    if (does === 'stops' || does === 'kills') this.#forgetChild(to);
  }

  #forgetChild(ref: Ref): void {
    this.#children.delete(ref.path);
  }
}

/** To watch is not worth a word: whoever asks does it too. */
const deeds: { readonly [type in Signal<Ref>['type']]?: Told['does'] } = {
  stop: 'stops',
  kill: 'kills',
  link: 'links',
};

/** A timer that was cancelled or replaced after it had fired: the actor would not get that one. */
const isCurrent = (message: unknown) => !(message instanceof Tick) || message.timer.isActive;

/** What a timer that this actor does not have would have brought. */
function tickOf(key: string, message: unknown): Tick {
  const timer = {
    key: JSON.parse(key) as unknown,
    isRepeated: false,
    isActive: true,
    isQueued: true,
    cancel: () => {},
  };
  return new Tick(timer, message);
}

const strategyOf = (decide: Decide) => oneForOne({ decide, max: Number.POSITIVE_INFINITY });
