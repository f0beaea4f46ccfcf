/** The options of remoting, checked and completed once, at the door. */
import { RemotingError, show } from '../base/errors.ts';
import { checkNodeAddress } from '../core/address.ts';

export interface RemotingOptions {
  /** A peer to which nothing was sent for so many ms gets a sign of life (1000). */
  heartbeatInterval?: number | undefined;
  /** A peer from which nothing was heard for so many ms is down, and one that can't be reached for so long too (3000). */
  maxSilence?: number | undefined;
  /** The most messages that wait for one peer (100 000); their bytes are limited to 64 MiB. More become dead letters. */
  queueLimit?: number | undefined;
  /** The bytes of the largest message (16 MiB); a larger one becomes a dead letter where it is sent. */
  maxMessageSize?: number | undefined;
  /** Allows to bind an address that other machines can reach: anybody there can send messages to the actors of this node. */
  insecure?: boolean | undefined;
  /** The `host:port` that peers connect to, when it differs from the one that is bound. */
  advertise?: string | undefined;
}

export interface CompleteRemotingOptions {
  readonly heartbeatInterval: number;
  readonly maxSilence: number;
  readonly queueLimit: number;
  readonly maxMessageSize: number;
}

/** @throws TypeError or RemotingError that names the option and what is wrong with it */
export function completeRemotingOptions(options: RemotingOptions): CompleteRemotingOptions {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`remoting must be an object, not ${show(options)}`);
  }
  const { heartbeatInterval = 1000, maxSilence = 3000, queueLimit = 100_000, maxMessageSize = 16 * 1024 * 1024 } = options;
  checkNumber('heartbeatInterval', heartbeatInterval, 'milliseconds from 1 up', 1, 3_600_000);
  checkNumber('maxSilence', maxSilence, 'milliseconds from 1 up', 1, 86_400_000);
  checkNumber('queueLimit', queueLimit, 'a number of messages from 0 up', 0, Number.MAX_SAFE_INTEGER);
  checkNumber('maxMessageSize', maxMessageSize, 'bytes from 1 up to 1 GiB', 1, 2 ** 30);
  if (maxSilence <= heartbeatInterval) {
    throw new RemotingError(
      `remoting.maxSilence (${maxSilence} ms) must be longer than heartbeatInterval (${heartbeatInterval} ms), best three times as long`,
    );
  }
  return { heartbeatInterval, maxSilence, queueLimit, maxMessageSize };
}

function checkNumber(name: string, value: unknown, expected: string, least: number, most: number): void {
  if (typeof value === 'number' && value >= least && value <= most) return;
  throw new TypeError(`remoting.${name} must be ${expected}, not ${show(value)}`);
}

/**
 * Whether this node may be bound there: beyond the machine itself only if `insecure` says so.
 * @throws InvalidAddress, RemotingError
 */
export function checkBinding(address: string, { insecure = false, advertise }: RemotingOptions): void {
  checkNodeAddress(address);
  if (typeof insecure !== 'boolean') throw new TypeError(`remoting.insecure must be a boolean, not ${show(insecure)}`);
  const host = hostOf(address);
  if (!isLoopback(host) && !insecure) {
    throw new RemotingError(
      `${address} can be reached from other machines, and whoever reaches it can send messages to its actors; ` +
        'bind a loopback address such as 127.0.0.1, or allow it with remoting: { insecure: true }',
    );
  }
  if (advertise !== undefined) {
    checkNodeAddress(advertise);
    if (advertise.endsWith(':0')) throw new RemotingError(`advertise: nobody can connect to ${advertise}; give the port`);
  } else if (host === '0.0.0.0' || host === '::') {
    throw new RemotingError(`nobody can connect to ${address}; also say which address peers reach this node at, with advertise`);
  }
}

const hostOf = (address: string) => address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, '');

const isLoopback = (host: string) => host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
