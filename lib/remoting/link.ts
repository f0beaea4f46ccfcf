/**
 * The link to one peer: what waits to be sent, the numbers that stand for addresses, who watches whom across it. Messages
 * are encoded when they are told, to the tail of a batch; a batch is one frame, sent when the actors that run now have had
 * their turn, or at 64 KiB. While a frame is on its way out, the next batch grows.
 */
import { SerializationError } from '../base/errors.ts';
import { Ask, isAskPath } from '../core/ask.ts';
import type { DeadLetterReason, TerminationReason } from '../core/message.ts';
import type { Ref } from '../core/ref.ts';
import type { Codec } from './codec.ts';
import type { RemotingHost } from './host.ts';
import type { CompleteRemotingOptions } from './options.ts';
import type { Route, Transport } from './transport.ts';
import {
  digitsOf,
  FrameWriter,
  noIncarnation,
  type Operation,
  type Place,
  type SystemRecord,
  stamp,
} from './wire.ts';

/** A batch that has reached this size, in bytes, is sent at once. */
const fullBatch = 64 * 1024;
/** Addresses that get a number; the rest is sent as text, so that short-lived actors do not fill the tables. */
const mostNumbers = 65_536;

/** A message that has not left yet, kept so that it can become a dead letter. */
interface Letter {
  readonly message: unknown;
  readonly sender: Ref | undefined;
  readonly to: Ref;
}

interface Batch {
  readonly frame: Uint8Array;
  readonly letters: Letter[];
}

export interface LinkParts {
  readonly address: string;
  readonly host: RemotingHost;
  readonly transport: Transport;
  readonly codec: Codec;
  readonly options: CompleteRemotingOptions;
  /** Says that something was sent, so that no heartbeat is due. */
  readonly onSent: () => void;
}

/** Someone here who watches an actor over there. */
interface Watch {
  readonly watcher: Ref;
  readonly watched: Ref;
}

export class Link {
  readonly address: string;
  readonly #parts: LinkParts;
  readonly #own: string;
  #route: Route | undefined;
  #target = noIncarnation;
  // ---- outgoing
  #writer = new FrameWriter();
  #letters: Letter[] = [];
  readonly #full: Batch[] = [];
  #waiting = 0;
  #isFlushing = false;
  #isSending = false;
  #onEmpty: (() => void) | undefined;
  #sequence = 0;
  readonly #numbers = new Map<string, number>();
  #systemNumber = 0;
  /** System records that the peer has not confirmed, oldest first. */
  #unconfirmed: SystemRecord[] = [];
  #sentUpTo = 0;
  // ---- incoming
  #heardSequence = 0;
  #heardSystem = 0;
  /** Whether the peer uses numbers that are not known here: it is asked again until it defines some, for the asking may be lost too. */
  #isOutOfStep = false;
  readonly #places = new Map<number, { address: string; ref: Ref | undefined }>();
  // ---- death watch
  readonly #watches = new Map<string, Watch>();
  /** Who over there watches actors here. */
  readonly #watchers = new Map<string, Watch>();

  constructor(parts: LinkParts) {
    this.address = parts.address;
    this.#parts = parts;
    this.#own = digitsOf(parts.host.incarnation);
  }

  get isUp(): boolean {
    return this.#route !== undefined;
  }

  /** Messages that wait here. */
  get queued(): number {
    return this.#waiting;
  }

  // ---- messages -----------------------------------------------------------------------------------------------------

  tell(message: unknown, sender: Ref | undefined, to: Ref): void {
    const { host, codec, options } = this.#parts;
    let body: Uint8Array;
    try {
      body = codec.encode(message);
    } catch (error) {
      return this.#refuse(message, sender, to, 'unserializable', error as SerializationError);
    }
    if (body.length > options.maxMessageSize) {
      const text = `the message takes ${body.length} bytes, and maxMessageSize is ${options.maxMessageSize}`;
      return this.#refuse(message, sender, to, 'tooLarge', new SerializationError(text));
    }
    if (this.#waiting >= options.queueLimit) {
      host.realm.deadLetter(message, sender, to, 'overflow');
      if (sender?.inlet instanceof Ask) sender.inlet.questionLost('overflow');
      return;
    }
    const recipient = this.#placeOf(to.step);
    const from = sender === undefined ? undefined : this.#placeOf(sender.address);
    this.#writer.user(recipient, from, body);
    this.#letters.push({ message, sender, to });
    this.#waiting++;
    if (isAskPath(to.step)) this.removeWatcher(to.step, '');
    this.#grown();
  }

  #refuse(
    message: unknown,
    sender: Ref | undefined,
    to: Ref,
    reason: DeadLetterReason,
    error: SerializationError,
  ): void {
    this.#parts.host.realm.deadLetter(message, sender, to, reason);
    if (sender?.inlet instanceof Ask) sender.inlet.fail(error);
  }

  /** The number of an address over this link, or the address itself when it is not worth one. */
  #placeOf(address: string): Place {
    const known = this.#numbers.get(address);
    if (known !== undefined) return known;
    if (this.#numbers.size >= mostNumbers || isAskPath(address.slice(address.indexOf('/')))) return address;
    const number = this.#numbers.size + 1;
    this.#numbers.set(address, number);
    this.#writer.define(number, address);
    return number;
  }

  #grown(): void {
    if (this.#writer.size >= fullBatch) this.#seal();
    if (this.#isFlushing || !this.isUp) return;
    this.#isFlushing = true;
    this.#parts.host.world.scheduler.soon(this.#flush);
  }

  readonly #flush = (): void => {
    this.#isFlushing = false;
    if (this.#isSending || this.#route === undefined) return;
    if (this.#full.length === 0) this.#seal();
    const batch = this.#full.shift();
    if (batch !== undefined) this.#send(this.#route, batch);
    else this.#onEmpty?.();
  };

  /** Closes the batch: what comes now goes into the next one. */
  #seal(): void {
    if (this.#writer.isEmpty) return;
    this.#full.push({ frame: this.#writer.take(), letters: this.#letters });
    this.#letters = [];
  }

  #send(route: Route, { frame, letters }: Batch): void {
    const { host, transport, onSent } = this.#parts;
    stamp(frame, {
      source: this.#own,
      target: this.#target,
      sequence: ++this.#sequence,
      ack: this.#heardSystem,
    });
    this.#isSending = true;
    this.#waiting -= letters.length;
    host.counts.transmitted += letters.length;
    onSent();
    transport.send(route, frame, hasLeft => {
      this.#isSending = false;
      if (!hasLeft) this.#notSent(letters);
      this.#flush();
    });
  }

  #notSent(letters: readonly Letter[]): void {
    this.#parts.host.counts.transmitted -= letters.length;
    this.#deadLetters(letters, 'nodeDown');
  }

  #deadLetters(letters: readonly Letter[], reason: DeadLetterReason): void {
    for (const { message, sender, to } of letters)
      this.#parts.host.realm.deadLetter(message, sender, to, reason);
  }

  // ---- system messages ----------------------------------------------------------------------------------------------

  /** The question of an ask tells the peer by itself that it watches. */
  watch(watcher: Ref, watched: Ref): void {
    this.#watches.set(keyOf(watcher.path, watched.path), { watcher, watched });
    if (!isAskPath(watcher.path)) this.#system('watch', watched.path, watcher.address, '');
  }

  /** @param isAnswered whether the peer, which has answered, knows by itself that the ask watches no more */
  unwatch(watcher: Ref, watched: Ref, isAnswered: boolean): void {
    if (!this.#watches.delete(keyOf(watcher.path, watched.path)) || isAnswered) return;
    this.#system('unwatch', watched.path, watcher.address, '');
  }

  stopActor(operation: 'stop' | 'kill', to: Ref): void {
    this.#system(operation, to.path, '', '');
  }

  abandon(asker: Ref, to: Ref): void {
    this.#system('abandoned', to.path, asker.address, '');
  }

  /** An actor here has ended that `watcher` over there watches. */
  terminated(watcher: Ref, watched: Ref, reason: string): void {
    this.#watchers.delete(keyOf(watcher.path, watched.path));
    this.#system('terminated', watcher.path, watched.path, reason);
  }

  #system(operation: Operation, path: string, address: string, reason: string): void {
    const record = { number: ++this.#systemNumber, operation, path, address, reason };
    this.#unconfirmed.push(record);
    this.#writer.system(record);
    this.#grown();
  }

  /** The peer has all system records up to `number`. */
  confirmed(number: number): void {
    if (this.#unconfirmed.length === 0 || (this.#unconfirmed[0] as SystemRecord).number > number) return;
    this.#unconfirmed = this.#unconfirmed.filter(record => record.number > number);
  }

  /** A heartbeat is due: it carries what the peer should know, and again what it has not confirmed since the last one. */
  heartbeat(): void {
    this.#writer.control({ kind: 'heartbeat' });
    this.#grown();
  }

  /** To be called at every tick, however much is sent: says again what the peer has not confirmed since the last one. */
  resend(): void {
    if (this.#isOutOfStep) this.#askResync();
    const lost = this.#unconfirmed.filter(({ number }) => number <= this.#sentUpTo);
    for (const record of lost) this.#writer.system(record);
    this.#sentUpTo = this.#systemNumber;
    if (lost.length > 0) this.#grown();
  }

  // ---- what comes in ------------------------------------------------------------------------------------------------

  /** Whether a frame is the next one; one that has come before is not to be read again. */
  takeSequence(sequence: number): boolean {
    if (sequence === 0) return true;
    if (sequence <= this.#heardSequence) return false;
    if (sequence !== this.#heardSequence + 1) {
      // Definitions may have been in what is lost: the peer is to number its addresses anew.
      this.#places.clear();
      this.#askResync();
    }
    this.#heardSequence = sequence;
    return true;
  }

  #askResync(): void {
    this.#isOutOfStep = true;
    this.#writer.control({ kind: 'resync' });
    this.#grown();
  }

  /** Numbers that the peer does not know any more are given anew. */
  resync(): void {
    this.#numbers.clear();
  }

  define(number: number, address: string): void {
    this.#isOutOfStep = false;
    if (this.#places.size < mostNumbers || this.#places.has(number))
      this.#places.set(number, { address, ref: undefined });
  }

  /** The live ref for a place: looked up once, and again when the actor it led to has ended. */
  refAt(place: Place, find: (address: string) => Ref): Ref | undefined {
    if (typeof place === 'string') return find(place);
    const known = place === undefined ? undefined : this.#places.get(place);
    if (known === undefined) {
      if (place !== undefined) this.#isOutOfStep = true;
      return undefined;
    }
    if (known.ref === undefined || known.ref.isStopped) known.ref = find(known.address);
    return known.ref;
  }

  /** Whether a system record is the next one. */
  takeSystem(number: number): boolean {
    if (number !== this.#heardSystem + 1) return false;
    this.#heardSystem = number;
    return true;
  }

  /** Someone over there watches an actor here. */
  addWatcher(watcher: Ref, watched: Ref): void {
    const key = keyOf(watcher.path, watched.path);
    if (this.#watchers.has(key)) return;
    this.#watchers.set(key, { watcher, watched });
    watched.inlet.signal({ type: 'watch', watcher }, watched);
  }

  removeWatcher(watcherPath: string, watchedPath: string): void {
    const key = keyOf(watcherPath, watchedPath);
    const entry = this.#watchers.get(key);
    if (entry === undefined) return;
    this.#watchers.delete(key);
    entry.watched.inlet.signal({ type: 'unwatch', watcher: entry.watcher }, entry.watched);
  }

  /** An actor over there has ended: whoever watches it here is told, once. */
  hasTerminated(watcherPath: string, watchedPath: string, reason: TerminationReason): void {
    const key = keyOf(watcherPath, watchedPath);
    const entry = this.#watches.get(key);
    if (entry === undefined) return;
    this.#watches.delete(key);
    entry.watcher.inlet.signal({ type: 'terminated', ref: entry.watched, reason }, entry.watcher);
  }

  /** Resolves when all that was told has left; at once for a link that is not up. */
  emptied(): Promise<void> {
    if (!this.isUp || (!this.#isSending && this.#writer.isEmpty && this.#full.length === 0))
      return Promise.resolve();
    return new Promise(resolve => {
      this.#onEmpty = resolve;
      this.#flush();
    });
  }

  // ---- its beginning and end --------------------------------------------------------------------------------------------------

  /** The peer can be reached. */
  open(route: Route, incarnation: string): void {
    this.#route = route;
    this.#target = incarnation;
    this.#flush();
  }

  /** What is sent from now on goes out on another connection. */
  reroute(route: Route): void {
    this.#route = route;
  }

  /** The end of this link: nothing of it is used again. */
  close(letterReason: DeadLetterReason, termination: TerminationReason): void {
    this.#route = undefined;
    const letters = [...this.#full.flatMap(batch => batch.letters), ...this.#letters];
    this.#full.length = 0;
    this.#letters = [];
    this.#waiting = 0;
    this.#onEmpty?.();
    this.#deadLetters(letters, letterReason);
    for (const { watcher, watched } of [...this.#watchers.values()])
      watched.inlet.signal({ type: 'unwatch', watcher }, watched);
    const watches = [...this.#watches.values()];
    this.#watches.clear();
    for (const { watcher, watched } of watches)
      watcher.inlet.signal({ type: 'terminated', ref: watched, reason: termination }, watcher);
  }
}

/** An ask watches one actor only. */
const keyOf = (watcherPath: string, watchedPath: string) =>
  isAskPath(watcherPath) ? watcherPath : `${watcherPath} ${watchedPath}`;
