/**
 * Remoting: the shell around the hub. It carries out what the hub says with a transport and a clock, and brings what
 * arrives to the actors of its node. The pure part is in `hub.ts`, the queues are in `link.ts`, the other direction is in
 * `arrivals.ts`.
 */
import { asError } from '../base/errors.ts';
import { RateLimit } from '../base/rateLimit.ts';
import type { Cancel } from '../base/world.ts';
import { isNodeAddress } from '../core/address.ts';
import {
  MalformedInput,
  NodeDown,
  NodeQuarantined,
  NodeRefused,
  NodeResponsive,
  NodeUnresponsive,
  NodeUp,
} from '../core/events.ts';
import type { Inlet } from '../core/inlet.ts';
import type { DeadLetterReason, TerminationReason } from '../core/message.ts';
import { noTraffic, type PeerView, type Traffic } from '../core/peers.ts';
import type { Ref } from '../core/ref.ts';
import { type Announcement, groupsFeature } from './announcement.ts';
import { Arrivals } from './arrivals.ts';
import type { Codec, RegisteredClass } from './codec.ts';
import { FastCodec } from './fastCodec.ts';
import type { RemotingHost } from './host.ts';
import { type Action, type DownReason, Hub, type Pair } from './hub.ts';
import { Identity } from './identity.ts';
import { Link } from './link.ts';
import { type OpenCurve, openCurve } from './openCurve.ts';
import { type CompleteRemotingOptions, completeRemotingOptions, type RemotingOptions } from './options.ts';
import { RelayedRoute, Relays } from './relays.ts';
import { RemoteInlet } from './remoteInlet.ts';
import type { Route, Transport, TransportFactory } from './transport.ts';
import {
  type Control,
  digitsOf,
  flag,
  type Header,
  handshakeFrame,
  type Introduction,
  noIncarnation,
  OtherVersion,
  protocolVersion,
  readControl,
  readHeader,
  readRecords,
  uuidOf,
} from './wire.ts';

/** The largest frame: a full batch with one more message that is just too small for chunks, and room for addresses. */
const maxFrameSize = 1024 * 1024;
/** The largest frame of another node that is passed on: a full batch and an address may travel in front of it. */
const mostRelayed = maxFrameSize - 192 * 1024;
/** How long, in ms, a node that stops tries to send what waits. */
const flushTimeout = 1000;
/** The most events about bytes that can't be read, and answers to strangers, in a second. */
const mostReports = 10;
const mostRefusals = 1000;
const mostWarnings = 100;
/** Inlets of other nodes that are remembered: only so that the same one is the same object. */
const mostInlets = 10_000;

/** What the end of a link means to what waited for it. */
const meaning: Readonly<
  Record<DownReason, { letters: DeadLetterReason; watches: TerminationReason; text: string }>
> = {
  expired: { letters: 'expired', watches: 'nodeDown', text: 'it did not answer in time' },
  silence: { letters: 'nodeDown', watches: 'nodeDown', text: 'it fell silent' },
  goodbye: { letters: 'nodeDown', watches: 'nodeDown', text: 'it said goodbye' },
  newIncarnation: { letters: 'staleIncarnation', watches: 'newIncarnation', text: 'it has restarted' },
  begunAnew: {
    letters: 'nodeDown',
    watches: 'nodeDown',
    text: 'it had lost the connection, and has begun anew',
  },
  quarantined: {
    letters: 'quarantined',
    watches: 'nodeDown',
    text: 'it was declared down before and has not restarted since',
  },
  refused: { letters: 'refused', watches: 'nodeDown', text: 'the connection was refused' },
};

/** What a hello or welcome is said on, and as. */
interface Way extends Pair {
  readonly route: Route;
  readonly wantsRoute: boolean;
}

/** A node that something is or was said to. */
interface Peer {
  readonly link: Link;
  /** What it says is read by this, once it is up. */
  arrivals: Arrivals | undefined;
  /** The CURVE key that it has proved to have. */
  key: string | undefined;
  /** Whether it understands what is said about groups. */
  knowsGroups: boolean;
}

export class Remoting {
  readonly #host: RemotingHost;
  readonly #options: CompleteRemotingOptions;
  readonly #own: string;
  readonly #hub: Hub<Route>;
  readonly #codec: Codec;
  readonly #transport: Transport;
  readonly #curve: OpenCurve | undefined;
  readonly #identity: Identity;
  readonly #peers = new Map<string, Peer>();
  readonly #inlets = new Map<string, RemoteInlet>();
  readonly #relays = new Relays();
  readonly #reports: RateLimit;
  readonly #refusals: RateLimit;
  readonly #warnings: RateLimit;
  /** What links have carried that are gone. */
  readonly #former = { sent: { messages: 0, bytes: 0 }, received: { messages: 0, bytes: 0 } };
  #unreported = 0;
  #address = '';
  /** Who is joining just now. */
  #joining: Introduction | undefined;
  #cancelTick: Cancel | undefined;
  #isStopped = false;
  /** Whether a frame is being read that stood in another. */
  #isUnwrapping = false;
  /** The messages of such frames. */
  #unwrapped = 0;

  private constructor(
    host: RemotingHost,
    options: CompleteRemotingOptions,
    curve: OpenCurve | undefined,
    makeTransport: TransportFactory,
  ) {
    this.#host = host;
    this.#options = options;
    this.#curve = curve;
    this.#own = digitsOf(host.incarnation);
    this.#hub = new Hub({
      incarnation: this.#own,
      heartbeatInterval: options.heartbeatInterval,
      maxSilence: options.maxSilence,
      maxUnresponsive: options.maxUnresponsive,
      phi: options.phi,
      via: route => (route instanceof RelayedRoute ? route.via : undefined),
    });
    this.#identity = new Identity(this.#own, curve?.curve);
    this.#codec = new FastCodec(host);
    this.#reports = new RateLimit(host.world.clock, mostReports, 1000);
    this.#refusals = new RateLimit(host.world.clock, mostRefusals, 1000);
    this.#warnings = new RateLimit(host.world.clock, mostWarnings, 1000);
    this.#transport = makeTransport(
      host.world,
      {
        frame: (route, frame) => this.#take(route, frame),
        malformed: (from, reason) => this.#malformed(from, reason),
        refused: (from, reason) => this.#tellRefusal(from, reason),
        gone: route => this.#carryOut(this.#hub.gone(route)),
      },
      { maxFrameSize, maxSilence: options.maxSilence, curve: curve?.curve },
    );
  }

  /**
   * Binds `address` and answers whoever connects. Without an address it only connects: others reach it through the
   * connections that it has opened, and through relays.
   * @param place.advertise what other nodes connect to, when it differs
   * @throws RemotingError when it can't be bound
   */
  static async start(
    host: RemotingHost,
    { address, advertise }: { address: string | undefined; advertise: string | undefined },
    options: RemotingOptions,
    makeTransport: TransportFactory,
  ): Promise<Remoting> {
    const complete = completeRemotingOptions(options, address);
    const curve = options.curve === undefined ? undefined : openCurve(options.curve, host.warn);
    const remoting = new Remoting(host, complete, curve, makeTransport);
    try {
      const bound = address === undefined ? undefined : await remoting.#transport.listen(address);
      remoting.#address = advertise ?? bound ?? `${digitsOf(host.incarnation)}:0`;
      if (/^(0\.0\.0\.0|\[::\]):/.test(remoting.#address)) host.warn(isEverywhere(remoting.#address));
    } catch (error) {
      curve?.close();
      throw error;
    }
    remoting.#dialRelays();
    return remoting;
  }

  /** What other nodes know it by. */
  get address(): string {
    return this.#address;
  }

  /** Messages that wait for the network. */
  get queued(): number {
    let queued = 0;
    for (const { link } of this.#peers.values()) queued += link.queued;
    return queued;
  }

  /** What all links have carried, those that are gone among them. */
  get traffic(): { sent: Traffic; received: Traffic } {
    const sent = { ...this.#former.sent };
    const received = { ...this.#former.received };
    for (const { link } of this.#peers.values()) {
      add(sent, link.sent);
      add(received, link.received);
    }
    return { sent, received };
  }

  /** All other nodes that are known here. */
  get peers(): PeerView[] {
    const { clock } = this.#host.world;
    const now = clock.now();
    const epoch = clock.wall() - now;
    return this.#hub.standings(now).map(({ since, incarnation, ...standing }) => ({
      ...standing,
      incarnation: incarnation && uuidOf(incarnation),
      since: epoch + since,
      ...(this.#peers.get(standing.address)?.link.figures ?? noFigures),
    }));
  }

  /** The inlet that leads to another node. */
  route(node: string): Inlet<Ref> {
    let inlet = this.#inlets.get(node);
    if (inlet === undefined) {
      inlet = new RemoteInlet(
        this.#host.realm,
        node,
        mayDial => this.#peers.get(node)?.link ?? (mayDial ? this.#dial(node) : undefined),
      );
      this.#inlets.set(node, inlet);
      if (this.#inlets.size > mostInlets) this.#inlets.delete(this.#inlets.keys().next().value as string);
    }
    return inlet;
  }

  register(registered: RegisteredClass): void {
    this.#codec.register(registered);
  }

  /** Connects to a node before there is anything to say to it. */
  connect(node: string): void {
    if (!this.#peers.has(node)) this.#dial(node);
  }

  /** Who hears what other nodes say about their groups, and tells what is wrong with it: nobody, until groups are used. */
  onAnnouncement: (node: string, said: Announcement) => string | undefined = () => undefined;

  /** Who hears up to which number another node has what was announced to it. */
  onConfirmed: (node: string, number: number) => void = () => {};

  /** The nodes that are up. */
  get up(): string[] {
    return [...this.#peers].filter(([, { arrivals }]) => arrivals !== undefined).map(([node]) => node);
  }

  /**
   * Tells another node something about the groups here, if it is up and understands it.
   * @returns a number, of which `onConfirmed` tells when it has arrived
   */
  announce(node: string, said: Announcement): number | undefined {
    const peer = this.#peers.get(node);
    return peer?.knowsGroups ? peer.link.announce(said) : undefined;
  }

  /** Sends what waits for peers that are up, says goodbye to all, and closes. */
  async stop(): Promise<void> {
    if (this.#isStopped) return;
    await this.#flush();
    this.#carryOut(this.#hub.stopDetours());
    await this.#flush();
    this.#carryOut(this.#hub.stop());
    this.#isStopped = true;
    this.#cancelTick?.();
    this.#curve?.close();
    await this.#transport.close();
  }

  #flush(): Promise<void> {
    return new Promise(resolve => {
      const cancel = this.#host.world.clock.after(flushTimeout, resolve);
      void Promise.all([...this.#peers.values()].map(({ link }) => link.emptied())).then(() => {
        cancel();
        resolve();
      });
    });
  }

  // ---- links --------------------------------------------------------------------------------------------------------

  #dial(node: string): Link | undefined {
    if (this.#isStopped) return undefined;
    const { link } = this.#newPeer(node);
    this.#carryOut(this.#hub.dial(node, this.#now));
    this.#keepTicking();
    return link;
  }

  #dialRelays(): void {
    for (const relay of this.#options.relays)
      if (relay !== this.#address && !this.#peers.has(relay)) this.#dial(relay);
  }

  #newPeer(address: string): Peer {
    const link = new Link({
      address,
      host: this.#host,
      codec: this.#codec,
      options: this.#options,
      onSent: () => this.#hub.sent(address, this.#now),
      onBroken: route => this.#carryOut(this.#hub.broken(address, route)),
      onConfirmed: number => this.onConfirmed(address, number),
      send: (route, frame, done) => this.#send(route, frame, done),
    });
    const peer: Peer = { link, arrivals: undefined, key: undefined, knowsGroups: false };
    this.#peers.set(address, peer);
    return peer;
  }

  #send(route: Route, frame: Uint8Array, done: (hasLeft: boolean) => void): void {
    if (!(route instanceof RelayedRoute)) return this.#transport.send(route, frame, done);
    const relay = this.#peers.get(route.via)?.link;
    const later = (hasLeft: boolean) => this.#host.world.scheduler.soon(() => done(hasLeft));
    if (relay === undefined) later(false);
    else relay.relay('relay', route.to, frame, later);
  }

  get #now(): number {
    return this.#host.world.clock.now();
  }

  #keepTicking(): void {
    if (this.#cancelTick !== undefined || this.#isStopped) return;
    this.#cancelTick = this.#host.world.clock.after(this.#options.heartbeatInterval, () => {
      this.#cancelTick = undefined;
      this.#tick();
      if (!this.#hub.isIdle) this.#keepTicking();
    });
  }

  #tick(): void {
    const isAlive = (route: Route) => !(route instanceof RelayedRoute) && this.#transport.isAlive(route);
    this.#carryOut(this.#hub.tick(this.#now, isAlive));
    for (const [address, { link, key }] of [...this.#peers]) {
      link.tick();
      if (key !== undefined && this.#curve?.curve.isAllowed(key) === false) this.#expel(address);
    }
    this.#dialRelays();
  }

  /** Its key was taken off the list. */
  #expel(address: string): void {
    this.#host.events.publish(new NodeRefused(address, 'its key is not allowed any more'));
    this.#carryOut(this.#hub.expel(address));
  }

  // ---- what the hub wants -------------------------------------------------------------------------------------------

  #carryOut(actions: readonly Action<Route>[]): void {
    for (const action of actions) this.#do(action);
  }

  #do(action: Action<Route>): void {
    switch (action.type) {
      case 'connect':
        return this.#connect(action.address);
      case 'seek':
        return this.#seek(action.address);
      case 'disconnect':
        return action.route instanceof RelayedRoute ? undefined : this.#transport.disconnect(action.route);
      case 'hello':
        return this.#sayHello(action);
      case 'welcome':
        return this.#control(
          action.route,
          action.target,
          this.#introduce('welcome', { ...action, wantsRoute: false }),
        );
      case 'refuse':
        return this.#refuse(action.route, action.target, action.reason);
      case 'goodbye':
        return this.#control(action.route, action.target, { kind: 'goodbye', reason: action.reason });
      case 'heartbeat':
        return this.#peers.get(action.address)?.link.heartbeat(action.lag);
      case 'linkUp':
        return this.#linkUp(action);
      case 'renewed':
        return this.#renewed(action);
      case 'reroute':
        return this.#peers.get(action.address)?.link.reroute(action.route, action.isUrgent);
      case 'stranded':
        return this.#peers.get(action.address)?.link.strand();
      case 'linkDown':
        return this.#linkDown(action);
      case 'misnamed':
        return this.#host.events.publish(new NodeRefused(action.address, misnamed(action.name)));
      case 'quarantined':
        if (!this.#warnings.take()) return;
        return this.#host.events.publish(new NodeQuarantined(action.address, uuidOf(action.incarnation)));
      case 'unresponsive':
        return this.#host.events.publish(new NodeUnresponsive(action.address, uuidOf(action.incarnation)));
      case 'responsive':
        return this.#host.events.publish(new NodeResponsive(action.address, uuidOf(action.incarnation)));
      default:
        action satisfies never;
    }
  }

  /** Tries to reach a node: by itself if it has a port, through relays if not. */
  #connect(address: string): void {
    if (isDiallable(address)) this.#hasWay(address, this.#transport.connect(address));
    else this.#seek(address);
  }

  #seek(address: string): void {
    for (const route of this.#relays.routesTo(address)) this.#hasWay(address, route);
  }

  #hasWay(address: string, route: Route): void {
    this.#carryOut(this.#hub.connected(address, route, this.#now));
  }

  #sayHello(how: Way): void {
    this.#control(how.route, noIncarnation, this.#introduce('hello', how));
  }

  #introduce(kind: 'hello' | 'welcome', { route, wantsRoute, link, yourLink }: Way): Introduction {
    return {
      kind,
      address: this.#address,
      version: this.#host.version,
      features: this.#options.relay ? ['relay', groupsFeature] : [groupsFeature],
      wantsRoute,
      link,
      yourLink,
      maxMessageSize: this.#options.maxMessageSize,
      ...this.#identity.proveTo(route, kind, this.#address),
    };
  }

  /** A frame of the handshake: it goes past the link, and has no number. */
  #control(route: Route, target: string, record: Control): void {
    this.#send(route, handshakeFrame(this.#own, target, record), () => {});
  }

  #refuse(route: Route, target: string, reason: string): void {
    if (this.#refusals.take()) this.#control(route, target, { kind: 'refuse', reason });
  }

  #linkUp({ address, incarnation, route, ...pair }: Action<Route> & { type: 'linkUp' }): void {
    const peer = this.#peers.get(address) ?? this.#newPeer(address);
    const { maxMessageSize, features, key } = this.#joining as Introduction;
    peer.key = this.#curve === undefined ? undefined : key;
    peer.knowsGroups = features.includes(groupsFeature);
    peer.arrivals = this.#arrivalsOf(peer);
    peer.link.open(route, incarnation, pair, maxMessageSize);
    if (features.includes('relay')) this.#relays.up(address);
    this.#keepTicking();
    this.#host.events.publish(new NodeUp(address, uuidOf(incarnation)));
  }

  #renewed({ address, ...pair }: Action<Route> & { type: 'renewed' }): void {
    const peer = this.#peers.get(address);
    if (peer === undefined) return;
    peer.link.renew(pair);
    peer.arrivals = this.#arrivalsOf(peer);
  }

  #arrivalsOf({ link, key }: Peer): Arrivals {
    const { address } = link;
    return new Arrivals({
      host: this.#host,
      codec: this.#codec,
      link,
      maxMessageSize: this.#options.maxMessageSize,
      permit: this.#options.permit,
      key,
      malformed: (from, reason) => this.#malformed(from, reason),
      mayTell: () => this.#warnings.take(),
      heartbeat: lag => this.#hub.lagging(address, lag),
      announced: said => this.onAnnouncement(address, said),
      relay: (to, frame) => this.#passOn(address, to, frame),
      relayed: (from, frame) => this.#relayed(address, from, frame),
    });
  }

  /** One of another node, to be passed on. What can't be is lost, as on any network, and its sender will notice. */
  #passOn(from: string, to: string, frame: Uint8Array): void {
    if (!this.#options.relay || !this.#hub.isStraight(to)) return;
    if (frame.length > mostRelayed)
      return this.#malformed(from, `a frame of ${frame.length} bytes is too large to be passed on`);
    this.#peers.get(to)?.link.relay('relayed', from, frame, () => {});
  }

  #linkDown({ address, incarnation, reason }: Action<Route> & { type: 'linkDown' }): void {
    const peer = this.#peers.get(address);
    this.#peers.delete(address);
    if (peer !== undefined) {
      add(this.#former.sent, peer.link.sent);
      add(this.#former.received, peer.link.received);
    }
    this.#relays.down(address);
    this.#inlets.delete(address);
    const { letters, watches, text } = meaning[reason];
    this.#host.events.publish(new NodeDown(address, incarnation && uuidOf(incarnation), text));
    peer?.link.close(letters, watches);
  }

  // ---- what comes in ------------------------------------------------------------------------------------------------

  /** Whatever has come, and whatever it leads to: the next frame is taken. */
  #take(route: Route, frame: Uint8Array): void {
    try {
      this.#frame(route, frame);
    } catch (error) {
      this.#host.ignoreError(asError(error), 'a frame from another node');
    }
  }

  /** One that has come through another node. It may not have come through a third one on the way to that. */
  #relayed(via: string, from: string, frame: Uint8Array): void {
    if (this.#isUnwrapping || from === via || !this.#relays.isUp(via))
      return this.#malformed(via, 'a frame of another node, from one that is no relay');
    this.#isUnwrapping = true;
    try {
      this.#frame(this.#relays.route(via, from), frame);
    } finally {
      this.#isUnwrapping = false;
    }
  }

  #frame(route: Route, frame: Uint8Array): void {
    if (this.#isStopped) return;
    const header = readHeader(frame);
    if (typeof header === 'string') return this.#malformed(route.label, header);
    if (header instanceof OtherVersion) return this.#otherVersion(route, header, frame);
    if ((header.flags & flag.handshake) !== 0) return this.#handshake(route, header, frame);
    const address = this.#hub.heard(route, header, this.#now);
    this.#carryOut(this.#hub.drain());
    const peer = address === undefined ? undefined : this.#peers.get(address);
    if (peer?.arrivals === undefined || !peer.link.take(header, frame.length)) return;
    const fault = this.#read(frame, peer.link, peer.arrivals);
    if (fault !== undefined) this.#malformed(peer.link.address, fault);
  }

  /** Reads what a frame holds, and counts its messages: not those of a frame that stands in it, which came from elsewhere. */
  #read(frame: Uint8Array, { received }: Link, arrivals: Arrivals): string | undefined {
    const { counts } = this.#host;
    const before = counts.received - this.#unwrapped;
    const fault = readRecords(frame, arrivals);
    const messages = counts.received - this.#unwrapped - before;
    received.messages += messages;
    if (this.#isUnwrapping) this.#unwrapped += messages;
    return fault;
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
        return this.#introduced(route, source, record);
      case 'refuse':
        return this.#refused(route, source, record.reason);
      case 'goodbye':
        return this.#carryOut(this.#hub.goodbye(route, source, record.reason, this.#now));
      default:
        return this.#malformed(route.label, `a ${record.kind} is no handshake`);
    }
  }

  #introduced(route: Route, source: string, record: Introduction): void {
    if (!isNodeAddress(record.address)) return this.#malformed(route.label, 'a node without an address');
    if (record.address === this.#address)
      return this.#refuse(route, source, `${record.address} is the address of the node that refuses`);
    const known = this.#peers.get(record.address);
    if (known?.key !== undefined && known.key !== record.key) {
      this.#tellRefusal(record.address, 'another key than that of the node which is up at this address');
      return this.#refuse(route, source, 'another node is up at this address');
    }
    const doubt = this.#identity.doubt(route, source, record);
    if (doubt !== undefined) {
      if (!doubt.isCurable) this.#tellRefusal(record.address, doubt.text);
      return this.#refuse(route, source, doubt.reason);
    }
    this.#joining = record;
    this.#carryOut(this.#hub[record.kind](route, source, record, this.#now));
    this.#joining = undefined;
  }

  #refused(route: Route, source: string, reason: string): void {
    // It knows now whom it speaks to, and can say again who it is.
    if (this.#identity.learn(route, reason))
      return this.#carryOut(this.#hub.refused(route, source, 'introduce', this.#now));
    if (!this.#hub.knows(route)) return;
    if (!usualRefusals.includes(reason)) this.#tellRefusal(route.label, reason);
    this.#carryOut(this.#hub.refused(route, source, reason, this.#now));
  }

  /** A node of another protocol: it is told so, in words that every version understands. */
  #otherVersion(route: Route, { version, source }: OtherVersion, frame: Uint8Array): void {
    this.#host.counts.malformed++;
    const record = readControl(frame);
    const isRefusal = typeof record !== 'string' && record.kind === 'refuse';
    if (!this.#reports.take()) return;
    const reason = isRefusal ? record.reason : versionText(version);
    this.#tellRefusal(route.label, reason);
    if (isRefusal) this.#carryOut(this.#hub.refused(route, source, reason, this.#now));
    else this.#refuse(route, source, versionText(version));
  }

  /** What strangers say is cut short, and can't pretend to be a line of its own in a log. */
  #tellRefusal(address: string, reason: string): void {
    if (this.#warnings.take()) this.#host.events.publish(new NodeRefused(address, plain(reason)));
  }

  #malformed(from: string, reason: string): void {
    this.#host.counts.malformed++;
    this.#unreported++;
    if (!this.#reports.take()) return;
    const count = this.#unreported;
    this.#unreported = 0;
    this.#host.events.publish(new MalformedInput(from, plain(reason), count));
  }
}

const noFigures = { sent: noTraffic, received: noTraffic, queued: noTraffic, roundTrip: undefined };

function add(sum: { messages: number; bytes: number }, { messages, bytes }: Traffic): void {
  sum.messages += messages;
  sum.bytes += bytes;
}

const mostShown = 200;

const plain = (text: string) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is taken out
  text.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ').slice(0, mostShown);

/** A node without a port can only be reached through the connection that it has opened. */
const isDiallable = (address: string) => !address.endsWith(':0');

/** Refusals that belong to the life of links; all others somebody should know of. */
const usualRefusals = ['unknown', 'stale', 'quarantined', 'introduce'];

const isEverywhere = (address: string) =>
  `${address} is what every machine calls itself: nodes elsewhere can't answer it; say what they connect to with advertise`;

const misnamed = (name: string) =>
  `the node there calls itself ${name}: use that address, or start it with advertise`;

const versionText = (version: number) =>
  `it speaks version ${version} of the protocol, and only ${protocolVersion} is spoken here: use the same major version of the package on both nodes`;
