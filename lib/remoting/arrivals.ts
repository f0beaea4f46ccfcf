/** What a peer says, carried out here: messages go to their actors, system records do what they say. */
import { asError } from '../base/errors.ts';
import { isAskPath } from '../core/ask.ts';
import { InvalidMessage, MalformedInput } from '../core/events.ts';
import { PoisonPill, type TerminationReason } from '../core/message.ts';
import type { StandardSchemaV1 } from '../core/props.ts';
import type { Ref } from '../core/ref.ts';
import type { Codec } from './codec.ts';
import type { RemotingHost } from './host.ts';
import type { Link } from './link.ts';
import type { Place, Reader, SystemRecord } from './wire.ts';

/** What no other node may stop or kill. */
const isPrivate = (path: string) =>
  path === '/' || path.startsWith('/$') || path === '/system' || path.startsWith('/system/');

const reasons: readonly string[] = ['stopped', 'killed', 'failed', 'notFound'];
const reasonOf = (text: string) => (reasons.includes(text) ? text : 'stopped') as TerminationReason;

export class Arrivals {
  readonly #host: RemotingHost;
  readonly #codec: Codec;

  constructor(host: RemotingHost, codec: Codec) {
    this.#host = host;
    this.#codec = codec;
  }

  /** Reads the records of that link's frames. */
  readerFor(link: Link): Reader {
    return {
      control: record => {
        if (record.kind === 'resync') link.resync();
      },
      define: (number, address) => link.define(number, address),
      user: (recipient, sender, body) => this.#user(link, recipient, sender, body),
      system: record => {
        if (link.takeSystem(record.number)) this.#system(link, record);
      },
    };
  }

  readonly #recipient = (path: string): Ref => this.#host.resolve(path) ?? this.#host.deadRef(path);
  readonly #sender = (address: string): Ref => this.#host.refAt(address);

  #user(link: Link, recipient: Place, sender: Place, body: Uint8Array): void {
    const to = link.refAt(recipient, this.#recipient) ?? this.#host.deadRef('/$unknown');
    this.#host.counts.received++;
    let message: unknown;
    let from: Ref | undefined;
    try {
      from = link.refAt(sender, this.#sender);
      message = this.#codec.decode(body);
    } catch (error) {
      this.#host.counts.told++;
      this.#malformed(link, error);
      return this.#host.realm.deadLetter(body, from, to, 'undecodable');
    }
    if (message === PoisonPill && isPrivate(to.path)) {
      this.#host.counts.told++;
      return this.#host.realm.deadLetter(message, from, to, 'refused');
    }
    // One that was forwarded for a third node watches whom it asked, and its number may be that of an ask of this peer.
    if (from !== undefined && isAskPath(from.path) && from.inlet.remoteNode === link.address)
      link.addWatcher(from, to);
    const schema = this.#host.accepts(to);
    if (schema === undefined) to.inlet.enqueue(message, from, to);
    else this.#deliverIfValid(message, from, to, schema);
  }

  #deliverIfValid(message: unknown, from: Ref | undefined, to: Ref, schema: StandardSchemaV1): void {
    const refuse = (issues: readonly unknown[]) => {
      this.#host.counts.told++;
      this.#host.events.publish(new InvalidMessage(to, message, issues));
      this.#host.realm.deadLetter(message, from, to, 'refused');
    };
    try {
      const result = schema['~standard'].validate(message);
      // Messages would overtake each other while it is awaited.
      if (result instanceof Promise)
        refuse([new TypeError('accepts must be a schema that validates at once')]);
      else if (result.issues !== undefined) refuse(result.issues);
      else to.inlet.enqueue(result.value, from, to);
    } catch (error) {
      refuse([asError(error)]);
    }
  }

  #system(link: Link, { operation, path, address, reason }: SystemRecord): void {
    try {
      if (operation === 'terminated') return link.hasTerminated(path, address, reasonOf(reason));
      if (operation === 'unwatch') return link.removeWatcher(this.#sender(address).path, path);
      const to = this.#recipient(path);
      if (operation === 'watch') return link.addWatcher(this.#sender(address), to);
      if (operation === 'abandoned')
        return to.inlet.signal({ type: 'abandoned', asker: this.#sender(address) }, to);
      if (isPrivate(path))
        return this.#malformed(link, new Error(`${operation} of ${path} is not allowed from another node`));
      to.inlet.signal({ type: operation }, to);
    } catch (error) {
      this.#malformed(link, error);
    }
  }

  #malformed(link: Link, error: unknown): void {
    this.#host.events.publish(new MalformedInput(link.address, asError(error).message));
  }
}
