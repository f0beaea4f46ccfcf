/**
 * The flight recorder of a node: keeps what its actors were told last, and writes it down when one of them crashes. After the
 * recorders of aircraft, and after Erlang's `dbg` and `sys:log`.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { asError } from '../../base/errors.ts';
import { Command } from '../../command/command.ts';
import type { NodeFace } from '../../core/actor.ts';
import { whoRuns } from '../../core/ambient.ts';
import { Ask } from '../../core/ask.ts';
import type { Delivery, Observer, OnAnswer, Outcome } from '../../core/delivery.ts';
import { ActorError, ActorRestarted, ActorStarted, ErrorIgnored } from '../../core/events.ts';
import { MailCell } from '../../core/mailCell.ts';
import { ActorStopped, type Ref } from '../../core/ref.ts';
import { Tick } from '../../core/timers.ts';
import { sourceOf } from '../../placement/source.ts';
import { checkMainNode } from '../checkNode.ts';
import { onCrash } from './crashes.ts';
import { Dumps, writeWhole } from './dumps.ts';
import {
  type ActorEntry,
  type Entry,
  ndjsonOf,
  type RecordedError,
  type Recording,
  type RecordingHeader,
  recordedError,
} from './entries.ts';
import { mermaidOf } from './mermaid.ts';
import { type CompleteRecordOptions, completeRecordOptions, type RecordOptions } from './options.ts';
import { Ring } from './ring.ts';
import { addressOf, lost, type Written, write } from './written.ts';

/** A flight recorder has written its recording to a file, because something crashed. */
export class RecordingWritten {
  /** The path of the NDJSON; the diagram is beside it, as `.mmd`. */
  readonly file: string;
  /** The actor that failed; undefined for the process. */
  readonly ref: Ref | undefined;
  readonly error: Error;

  constructor(file: string, ref: Ref | undefined, error: Error) {
    this.file = file;
    this.ref = ref;
    this.error = error;
  }
}

/**
 * Records the deliveries of actors of this node from now on, the newest `size` of them.
 * @param node the node
 * @param options which actors, how much, what is redacted, and whether a crash is written to a file
 * @throws TypeError that names the option that is wrong
 */
export function record(node: NodeFace, options: RecordOptions = {}): Recorder {
  return new Recorder(node, completeRecordOptions(options));
}

/** What is known of an actor, for all of its entries. */
class Card {
  readonly ref: Ref;
  readonly path: string;
  readonly className: string;
  readonly module: string | undefined;
  /** What it was spawned with, as JSON; undefined for nothing. */
  readonly params: string | undefined;
  /** When it was spawned; undefined when it was there before. */
  readonly spawned: number | undefined;
  restarts: number;
  /** Its entries that were overwritten. */
  overwritten = 0;
  /** The delivery that is under way. */
  open: Open | undefined = undefined;
  /** What it failed with in a delivery, until that is told as an event too. */
  expected: Error | undefined = undefined;
  /** What it failed with last. */
  failure: Error | undefined = undefined;

  constructor(cell: MailCell, className: string, params: string | undefined, spawned: number | undefined) {
    this.ref = cell.ref;
    this.path = cell.ref.path;
    this.className = className;
    this.module = moduleOf(cell);
    this.params = params;
    this.spawned = spawned;
    this.restarts = cell.restarts;
  }
}

/** A delivery from its begin to its end. Timers and sockets that are made meanwhile hold it for long: then it holds nothing large. */
class Open {
  readonly card: Card;
  delivery: Delivery | undefined;
  row: Row | undefined;

  constructor(card: Card, delivery: Delivery, row: Row) {
    this.card = card;
    this.delivery = delivery;
    this.row = row;
  }

  close(): void {
    this.delivery = undefined;
    this.row = undefined;
  }
}

/** One entry in the ring: what it takes to write it down. A class, whose fields are all there from the begin: one is made for each message. */
class Row {
  readonly type: Entry['type'];
  readonly seq: number;
  readonly at: number;
  readonly time: number;
  readonly card: Card;
  readonly restarts: number;
  /** The message, or the question, as JSON. */
  readonly text: string | undefined;
  /** The key of a timer, or the answer to a question, as JSON. */
  readonly more: string | undefined;
  /** The sender, or who was asked. */
  readonly from: Ref | undefined;
  /** Whether the message was sent with `ask`. */
  isQuestion = false;
  waited = Number.NaN;
  took = Number.NaN;
  outcome: Outcome | undefined = undefined;
  reason: string | undefined = undefined;
  error: RecordedError | undefined;
  size: number;
  isKept = true;

  constructor(type: Row['type'], seq: number, at: number, time: number, card: Card, details: Details) {
    const { text, more, from, error } = details;
    this.type = type;
    this.seq = seq;
    this.at = at;
    this.time = time;
    this.card = card;
    this.restarts = card.restarts;
    this.text = text;
    this.more = more;
    this.from = from;
    this.error = error;
    this.size = sizeOfRow + (text === undefined ? 0 : text.length) + (more === undefined ? 0 : more.length);
    if (error !== undefined) this.size += sizeOfError(error);
  }
}

interface Details {
  readonly text?: string | undefined;
  readonly more?: string | undefined;
  readonly from?: Ref | undefined;
  readonly error?: RecordedError | undefined;
}

const noDetails: Details = {};

/** What a row takes besides its texts, roughly. */
const sizeOfRow = 200;

export class Recorder {
  readonly #node: NodeFace;
  /** The guardian, as what knows the clock and the log. */
  readonly #root: MailCell;
  readonly #options: CompleteRecordOptions;
  readonly #ring: Ring<Row>;
  readonly #cards = new WeakMap<Ref, Card>();
  readonly #wanted = new WeakMap<Ref, boolean>();
  /** Where async code of an actor still knows, after an `await`, which delivery it belongs to. */
  readonly #within = new AsyncLocalStorage<Open>();
  readonly #leave: (() => void)[] = [];
  readonly #dumps: Dumps | undefined;
  /** The entries so far, and up to which of them the last file goes. */
  #seq = 0;
  #dumpedSeq = -1;
  #overwritten = 0;
  #isClosed = false;

  /** @internal use `record` */
  constructor(node: NodeFace, options: CompleteRecordOptions) {
    checkMainNode('record', node);
    const root = node.guardian.inlet;
    if (!(root instanceof MailCell))
      throw new TypeError('record: expected a node that runs, not one that has stopped');
    this.#node = node;
    this.#root = root;
    this.#options = options;
    this.#ring = new Ring(options.size, options.maxSize, row => {
      row.isKept = false;
      row.card.overwritten++;
      this.#overwritten++;
    });
    this.#dumps = options.dump && new Dumps(options.dump, node.address);
    this.#attach();
  }

  /** What is kept, the oldest first; messages as they stand in the file (see `readValue`). */
  entries(): readonly Entry[] {
    return [...this.#ring].map(entryOf);
  }

  /** How many characters the entries take, roughly. */
  get size(): number {
    return this.#ring.size;
  }

  /** What is kept, with what is known of the actors: what a file has, for `replay`. */
  recording(crash?: RecordingHeader['crash']): Recording {
    const rows = [...this.#ring];
    const cards = new Set(rows.map(({ card }) => card));
    const { address } = this.#node;
    const header: RecordingHeader = {
      type: 'recording',
      version: 1,
      ...(address !== undefined && { node: address }),
      incarnation: this.#node.incarnation,
      pid: process.pid,
      at: this.#root.realm.world.clock.wall(),
      overwritten: this.#overwritten,
      ...(crash !== undefined && { crash }),
    };
    return { header, actors: [...cards].map(actorEntry), entries: rows.map(entryOf) };
  }

  /** The recording as NDJSON: one JSON object a line. */
  ndjson(): string {
    return ndjsonOf(this.recording());
  }

  /** The recording as a sequence diagram for Mermaid. */
  mermaid(): string {
    return mermaidOf(this.entries());
  }

  /** Writes the recording to a file, which only its owner can read: a diagram to one that ends in `.mmd`, NDJSON to any other. */
  write(file: string): void {
    writeWhole(file, file.endsWith('.mmd') ? this.mermaid() : this.ndjson());
  }

  /** Records no more. What is kept can still be read and written. A second call does nothing. */
  close(): void {
    this.#isClosed = true;
    for (const leave of this.#leave.splice(0)) leave();
    this.#within.disable(); // until then, it costs every promise of the process something
  }

  [Symbol.dispose](): void {
    this.close();
  }

  // ---- listening ----------------------------------------------------------------------------------------------------

  #attach(): void {
    const { events, instruments } = this.#node;
    const measuring = instruments.measure();
    this.#leave.push(() => measuring.stop());
    this.#leave.push(instruments.observe(this.#observer()));
    this.#leave.push(
      events.subscribe(ActorStarted, ({ ref }) => this.#started(ref)),
      events.subscribe(ActorRestarted, ({ ref, error }) => this.#restarted(ref, error)),
      events.subscribe(ActorStopped, ({ ref, reason }) => this.#stopped(ref, reason)),
      events.subscribe(ActorError, ({ ref, error }) => this.#failed(ref, error)),
    );
    if (this.#dumps !== undefined) {
      // Without anybody who catches it after all, the process ends.
      const onUncaught = (error: unknown) =>
        this.#dump(undefined, asError(error), process.listenerCount('uncaughtException') === 0);
      this.#leave.push(onCrash(onUncaught));
    }
    void this.#node.stopped.then(() => this.close());
  }

  #observer(): Observer {
    return {
      observes: (ref, className) => this.#isWanted(ref, className),
      begun: delivery => this.#begun(delivery),
      ended: delivery => this.#ended(delivery),
      run: ({ ref }, receive) => {
        const open = this.#cards.get(ref)?.open;
        return open === undefined || this.#isClosed ? receive() : this.#within.run(open, receive);
      },
      asking: (message, to) => this.#asking(message, to),
    };
  }

  /** Asked once for each actor. A function of users may throw: then that is told of, and the actor is not recorded. */
  #isWanted(ref: Ref, className: string): boolean {
    const known = this.#wanted.get(ref);
    if (known !== undefined) return known;
    let isWanted = false;
    try {
      isWanted = this.#options.matches(ref, className) === true;
    } catch (error) {
      this.#ignore(error, 'the function of a recorder that chooses actors');
    }
    this.#wanted.set(ref, isWanted);
    return isWanted;
  }

  // ---- deliveries ---------------------------------------------------------------------------------------------------

  #begun(delivery: Delivery): void {
    const { message, letter, sender, startedAt, toldAt } = delivery;
    const card = this.#cardOf(delivery.ref);
    if (card === undefined) return;
    const asker = sender?.inlet instanceof Ask ? sender.inlet : undefined;
    const from = asker === undefined ? sender : (askerOf(asker) ?? sender);
    const text = this.#text('message', message, card, sender);
    const more = letter instanceof Tick ? this.#text('message', letter.timer.key, card, sender) : undefined;
    const row = this.#add('delivery', card, { text, more, from, error: undefined }, startedAt);
    row.isQuestion = asker !== undefined;
    row.waited = startedAt - toldAt;
    card.open = new Open(card, delivery, row);
  }

  #ended(delivery: Delivery): void {
    const card = this.#cards.get(delivery.ref);
    const open = card?.open;
    if (card === undefined || open?.row === undefined || open.delivery !== delivery) return;
    const { row } = open;
    open.close();
    card.open = undefined;
    row.took = delivery.endedAt - delivery.startedAt;
    row.outcome = delivery.outcome;
    if (delivery.error === undefined) return;
    card.expected = delivery.error;
    row.error = this.#errorOf(delivery.error, card);
    if (!row.isKept) return;
    const growth = sizeOfError(row.error);
    row.size += growth;
    this.#ring.grew(growth);
  }

  /** The answer belongs to the actor that asks: what it does next depends on it. */
  #asking(question: unknown, to: Ref): OnAnswer | undefined {
    const card = this.#asker();
    if (card === undefined) return undefined;
    const { clock } = this.#root.realm.world;
    const askedAt = clock.now();
    const text = this.#text('question', question, card, undefined);
    return (error, answer) => {
      if (this.#isClosed) return;
      const took = clock.now() - askedAt;
      const more = error === undefined ? this.#text('answer', answer, card, to) : undefined;
      const row = this.#add('answer', card, {
        from: to,
        text,
        more,
        error: error && this.#errorOf(error, card),
      });
      row.took = took;
    };
  }

  #asker(): Card | undefined {
    const runs = whoRuns();
    if (runs instanceof MailCell)
      return this.#isWanted(runs.ref, runs.className) ? this.#cardOf(runs.ref) : undefined;
    // The turns of other actors may be begun by the code of this one: only while it waits it is surely its own.
    const open = this.#within.getStore();
    return open?.delivery === undefined ? undefined : open.card;
  }

  // ---- lives --------------------------------------------------------------------------------------------------------

  #started(ref: Ref): void {
    const cell = ref.inlet;
    if (!(cell instanceof MailCell) || !this.#isWanted(ref, cell.className)) return;
    const card = this.#cards.get(ref) ?? this.#newCard(cell, spawnTimeOf(cell));
    this.#add('started', card);
  }

  #restarted(ref: Ref, error: Error): void {
    const card = this.#cards.get(ref);
    if (card === undefined) return;
    card.restarts++;
    this.#add('restarted', card, { error: this.#errorOf(error, card) });
  }

  #stopped(ref: Ref, reason: string): void {
    const card = this.#cards.get(ref);
    if (card === undefined) return;
    this.#add('stopped', card).reason = reason;
    const { failure } = card;
    if (reason === 'failed' && this.#options.dump?.on === 'giveUp')
      this.#dump(ref, failure ?? new ActorStopped(ref, reason), false);
    card.failure = undefined;
  }

  #failed(ref: Ref, error: Error): void {
    const cell = ref.inlet;
    const isGuardian = ref === this.#node.guardian;
    if (!isGuardian && cell instanceof MailCell && this.#isWanted(ref, cell.className)) {
      // One that has failed to start has not been heard of before.
      const card = this.#cards.get(ref) ?? this.#newCard(cell, spawnTimeOf(cell));
      // What was thrown and is no Error has been made one twice.
      if (card.expected?.message !== error.message)
        this.#add('failed', card, { error: this.#errorOf(error, card) });
      card.expected = undefined;
      card.failure = error;
      if (this.#options.dump?.on === 'failure') this.#dump(ref, error, false);
    }
    if (isGuardian) this.#dump(ref, error, true);
  }

  // ---- crashes ------------------------------------------------------------------------------------------------------

  /** @param isLast whether the node or the process ends with it */
  #dump(ref: Ref | undefined, error: Error, isLast: boolean): void {
    const { clock } = this.#root.realm.world;
    if (this.#dumps === undefined) return;
    // The failure of an actor and that of the node because of it are one.
    if (ref !== undefined && this.#dumpedSeq === this.#seq) return;
    if (!isLast && !this.#dumps.isDue(clock.now())) return;
    this.#dumpedSeq = this.#seq;
    const card = ref && this.#cards.get(ref);
    try {
      const recorded = this.#errorOf(error, card);
      const recording = this.recording({ ...(ref !== undefined && { actor: ref.path }), error: recorded });
      const file = this.#dumps.write(
        clock.wall(),
        clock.now(),
        ndjsonOf(recording),
        mermaidOf(recording.entries),
      );
      this.#root.realm.logger.warn(`${ref ?? 'the process'} failed: what led to it is in ${file}`);
      this.#node.events.publish(new RecordingWritten(file, ref, error));
    } catch (thrown) {
      this.#ignore(thrown, 'a flight recorder that writes its file');
    }
  }

  // ---- rows ---------------------------------------------------------------------------------------------------------

  #cardOf(ref: Ref): Card | undefined {
    const card = this.#cards.get(ref);
    if (card !== undefined) return card;
    return ref.inlet instanceof MailCell ? this.#newCard(ref.inlet, undefined) : undefined;
  }

  #newCard(cell: MailCell, spawned: number | undefined): Card {
    const { ref, className, props } = cell;
    const about = { ref, className };
    const params =
      props.params === undefined ? undefined : this.#text('params', props.params, about, undefined);
    const card = new Card(cell, className, params, spawned);
    this.#cards.set(ref, card);
    return card;
  }

  #add(type: Row['type'], card: Card, details: Details = noDetails, time = this.#root.clock.now()): Row {
    const row = new Row(type, ++this.#seq, this.#root.clock.wall(), time, card, details);
    this.#ring.push(row);
    return row;
  }

  /** A value as it is now, without what is not to be kept. */
  #text(
    kind: 'message' | 'params' | 'question' | 'answer',
    value: unknown,
    { ref, className }: { readonly ref: Ref; readonly className: string },
    sender: Ref | undefined,
  ): string {
    const { redact, maxMessageSize } = this.#options;
    if (redact === undefined) return write(value, maxMessageSize);
    try {
      const about = { kind, ref, className, sender };
      const kept =
        value instanceof Command ? redactCommand(value, one => redact(one, about)) : redact(value, about);
      return write(kept, maxMessageSize);
    } catch (error) {
      // What it says may hold what it was to hide.
      return JSON.stringify(lost(`redact threw ${asError(error).name}`));
    }
  }

  #errorOf(error: Error, card: Card | undefined): RecordedError {
    const { redactError } = this.#options;
    if (redactError === undefined) return recordedError(error);
    try {
      const { ref, className } = card ?? { ref: this.#node.guardian, className: '' };
      return recordedError(redactError(error, { ref, className }));
    } catch (thrown) {
      return { name: error.name, message: `(redactError threw ${asError(thrown).name})` };
    }
  }

  #ignore(error: unknown, where: string): void {
    this.#node.events.publish(new ErrorIgnored(undefined, asError(error), where));
  }
}

/** Who redacts need not know how commands travel: it sees their name and arguments. */
function redactCommand({ name, args }: Command, redact: (command: unknown) => unknown): unknown {
  const kept = redact({ name, args });
  const fields = Object(kept) as Partial<Command>;
  return typeof fields.name === 'string' && Array.isArray(fields.args)
    ? new Command(fields.name, fields.args)
    : kept;
}

// ---- as it is written ---------------------------------------------------------------------------------------------------

function entryOf(row: Row): Entry {
  const { type, seq, at, card, from, text, more, outcome, reason, error } = row;
  const common = { seq, at, time: rounded(row.time), actor: card.path };
  const failure = error !== undefined && { error };
  switch (type) {
    case 'delivery':
      return {
        ...{ type, ...common, restarts: row.restarts },
        ...(from !== undefined && { from: addressOf(from) }),
        ...(row.isQuestion && { isQuestion: true as const }),
        message: parsed(text),
        ...(more !== undefined && { timer: parsed(more) }),
        ...(!Number.isNaN(row.waited) && { waited: rounded(row.waited) }),
        ...(!Number.isNaN(row.took) && { took: rounded(row.took) }),
        ...(outcome !== undefined && { outcome }),
        ...failure,
      };
    case 'answer':
      return {
        ...{ type, ...common, from: addressOf(from as Ref), question: parsed(text), took: rounded(row.took) },
        ...(more !== undefined && { answer: parsed(more) }),
        ...failure,
      };
    case 'failed':
      return { type, ...common, error: error as RecordedError };
    default:
      return {
        ...{ type, ...common },
        ...(type === 'started' && card.spawned !== undefined && { spawned: card.spawned }),
        ...(reason !== undefined && { reason }),
        ...failure,
      };
  }
}

const parsed = (json: string | undefined) => JSON.parse(json as string) as Written;
const rounded = (ms: number) => Math.round(ms * 1000) / 1000;

const actorEntry = ({ path, className, module, params, spawned, overwritten }: Card): ActorEntry => ({
  ...{ type: 'actor', actor: path, class: className },
  ...(module !== undefined && { module }),
  ...(params !== undefined && { params: parsed(params) }),
  ...(spawned !== undefined && { spawned }),
  overwritten,
});

/** Where its class can be loaded from, as far as that says it. */
function moduleOf({ props }: MailCell): string | undefined {
  try {
    const { url, className } = sourceOf(props);
    return `${url}#${className}`;
  } catch {
    return undefined;
  }
}

/** In whole ms: never after it was. */
const spawnTimeOf = (cell: MailCell) => Math.floor(cell.clock.now()) - cell.uptime;

const askerOf = ({ asker }: Ask): Ref | undefined => (asker instanceof MailCell ? asker.ref : undefined);

const sizeOfError = ({ message, stack = '', cause }: RecordedError): number =>
  message.length + stack.length + (cause === undefined ? 0 : sizeOfError(cause));
