/** The options of remoting, checked and completed once. */
import { RemotingError, show } from '../base/errors.ts';

export interface RemotingOptions {
  /** How often, in ms, a peer hears from this node at the least (1000). */
  heartbeatInterval?: number | undefined;
  /** After so many ms without a sign a peer is down; also how long a message waits for a node that is not visible yet (3000). */
  maxSilence?: number | undefined;
  /** The most messages that wait for one peer (100 000); what is too much becomes a `DeadLetter` with the reason `overflow`. */
  queueLimit?: number | undefined;
  /** The largest message, in bytes, once it is encoded (16 MiB); a larger one is a `DeadLetter` with the reason `tooLarge`. */
  maxMessageSize?: number | undefined;
  /** Allows to bind an address that is not loopback, where anybody who reaches the port can tell, stop and kill actors. */
  insecure?: boolean | undefined;
}

export type CompleteRemotingOptions = {
  readonly [K in keyof RemotingOptions]-?: NonNullable<RemotingOptions[K]>;
};

const known = ['heartbeatInterval', 'maxSilence', 'queueLimit', 'maxMessageSize', 'insecure'];

/** @throws TypeError that names the option; RemotingError when the options make no sense together or with the address */
export function completeRemotingOptions(options: RemotingOptions, address: string): CompleteRemotingOptions {
  for (const key of Object.keys(options)) {
    if (!known.includes(key))
      throw new TypeError(`remoting: there is no option ${show(key)}; the options are ${known.join(', ')}`);
  }
  const { heartbeatInterval = 1000, maxSilence = 3000, queueLimit = 100_000, insecure = false } = options;
  const { maxMessageSize = 16 * 1024 * 1024 } = options;
  for (const [name, value] of Object.entries({ heartbeatInterval, maxSilence, queueLimit, maxMessageSize })) {
    if (typeof value !== 'number' || !(value > 0) || value === Number.POSITIVE_INFINITY) {
      throw new TypeError(`remoting: ${name} must be a number above 0, not ${show(value)}`);
    }
  }
  if (maxSilence <= heartbeatInterval) {
    throw new RemotingError(
      `remoting: maxSilence (${maxSilence}) must be longer than heartbeatInterval (${heartbeatInterval}), or every peer seems down`,
    );
  }
  if (!insecure && !isLoopback(address)) {
    throw new RemotingError(
      `${address} is not loopback: anybody who reaches the port could tell, stop and kill actors. ` +
        'Bind 127.0.0.1, or say that the network is trusted with insecure: true (--insecure)',
    );
  }
  return { heartbeatInterval, maxSilence, queueLimit, maxMessageSize, insecure };
}

const isLoopback = (address: string) => /^(127\.\d+\.\d+\.\d+|localhost|\[::1\]):\d+$/.test(address);
