/**
 * The part of a node that looks at its deliveries, once somebody wants to know: it measures some of them, and shows others to
 * observers and a tracer. A node has none until then, and each hook in the path of a message is one comparison with undefined.
 */
import { asError } from '../base/errors.ts';
import type { Clock } from '../base/world.ts';
import { enter, entered, whoRuns } from './ambient.ts';
import { Delivery, type Observer, type OnAnswer, type Outcome } from './delivery.ts';
import type { Dispatcher } from './dispatcher.ts';
import { ActorMeter, ClassMeter, type Measured, nobody } from './meter.ts';
import type { Scope } from './operation.ts';
import { type From, Postmark, senderOf } from './postmark.ts';
import type { Ref } from './ref.ts';
import type { Tracer } from './tracer.ts';

/** Marks that are free at once, and that become free with each ms: while there are any, every message is measured. */
const mostCredit = 256;
const creditPerMs = 10;
/** When there are none, one message in so many is. */
const stride = 2048;
/** The most classes that are told apart, and what all others are together. */
const mostKinds = 2000;
const otherKinds = 'other';
/** When the clock has been read often enough, it is read for one turn in so many to twice as many. */
const turnStride = 64;
const mostTimes = 4;
/** Nothing is looked at: a number that counting down does not bring to an end in any useful time. */
const never = 2 ** 30;

export class Monitor {
  readonly #clock: Clock;
  readonly #onError: (error: Error, where: string) => void;
  readonly kinds = new Map<string, ClassMeter>();
  readonly #dispatcher: Dispatcher;
  /** What travels with the message that is just being told, where that is known: it comes from elsewhere, or is a question. */
  #arriving: unknown = undefined;
  #observers: readonly Observer[] = nobody;
  /** Those of them who want to see questions. */
  #listeners: readonly Observer[] = nobody;
  /** Which change of the observers it was that came last. */
  version = 1;
  #tracer: Tracer | undefined = undefined;
  #isMeasuring = false;
  #credit = 0;
  /** The messages since the last one that was measured, up to the last look at one. */
  #unmeasured = 0;
  /** From one look at what is told to the next: so many messages, and how many of them are left. */
  #pace = never;
  #left = never;
  #refilledAt = Number.NEGATIVE_INFINITY;
  /** Whose turn it is, or was last, and when that began. */
  #onTurn: ActorMeter | undefined = undefined;
  #lastLook: number;
  readonly #blamed = new WeakSet<object>();
  /** Whether the present turn is timed, for how many it stands, and how many more go by before the next one is. */
  #isTimed = false;
  #turns = 1;
  #turnsLeft = 0;
  /** For how many ms turns have gone on since the last one that was timed. */
  #untimed = 0;
  #turnCredit = mostCredit;
  #chance = 1;

  constructor(clock: Clock, dispatcher: Dispatcher, onError: (error: Error, where: string) => void) {
    this.#clock = clock;
    this.#dispatcher = dispatcher;
    dispatcher.watcher = this;
    // A turn that began without a monitor knows nothing of its marks.
    dispatcher.lookAnew();
    this.#lastLook = clock.now();
    this.#onError = onError;
  }

  set isMeasuring(isMeasuring: boolean) {
    this.#isMeasuring = isMeasuring;
    this.#credit = isMeasuring ? mostCredit : 0;
    this.#look();
    this.#unmeasured = 0;
  }

  get tracer(): Tracer | undefined {
    return this.#tracer;
  }

  set tracer(tracer: Tracer | undefined) {
    this.#tracer = tracer;
    this.#dispatcher.around =
      tracer?.outside === undefined ? undefined : turns => this.#runOutside(tracer, turns);
    this.#look();
  }

  #runOutside(tracer: Tracer, turns: () => void): void {
    let haveBegun = false;
    const run = () => {
      haveBegun = true;
      turns();
    };
    try {
      tracer.outside?.(run);
    } catch (error) {
      if (haveBegun) throw error;
      this.#blame(tracer, error, 'outside');
    }
    if (!haveBegun) turns();
  }

  get isMeasuring(): boolean {
    return this.#isMeasuring;
  }

  get observers(): readonly Observer[] {
    return this.#observers;
  }

  set observers(observers: readonly Observer[]) {
    this.#observers = observers;
    this.#listeners = observers.filter(({ asking }) => asking !== undefined);
    this.version++;
    this.#dispatcher.lookAnew();
  }

  // ---- at the tell --------------------------------------------------------------------------------------------------

  /** What is to stand beside the message while it waits. */
  told(message: unknown, sender: Ref | undefined, to: Ref): From {
    return --this.#left > 0 ? sender : this.#mark(message, sender, to);
  }

  #mark(message: unknown, sender: Ref | undefined, to: Ref): From {
    const baggage = this.#tracer === undefined ? undefined : this.baggageFor(message, to);
    let weight = 0;
    this.#unmeasured += this.#pace;
    if (this.#isMeasuring && (this.#credit > 0 || this.#unmeasured >= stride)) {
      weight = this.#unmeasured;
      this.#unmeasured = 0;
      if (this.#credit > 0) this.#credit--;
    }
    this.#setPace();
    if (weight === 0 && baggage === undefined) return sender;
    return new Postmark(sender, this.#clock.now(), weight, baggage);
  }

  /** Something has changed: the next message that is told is looked at, if any has to be. */
  #look(): void {
    this.#unmeasured += this.#pace - this.#left;
    this.#setPace();
  }

  #setPace(): void {
    this.#pace = this.#tracer !== undefined || this.#credit > 0 ? 1 : this.#isMeasuring ? stride : never;
    this.#left = this.#pace;
  }

  /** What the tracer wants to travel with a message, or what has travelled with it so far. */
  baggageFor(message: unknown, to: Ref): unknown {
    const tracer = this.#tracer;
    const arriving = this.#arriving;
    if (tracer === undefined) return undefined;
    if (arriving !== undefined) {
      this.#arriving = undefined; // it is that of one message
      return arriving;
    }
    try {
      return tracer.told(message, to, this.within);
    } catch (error) {
      this.#blame(tracer, error, 'told');
      return undefined;
    }
  }

  /** Tells a message with which something travels already. */
  carry(baggage: unknown, tell: () => void): void {
    const before = this.#arriving;
    this.#arriving = baggage;
    try {
      tell();
    } finally {
      this.#arriving = before;
    }
  }

  /** What travels with a message, as it crosses to another node, thread or process. */
  pack(baggage: unknown): string | undefined {
    const tracer = this.#tracer;
    if (tracer === undefined || baggage === undefined) return undefined;
    try {
      return tracer.pack(baggage);
    } catch (error) {
      this.#blame(tracer, error, 'pack');
      return undefined;
    }
  }

  /** Tells a message that has crossed, with what has crossed beside it. */
  arrive(packed: string, tell: () => void): void {
    const tracer = this.#tracer;
    let baggage: unknown;
    try {
      baggage = tracer?.unpack(packed);
    } catch (error) {
      this.#blame(tracer as Tracer, error, 'unpack');
    }
    if (baggage === undefined) tell();
    else this.carry(baggage, tell);
  }

  /** Whether anybody wants to see questions. */
  get seesQuestions(): boolean {
    return this.#tracer !== undefined || this.#listeners.length > 0;
  }

  /** Sends a question. @param hear gets what to call at its end, when somebody wants to know: sent into a full mailbox, it has ended at once */
  ask(question: unknown, asker: Ref, to: Ref, hear: (onAnswer: OnAnswer) => void): void {
    const { tracer } = this;
    const ends: OnAnswer[] = [];
    for (const listener of this.#listeners) {
      try {
        const onAnswer = listener.asking?.(question, to, this.within);
        if (onAnswer !== undefined) ends.push(this.#guarded(listener, onAnswer));
      } catch (error) {
        this.#blame(listener, error, 'asking');
      }
    }
    let traced: ReturnType<Tracer['asked']>;
    try {
      traced = tracer?.asked(question, to, this.within);
    } catch (error) {
      this.#blame(tracer as Tracer, error, 'asked');
    }
    if (tracer !== undefined && traced !== undefined)
      ends.push(this.#guarded(tracer, error => traced.ended(error), 'asked'));
    if (ends.length > 0)
      hear((error, answer) => {
        for (const end of ends) end(error, answer);
      });
    this.carry(traced?.baggage, () => to.inlet.enqueue(question, asker, to));
  }

  #guarded(observer: Observer, onAnswer: OnAnswer, where = 'asking'): OnAnswer {
    return (error, answer) => {
      try {
        this.#heed(observer, onAnswer(error, answer), where);
      } catch (thrown) {
        this.#blame(observer, thrown, where);
      }
    };
  }

  /** The delivery in which the code that runs now is, as far as it can be told. */
  get within(): Delivery | undefined {
    // Whose turn it is counts first: an async run that has told the first message may be taken for running until the turns end.
    return ((entered() ?? whoRuns()) as Partial<Measured> | undefined)?.meter?.delivery;
  }

  // ---- turns --------------------------------------------------------------------------------------------------------

  turnBegins(actor: Measured): void {
    const meter = this.meet(actor);
    if (meter === this.#onTurn || !this.#isMeasuring) return;
    const before = this.#onTurn;
    this.#onTurn = meter;
    if (before === undefined) this.#isTimed = this.#turnsLeft <= 0;
    else if (this.#isTimed) this.#takeTime(before);
    if (!this.#isTimed && --this.#turnsLeft <= 0) this.#beginTimed();
  }

  /** What is measured of an actor, with those who look at it now. */
  meet(actor: Measured): ActorMeter {
    actor.meter ??= new ActorMeter(this.#kindOf(actor.className));
    const { meter } = actor;
    if (meter.version !== this.version) this.#choose(meter, actor);
    return meter;
  }

  /** So many messages were taken. */
  took(meter: ActorMeter, messages: number): void {
    if (!this.#isMeasuring) return;
    meter.handled += messages;
    meter.kind.handled += messages;
  }

  /** The dispatcher gives turns from now on. */
  runBegins(now: number): void {
    this.#lastLook = now;
  }

  /** The dispatcher gives no more turns for now. */
  runEnds(): void {
    if (this.#onTurn === undefined) return;
    if (this.#isTimed) this.#takeTime(this.#onTurn);
    else this.#untimed += this.#clock.now() - this.#lastLook;
    this.#onTurn = undefined;
  }

  /** Whether the next turn is timed, too. */
  #planTurns(now: number): void {
    const passed = now - this.#refilledAt;
    if (passed >= 1) {
      this.#refilledAt = now;
      this.#credit = Math.min(mostCredit, this.#credit + Math.floor(passed * creditPerMs));
      this.#turnCredit = Math.min(mostCredit, this.#turnCredit + Math.floor(passed * creditPerMs));
      if (this.#pace === stride) this.#look();
    }
    if (this.#turnCredit > 0) {
      this.#turnCredit--;
      this.#turns = 1;
      this.#turnsLeft = 0;
    } else {
      // Never the same number: two actors that take turns would be one actor.
      this.#chance = (this.#chance * 1_103_515_245 + 12_345) & 0x7fff_ffff;
      this.#turns = turnStride + ((this.#chance >> 16) % turnStride);
      this.#turnsLeft = this.#turns;
    }
    this.#isTimed = this.#turnsLeft === 0;
  }

  #beginTimed(): void {
    const now = this.#clock.now();
    this.#untimed += now - this.#lastLook;
    this.#lastLook = now;
    this.#isTimed = true;
  }

  /**
   * The time since the last look was this actor's: the clock is read between two actors, not between two turns of one; and when
   * there are very many turns, for one in so many, which then stands for all of these. One that took much longer than the others
   * stands for a few times of what has passed at most.
   */
  #takeTime(meter: ActorMeter): void {
    const now = this.#clock.now();
    const took = now - this.#lastLook;
    const counted = Math.min(took * this.#turns, mostTimes * (took + this.#untimed));
    this.#lastLook = now;
    this.#untimed = 0;
    meter.busyTime += counted;
    meter.kind.busyTime += counted;
    if (took > meter.longestTurn) meter.longestTurn = took;
    this.#planTurns(now);
  }

  #kindOf(className: string): ClassMeter {
    const known = this.kinds.get(className);
    if (known !== undefined) return known;
    // Whoever makes functions makes names, too: they must not fill the memory.
    if (this.kinds.size >= mostKinds && className !== otherKinds) return this.#kindOf(otherKinds);
    const kind = new ClassMeter(className);
    this.kinds.set(className, kind);
    return kind;
  }

  #choose(meter: ActorMeter, actor: Measured): void {
    meter.version = this.version;
    meter.observers = this.#observers.filter(observer => {
      try {
        return observer.observes?.(actor.ref, actor.className) ?? true;
      } catch (error) {
        this.#blame(observer, error, 'observes');
        return false;
      }
    });
    if (meter.observers.length === 0) meter.observers = nobody;
  }

  // ---- deliveries ---------------------------------------------------------------------------------------------------

  begin(actor: Measured, message: unknown, letter: unknown, from: From): Delivery {
    const { observers } = actor.meter as ActorMeter;
    const delivery = new Delivery(actor, message, letter, from, this.#clock.now(), observers);
    for (const observer of observers) {
      try {
        this.#heed(observer, observer.begun?.(delivery), 'begun');
      } catch (error) {
        this.#blame(observer, error, 'begun');
      }
    }
    return delivery;
  }

  /** Calls `receive`, within what the observers surround it with. */
  run(delivery: Delivery, receive: () => unknown): unknown {
    let run = receive;
    for (const observer of delivery.observers)
      if (observer.run !== undefined) run = this.#surround(observer, delivery, run);
    return run();
  }

  /** A step of a generator in which an actor handles a message: after a `yield` it need not be its turn. */
  step(actor: Scope, delivery: Delivery, step: () => unknown): unknown {
    const before = enter(actor);
    try {
      return this.run(delivery, step);
    } finally {
      enter(before);
    }
  }

  /** Whatever the observer does: the message is handled once, and what came of it is what came of it. */
  #surround(observer: Observer, delivery: Delivery, receive: () => unknown): () => unknown {
    let done: Done | undefined;
    const once = () => {
      done ??= attempt(receive);
      if (done.failure !== undefined) throw done.failure.thrown;
      return done.result;
    };
    return () => {
      try {
        const own = observer.run?.(delivery, once);
        // That of an async `run` ends as the actor's does, if it does not fail itself.
        if (own !== done?.result) this.#heed(observer, own, 'run', error => isOfActor(error, done));
      } catch (error) {
        if (done?.failure === undefined || done.failure.thrown !== error) this.#blame(observer, error, 'run');
      }
      return once();
    };
  }

  end(meter: ActorMeter, delivery: Delivery, outcome: Outcome, error: Error | undefined): void {
    delivery.endedAt = this.#clock.now();
    delivery.outcome = outcome;
    delivery.error = error;
    if (delivery.weight > 0) {
      meter.kind.wait.record(delivery.startedAt - delivery.toldAt, delivery.weight);
      meter.kind.handling.record(delivery.endedAt - delivery.startedAt, delivery.weight);
    }
    for (const observer of delivery.observers) {
      try {
        this.#heed(observer, observer.ended?.(delivery), 'ended');
      } catch (thrown) {
        this.#blame(observer, thrown, 'ended');
      }
    }
  }

  /** An observer may be async, though nobody waits for it: what its promise is rejected with is as if it had thrown that. */
  #heed(observer: Observer, result: unknown, where: string, isKnown = (_: unknown) => false): void {
    if (!(result instanceof Promise)) return;
    result.catch(error => isKnown(error) || this.#blame(observer, error, where));
  }

  /** One that throws for one message may well throw for all: it is told of once. */
  #blame(observer: Observer, error: unknown, where: string): void {
    if (this.#blamed.has(observer)) return;
    this.#blamed.add(observer);
    this.#onError(asError(error), `${where} of an observer`);
  }
}

/** What came of a call. */
interface Done {
  readonly result?: unknown;
  readonly failure?: { readonly thrown: unknown };
}

/** Whether an error is what the actor itself fails with, or may be: of its promise nobody knows yet. */
const isOfActor = (error: unknown, done: Done | undefined) =>
  done?.failure === undefined ? done?.result instanceof Promise : done.failure.thrown === error;

function attempt(receive: () => unknown): Done {
  try {
    return { result: receive() };
  } catch (thrown) {
    return { failure: { thrown } };
  }
}

/** Tells on what stood somewhere, with `from` beside it: what travels with it goes on. */
export function tellOn(
  monitor: Monitor | undefined,
  from: From,
  tell: (sender: Ref | undefined) => void,
): void {
  const { baggage } = from instanceof Postmark ? from : nothing;
  if (monitor === undefined || baggage === undefined) tell(senderOf(from));
  else monitor.carry(baggage, () => tell(senderOf(from)));
}

const nothing = { baggage: undefined };
