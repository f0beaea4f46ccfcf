/** What one peer says, carried out here: messages go to their actors, system records do what they say. */
import { asError, RemotingError } from '../base/errors.ts';
import { isAskPath } from '../core/ask.ts';
import { InvalidMessage, OperationRefused } from '../core/events.ts';
import { CellMessage, needed, type TerminationReason } from '../core/message.ts';
import type { StandardSchemaV1 } from '../core/props.ts';
import type { Ref } from '../core/ref.ts';
import { type Announcement, readAnnouncement } from './announcement.ts';
import type { Codec } from './codec.ts';
import type { RemotingHost } from './host.ts';
import type { Link } from './link.ts';
import { PlaceIn } from './places.ts';
import { isPrivate, type Permit, type RemoteOperation, spawnerName } from './policy.ts';
import type { Chunk, Control, Place, Reader, SystemRecord } from './wire.ts';

const spawner = `/${spawnerName}`;

/** Chunks but the last one are larger: each costs some work. */
const smallestChunk = 1024;

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null)?.then === 'function';

const reasons: readonly string[] = ['stopped', 'killed', 'failed', 'notFound'];
const reasonOf = (text: string) => (reasons.includes(text) ? text : 'stopped') as TerminationReason;

const tooLarge = (size: number, limit: number) =>
  `a message of ${size} bytes, more than maxMessageSize (${limit})`;

export interface ArrivalParts {
  readonly host: RemotingHost;
  readonly codec: Codec;
  readonly link: Link;
  readonly maxMessageSize: number;
  readonly permit: Permit;
  /** The CURVE key that the peer has proved to have. */
  readonly key: string | undefined;
  readonly malformed: (from: string, reason: string) => void;
  /** Whether there may be one more event about what a peer wants. */
  readonly mayTell: () => boolean;
  readonly heartbeat: (lag: number) => void;
  /** Takes what the peer says about its groups, and tells what is wrong with it. */
  readonly announced: (said: Announcement) => string | undefined;
  /** A frame for another node. */
  readonly relay: (address: string, frame: Uint8Array) => void;
  /** A frame of another node that has come through this peer. */
  readonly relayed: (address: string, frame: Uint8Array) => void;
}

/** A large message of which not everything has come. */
interface Assembly {
  readonly stream: number;
  readonly total: number;
  /** Memory that is not touched costs nothing: a peer that only claims a size gets none. */
  readonly whole: Uint8Array;
  readonly context: string | undefined;
  size: number;
}

export class Arrivals implements Reader {
  readonly #parts: ArrivalParts;
  #assembly: Assembly | undefined;

  constructor(parts: ArrivalParts) {
    this.#parts = parts;
  }

  control(record: Control): void {
    if (record.kind === 'heartbeat') this.#parts.heartbeat(record.lag);
    else this.#malformed(`a ${record.kind} in the middle of a link`);
  }

  define(number: number, address: string): void {
    this.#parts.link.places.define(number, address);
  }

  lost(first: number, last: number): void {
    this.#parts.link.lost(first, last);
  }

  noted(first: number, last: number): void {
    this.#parts.link.noted(first, last);
  }

  relay(address: string, frame: Uint8Array): void {
    this.#parts.relay(address, frame);
  }

  relayed(address: string, frame: Uint8Array): void {
    this.#parts.relayed(address, frame);
  }

  // ---- messages -----------------------------------------------------------------------------------------------------

  user(
    recipient: Place,
    sender: Place,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: string | undefined,
  ): void {
    const { host, codec, maxMessageSize } = this.#parts;
    host.counts.received++;
    const to = this.#recipient(recipient);
    let message: unknown;
    let from: Ref | undefined;
    try {
      from = sender === undefined ? undefined : this.#sender(sender);
      if (end - start > maxMessageSize) {
        host.counts.told++;
        host.realm.deadLetter(bytes.slice(start, end), from, to, 'tooLarge');
        return this.#answerWith(new RemotingError(tooLarge(end - start, maxMessageSize)), from);
      }
      message = codec.decode(bytes, start, end);
    } catch (error) {
      host.counts.told++;
      this.#malformed(asError(error).message);
      host.realm.deadLetter(bytes.slice(start, end), from, to, 'undecodable');
      return this.#answerWith(asError(error), from);
    }
    if (isAskPath(to.step)) return to.inlet.enqueue(message, from, to);
    const isAsk = from !== undefined && isAskPath(from.step);
    const forCell = message instanceof CellMessage ? message : undefined;
    const also = forCell?.[needed];
    const operation = to.path === spawner ? 'spawn' : isAsk ? 'ask' : 'tell';
    if (!this.#may(operation, to.path) || (also !== undefined && !this.#may(also, to.path)))
      return this.#refuse(message, from, to);
    // One that was forwarded for a third node watches whom it asked, and its number may be that of an ask of this peer.
    if (isAsk && from !== undefined && this.#isTheirs(from)) this.#parts.link.watches.addTheirs(from, to);
    const schema = forCell !== undefined ? undefined : host.accepts(to);
    if (schema === undefined && context === undefined) to.inlet.enqueue(message, from, to);
    else if (schema === undefined) this.#deliver(message, from, to, context);
    else this.#deliverIfValid(message, from, to, schema, valid => this.#deliver(valid, from, to, context));
  }

  #deliver(message: unknown, from: Ref | undefined, to: Ref, context: string | undefined): void {
    const { monitor } = this.#parts.host.bench;
    if (context === undefined || monitor?.tracer === undefined) to.inlet.enqueue(message, from, to);
    else monitor.arrive(context, () => to.inlet.enqueue(message, from, to));
  }

  chunk({ stream, offset, total, recipient, sender, bytes, context }: Chunk): void {
    if (total > this.#parts.maxMessageSize) {
      if (offset === 0) this.#refuseLarge(recipient, sender, total);
      return;
    }
    if (bytes.length < Math.min(smallestChunk, total - offset))
      return this.#malformed('a chunk of hardly a byte');
    // What is whole in itself is read where it is; it waited behind a large one.
    if (bytes.length === total) return this.user(recipient, sender, bytes, 0, total, context);
    if (offset === 0)
      this.#assembly = { stream, total, whole: Buffer.allocUnsafeSlow(total), context, size: 0 };
    const assembly = this.#assembly;
    // Some of it was lost: the sender has been told, and knows what becomes of the rest.
    if (assembly?.stream !== stream || assembly.size !== offset || assembly.total !== total) return;
    assembly.whole.set(bytes, offset);
    assembly.size += bytes.length;
    if (assembly.size < total) return;
    this.#assembly = undefined;
    this.user(recipient, sender, assembly.whole, 0, total, assembly.context);
  }

  /** The sender knows the limit, and keeps it unless it has never heard of it. */
  #refuseLarge(recipient: Place, sender: Place, total: number): void {
    const { host, maxMessageSize } = this.#parts;
    const text = tooLarge(total, maxMessageSize);
    this.#malformed(text);
    host.counts.received++;
    host.counts.told++;
    const to = this.#recipient(recipient);
    host.realm.deadLetter(undefined, undefined, to, 'tooLarge');
    if (typeof sender !== 'string') return;
    try {
      this.#answerWith(new RemotingError(text), this.#sender(sender));
    } catch (error) {
      this.#malformed(asError(error).message);
    }
  }

  /** Who asked hears that there will be no answer, and why. */
  #answerWith(error: Error, from: Ref | undefined): void {
    if (from !== undefined && isAskPath(from.step)) from.tell(error);
  }

  /** Where a message goes; most often to where one went before. */
  #recipient(place: Place): Ref {
    const { host, link } = this.#parts;
    if (typeof place === 'string') return this.#local(place);
    const known = place === undefined ? undefined : link.places.at(place);
    if (known === undefined) return host.deadRef('/$unknown');
    if (known.ref === undefined || known.ref.isStopped) known.ref = this.#local(known.address);
    return known.ref;
  }

  #local(path: string): Ref {
    const { host } = this.#parts;
    if (!path.startsWith('/')) return host.deadRef('/$unknown');
    return host.resolve(path) ?? host.deadRef(path);
  }

  /** @throws InvalidAddress */
  #sender(place: number | string): Ref | undefined {
    const { host, link } = this.#parts;
    const known = typeof place === 'string' ? new PlaceIn(place) : link.places.at(place);
    if (known === undefined) return undefined;
    if (known.ref === undefined || known.ref.isStopped) known.ref = host.refAt(known.address);
    const { ref } = known;
    // One of this node, whose message comes home: the answer goes to nobody who may not be told anything from there.
    const isOwn = ref.isLocal || ref.inlet.remoteNode === (host.realm.address ?? '');
    if (isOwn && !isAskPath(ref.step) && !this.#may('tell', ref.path)) return undefined;
    return ref;
  }

  #deliverIfValid(
    message: unknown,
    from: Ref | undefined,
    to: Ref,
    schema: StandardSchemaV1,
    deliver: (valid: unknown) => void,
  ): void {
    const { host } = this.#parts;
    const refuse = (issues: readonly unknown[]) => {
      host.counts.told++;
      host.events.publish(new InvalidMessage(to, message, issues));
      host.realm.deadLetter(message, from, to, 'refused');
      this.#answerWith(new RemotingError(`${to.path} does not accept such a message`), from);
    };
    try {
      const result = schema['~standard'].validate(message);
      // Messages would overtake each other while it is awaited.
      if (isThenable(result)) {
        result.then(undefined, () => {});
        refuse([new TypeError('accepts must be a schema that validates at once')]);
      } else if (result.issues !== undefined) refuse(result.issues);
      else deliver(result.value);
    } catch (error) {
      refuse([asError(error)]);
    }
  }

  /** Whether an actor or ask is the peer's own. */
  #isTheirs(ref: Ref): boolean {
    const { host, link } = this.#parts;
    return host.livesOn?.(ref, link.address) ?? ref.inlet.remoteNode === link.address;
  }

  // ---- what the peer may do -----------------------------------------------------------------------------------------

  #may(operation: RemoteOperation, path: string): boolean {
    const { link, permit, key, host } = this.#parts;
    if (host.isTrusting) return true;
    try {
      const answer: unknown = !isPrivate(path) && permit({ operation, path, peer: link.address, key });
      if (answer === true) return true;
      if (isThenable(answer)) {
        answer.then(undefined, () => {});
        throw new TypeError('remoting.allow must answer at once, with true or false');
      }
    } catch (error) {
      host.ignoreError(asError(error), 'the policy of remoting.allow');
    }
    if (this.#parts.mayTell())
      host.events.publish(new OperationRefused(link.address, operation, path.slice(0, 200)));
    return false;
  }

  #refuse(message: unknown, from: Ref | undefined, to: Ref): void {
    const { host } = this.#parts;
    host.counts.told++;
    host.realm.deadLetter(message, from, to, 'refused');
    if (from !== undefined && isAskPath(from.step))
      from.tell(
        new RemotingError(`${to.path} may not be asked from there: the policy of its node forbids it`),
      );
  }

  // ---- lives --------------------------------------------------------------------------------------------------------

  system(record: SystemRecord): void {
    const { link } = this.#parts;
    if (!link.takeSystem(record.number)) return;
    try {
      this.#obey(record);
    } catch (error) {
      this.#malformed(asError(error).message);
    }
  }

  #obey({ operation, path, address, reason }: SystemRecord): void {
    const { link } = this.#parts;
    if (operation === 'terminated') return link.watches.hasTerminated(path, address, reasonOf(reason));
    if (operation === 'exited') return link.linked.hasExited(path, address, reasonOf(reason));
    if (operation === 'unlinked') return link.linked.isUnlinked(path, address, reason);
    if (operation === 'group') return this.#announced({ operation, path, address, reason });
    if (!path.startsWith('/')) return this.#malformed('a path that does not begin with /');
    const to = this.#local(path);
    if (operation === 'stop' || operation === 'kill') {
      if (this.#may(operation, path)) to.inlet.signal({ type: operation }, to);
      return;
    }
    const who = this.#parts.host.refAt(address);
    if (!this.#isTheirs(who)) return this.#malformed(`${operation} in the name of another node`);
    if (operation === 'unwatch') return link.watches.removeTheirs(who.path, path);
    if (operation === 'abandoned') return to.inlet.signal({ type: 'abandoned', asker: who }, to);
    if (operation === 'link') return this.#link(who, to);
    if (operation === 'unlink') return link.linked.hasUnlinked(to, who, reason);
    if (this.#may('watch', path)) link.watches.addTheirs(who, to);
    else link.terminated(who, to, 'notFound');
  }

  /** Who is linked hears of the end of the other, and can end it. */
  #link(who: Ref, to: Ref): void {
    const { linked } = this.#parts.link;
    if (!linked.mayLink(to.path, who.path)) return;
    if (this.#may('watch', to.path) && this.#may('stop', to.path)) linked.hasLinked(to, who);
    else linked.exited(to, who, 'notFound');
  }

  #announced(record: Omit<SystemRecord, 'number'>): void {
    const said = readAnnouncement(record);
    if (typeof said === 'string') return this.#malformed(said);
    if (said.verb === 'join' && !this.#may('join', `/groups/${said.group}`)) return;
    const fault = this.#parts.announced(said);
    if (fault !== undefined) this.#malformed(fault);
  }

  #malformed(reason: string): void {
    this.#parts.malformed(this.#parts.link.address, reason);
  }
}
