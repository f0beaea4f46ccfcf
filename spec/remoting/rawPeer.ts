/** A peer without a node behind it: says what a spec wants it to say, byte for byte, and keeps what it hears. */
import { world } from '../../lib/base/world.ts';
import type { Node } from '../../lib/index.ts';
import type { Route, Transport } from '../../lib/remoting/transport.ts';
import {
  type Control,
  digitsOf,
  FrameWriter,
  noIncarnation,
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
  readonly #cluster: Cluster;
  readonly #transport: Transport;
  readonly #target: string;
  #route: Route | undefined;
  #sequence = 0;

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
  ): Promise<RawPeer> {
    const peer = new RawPeer(cluster, node, port, incarnation);
    await peer.#transport.listen(peer.address);
    peer.#route = peer.#transport.connect(node.address as string);
    await peer.handshake({ kind: 'hello', address: peer.address, version: '0' });
    return peer;
  }

  /** Sends a frame of the handshake. */
  handshake(record: Control, target = record.kind === 'hello' ? noIncarnation : this.#target): Promise<void> {
    const writer = new FrameWriter();
    writer.control(record);
    return this.send(writer.take({ source: this.incarnation, target, sequence: 0, ack: 0 }));
  }

  /** Sends the records as the next frame, or as one with another number. */
  say(
    write: (writer: FrameWriter) => void,
    sequence = this.#sequence + 1,
    target = this.#target,
  ): Promise<void> {
    const writer = new FrameWriter();
    write(writer);
    this.#sequence = sequence;
    return this.send(writer.take({ source: this.incarnation, target, sequence, ack: 0 }));
  }

  async send(frame: Uint8Array): Promise<void> {
    if (this.#route !== undefined) this.#transport.send(this.#route, frame, () => {});
    await this.#cluster.clock.advance(5);
  }

  #hear(frame: Uint8Array): void {
    if (typeof readHeader(frame) === 'string') return;
    readRecords(frame, {
      control: record => this.controls.push(record),
      define: () => {},
      user: () => {},
      system: record => this.systems.push(record),
    });
  }
}
