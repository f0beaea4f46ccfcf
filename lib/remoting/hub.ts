/**
 * What a node believes about all others: a pure machine. It is told what happened and when, and answers what to do; it
 * opens no socket, sets no timer and reads no clock.
 *
 *              dial, or a hello              welcome, or a hello
 *   unknown ──────────────────▶ connecting ──────────────────▶ up
 *      ▲                            │ silence, refusal           │ silence, goodbye, another incarnation
 *      └────────────────────────────┴────────────────────────────┘
 *
 * A peer that was up and fell silent is dead for good: that incarnation is remembered for an hour and refused.
 */
import { noIncarnation } from './wire.ts';

/** Why a link ended. */
export type DownReason = 'expired' | 'silence' | 'goodbye' | 'newIncarnation' | 'quarantined' | 'refused';

/** What the hub wants done. `R` is a route of the transport, which it only passes on. */
export type Action<R> =
  | { readonly type: 'connect'; readonly address: string }
  | { readonly type: 'disconnect'; readonly route: R }
  | { readonly type: 'hello'; readonly route: R }
  | { readonly type: 'welcome'; readonly route: R; readonly target: string }
  | { readonly type: 'refuse'; readonly route: R; readonly target: string; readonly reason: string }
  | { readonly type: 'heartbeat'; readonly address: string }
  | { readonly type: 'goodbye'; readonly route: R; readonly target: string; readonly reason: string }
  | { readonly type: 'linkUp'; readonly address: string; readonly incarnation: string; readonly route: R }
  /** The peer has come back on another connection: that is the one to send on. */
  | { readonly type: 'reroute'; readonly address: string; readonly route: R }
  | {
      readonly type: 'linkDown';
      readonly address: string;
      readonly incarnation: string | undefined;
      readonly reason: DownReason;
    }
  | { readonly type: 'quarantined'; readonly address: string; readonly incarnation: string };

interface Peer<R> {
  readonly address: string;
  phase: 'connecting' | 'up';
  incarnation: string | undefined;
  /** What it is sent on: the connection that went out to it, or else the one that came in. */
  route: R | undefined;
  /** Whether the connection went out from here, and is ours to close. */
  isDialled: boolean;
  since: number;
  lastHeard: number;
  lastSent: number;
}

export interface HubOptions {
  /** The own incarnation, as it stands in headers. */
  readonly incarnation: string;
  readonly heartbeatInterval: number;
  readonly maxSilence: number;
}

/** How long, in ms, an incarnation stays refused. */
const quarantineFor = 3_600_000;

export class Hub<R> {
  readonly #options: HubOptions;
  readonly #peers = new Map<string, Peer<R>>();
  readonly #byIncarnation = new Map<string, Peer<R>>();
  /** Incarnations that were declared down, and until when they are remembered. */
  readonly #dead = new Map<string, number>();
  readonly #actions: Action<R>[] = [];
  #lastTick: number | undefined;

  constructor(options: HubOptions) {
    this.#options = options;
  }

  /** Whether there is anybody whose silence would have to be noticed. */
  get isIdle(): boolean {
    return this.#peers.size === 0;
  }

  isUp(address: string): boolean {
    return this.#peers.get(address)?.phase === 'up';
  }

  /** Somebody has something to say to that address. */
  dial(address: string, now: number): Action<R>[] {
    if (!this.#peers.has(address)) {
      this.#peers.set(address, newPeer(address, now));
      this.#emit({ type: 'connect', address });
    }
    return this.#drain();
  }

  /** The transport has opened the route that `connect` asked for. */
  connected(address: string, route: R, now: number): Action<R>[] {
    const peer = this.#peers.get(address);
    if (peer === undefined) this.#emit({ type: 'disconnect', route });
    else {
      peer.route = route;
      peer.isDialled = true;
      this.#hello(peer, now);
    }
    return this.#drain();
  }

  /** A peer introduces itself. */
  hello(route: R, address: string, incarnation: string, now: number): Action<R>[] {
    if (this.#mayJoin(route, address, incarnation, now)) {
      this.#emit({ type: 'welcome', route, target: incarnation });
      this.#join(route, address, incarnation, now);
    }
    return this.#drain();
  }

  /** A peer answers our hello. */
  welcome(route: R, address: string, incarnation: string, now: number): Action<R>[] {
    if (this.#peers.has(address) && this.#mayJoin(route, address, incarnation, now)) {
      this.#join(route, address, incarnation, now);
    }
    return this.#drain();
  }

  /**
   * Anything else has come from that incarnation.
   * @returns the address of the peer, if it is one that may speak
   */
  heard(route: R, source: string, target: string, now: number): string | undefined {
    const peer = this.#byIncarnation.get(source);
    if (peer === undefined) {
      this.#emit({
        type: 'refuse',
        route,
        target: source,
        reason: this.#isDead(source, now) ? 'quarantined' : 'unknown',
      });
      return undefined;
    }
    peer.lastHeard = now;
    if (target === this.#options.incarnation || target === noIncarnation) return peer.address;
    this.#emit({ type: 'refuse', route, target: source, reason: 'stale' });
    return undefined;
  }

  /** The actions that `heard` found necessary. */
  drain(): Action<R>[] {
    return this.#drain();
  }

  /** A peer leaves. Never answered; unknown ones are ignored. */
  goodbye(source: string, reason: string, now: number): Action<R>[] {
    const peer = this.#byIncarnation.get(source);
    if (peer !== undefined) {
      // It gave us up: as it will refuse us from now on, we refuse it.
      if (reason === 'silence') this.#bury(source, now);
      this.#lose(peer, 'goodbye');
    }
    return this.#drain();
  }

  /** A peer will not have us. */
  refused(route: R, source: string, reason: string): Action<R>[] {
    const peer =
      this.#byIncarnation.get(source) ?? [...this.#peers.values()].find(one => one.route === route);
    if (peer !== undefined) {
      if (reason === 'unknown' || reason === 'stale') this.#lose(peer, 'newIncarnation');
      else this.#lose(peer, reason === 'quarantined' ? 'quarantined' : 'refused');
    }
    return this.#drain();
  }

  /** Something was sent to that peer, so no heartbeat is due. */
  sent(address: string, now: number): void {
    const peer = this.#peers.get(address);
    if (peer !== undefined) peer.lastSent = now;
  }

  /** Time has passed. To be called every `heartbeatInterval` while there are peers. */
  tick(now: number): Action<R>[] {
    const { heartbeatInterval, maxSilence } = this.#options;
    this.#distrust(now);
    for (const [incarnation, until] of this.#dead) if (until <= now) this.#dead.delete(incarnation);
    for (const peer of [...this.#peers.values()]) {
      if (peer.phase === 'connecting') {
        if (now - peer.since >= maxSilence) this.#lose(peer, 'expired');
        else if (now - peer.lastSent >= heartbeatInterval) this.#hello(peer, now);
      } else if (now - peer.lastHeard >= maxSilence) {
        this.#bury(peer.incarnation as string, now);
        if (peer.route !== undefined) {
          this.#emit({
            type: 'goodbye',
            route: peer.route,
            target: peer.incarnation as string,
            reason: 'silence',
          });
        }
        this.#lose(peer, 'silence');
      } else if (now - peer.lastSent >= heartbeatInterval / 3) {
        peer.lastSent = now;
        this.#emit({ type: 'heartbeat', address: peer.address });
      }
    }
    return this.#drain();
  }

  /** The node stops: every peer learns it at once. */
  stop(): Action<R>[] {
    for (const peer of [...this.#peers.values()]) {
      if (peer.route !== undefined && peer.incarnation !== undefined) {
        this.#emit({ type: 'goodbye', route: peer.route, target: peer.incarnation, reason: 'stop' });
      }
      this.#lose(peer, 'goodbye');
    }
    return this.#drain();
  }

  /** When this node itself was not running for a while, the silence was its own. */
  #distrust(now: number): void {
    const late = this.#lastTick === undefined ? 0 : now - this.#lastTick - this.#options.heartbeatInterval;
    this.#lastTick = this.isIdle ? undefined : now;
    if (late <= this.#options.heartbeatInterval) return;
    for (const peer of this.#peers.values()) peer.lastHeard = Math.min(now, peer.lastHeard + late);
  }

  #mayJoin(route: R, address: string, incarnation: string, now: number): boolean {
    if (!this.#isDead(incarnation, now)) return true;
    this.#emit({ type: 'quarantined', address, incarnation });
    this.#emit({ type: 'refuse', route, target: incarnation, reason: 'quarantined' });
    const peer = this.#peers.get(address);
    if (peer !== undefined && (peer.phase === 'connecting' || peer.incarnation === incarnation))
      this.#lose(peer, 'quarantined');
    return false;
  }

  #join(route: R, address: string, incarnation: string, now: number): void {
    let peer = this.#peers.get(address);
    if (peer?.phase === 'up') {
      peer.lastHeard = now;
      if (peer.incarnation === incarnation) return this.#reroute(peer, route);
      this.#bury(peer.incarnation as string, now);
      this.#lose(peer, 'newIncarnation');
      peer = undefined;
    }
    if (peer === undefined) {
      peer = newPeer(address, now);
      this.#peers.set(address, peer);
    }
    peer.phase = 'up';
    peer.incarnation = incarnation;
    this.#byIncarnation.set(incarnation, peer);
    peer.route ??= route;
    peer.lastHeard = now;
    this.#emit({ type: 'linkUp', address, incarnation, route: peer.route });
  }

  #reroute(peer: Peer<R>, route: R): void {
    if (peer.isDialled || peer.route === route) return;
    peer.route = route;
    this.#emit({ type: 'reroute', address: peer.address, route });
  }

  #lose(peer: Peer<R>, reason: DownReason): void {
    this.#peers.delete(peer.address);
    if (peer.incarnation !== undefined) this.#byIncarnation.delete(peer.incarnation);
    this.#emit({ type: 'linkDown', address: peer.address, incarnation: peer.incarnation, reason });
    if (peer.isDialled && peer.route !== undefined) this.#emit({ type: 'disconnect', route: peer.route });
  }

  #hello(peer: Peer<R>, now: number): void {
    if (peer.route === undefined) return;
    peer.lastSent = now;
    this.#emit({ type: 'hello', route: peer.route });
  }

  #bury(incarnation: string, now: number): void {
    this.#dead.set(incarnation, now + quarantineFor);
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
}

const newPeer = <R>(address: string, now: number): Peer<R> => ({
  address,
  phase: 'connecting',
  incarnation: undefined,
  route: undefined,
  isDialled: false,
  since: now,
  lastHeard: now,
  lastSent: Number.NEGATIVE_INFINITY,
});
