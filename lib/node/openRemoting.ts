/** Ties a system of actors to remoting. Loaded only by a node that does remoting, and with it ZeroMQ. */
import { splitAddress } from '../core/address.ts';
import { Cell } from '../core/cell.ts';
import { ErrorIgnored } from '../core/events.ts';
import type { System } from '../core/system.ts';
import { Remoting, type RemotingHost, zeromqTransport } from '../remoting/index.ts';
import type { CompleteOptions } from './options.ts';
import { version } from './version.ts';

/** @throws RemotingError when the address can't be bound */
export async function openRemoting(system: System, options: CompleteOptions): Promise<Remoting> {
  const { address, advertise, remoting, transport, world } = options;
  const host: RemotingHost = {
    world,
    version,
    incarnation: system.node.incarnation,
    realm: system,
    bench: system,
    counts: system.counts,
    events: system.events,
    resolve: path => system.resolve(path),
    deadRef: path => system.deadRef(path),
    refAt: text => refAt(system, text),
    accepts: ({ inlet }) => (inlet instanceof Cell ? inlet.props.accepts : undefined),
    warn: text => system.logger.warn(text),
    ignoreError: (error, where) => system.events.publish(new ErrorIgnored(undefined, error, where)),
  };
  const opened = await Remoting.start(
    host,
    { address, advertise },
    remoting ?? {},
    transport ?? zeromqTransport,
  );
  system.address = opened.address;
  if (address !== undefined) system.aliases.add(address);
  system.plugIn(peer => opened.route(peer));
  return opened;
}

/** The ref that an address from another node stands for: a local one leads to who lives there now, or to nobody. */
function refAt(system: System, text: string) {
  const { node, path } = splitAddress(text);
  if (node !== undefined && !system.isOwn(node)) return system.remoteRef(node, path);
  return system.resolve(path) ?? system.deadRef(path);
}
