/**
 * What a node believes about all others: a pure machine. It is told what happened and when, and answers what to do; it
 * opens no socket, sets no timer and reads no clock.
 *
 *              dial, or a hello              welcome, or a hello
 *   unknown ──────────────────▶ connecting ──────────────────▶ up ◀────────▶ up, unresponsive
 *      ▲                            │ silence, refusal           │ silence, goodbye, another incarnation
 *      └────────────────────────────┴────────────────────────────┘
 *
 * A link belongs to a pair of incarnations, not to a connection: a peer may be reached on several ways, its own connection,
 * ours, or one through a relay, and when the one in use falls silent the others are tried. A peer that was up and fell silent
 * on all of them is dead for good: that incarnation is remembered for an hour and refused.
 */
import type { PeerView } from '../core/peers.ts';
import { PhiDetector } from './detector.ts';
import { type Header, type Introduction, noIncarnation } from './wire.ts';

/** Why a link ended. */
export type DownReason =
  | 'expired'
  | 'silence'
  | 'goodbye'
  | 'newIncarnation'
  | 'begunAnew'
  | 'quarantined'
  | 'refused';

/** The numbers of a link on both sides; 0 for one that is not known, or that does not count. */
export interface Pair {
  readonly link: number;
  readonly yourLink: number;
}

/** What the hub wants done. `R` is a route of the transport, which it only passes on. */
export type Action<R> =
  | { readonly type: 'connect'; readonly address: string }
  /** Every other way to that peer is welcome: one through a relay. */
  | { readonly type: 'seek'; readonly address: string }
  | { readonly type: 'disconnect'; readonly route: R }
  | ({ readonly type: 'hello'; readonly route: R; readonly wantsRoute: boolean } & Pair)
  | ({ readonly type: 'welcome'; readonly route: R; readonly target: string } & Pair)
  | { readonly type: 'refuse'; readonly route: R; readonly target: string; readonly reason: string }
  | { readonly type: 'heartbeat'; readonly address: string; readonly lag: number }
  | { readonly type: 'goodbye'; readonly route: R; readonly target: string; readonly reason: string }
  | ({
      readonly type: 'linkUp';
      readonly address: string;
      readonly incarnation: string;
      readonly route: R;
    } & Pair)
  /** The other side has begun its half of the link anew: what comes from it is numbered from 1 again. */
  | ({ readonly type: 'renewed'; readonly address: string } & Pair)
  /** There is no way to that peer for now. */
  | { readonly type: 'stranded'; readonly address: string }
  /** That is the way to send on from now on; at once if the one before has fallen silent. */
  | { readonly type: 'reroute'; readonly address: string; readonly route: R; readonly isUrgent: boolean }
  | {
      readonly type: 'linkDown';
      readonly address: string;
      readonly incarnation: string | undefined;
      readonly reason: DownReason;
    }
  /** The node that was dialled at that address has another name: messages for it would not find the way back. */
  | { readonly type: 'misnamed'; readonly address: string; readonly name: string }
  | { readonly type: 'quarantined'; readonly address: string; readonly incarnation: string }
  | { readonly type: 'unresponsive' | 'responsive'; readonly address: string; readonly incarnation: string };

interface Peer<R> {
  readonly address: string;
  phase: 'connecting' | 'up';
  incarnation: string | undefined;
  /** The number of this link here, and over there. */
  readonly link: number;
  theirLink: number;
  /** What it is sent on. */
  route: R | undefined;
  /** Connections that went out from here, and ways through relays: hellos may be said on them. */
  readonly ways: R[];
  /** Routes on which it has introduced itself: on no other does it speak. */
  readonly heardOn: R[];
  since: number;
  lastHeard: number;
  lastSent: number;
  detector: PhiDetector | undefined;
  /** How late its own event loop was when it spoke last. */
  lag: number;
  isUnresponsive: boolean;
  /** Whether the way in use has fallen silent, and others are tried. */
  isSeeking: boolean;
}

export interface HubOptions<R> {
  /** The own incarnation, as it stands in headers. */
  readonly incarnation: string;
  readonly heartbeatInterval: number;
  readonly maxSilence: number;
  /** After so long without a word a peer whose connection still stands is down as well. */
  readonly maxUnresponsive: number;
  /** How sure the phi-accrual detector must be; undefined for the fixed limit of `maxSilence`. */
  readonly phi: number | undefined;
  /** The relay that a route leads through; undefined for one that leads straight to the peer. */
  readonly via: (route: R) => string | undefined;
}

/** How long, in ms, an incarnation stays refused. */
const quarantineFor = 3_600_000;
/** Incarnations that are remembered as dead. */
const mostDead = 100_000;
/** Of these, how many are shown. */
const mostShown = 1000;
/** Routes of one peer that are remembered. */
const mostRoutes = 8;

/** What the hub knows of a peer; `since` is by the clock that it is given. */
export type Standing = Omit<PeerView, 'sent' | 'received' | 'queued' | 'roundTrip'>;

export class Hub<R> {
  readonly #options: HubOptions<R>;
  readonly #peers = new Map<string, Peer<R>>();
  readonly #byIncarnation = new Map<string, Peer<R>>();
  /** Addresses that have turned this node down since the last tick: they are not dialled again before the next one. */
  readonly #unwelcoming = new Set<string>();
  /** Incarnations that were declared down, and until when they are remembered. */
  readonly #dead = new Map<string, number>();
  /** The last lives of those addresses that have fallen silent, and are not up again. */
  readonly #cutOff = new Map<string, { readonly incarnation: string; readonly since: number }>();
  readonly #actions: Action<R>[] = [];
  #lastTick: number | undefined;
  #lag = 0;
  #links = 0;

  constructor(options: HubOptions<R>) {
    this.#options = options;
  }

  /** Whether there is anybody whose silence would have to be noticed. */
  get isIdle(): boolean {
    return this.#peers.size === 0;
  }

  isUp(address: string): boolean {
    return this.#peers.get(address)?.phase === 'up';
  }

  /** All peers, and those that are cut off. */
  standings(now: number): Standing[] {
    const peers = [...this.#peers.values()];
    const dead = [...this.#cutOff].filter(([, { incarnation }]) => this.#isDead(incarnation, now));
    return [
      ...peers.map(peer => this.#standing(peer, now)),
      ...dead
        .filter(([address]) => !this.#peers.has(address))
        .map(([address, { incarnation, since }]) => ({
          address,
          incarnation,
          state: 'quarantined' as const,
          via: undefined,
          since,
          silence: now - since,
          suspicion: undefined,
          lag: 0,
        })),
    ];
  }

  #standing(peer: Peer<R>, now: number): Standing {
    const { address, incarnation, route, since, lag, detector, isUnresponsive } = peer;
    return {
      address,
      incarnation,
      state: isUnresponsive ? 'unresponsive' : peer.phase,
      via: route === undefined ? undefined : this.#options.via(route),
      since,
      silence: now - peer.lastHeard,
      suspicion: detector?.phi(now - lag),
      lag,
    };
  }

  /** Whether there is a peer at the end of that route. */
  knows(route: R): boolean {
    return this.#atEndOf(route) !== undefined;
  }

  /** Whether that peer is reached without a relay. */
  isStraight(address: string): boolean {
    const route = this.#peers.get(address)?.route;
    return this.isUp(address) && route !== undefined && this.#options.via(route) === undefined;
  }

  /** Somebody has something to say to that address. */
  dial(address: string, now: number): Action<R>[] {
    if (!this.#peers.has(address)) {
      this.#peers.set(address, this.#newPeer(address, now));
      if (!this.#unwelcoming.has(address)) this.#emit({ type: 'connect', address });
    }
    return this.#drain();
  }

  /** There is a way to that peer, because `connect` or `seek` asked for one. */
  connected(address: string, route: R, now: number): Action<R>[] {
    const peer = this.#peers.get(address);
    if (peer === undefined) this.#emit({ type: 'disconnect', route });
    else if (!peer.ways.includes(route)) {
      peer.ways.push(route);
      peer.lastSent = now;
      this.#hello(peer, route, peer.phase === 'up');
    }
    return this.#drain();
  }

  /** A peer introduces itself. */
  hello(route: R, incarnation: string, record: Introduction, now: number): Action<R>[] {
    const { address, wantsRoute } = record;
    if (this.#mayJoin(route, address, incarnation, now)) {
      const before = this.#actions.length;
      const peer = this.#join(route, record, incarnation, now);
      // Before anything else is sent: the peer waits for it.
      // One who goes by a link that is not this one has to begin anew.
      const goesByAnother = record.yourLink !== 0 && record.yourLink !== peer.link;
      const yourLink = goesByAnother ? 0 : record.link;
      this.#actions.splice(before, 0, {
        type: 'welcome',
        route,
        target: incarnation,
        link: peer.link,
        yourLink,
      });
      this.#followHello(peer, route, wantsRoute);
    }
    return this.#drain();
  }

  /** A peer answers our hello. */
  welcome(route: R, incarnation: string, record: Introduction, now: number): Action<R>[] {
    const { address } = record;
    const dialled = this.#atEndOf(route);
    if (dialled?.phase === 'connecting' && dialled.address !== address) {
      this.#emit({ type: 'misnamed', address: dialled.address, name: address });
      this.#lose(dialled, 'refused');
    } else if (this.#peers.has(address) && this.#mayJoin(route, address, incarnation, now)) {
      this.#followWelcome(this.#join(route, record, incarnation, now), route);
    }
    return this.#drain();
  }

  /**
   * Anything else has come from that incarnation.
   * @returns the address of the peer, if it is one that may speak
   */
  heard(
    route: R,
    { source, target, link, yourLink }: Pick<Header, 'source' | 'target' | keyof Pair>,
    now: number,
  ): string | undefined {
    const peer = this.#byIncarnation.get(source);
    if (peer === undefined) {
      const reason = this.#isDead(source, now) ? 'quarantined' : 'unknown';
      this.#emit({ type: 'refuse', route, target: source, reason });
      return undefined;
    }
    if (!peer.heardOn.includes(route)) {
      // It may be who it says, on a connection that was forgotten here, or somebody else: let it introduce itself.
      this.#emit({ type: 'refuse', route, target: source, reason: 'introduce' });
      return undefined;
    }
    this.#hasSpoken(peer, now);
    if (route === peer.route) peer.isSeeking = false;
    else if (peer.route === undefined) this.#reroute(peer, route, true);
    const isMeant = target === this.#options.incarnation || target === noIncarnation;
    if (isMeant && link === peer.theirLink && yourLink === peer.link) return peer.address;
    this.#emit({ type: 'refuse', route, target: source, reason: isMeant ? 'introduce' : 'stale' });
    return undefined;
  }

  /** Nothing can be sent on that route any more. */
  broken(address: string, route: R): Action<R>[] {
    const peer = this.#peers.get(address);
    if (peer?.phase === 'up') {
      if (peer.route === undefined || peer.route === route) this.#strand(peer);
      else this.#reroute(peer, peer.route, true);
    }
    return this.#drain();
  }

  /** The actions that `heard` found necessary. */
  drain(): Action<R>[] {
    return this.#drain();
  }

  /** How late the event loop of that peer runs: it gets as much more time. */
  lagging(address: string, lag: number): void {
    const peer = this.#peers.get(address);
    if (peer !== undefined) peer.lag = Math.min(lag, this.#options.maxSilence);
  }

  /** A peer leaves. Never answered; unknown ones are ignored. */
  goodbye(route: R, source: string, reason: string, now: number): Action<R>[] {
    const peer = this.#byIncarnation.get(source);
    if (peer?.heardOn.includes(route)) {
      // It gave us up: as it will refuse us from now on, we refuse it.
      if (reason === 'silence') this.#cutOffPeer(peer, now);
      this.#lose(peer, 'goodbye');
    }
    return this.#drain();
  }

  /** The other end of a route has ended: nobody has to wait for its silence. */
  gone(route: R): Action<R>[] {
    const peer = this.#atEndOf(route);
    if (peer !== undefined) this.#lose(peer, 'goodbye');
    return this.#drain();
  }

  /** A peer will not have us. */
  refused(route: R, source: string, reason: string, now: number): Action<R>[] {
    const peer = this.#atEndOf(route);
    if (peer === undefined) return this.#drain();
    const isSame = source === peer.incarnation;
    // The same life that does not know this link has not heard of it yet, or not any more: its welcome will tell.
    if (reason === 'introduce' || (reason === 'unknown' && isSame)) this.#hello(peer, route, false);
    else if (reason === 'unknown' || reason === 'stale') {
      // Not what was meant for the life before, nor what that one said at last.
      if (!isSame && !this.#isDead(source, now)) {
        if (peer.incarnation !== undefined) this.#bury(peer.incarnation, now);
        this.#lose(peer, 'newIncarnation');
      }
    } else this.#lose(peer, reason === 'quarantined' ? 'quarantined' : 'refused');
    return this.#drain();
  }

  /** Who is at the other end of a route. */
  #atEndOf(route: R): Peer<R> | undefined {
    return [...this.#peers.values()].find(
      ({ ways, heardOn }) => ways.includes(route) || heardOn.includes(route),
    );
  }

  /** That peer is not trusted any more. */
  expel(address: string): Action<R>[] {
    const peer = this.#peers.get(address);
    if (peer !== undefined) {
      this.#sayGoodbye(peer, 'stop');
      this.#lose(peer, 'refused');
    }
    return this.#drain();
  }

  /** Something was sent to that peer, so no heartbeat is due. */
  sent(address: string, now: number): void {
    const peer = this.#peers.get(address);
    if (peer !== undefined) peer.lastSent = now;
  }

  /**
   * Time has passed. To be called every `heartbeatInterval` while there are peers.
   * @param isAlive whether the layer below still hears from the other end of a route
   */
  tick(now: number, isAlive: (route: R) => boolean): Action<R>[] {
    this.#distrust(now);
    for (const [incarnation, until] of this.#dead) if (until <= now) this.#dead.delete(incarnation);
    for (const [address, { incarnation }] of this.#cutOff)
      if (!this.#dead.has(incarnation)) this.#cutOff.delete(address);
    this.#dialAgain(now);
    for (const peer of [...this.#peers.values()]) {
      if (peer.phase === 'connecting') this.#tickConnecting(peer, now);
      else this.#tickUp(peer, now, isAlive);
    }
    return this.#drain();
  }

  /** The node stops: every peer learns it at once. */
  stop(): Action<R>[] {
    for (const peer of [...this.#peers.values()]) {
      this.#sayGoodbye(peer, 'stop');
      this.#lose(peer, 'goodbye');
    }
    return this.#drain();
  }

  /** As `stop`, for the peers behind relays alone: their goodbyes need the links to those. */
  stopDetours(): Action<R>[] {
    for (const peer of [...this.#peers.values()]) {
      if (peer.route === undefined || this.#options.via(peer.route) === undefined) continue;
      this.#sayGoodbye(peer, 'stop');
      this.#lose(peer, 'goodbye');
    }
    return this.#drain();
  }

  // ---- time ---------------------------------------------------------------------------------------------------------

  #dialAgain(now: number): void {
    for (const address of this.#unwelcoming) {
      const peer = this.#peers.get(address);
      if (peer?.phase !== 'connecting') continue;
      peer.since = now;
      peer.lastSent = now;
      this.#emit({ type: 'connect', address });
    }
    this.#unwelcoming.clear();
  }

  #tickConnecting(peer: Peer<R>, now: number): void {
    const { heartbeatInterval, maxSilence } = this.#options;
    if (now - peer.since >= maxSilence) return this.#lose(peer, 'expired');
    if (now - peer.lastSent < heartbeatInterval) return;
    peer.lastSent = now;
    this.#emit({ type: 'seek', address: peer.address });
    for (const way of peer.ways) this.#hello(peer, way, false);
  }

  #tickUp(peer: Peer<R>, now: number, isAlive: (route: R) => boolean): void {
    const { heartbeatInterval, maxSilence, maxUnresponsive, via } = this.#options;
    const silence = now - peer.lastHeard;
    if (this.#isSilent(peer, now)) {
      const stands = peer.route !== undefined && isAlive(peer.route);
      if (!stands || silence >= maxUnresponsive) return this.#declareDown(peer, now);
      this.#declareUnresponsive(peer);
    }
    this.#avoidDeadWay(peer, isAlive);
    if (silence >= maxSilence / 2 || peer.route === undefined) {
      this.#seek(peer);
    } else if (peer.route !== undefined && via(peer.route) !== undefined) {
      // The straight way may be open again.
      for (const way of peer.ways) if (via(way) === undefined) this.#hello(peer, way, false);
    }
    if (now - peer.lastSent >= heartbeatInterval / 3) {
      peer.lastSent = now;
      this.#emit({ type: 'heartbeat', address: peer.address, lag: this.#lag });
    }
  }

  /** What comes in on one way says nothing about the way out, if that is another one. */
  #avoidDeadWay(peer: Peer<R>, isAlive: (route: R) => boolean): void {
    const { route, heardOn } = peer;
    if (route === undefined || this.#options.via(route) !== undefined || isAlive(route)) return;
    const other = heardOn.find(one => one !== route && isAlive(one));
    if (other !== undefined) this.#reroute(peer, other, true);
  }

  #isSilent(peer: Peer<R>, now: number): boolean {
    const { phi, maxSilence } = this.#options;
    if (phi !== undefined && peer.detector !== undefined) return peer.detector.phi(now - peer.lag) >= phi;
    return now - peer.lastHeard >= maxSilence + peer.lag;
  }

  #declareUnresponsive(peer: Peer<R>): void {
    if (peer.isUnresponsive) return;
    peer.isUnresponsive = true;
    const { address, incarnation } = peer;
    this.#emit({ type: 'unresponsive', address, incarnation: incarnation as string });
  }

  #declareDown(peer: Peer<R>, now: number): void {
    this.#cutOffPeer(peer, now);
    this.#sayGoodbye(peer, 'silence');
    this.#lose(peer, 'silence');
  }

  /** When this node itself was not running for a while, the silence was its own. */
  #distrust(now: number): void {
    const late = this.#lastTick === undefined ? 0 : now - this.#lastTick - this.#options.heartbeatInterval;
    this.#lag = Math.max(0, Math.round(late));
    this.#lastTick = this.isIdle ? undefined : now;
    if (late <= this.#options.heartbeatInterval / 2) return;
    for (const peer of this.#peers.values()) {
      peer.lastHeard = Math.min(now, peer.lastHeard + late);
      peer.detector?.shift(late, now);
      if (peer.phase === 'connecting') peer.since = Math.min(now, peer.since + late);
    }
  }

  #hasSpoken(peer: Peer<R>, now: number): void {
    peer.lastHeard = now;
    peer.detector?.heard(now);
    if (!peer.isUnresponsive) return;
    peer.isUnresponsive = false;
    const { address, incarnation } = peer;
    this.#emit({ type: 'responsive', address, incarnation: incarnation as string });
  }

  // ---- joining ------------------------------------------------------------------------------------------------------

  #mayJoin(route: R, address: string, incarnation: string, now: number): boolean {
    if (!this.#isDead(incarnation, now)) return true;
    this.#emit({ type: 'quarantined', address, incarnation });
    this.#emit({ type: 'refuse', route, target: incarnation, reason: 'quarantined' });
    const peer = this.#peers.get(address);
    if (peer !== undefined && (peer.phase === 'connecting' || peer.incarnation === incarnation))
      this.#lose(peer, 'quarantined');
    return false;
  }

  /** Makes that incarnation the one that is up at its address. */
  #join(route: R, record: Introduction, incarnation: string, now: number): Peer<R> {
    const { address, link, yourLink } = record;
    let peer = this.#peers.get(address);
    let hasBegunAnew = false;
    if (peer?.phase === 'up' && peer.incarnation !== incarnation) {
      this.#bury(peer.incarnation as string, now);
      peer = this.#replace(peer, 'newIncarnation', now);
    } else if (peer?.phase === 'up' && link > peer.theirLink && yourLink === peer.link) {
      peer.theirLink = link;
      this.#emit({ type: 'renewed', address, ...pairOf(peer) });
    } else if (peer?.phase === 'up' && link > peer.theirLink) {
      // The same life has lost the link and begins anew: nothing that was numbered before means anything any more.
      peer = this.#replace(peer, 'begunAnew', now);
      hasBegunAnew = true;
    }
    if (peer === undefined) {
      peer = this.#newPeer(address, now);
      this.#peers.set(address, peer);
    }
    if (!peer.heardOn.includes(route)) peer.heardOn.push(route);
    if (peer.heardOn.length > mostRoutes) peer.heardOn.shift();
    if (peer.phase === 'up') {
      this.#hasSpoken(peer, now);
      return peer;
    }
    peer.phase = 'up';
    peer.since = now;
    peer.incarnation = incarnation;
    this.#cutOff.delete(address);
    peer.theirLink = link;
    this.#byIncarnation.set(incarnation, peer);
    // What has just been heard on works; of a connection of our own that is not answered yet nobody knows.
    peer.route = route;
    peer.lastHeard = now;
    if (this.#options.phi !== undefined)
      peer.detector = new PhiDetector(this.#options.heartbeatInterval, now);
    this.#emit({ type: 'linkUp', address, incarnation, route: peer.route, ...pairOf(peer) });
    if (hasBegunAnew && record.kind === 'welcome') this.#hello(peer, route, false);
    return peer;
  }

  #followHello(peer: Peer<R>, route: R, wantsRoute: boolean): void {
    if (peer.route === route) return;
    const { via } = this.#options;
    const isOurs = peer.route !== undefined && peer.ways.includes(peer.route);
    const isDetour = peer.route !== undefined && via(peer.route) !== undefined;
    // It has lost our way to it, or has come back on another connection.
    if (wantsRoute || peer.route === undefined) this.#reroute(peer, route, true);
    else if (via(route) === undefined && (isDetour || !isOurs)) this.#reroute(peer, route, !isDetour);
  }

  #followWelcome(peer: Peer<R>, route: R): void {
    if (peer.route === route) return;
    const { via } = this.#options;
    if (peer.isSeeking || peer.route === undefined) {
      this.#reroute(peer, route, true);
    } else if (via(peer.route) !== undefined && via(route) === undefined) {
      this.#reroute(peer, route, false);
      this.#hello(peer, route, true);
    }
  }

  #reroute(peer: Peer<R>, route: R, isUrgent: boolean): void {
    peer.route = route;
    peer.isSeeking = false;
    this.#emit({ type: 'reroute', address: peer.address, route, isUrgent });
  }

  // ---- the end ------------------------------------------------------------------------------------------------------

  #lose(peer: Peer<R>, reason: DownReason): void {
    this.#end(peer, reason);
    if (reason === 'refused' || reason === 'quarantined') this.#unwelcoming.add(peer.address);
    for (const way of peer.ways)
      if (this.#options.via(way) === undefined) this.#emit({ type: 'disconnect', route: way });
  }

  /** The link is down, and another one begins: the ways to that address are as good for it. */
  #replace(peer: Peer<R>, reason: DownReason, now: number): Peer<R> {
    this.#end(peer, reason);
    const next = this.#newPeer(peer.address, now);
    next.ways.push(...peer.ways);
    this.#peers.set(next.address, next);
    return next;
  }

  #end(peer: Peer<R>, reason: DownReason): void {
    this.#peers.delete(peer.address);
    if (peer.incarnation !== undefined) this.#byIncarnation.delete(peer.incarnation);
    this.#emit({ type: 'linkDown', address: peer.address, incarnation: peer.incarnation, reason });
    for (const other of this.#peers.values()) this.#relayLost(other, peer.address);
  }

  /** Ways through a relay end with the link to it. */
  #relayLost(peer: Peer<R>, relay: string): void {
    const { via } = this.#options;
    for (const routes of [peer.ways, peer.heardOn]) {
      for (const route of routes.filter(one => via(one) === relay)) routes.splice(routes.indexOf(route), 1);
    }
    if (peer.route !== undefined && via(peer.route) === relay) this.#strand(peer);
  }

  /** The next word of the peer, on whatever way, says how to go on. */
  #strand(peer: Peer<R>): void {
    peer.route = undefined;
    this.#emit({ type: 'stranded', address: peer.address });
    this.#seek(peer);
  }

  #seek(peer: Peer<R>): void {
    const { address, ways, phase } = peer;
    peer.isSeeking = true;
    // Who has come to us by itself may not find back.
    if (ways.every(way => this.#options.via(way) !== undefined)) this.#emit({ type: 'connect', address });
    this.#emit({ type: 'seek', address });
    for (const way of ways) this.#hello(peer, way, phase === 'up');
  }

  #sayGoodbye({ route, incarnation }: Peer<R>, reason: string): void {
    if (route !== undefined && incarnation !== undefined)
      this.#emit({ type: 'goodbye', route, target: incarnation, reason });
  }

  #hello(peer: Peer<R>, route: R, wantsRoute: boolean): void {
    this.#emit({ type: 'hello', route, wantsRoute, ...pairOf(peer) });
  }

  /** One of the two has given the other up: they will not talk to each other any more. */
  #cutOffPeer({ address, incarnation, lastHeard }: Peer<R>, now: number): void {
    this.#bury(incarnation as string, now);
    this.#cutOff.delete(address);
    this.#cutOff.set(address, { incarnation: incarnation as string, since: lastHeard });
    if (this.#cutOff.size > mostShown) this.#cutOff.delete(this.#cutOff.keys().next().value as string);
  }

  #bury(incarnation: string, now: number): void {
    this.#dead.set(incarnation, now + quarantineFor);
    if (this.#dead.size > mostDead) this.#dead.delete(this.#dead.keys().next().value as string);
  }

  #isDead(incarnation: string, now: number): boolean {
    return (this.#dead.get(incarnation) ?? Number.NEGATIVE_INFINITY) > now;
  }

  #emit(action: Action<R>): void {
    this.#actions.push(action);
  }

  #drain(): Action<R>[] {
    return this.#actions.splice(0);
  }

  #newPeer(address: string, now: number): Peer<R> {
    return {
      address,
      phase: 'connecting',
      incarnation: undefined,
      link: ++this.#links,
      theirLink: 0,
      route: undefined,
      ways: [],
      heardOn: [],
      since: now,
      lastHeard: now,
      lastSent: Number.NEGATIVE_INFINITY,
      detector: undefined,
      lag: 0,
      isUnresponsive: false,
      isSeeking: false,
    };
  }
}

const pairOf = <R>({ link, theirLink }: Peer<R>): Pair => ({ link, yourLink: theirLink });
