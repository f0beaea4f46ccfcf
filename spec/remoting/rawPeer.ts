/** A peer without a node behind it: says what a spec wants it to say, byte for byte, and keeps what it hears. */
import { decode, encode } from '@msgpack/msgpack';
import { world } from '../../lib/base/world.ts';
import type { Node } from '../../lib/index.ts';
import type { Route, Transport } from '../../lib/remoting/transport.ts';
import {
  type Chunk,
  type Control,
  digitsOf,
  FrameWriter,
  type Header,
  handshakeFrame,
  noIncarnation,
  OtherVersion,
  type Place,
  readHeader,
  readRecords,
  type SystemRecord,
} from '../../lib/remoting/wire.ts';
import { addressOf, type Cluster } from './support.ts';

export class RawPeer {
  readonly address: string;
  readonly incarnation: string;
  readonly controls: Control[] = [];
  readonly systems: SystemRecord[] = [];
  readonly headers: Header[] = [];
  /** Receiver, sender, message. */
  readonly messages: [string | undefined, string | undefined, unknown][] = [];
  readonly chunks: Chunk[] = [];
  /** What has travelled with each of the messages, if anything has. */
  readonly contexts: (string | undefined)[] = [];
  readonly lost: [number, number][] = [];
  readonly noted: [number, number][] = [];
  /** How many definitions have come. */
  defined = 0;
  readonly #places = new Map<number, string>();
  readonly #cluster: Cluster;
  readonly #transport: Transport;
  readonly #target: string;
  #route: Route | undefined;
  #sequence = 0;
  #pair = { link: 1, yourLink: 0 };

  private constructor(cluster: Cluster, node: Node, port: number, incarnation: string) {
    this.#cluster = cluster;
    this.address = addressOf(port);
    this.incarnation = incarnation;
    this.#target = digitsOf(node.incarnation);
    const events = {
      frame: (_: Route, frame: Uint8Array) => this.#hear(frame),
      malformed: () => {},
      refused: () => {},
    };
    this.#transport = cluster.network.transport(world({ clock: cluster.clock }), events, {
      maxFrameSize: 1e6,
      maxSilence: 3000,
      curve: undefined,
    });
  }

  /** A peer that has said hello to `node`. */
  static async join(
    cluster: Cluster,
    node: Node,
    port: number,
    incarnation = 'd'.repeat(32),
    features: string[] = [],
  ): Promise<RawPeer> {
    const peer = new RawPeer(cluster, node, port, incarnation);
    await peer.#transport.listen(peer.address);
    peer.#route = peer.#transport.connect(node.address as string);
    await peer.handshake({ ...peer.introduction('hello'), features } as Control);
    return peer;
  }

  introduction(kind: 'hello' | 'welcome'): Control {
    const { address } = this;
    const more = {
      features: [],
      wantsRoute: false,
      link: 1,
      yourLink: 0,
      maxMessageSize: 1e6,
      key: '',
      proof: '',
    };
    return { kind, address, version: '0', ...more };
  }

  /** Sends a frame of the handshake. */
  handshake(record: Control, target = record.kind === 'hello' ? noIncarnation : this.#target): Promise<void> {
    return this.send(handshakeFrame(this.incarnation, target, record));
  }

  /** Sends the records as the next frame, or with another header. */
  say(write: (writer: FrameWriter) => void, other: Partial<Header> = {}): Promise<void> {
    const writer = new FrameWriter();
    write(writer);
    const sequence = other.sequence ?? this.#sequence + 1;
    this.#sequence = sequence;
    const usual = {
      flags: 0,
      source: this.incarnation,
      target: this.#target,
      ...this.#pair,
      ack: 0,
      systemAck: 0,
    };
    return this.send(writer.take({ ...usual, ...other, sequence }));
  }

  /** Says a message to the actor at `path`. */
  tell(path: Place, message: unknown, sender?: Place, other: Partial<Header> = {}): Promise<void> {
    return this.say(writer => writeUser(writer, path, sender, encode(message)), other);
  }

  async send(frame: Uint8Array): Promise<void> {
    if (this.#route !== undefined) this.#transport.send(this.#route, frame, () => {});
    await this.#cluster.clock.advance(5);
  }

  #hear(frame: Uint8Array): void {
    const header = readHeader(frame);
    if (typeof header === 'string' || header instanceof OtherVersion) return;
    this.headers.push(header);
    readRecords(frame, {
      control: record => {
        if ('link' in record) this.#pair = { link: 1, yourLink: record.link };
        this.controls.push(record);
      },
      define: (number, address) => {
        this.defined++;
        this.#places.set(number, address);
      },
      user: (to, from, bytes, start, end, context) => {
        this.messages.push([this.#placeOf(to), this.#placeOf(from), decode(bytes.subarray(start, end))]);
        this.contexts.push(context);
      },
      system: record => this.systems.push(record),
      chunk: chunk => this.chunks.push(chunk),
      relay: () => {},
      relayed: () => {},
      lost: (first, last) => this.lost.push([first, last]),
      noted: (first, last) => this.noted.push([first, last]),
    });
  }

  #placeOf(place: Place): string | undefined {
    return typeof place === 'number' ? this.#places.get(place) : place;
  }
}

/** A message whose bytes are given. */
export function writeUser(writer: FrameWriter, to: Place, from: Place, body: Uint8Array): void {
  const start = writer.beginUser(to, from);
  writer.out.append(body);
  writer.endUser(start);
}
