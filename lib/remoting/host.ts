/** What remoting needs of the node whose actors it connects. `System` fits as it is. */
import type { Logger } from '../base/log.ts';
import type { World } from '../base/world.ts';
import type { EventStream } from '../core/events.ts';
import type { Realm } from '../core/inlet.ts';
import type { DeadLetterReason } from '../core/message.ts';
import type { Ref } from '../core/ref.ts';

export interface RemotingHost extends Realm<Ref> {
  readonly world: World;
  readonly events: EventStream;
  readonly logger: Logger;
  /** Whether `host:port` means this node. */
  isOwn(node: string): boolean;
  /** The live actor, or waiting ask, at a local path. */
  resolve(path: string): Ref | undefined;
  /** A ref to a local path where nobody lives. */
  deadRef(path: string): Ref;
  /** A ref to a path of another node, behind what `Remoting.route` gives for that node. */
  remoteRef(node: string, path: string): Ref;
  /** @param error what a waiting ask should be told: why its question could not be sent */
  deadLetter(message: unknown, sender: Ref | undefined, to: Ref, reason: DeadLetterReason, error?: Error): void;
}

/** The ref that an address means on this node: its own actors are local refs, live or dead, all others remote ones. */
export function refAt(host: RemotingHost, address: string): Ref {
  const { node, path } = splitAddress(address);
  if (!host.isOwn(node)) return host.remoteRef(node, path);
  return host.resolve(path) ?? host.deadRef(path);
}

/** `host:port/path` in its two parts; for what has been checked already. */
export function splitAddress(address: string): { node: string; path: string } {
  const slash = address.indexOf('/');
  return { node: address.slice(0, slash), path: address.slice(slash) };
}
