/**
 * Process groups: named sets of actors that every node knows. A node tells the others who of its own actors is in which
 * group, and believes each about its own alone.
 *
 *     this node                                   another one
 *         │  discover ───────────────────────────────▶ │   both use groups, and can reach each other
 *         │ ◀─────────────── begin, join, join, …, end  │   all its members: takes the place of what was known
 *         │ ◀─────────────────────────── join, leave, … │   every change from then on
 *
 * A `begin` says as much as a `discover` does, to a node that has not told its own members yet: one that came to use groups
 * later did not hear the other's `discover`. Nothing is sent to a node that has said neither.
 *
 * What is said travels as system records: in order, each once, as long as the link lasts. When the link ends all that came
 * over it is forgotten, and the next link begins with `discover`. So no two nodes differ for longer than that takes.
 */
import { show } from '../base/errors.ts';
import { NodeDown, NodeUp } from '../core/events.ts';
import { GroupChanged, type GroupsFace } from '../core/groups.ts';
import { Lookout } from '../core/lookout.ts';
import { Ref } from '../core/ref.ts';
import type { System } from '../core/system.ts';
import { type Announcement, isGroupName, isMemberPath, longestMemberPath } from '../remoting/announcement.ts';
import type { Remoting } from '../remoting/index.ts';
import { GroupList } from './groupList.ts';
import { Memberships, mostMemberships } from './memberships.ts';

/** A node that can be reached. */
interface Peer {
  members: Memberships;
  /** What has come of a list that has begun and not ended. */
  incoming: Memberships | undefined;
  /** Whether it uses groups, and is told of every change here. */
  isTold: boolean;
  /** The list that is on its way to it. */
  list: GroupList | undefined;
  /** Whether it wants another one after that. */
  wantsList: boolean;
}

const newPeer = (): Peer => ({
  members: new Memberships(),
  incoming: undefined,
  isTold: false,
  list: undefined,
  wantsList: false,
});

const nobody = new Memberships();

export class Groups implements GroupsFace {
  readonly #system: System;
  readonly #remoting: Remoting | undefined;
  readonly #local = new Memberships();
  /** The groups of each local member. */
  readonly #groupsOf = new Map<Ref, Set<string>>();
  readonly #lookout: Lookout;
  readonly #peers = new Map<string, Peer>();

  constructor(system: System, remoting: Remoting | undefined) {
    this.#system = system;
    this.#remoting = remoting;
    this.#lookout = new Lookout(system, ref => this.#hasEnded(ref));
    if (remoting === undefined) return;
    remoting.onAnnouncement = (node, said) => this.#heard(node, said);
    remoting.onConfirmed = (node, number) => this.#confirmed(node, number);
    system.events.subscribe(NodeUp, ({ address }) => this.#peerUp(address));
    system.events.subscribe(NodeDown, ({ address }) => this.#peerDown(address));
    for (const node of remoting.up) this.#peerUp(node);
  }

  // ---- this node's own ----------------------------------------------------------------------------------------------

  join(name: string, ref: Ref<never>): void {
    checkName('join', name);
    const member = ref as unknown as Ref;
    checkMember(name, member);
    const { path } = member;
    if (member.isStopped || this.#local.has(name, path)) return;
    if (!this.#local.add(name, path, member))
      throw new RangeError(
        `groups.join: ${show(name)} can take no more: a node has ${mostMemberships} memberships, or 16 Mi characters of names and paths, at most`,
      );
    this.#groupsOf.set(member, (this.#groupsOf.get(member) ?? new Set()).add(name));
    this.#lookout.watch(member);
    this.#tellPeers({ verb: 'join', group: name, path });
    this.#changed(name, [member], []);
  }

  leave(name: string, ref: Ref<never>): boolean {
    checkName('leave', name);
    const member = ref as unknown as Ref;
    const own = this.#groupsOf.get(member);
    if (!own?.delete(name)) return false;
    if (own.size === 0) {
      this.#groupsOf.delete(member);
      this.#lookout.unwatch(member);
    }
    this.#remove(name, member);
    this.#changed(name, [], [member]);
    return true;
  }

  #remove(name: string, member: Ref): void {
    const { path } = member;
    this.#local.remove(name, path);
    this.#tellPeers({ verb: 'leave', group: name, path });
  }

  /** It is out of all its groups before anybody hears of the first. */
  #hasEnded(member: Ref): void {
    const own = this.#groupsOf.get(member) ?? [];
    this.#groupsOf.delete(member);
    for (const name of own) this.#remove(name, member);
    for (const name of own) this.#changed(name, [], [member]);
  }

  // ---- all of them --------------------------------------------------------------------------------------------------

  members<M = unknown>(name: string): Ref<M>[] {
    const members = this.localMembers<M>(name);
    for (const peer of this.#peers.values()) members.push(...(peer.members.of(name) as Iterable<Ref<M>>));
    return members;
  }

  localMembers<M = unknown>(name: string): Ref<M>[] {
    checkName('members', name);
    const members: Ref<M>[] = [];
    for (const member of this.#local.of(name)) if (!member.isStopped) members.push(member as Ref<M>);
    return members;
  }

  names(): string[] {
    const names = new Set(this.#local.names);
    for (const { members } of this.#peers.values()) for (const name of members.names) names.add(name);
    return [...names];
  }

  broadcast(name: string, message: unknown, sender?: Ref): number {
    const members = this.members(name);
    for (const member of members) member.tell(message, sender);
    return members.length;
  }

  // ---- other nodes --------------------------------------------------------------------------------------------------

  #peerUp(node: string): void {
    this.#peerDown(node);
    this.#peers.set(node, newPeer());
    this.#remoting?.announce(node, { verb: 'discover', group: '', path: '' });
  }

  #peerDown(node: string): void {
    const peer = this.#peers.get(node);
    this.#peers.delete(node);
    if (peer !== undefined) this.#replaced(peer.members, nobody);
  }

  #tellPeers(what: Announcement): void {
    for (const [node, { isTold }] of this.#peers) if (isTold) this.#remoting?.announce(node, what);
  }

  /** One list at a time: a node that asks and asks gets the next when it has the one before. */
  #tellAll(node: string, peer: Peer): void {
    peer.isTold = true;
    peer.wantsList = peer.list !== undefined;
    peer.list ??= new GroupList(this.#local, said => this.#remoting?.announce(node, said));
  }

  #confirmed(node: string, number: number): void {
    const peer = this.#peers.get(node);
    if (!peer?.list?.confirmed(number)) return;
    peer.list = undefined;
    if (peer.wantsList) this.#tellAll(node, peer);
  }

  /** @returns what is wrong with it, if anything */
  #heard(node: string, { verb, group, path }: Announcement): string | undefined {
    const peer = this.#peers.get(node);
    if (peer === undefined) return undefined;
    switch (verb) {
      case 'discover':
        this.#tellAll(node, peer);
        return undefined;
      case 'begin':
        peer.incoming = new Memberships();
        if (!peer.isTold) this.#tellAll(node, peer);
        return undefined;
      case 'end':
        this.#listEnded(peer);
        return undefined;
      case 'join':
        return this.#peerJoined(peer, group, path, this.#system.remoteRef(node, path));
      case 'leave':
        this.#peerLeft(peer, group, path);
        return undefined;
      default:
        return verb satisfies never;
    }
  }

  #listEnded(peer: Peer): void {
    const { members, incoming } = peer;
    if (incoming === undefined) return;
    peer.members = incoming;
    peer.incoming = undefined;
    this.#replaced(members, incoming);
  }

  #peerJoined(peer: Peer, group: string, path: string, member: Ref): string | undefined {
    const list = peer.incoming ?? peer.members;
    if (list.has(group, path)) return undefined;
    if (!list.add(group, path, member)) return 'more members of groups than a node can have';
    if (list === peer.members) this.#changed(group, [member], []);
    return undefined;
  }

  #peerLeft(peer: Peer, group: string, path: string): void {
    const list = peer.incoming ?? peer.members;
    const member = list.remove(group, path);
    if (member !== undefined && list === peer.members) this.#changed(group, [], [member]);
  }

  // ---- what is told -------------------------------------------------------------------------------------------------

  #replaced(before: Memberships, after: Memberships): void {
    for (const group of new Set([...before.names, ...after.names]))
      this.#changed(group, after.without(before, group), before.without(after, group));
  }

  #changed(group: string, joined: readonly Ref[], left: readonly Ref[]): void {
    const { events } = this.#system;
    if (joined.length + left.length > 0 && events.hears(GroupChanged))
      events.publish(new GroupChanged(group, joined, left));
  }
}

function checkName(method: string, name: unknown): void {
  if (isGroupName(name)) return;
  throw new TypeError(
    `groups.${method}: the name of a group is a text of 1 to 200 characters, not ${show(name)}`,
  );
}

function checkMember(name: string, ref: unknown): asserts ref is Ref {
  if (!(ref instanceof Ref))
    throw new TypeError(
      `groups.join(${show(name)}, ref): expected the ref of an actor of this node, not ${show(ref)}`,
    );
  if (!ref.isLocal)
    throw new TypeError(`groups.join: ${ref.address} lives on another node; have it join there`);
  if (ref.inlet.abroad(ref) !== ref)
    throw new TypeError(`groups.join: ${ref.address} is only a name; the actor that has it can join`);
  if (ref.path.length > longestMemberPath)
    throw new RangeError(
      `groups.join: the path of a member has ${longestMemberPath} characters at most, not ${ref.path.length}`,
    );
  if (!isMemberPath(ref.path))
    throw new TypeError(`groups.join: ${ref.address} belongs to the runtime and can be in no group`);
}
