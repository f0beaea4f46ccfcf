/**
 * The link to one peer: what waits to be sent, what is on its way, who watches whom across it. Messages are encoded when
 * they are told, to the tail of a batch; a batch is one frame, sent when the actors that run now have had their turn, or at
 * 64 KiB. While a frame is on its way out, the next batch grows. A frame is kept until the peer has confirmed it: what it
 * carried is in doubt when it gets lost.
 */
import { NodeDownError, SerializationError } from '../base/errors.ts';
import type { Cancel } from '../base/world.ts';
import { Ask, isAskPath } from '../core/ask.ts';
import { type DeadLetterReason, PoisonPill, type TerminationReason } from '../core/message.ts';
import type { PeerView } from '../core/peers.ts';
import type { Ref } from '../core/ref.ts';
import type { Announcement } from './announcement.ts';
import { Arrived, type Gap } from './arrived.ts';
import type { Codec } from './codec.ts';
import { Freight, type Letter, Parcel } from './freight.ts';
import type { RemotingHost } from './host.ts';
import type { Pair } from './hub.ts';
import { type Batch, InFlight } from './inFlight.ts';
import { Lane, largeSize, pairOf } from './lane.ts';
import { LinkedActors } from './linkedActors.ts';
import { LinkWatches } from './linkWatches.ts';
import { Memory } from './memory.ts';
import type { CompleteRemotingOptions } from './options.ts';
import { PlacesIn, PlacesOut } from './places.ts';
import { RoundTrip } from './roundTrip.ts';
import type { Route } from './transport.ts';
import {
  chunkOverhead,
  digitsOf,
  FrameWriter,
  flag,
  type Header,
  headerSize,
  isContext,
  noIncarnation,
  type Operation,
  type SystemRecord,
  stamp,
} from './wire.ts';

/** A batch that has reached this size, in bytes, is sent at once. */
const fullBatch = 64 * 1024;
/** How long, in ms, a confirmation may wait for something to travel with. */
const ackDelay = 40;

export interface LinkParts {
  readonly address: string;
  readonly host: RemotingHost;
  readonly codec: Codec;
  readonly options: CompleteRemotingOptions;
  /** Says that something was sent, so that no heartbeat is due. */
  readonly onSent: () => void;
  /** Says that nothing can be sent on that route. */
  readonly onBroken: (route: Route) => void;
  /** Says up to which system record the peer has them all. */
  readonly onConfirmed: (number: number) => void;
  /** Sends a frame, as a transport does. */
  readonly send: (route: Route, frame: Uint8Array, done: (hasLeft: boolean) => void) => void;
}

export class Link {
  readonly address: string;
  readonly watches = new LinkWatches();
  readonly linked = new LinkedActors((operation, here, there, reason) => {
    // All of them, or they would overtake each other.
    const address = operation === 'link' || operation === 'unlink' ? here.address : here.path;
    this.#afterLastWords(here, there, () => this.#system(operation, there.path, address, reason));
  });
  /** Addresses that the peer has numbered. */
  places = new PlacesIn();
  readonly #parts: LinkParts;
  readonly #own: string;
  #route: Route | undefined;
  /** Where to go on once all that is on its way has arrived. */
  #nextRoute: Route | undefined;
  #nextRouteIsOld = false;
  #target = noIncarnation;
  #pair: Pair = { link: 0, yourLink: 0 };
  /** The largest message that both sides take. */
  #maxMessageSize: number;
  // ---- outgoing
  readonly #memory = new Memory();
  readonly #writer = new FrameWriter(undefined, this.#memory);
  #freight = new Freight();
  /** Batches that are full. */
  readonly #full: Batch[] = [];
  readonly #lane = new Lane();
  readonly #inFlight = new InFlight(this.#memory);
  readonly #numbers = new PlacesOut();
  #waiting = 0;
  #waitingBytes = 0;
  /** The batch of small messages that is being written, and the last one that has left. */
  #openBatch = 1;
  #sentBatch = 0;
  #streams = 0;
  #isLaneNext = false;
  #isFlushing = false;
  /** The frame that the transport has not taken yet. */
  #sending: Uint8Array | undefined;
  /** The batch that has a number and has not left: it is the next one to go, on whatever route. */
  #unsent: Batch | undefined;
  /** Whether the transport has said so. */
  #wasRefused = false;
  /** Whether a transport that has not said so may have taken it. */
  #isUnsentInDoubt = false;
  #sequence = 0;
  #onEmpty: (() => void) | undefined;
  #systemNumber = 0;
  /** System records that the peer has not confirmed, oldest first. */
  #unconfirmed: SystemRecord[] = [];
  // ---- incoming
  #arrived = new Arrived();
  #heardSystem = 0;
  // ---- what the peer is to be told beside messages
  #heartbeat: number | undefined;
  #wantsAck = false;
  #owesAck = false;
  #isAckDue = false;
  #cancelAck: Cancel | undefined;
  /** What the peer has said to be lost, and waits to hear that it is known here. */
  #noted: Gap[] = [];
  #tellsGaps = false;
  #isClosed = false;
  /** Whether a message is being encoded. */
  #isWriting = false;
  // ---- what it has carried: counted for each batch and each frame
  readonly sent = { messages: 0, bytes: 0 };
  readonly received = { messages: 0, bytes: 0 };
  readonly #roundTrip = new RoundTrip();

  constructor(parts: LinkParts) {
    this.address = parts.address;
    this.#parts = parts;
    this.#own = digitsOf(parts.host.incarnation);
    this.#maxMessageSize = parts.options.maxMessageSize;
  }

  /** Messages that wait here. */
  get queued(): number {
    return this.#waiting;
  }

  /** What it has carried, what waits, and how long the way is. */
  get figures(): Pick<PeerView, 'sent' | 'received' | 'queued' | 'roundTrip'> {
    const queued = { messages: this.#waiting, bytes: this.#waitingBytes };
    const { sent, received } = this;
    return { sent: { ...sent }, received: { ...received }, queued, roundTrip: this.#roundTrip.last };
  }

  // ---- messages -----------------------------------------------------------------------------------------------------

  tell(
    message: unknown,
    sender: Ref | undefined,
    to: Ref,
    baggage = this.#parts.host.bench.monitor === undefined ? undefined : this.#baggageFor(message, to),
  ): void {
    if (this.#isWriting) return this.#later(() => this.tell(message, sender, to, baggage));
    if (this.#isFull) return this.#overflow(message, sender, to);
    if (to.step.length > longestPath || (sender !== undefined && sender.step.length > longestPath))
      return this.#refuse(message, sender, to, 'unserializable', tooLong(to));
    const writer = this.#writer;
    const recipient = this.#numbers.ofRecipient(to, writer, this.#freight);
    const from = sender === undefined ? undefined : this.#numbers.ofSender(sender, writer, this.#freight);
    const start = writer.size;
    const context = baggage === undefined ? undefined : this.#contextOf(baggage);
    if (context !== undefined) writer.context(context);
    const body = writer.beginUser(recipient, from);
    this.#isWriting = true;
    try {
      this.#parts.codec.encode(message, writer.out);
    } catch (error) {
      writer.truncate(start);
      return this.#refuse(message, sender, to, 'unserializable', error as SerializationError);
    } finally {
      this.#isWriting = false;
    }
    const size = writer.endUser(body);
    if (size > this.#maxMessageSize) {
      writer.truncate(start);
      return this.#refuse(message, sender, to, 'tooLarge', tooLarge(size, this.#maxMessageSize));
    }
    if (isAskPath(to.step)) this.watches.removeTheirs(to.step, '');
    this.#waiting++;
    this.#waitingBytes += size;
    const isSmall = size <= largeSize && this.#lane.isEmpty;
    if (isSmall || !this.#takesLane({ message, sender, to, context }, start, body)) {
      this.#freight.add(message, sender, to, size);
    }
    this.#parts.host.onTaken?.(message, sender, to, baggage);
    this.#grown();
  }

  /** An answer needs none: it settles an ask, which knows what it belongs to. */
  #baggageFor(message: unknown, to: Ref): unknown {
    const { monitor } = this.#parts.host.bench;
    return monitor?.tracer === undefined || isAskPath(to.step) ? undefined : monitor.baggageFor(message, to);
  }

  #contextOf(baggage: unknown): string | undefined {
    const packed = this.#parts.host.bench.monitor?.pack(baggage);
    return packed !== undefined && isContext(packed) ? packed : undefined;
  }

  /** A getter of the message that is being encoded has something to say, too. */
  #later(run: () => void): void {
    this.#parts.host.world.scheduler.soon(run);
  }

  get #isFull(): boolean {
    const { messages, bytes } = this.#parts.options.queueLimit;
    return this.#waiting >= messages || this.#waitingBytes >= bytes;
  }

  #overflow(message: unknown, sender: Ref | undefined, to: Ref): void {
    this.#parts.host.realm.deadLetter(message, sender, to, 'overflow');
    if (sender?.inlet instanceof Ask) sender.inlet.questionLost('overflow');
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
    // Who asked hears what has become of the answer.
    if (isAskPath(to.step) && !(message instanceof SerializationError)) to.tell(error, sender);
  }

  /** Moves the message that was written last into the lane, if it is large or has to stay behind one that is. */
  #takesLane(letter: Letter, start: number, body: number): boolean {
    const { message, sender, to } = letter;
    const writer = this.#writer;
    const pair = this.#pairOf(sender, to);
    const isLarge = writer.size - body > largeSize;
    // These come after all that was told before, whoever told it.
    const isLast = message === PoisonPill || sender === undefined || isAskPath(sender.step);
    if (!isLarge && !this.#lane.holds(pair) && !(isLast && this.#lane.holdsFor(to.step))) return false;
    const bytes = isLarge ? writer.detach(start, body) : writer.cut(start, body);
    const after = writer.isEmpty ? this.#openBatch - 1 : this.#openBatch;
    this.#streams = (this.#streams + 1) % 0x1_0000_0000;
    this.#lane.push(pair, new Parcel(letter, bytes, after, this.#streams));
    return true;
  }

  /** Those whose messages to that receiver must not overtake each other. */
  #pairOf(sender: Ref | undefined, to: Ref): string {
    return pairOf(this.#parts.host.onTaken === undefined ? sender?.address : undefined, to.step);
  }

  /** A frame of another node, for the peer or for somebody behind it. */
  relay(
    kind: 'relay' | 'relayed',
    address: string,
    frame: Uint8Array,
    done: (hasLeft: boolean) => void,
  ): void {
    if (this.#isFull || this.#route === undefined) return done(false);
    this.#waitingBytes += frame.length;
    this.#writer.relay(kind, address, frame);
    this.#freight.bytes += frame.length;
    this.#freight.relayed.push(done);
    this.#grown();
  }

  #grown(): void {
    if (this.#writer.size >= Math.min(fullBatch, this.#inFlight.frameSize)) this.#seal();
    this.#flushSoon();
  }

  #flushSoon(): void {
    if (this.#isFlushing || this.#route === undefined) return;
    this.#isFlushing = true;
    this.#parts.host.world.scheduler.soon(this.#flush);
  }

  readonly #flush = (): void => {
    this.#isFlushing = false;
    if (this.#sending !== undefined || this.#route === undefined) return;
    if (this.#unsent !== undefined) return this.#send(this.#unsent);
    if (this.#isControlDue) return this.#sendControl();
    this.#takeNextRoute();
    const mayGo = this.#inFlight.hasRoom && this.#nextRoute === undefined;
    const batch = mayGo ? this.#nextBatch() : undefined;
    if (batch !== undefined) this.#send(batch);
    else if (this.#isAckDue) this.#sendControl();
    else if (this.#isEmpty) this.#onEmpty?.();
  };

  /** Small messages and chunks of large ones take turns. */
  #nextBatch(): Batch | undefined {
    if (this.#isLaneNext) return this.#nextChunk() ?? this.#nextSmall();
    return this.#nextSmall() ?? this.#nextChunk();
  }

  #nextSmall(): Batch | undefined {
    if (this.#full.length === 0) this.#seal();
    const batch = this.#full.shift();
    if (batch === undefined) return undefined;
    const { freight } = batch;
    this.#isLaneNext = !this.#lane.isEmpty;
    this.#sentBatch++;
    this.#waiting -= freight.count;
    this.#waitingBytes -= freight.bytes;
    this.#parts.host.counts.transmitted += freight.count;
    this.sent.messages += freight.count;
    return batch;
  }

  #nextChunk(): Batch | undefined {
    this.#isLaneNext = false;
    if (this.#lane.isEmpty) return undefined;
    const freight = new Freight();
    const { frameSize } = this.#inFlight;
    const writer = new FrameWriter(Math.min(this.#lane.nextSize, frameSize) + chunkOverhead, this.#memory);
    for (const { body } of this.#lane.fill(writer, freight, this.#numbers, this.#sentBatch, frameSize)) {
      this.#waiting--;
      this.#waitingBytes -= body.length;
      this.#parts.host.counts.transmitted++;
      this.sent.messages++;
      this.#memory.give(body);
    }
    return writer.isEmpty ? undefined : { frame: writer.take(), freight, hasLeft: false };
  }

  /** Closes the batch: what comes now goes into the next one. */
  #seal(): void {
    if (this.#writer.isEmpty) return;
    this.#full.push({ frame: this.#writer.take(), freight: this.#freight, hasLeft: false });
    this.#freight = new Freight();
    this.#openBatch++;
  }

  #send(batch: Batch): void {
    const { freight } = batch;
    const isAgain = batch === this.#unsent;
    // A transport that has not said so may still have taken it.
    const frame = isAgain ? batch.frame.slice() : batch.frame;
    if (isAgain) this.#isUnsentInDoubt ||= !this.#wasRefused;
    else {
      this.#isUnsentInDoubt = false;
      this.#sequence++;
      const now = this.#now;
      const isProbe = this.#roundTrip.leaves(this.#sequence, false, now);
      if (this.#inFlight.add(this.#sequence, batch, now) || isProbe) this.#wantsAck = true;
    }
    this.#unsent = batch;
    this.#handOver(frame, this.#wantsAck ? flag.ackNow : 0, isCurrent => {
      if (this.#unsent === batch) this.#unsent = undefined;
      batch.hasLeft = isCurrent && !isAgain;
      for (const done of freight.relayed.splice(0)) done(true);
    });
  }

  /** A frame without a number: it is sent whatever waits, and says what can't wait. */
  #sendControl(): void {
    const writer = new FrameWriter();
    if (this.#heartbeat !== undefined) writer.control({ kind: 'heartbeat', lag: this.#heartbeat });
    for (const gap of this.#arrived.gaps) writer.range('lost', gap);
    for (const gap of this.#noted) writer.range('noted', gap);
    this.#heartbeat = undefined;
    this.#tellsGaps = false;
    this.#noted = [];
    if (this.#roundTrip.leaves(0, this.#inFlight.isEmpty, this.#now)) this.#wantsAck = true;
    const flags = this.#wantsAck ? flag.unnumbered | flag.ackNow : flag.unnumbered;
    this.#handOver(writer.take(), flags, () => {});
  }

  get #isControlDue(): boolean {
    return this.#heartbeat !== undefined || this.#tellsGaps || this.#noted.length > 0 || this.#wantsAck;
  }

  #handOver(frame: Uint8Array, flags: number, onLeft: (isCurrent: boolean) => void): void {
    const route = this.#route as Route;
    stamp(frame, {
      flags,
      source: this.#own,
      target: this.#target,
      link: this.#pair.link,
      yourLink: this.#pair.yourLink,
      sequence: this.#sequence,
      ack: this.#arrived.settled,
      systemAck: this.#heardSystem,
    });
    this.#owesAck = false;
    this.#isAckDue = false;
    this.#wantsAck = false;
    this.#sending = frame;
    this.#wasRefused = false;
    this.sent.bytes += frame.length;
    // A mere answer takes the place of no heartbeat, which says more.
    if (frame.length > headerSize) this.#parts.onSent();
    this.#parts.send(route, frame, hasLeft => {
      const isCurrent = this.#sending === frame;
      if (isCurrent) {
        this.#sending = undefined;
        this.#wasRefused = !hasLeft;
      }
      if (hasLeft) onLeft(isCurrent);
      else if (isCurrent) this.#routeBroke(route);
      this.#flush();
    });
  }

  #routeBroke(route: Route): void {
    if (this.#nextRoute !== undefined) return this.reroute(this.#nextRoute, true);
    this.strand();
    this.#parts.onBroken(route);
  }

  // ---- what gets lost -----------------------------------------------------------------------------------------------

  /** The peer has not got those frames, and will not take them any more. */
  lost(first: number, last: number): void {
    this.#roundTrip.forget();
    const freights = this.#inFlight.lost(first, last);
    for (const freight of freights) this.#isLost(freight, 'inDoubt');
    this.#noted.push({ first, last });
    if (freights.some(({ hasSystem }) => hasSystem)) this.#resend();
    this.#flushSoon();
  }

  /** The peer knows what was lost. */
  noted(first: number, last: number): void {
    this.#arrived.noted(first, last);
    this.#isAckDue = true;
    this.#flushSoon();
  }

  #isLost(freight: Freight, reason: DeadLetterReason): void {
    this.#parts.host.counts.transmitted -= freight.count;
    freight.eachLetter((message, sender, to) => this.#deadLetter(message, sender, to, reason));
    for (const parcel of freight.parcels) this.#loseParcel(parcel, reason);
  }

  #loseParcel(parcel: Parcel, reason: DeadLetterReason): void {
    if (parcel.isLost) return;
    parcel.isLost = true;
    if (this.#lane.remove(parcel)) {
      this.#waiting--;
      this.#waitingBytes -= parcel.body.length;
    } else this.#parts.host.counts.transmitted--;
    this.#deadLetter(parcel.message, parcel.sender, parcel.to, reason);
  }

  #deadLetter(message: unknown, sender: Ref | undefined, to: Ref, reason: DeadLetterReason): void {
    this.#parts.host.realm.deadLetter(message, sender, to, reason);
    // When the link ends, the ask hears it as a watcher does.
    if (!this.#isClosed && sender?.inlet instanceof Ask) sender.inlet.fail(questionLost(to));
  }

  // ---- system messages ----------------------------------------------------------------------------------------------

  /** The question of an ask tells the peer by itself that it watches. */
  watch(watcher: Ref, watched: Ref): void {
    this.watches.addOurs(watcher, watched);
    if (!isAskPath(watcher.path)) this.#system('watch', watched.path, watcher.address, '');
  }

  /** @param isAnswered whether the peer, which has answered, knows by itself that the ask watches no more */
  unwatch(watcher: Ref, watched: Ref, isAnswered: boolean): void {
    if (!this.watches.removeOurs(watcher, watched) || isAnswered) return;
    this.#system('unwatch', watched.path, watcher.address, '');
  }

  stopActor(operation: 'stop' | 'kill', to: Ref): void {
    this.#system(operation, to.path, '', '');
  }

  abandon(asker: Ref, to: Ref): void {
    this.#system('abandoned', to.path, asker.address, '');
  }

  /** Something about the groups of this node. @returns its number, of which `onConfirmed` tells */
  announce({ verb, group, path }: Announcement): number {
    this.#system('group', path, group, verb);
    return this.#systemNumber;
  }

  /** An actor here has ended that `watcher` over there watches. Its last words come first. */
  terminated(watcher: Ref, watched: Ref, reason: string): void {
    this.watches.forgetTheirs(watcher, watched);
    this.#afterLastWords(watched, watcher, () =>
      this.#system('terminated', watcher.path, watched.path, reason),
    );
  }

  /** Writes what must not overtake the messages of `here` to `there`. */
  #afterLastWords(here: Ref, there: Ref, write: () => void): void {
    const pair = this.#pairOf(here, there);
    if (this.#lane.holds(pair)) this.#lane.pushRider({ pair, write });
    else write();
  }

  #system(operation: Operation, path: string, address: string, reason: string): void {
    if (this.#isWriting) return this.#later(() => this.#system(operation, path, address, reason));
    const record = { number: ++this.#systemNumber, operation, path, address, reason };
    this.#unconfirmed.push(record);
    this.#write(record);
    this.#grown();
  }

  #write(record: SystemRecord): void {
    this.#writer.system(record);
    this.#freight.hasSystem = true;
  }

  /** Some of them were lost; the peer takes none out of turn. */
  #resend(): void {
    for (const record of this.#unconfirmed) {
      this.#write(record);
      this.#grown(); // or the frame would be larger than the peer takes
    }
  }

  // ---- what comes in ------------------------------------------------------------------------------------------------

  /**
   * Whether a frame is to be read: one that has come before, or was given up, is not.
   * @param size its bytes
   */
  take({ flags, sequence, ack, systemAck }: Header, size: number): boolean {
    this.received.bytes += size;
    const isUnnumbered = (flags & flag.unnumbered) !== 0;
    const kind = !isUnnumbered ? 'numbered' : size > headerSize ? 'control' : 'empty';
    this.#roundTrip.comes(ack, kind, this.#now);
    this.#confirmed(ack, systemAck);
    const gaps = this.#arrived.gaps.length;
    if (isUnnumbered) this.#arrived.passed(sequence);
    const isNew = isUnnumbered || this.#arrived.take(sequence);
    if (this.#arrived.gaps.length !== gaps) this.#tellsGaps = true;
    if (!isUnnumbered) this.#owesAck = true;
    if ((flags & flag.ackNow) !== 0) this.#isAckDue = true;
    if (this.#isAckDue || this.#tellsGaps) this.#flushSoon();
    else if (this.#owesAck) this.#ackLater();
    return isNew;
  }

  #ackLater(): void {
    this.#cancelAck ??= this.#parts.host.world.clock.after(ackDelay, () => {
      this.#cancelAck = undefined;
      if (!this.#owesAck) return;
      this.#isAckDue = true;
      this.#flushSoon();
    });
  }

  #confirmed(ack: number, systemAck: number): void {
    this.#inFlight.confirmed(ack, this.#now);
    const [oldest] = this.#unconfirmed;
    if (oldest !== undefined && oldest.number <= systemAck) {
      this.#unconfirmed = this.#unconfirmed.filter(({ number }) => number > systemAck);
      this.#parts.onConfirmed(systemAck);
    }
    if (!this.#isEmpty || this.#onEmpty !== undefined) this.#flushSoon();
  }

  /** Whether a system record is the next one. */
  takeSystem(number: number): boolean {
    if (number !== this.#heardSystem + 1) return false;
    this.#heardSystem = number;
    return true;
  }

  // ---- its life -----------------------------------------------------------------------------------------------------

  /** The peer can be reached. */
  open(route: Route, incarnation: string, pair: Pair, maxMessageSize: number): void {
    this.#route = route;
    this.#target = incarnation;
    this.#pair = pair;
    this.#maxMessageSize = Math.min(this.#maxMessageSize, maxMessageSize);
    this.#refuseTooLarge();
    this.#flushSoon();
  }

  /** What was told before the limit of the peer was known. */
  #refuseTooLarge(): void {
    for (const parcel of this.#lane.largerThan(this.#maxMessageSize)) {
      const { message, sender, to, body } = parcel;
      parcel.isLost = true;
      this.#lane.remove(parcel);
      this.#waiting--;
      this.#waitingBytes -= body.length;
      this.#refuse(message, sender, to, 'tooLarge', tooLarge(body.length, this.#maxMessageSize));
    }
  }

  /** The peer has begun its half anew: it numbers what it sends from 1 again, and watches nobody. */
  renew(pair: Pair): void {
    this.#pair = pair;
    this.#arrived = new Arrived();
    this.#heardSystem = 0;
    this.places = new PlacesIn();
    this.watches.endTheirs();
    this.linked.endTheirs();
    this.#flushSoon();
  }

  /** What is sent from now on goes out on another route: at once, or when all that is on its way has arrived. */
  reroute(route: Route, isUrgent: boolean): void {
    this.#nextRoute = route;
    if (isUrgent || this.#route === undefined) {
      this.#sending = undefined;
      this.#route = route;
      this.#nextRoute = undefined;
      this.#takesAnotherWay();
    } else this.#wantsAck = true;
    this.#flushSoon();
  }

  #takeNextRoute(): void {
    if (this.#nextRoute === undefined || !this.#inFlight.isEmpty) return;
    this.#route = this.#nextRoute;
    this.#nextRoute = undefined;
    this.#takesAnotherWay();
  }

  /** What was measured on the way before says nothing about this one. */
  #takesAnotherWay(): void {
    this.#inFlight.rerouted();
    this.#roundTrip.forget();
  }

  get #now(): number {
    return this.#parts.host.world.clock.now();
  }

  /** There is no route for now: what is told waits. */
  strand(): void {
    this.#takesAnotherWay();
    this.#route = undefined;
    this.#nextRoute = undefined;
    this.#sending = undefined;
  }

  /** A heartbeat is due. */
  heartbeat(lag: number): void {
    this.#heartbeat = lag;
    this.#flushSoon();
  }

  /** To be called at every tick, however much is sent. */
  tick(): void {
    this.#writer.shrink();
    this.#memory.shrink();
    this.#roundTrip.tick();
    // What is on its way on the route before has had its time.
    if (this.#nextRoute !== undefined && this.#nextRouteIsOld) this.reroute(this.#nextRoute, true);
    this.#nextRouteIsOld = this.#nextRoute !== undefined;
    if (this.#arrived.gaps.length === 0) return;
    this.#tellsGaps = true;
    this.#flushSoon();
  }

  get #isEmpty(): boolean {
    const isIdle = this.#sending === undefined && this.#inFlight.isEmpty;
    return isIdle && this.#writer.isEmpty && this.#full.length === 0 && this.#lane.isEmpty;
  }

  /** Resolves when both sides have confirmed all that has been told until now; at once for a link that is not up. */
  emptied(): Promise<void> {
    if (this.#route === undefined || (this.#isEmpty && !this.#owesAck)) return Promise.resolve();
    return new Promise(resolve => {
      this.#onEmpty = resolve;
      this.#wantsAck = true;
      this.#flush();
    });
  }

  /** The end of this link: nothing of it is used again. */
  close(letterReason: DeadLetterReason, termination: TerminationReason): void {
    this.#isClosed = true;
    this.strand();
    this.#cancelAck?.();
    this.#onEmpty?.();
    const waiting = [...this.#full.splice(0).map(({ freight }) => freight), this.#freight];
    this.#freight = new Freight();
    this.#waiting = 0;
    for (const freight of waiting) {
      for (const done of freight.relayed) done(false);
      freight.eachLetter((message, sender, to) => this.#deadLetter(message, sender, to, letterReason));
    }
    for (const parcel of this.#lane.takeAll()) {
      parcel.isLost = true;
      this.#deadLetter(parcel.message, parcel.sender, parcel.to, letterReason);
    }
    if (this.#unsent !== undefined) {
      if (this.#wasRefused && !this.#isUnsentInDoubt)
        for (const freight of this.#inFlight.lost(this.#sequence, this.#sequence))
          this.#isLost(freight, letterReason);
      for (const done of this.#unsent.freight.relayed) done(false);
    }
    for (const freight of this.#inFlight.takeAll()) this.#isLost(freight, 'inDoubt');
    this.watches.end(termination);
    this.linked.end(termination);
  }
}

const tooLarge = (size: number, limit: number) =>
  new SerializationError(`the message takes ${size} bytes, and maxMessageSize is ${limit}`);

/** The longest path, in characters: on the wire its length has 16 bits. */
const longestPath = 16_000;

const tooLong = (to: Ref) =>
  new SerializationError(
    `a path of more than ${longestPath} characters can't be sent: ${to.address.slice(0, 60)}…`,
  );

const questionLost = (to: Ref) =>
  new NodeDownError(
    `the question to ${to.address} was lost on its way: the connection has broken; ask again`,
  );
