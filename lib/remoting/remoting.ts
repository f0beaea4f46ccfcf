/**
 * Remoting: the shell around the hub. It carries out what the hub says with a transport and a clock, and brings what
 * arrives to the actors of its node. The pure part is in `hub.ts`, the queues are in `link.ts`, the other direction is in
 * `arrivals.ts`.
 */
import type { Cancel } from '../base/world.ts';
import { isNodeAddress } from '../core/address.ts';
import { MalformedInput, NodeDown, NodeQuarantined, NodeUp } from '../core/events.ts';
import type { Inlet } from '../core/inlet.ts';
import type { DeadLetterReason, TerminationReason } from '../core/message.ts';
import type { Ref } from '../core/ref.ts';
import { Arrivals } from './arrivals.ts';
import { type Codec, MessagePackCodec, type RegisteredClass } from './codec.ts';
import type { RemotingHost } from './host.ts';
import { type Action, type DownReason, Hub } from './hub.ts';
import { Link } from './link.ts';
import { type CompleteRemotingOptions, completeRemotingOptions, type RemotingOptions } from './options.ts';
import { RemoteInlet } from './remoteInlet.ts';
import type { Route, Transport, TransportFactory } from './transport.ts';
import {
  type Control,
  digitsOf,
  FrameWriter,
  type Header,
  noIncarnation,
  readControl,
  readHeader,
  readRecords,
  stamp,
  uuidOf,
} from './wire.ts';

/** What a frame may hold besides one message. */
const frameOverhead = 128 * 1024;
/** How long, in ms, a node that stops tries to send what waits. */
const flushTimeout = 1000;

/** What the end of a link means to what waited for it. */
const meaning: Readonly<
  Record<DownReason, { letters: DeadLetterReason; watches: TerminationReason; text: string }>
> = {
  expired: { letters: 'expired', watches: 'nodeDown', text: 'it did not answer in time' },
  silence: { letters: 'nodeDown', watches: 'nodeDown', text: 'it fell silent' },
  goodbye: { letters: 'nodeDown', watches: 'nodeDown', text: 'it said goodbye' },
  newIncarnation: { letters: 'staleIncarnation', watches: 'newIncarnation', text: 'it has restarted' },
  quarantined: {
    letters: 'quarantined',
    watches: 'nodeDown',
    text: 'it was declared down before and has not restarted since',
  },
  refused: { letters: 'refused', watches: 'nodeDown', text: 'it refused the connection' },
};

export class Remoting {
  readonly #host: RemotingHost;
  readonly #options: CompleteRemotingOptions;
  readonly #own: string;
  readonly #hub: Hub<Route>;
  readonly #codec: Codec;
  readonly #arrivals: Arrivals;
  readonly #transport: Transport;
  readonly #links = new Map<string, Link>();
  readonly #inlets = new Map<string, RemoteInlet>();
  #address = '';
  #cancelTick: Cancel | undefined;
  #isStopped = false;

  private constructor(host: RemotingHost, options: CompleteRemotingOptions, makeTransport: TransportFactory) {
    const { heartbeatInterval, maxSilence, maxMessageSize } = options;
    this.#host = host;
    this.#options = options;
    this.#own = digitsOf(host.incarnation);
    this.#hub = new Hub({ incarnation: this.#own, heartbeatInterval, maxSilence });
    this.#codec = new MessagePackCodec(host);
    this.#arrivals = new Arrivals(host, this.#codec);
    this.#transport = makeTransport(
      host.world,
      {
        frame: (route, frame) => this.#frame(route, frame),
        malformed: (route, reason) => this.#malformed(route, reason),
      },
      { maxFrameSize: maxMessageSize + frameOverhead },
    );
  }

  /**
   * Binds `address` and answers whoever connects.
   * @param place.advertise what other nodes connect to, when it differs
   * @throws RemotingError when it can't be bound
   */
  static async start(
    host: RemotingHost,
    { address, advertise }: { address: string; advertise: string | undefined },
    options: RemotingOptions,
    makeTransport: TransportFactory,
  ): Promise<Remoting> {
    const remoting = new Remoting(host, completeRemotingOptions(options, address), makeTransport);
    const bound = await remoting.#transport.listen(address);
    remoting.#address = advertise ?? bound;
    return remoting;
  }

  /** What other nodes connect to. */
  get address(): string {
    return this.#address;
  }

  /** Messages that wait for the network. */
  get queued(): number {
    let queued = 0;
    for (const link of this.#links.values()) queued += link.queued;
    return queued;
  }

  /** The inlet that leads to another node. */
  route(node: string): Inlet<Ref> {
    let inlet = this.#inlets.get(node);
    if (inlet === undefined) {
      inlet = new RemoteInlet(
        this.#host.realm,
        node,
        mayDial => this.#links.get(node) ?? (mayDial ? this.#dial(node) : undefined),
      );
      this.#inlets.set(node, inlet);
    }
    return inlet;
  }

  register(registered: RegisteredClass): void {
    this.#codec.register(registered);
  }

  /** Sends what waits for peers that are up, says goodbye to all, and closes. */
  async stop(): Promise<void> {
    if (this.#isStopped) return;
    await this.#flush();
    this.#carryOut(this.#hub.stop());
    this.#isStopped = true;
    this.#cancelTick?.();
    await this.#transport.close();
  }

  #flush(): Promise<void> {
    return new Promise(resolve => {
      const cancel = this.#host.world.clock.after(flushTimeout, resolve);
      void Promise.all([...this.#links.values()].map(link => link.emptied())).then(() => {
        cancel();
        resolve();
      });
    });
  }

  // ---- links --------------------------------------------------------------------------------------------------------

  #dial(node: string): Link | undefined {
    if (this.#isStopped) return undefined;
    const link = this.#newLink(node);
    this.#carryOut(this.#hub.dial(node, this.#now));
    this.#keepTicking();
    return link;
  }

  #newLink(address: string): Link {
    const onSent = () => this.#hub.sent(address, this.#now);
    const parts = {
      host: this.#host,
      transport: this.#transport,
      codec: this.#codec,
      options: this.#options,
    };
    const link = new Link({ address, ...parts, onSent });
    this.#links.set(address, link);
    return link;
  }

  get #now(): number {
    return this.#host.world.clock.now();
  }

  #keepTicking(): void {
    if (this.#cancelTick !== undefined || this.#isStopped) return;
    this.#cancelTick = this.#host.world.clock.after(this.#options.heartbeatInterval, () => {
      this.#cancelTick = undefined;
      this.#carryOut(this.#hub.tick(this.#now));
      for (const link of this.#links.values()) if (link.isUp) link.resend();
      if (!this.#hub.isIdle) this.#keepTicking();
    });
  }

  // ---- what the hub wants -------------------------------------------------------------------------------------------

  #carryOut(actions: readonly Action<Route>[]): void {
    for (const action of actions) this.#do(action);
  }

  #do(action: Action<Route>): void {
    switch (action.type) {
      case 'connect':
        return this.#connect(action.address);
      case 'disconnect':
        return this.#transport.disconnect(action.route);
      case 'hello':
        return this.#control(action.route, noIncarnation, this.#introduction('hello'));
      case 'welcome':
        return this.#control(action.route, action.target, this.#introduction('welcome'));
      case 'refuse':
      case 'goodbye':
        return this.#control(action.route, action.target, { kind: action.type, reason: action.reason });
      case 'heartbeat':
        return this.#links.get(action.address)?.heartbeat();
      case 'linkUp':
        return this.#linkUp(action);
      case 'reroute':
        return this.#links.get(action.address)?.reroute(action.route);
      case 'linkDown':
        return this.#linkDown(action);
      case 'quarantined':
        return this.#host.events.publish(new NodeQuarantined(action.address, uuidOf(action.incarnation)));
      default:
        action satisfies never;
    }
  }

  #connect(address: string): void {
    this.#carryOut(this.#hub.connected(address, this.#transport.connect(address), this.#now));
  }

  #introduction(kind: 'hello' | 'welcome'): Control {
    return { kind, address: this.#address, version: this.#host.version };
  }

  /** A frame of the handshake: it goes past the link, and has no number. */
  #control(route: Route, target: string, record: Control): void {
    const writer = new FrameWriter();
    writer.control(record);
    const frame = writer.take();
    stamp(frame, { source: this.#own, target, sequence: 0, ack: 0 });
    this.#transport.send(route, frame, () => {});
  }

  #linkUp({ address, incarnation, route }: Action<Route> & { type: 'linkUp' }): void {
    const link = this.#links.get(address) ?? this.#newLink(address);
    link.open(route, incarnation);
    this.#keepTicking();
    this.#host.events.publish(new NodeUp(address, uuidOf(incarnation)));
  }

  #linkDown({ address, incarnation, reason }: Action<Route> & { type: 'linkDown' }): void {
    const link = this.#links.get(address);
    this.#links.delete(address);
    const { letters, watches, text } = meaning[reason];
    this.#host.events.publish(new NodeDown(address, incarnation && uuidOf(incarnation), text));
    link?.close(letters, watches);
  }

  // ---- what comes in ------------------------------------------------------------------------------------------------

  #frame(route: Route, frame: Uint8Array): void {
    if (this.#isStopped) return;
    const header = readHeader(frame);
    if (typeof header === 'string') return this.#malformed(route.label, header);
    const { source, target, sequence, ack } = header;
    if (sequence === 0) return this.#handshake(route, header, frame);
    const address = this.#hub.heard(route, source, target, this.#now);
    this.#carryOut(this.#hub.drain());
    const link = address === undefined ? undefined : this.#links.get(address);
    if (link === undefined || !link.takeSequence(sequence)) return;
    link.confirmed(ack);
    const fault = readRecords(frame, this.#arrivals.readerFor(link));
    if (fault !== undefined) this.#malformed(link.address, fault);
  }

  /** Who it is stands in the record: there may be no link yet. */
  #handshake(route: Route, { source, target }: Header, frame: Uint8Array): void {
    const record = readControl(frame);
    if (typeof record === 'string') return this.#malformed(route.label, record);
    // Only a hello may come from one who does not know this life; the rest was meant for the one before.
    if (record.kind !== 'hello' && target !== this.#own) return;
    switch (record.kind) {
      case 'hello':
      case 'welcome':
        if (!isNodeAddress(record.address)) return this.#malformed(route.label, 'a node without an address');
        return this.#carryOut(this.#hub[record.kind](route, record.address, source, this.#now));
      case 'refuse':
        return this.#carryOut(this.#hub.refused(route, source, record.reason));
      case 'goodbye':
        return this.#carryOut(this.#hub.goodbye(source, record.reason, this.#now));
      default:
        return this.#malformed(route.label, `a ${record.kind} is no handshake`);
    }
  }

  #malformed(from: string, reason: string): void {
    this.#host.events.publish(new MalformedInput(from, reason));
  }
}
