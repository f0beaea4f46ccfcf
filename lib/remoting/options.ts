/** The options of remoting, checked and completed once. */
import { RemotingError, show } from '../base/errors.ts';
import { checkNames } from '../base/options.ts';
import { isNodeAddress } from '../core/address.ts';
import type { CurveOptions } from './curve.ts';
import { type Permit, permitOf, type RemotePolicy } from './policy.ts';

export interface RemotingOptions {
  /** How often, in ms, a peer hears from this node at the least (1000). */
  heartbeatInterval?: number | undefined;
  /** After so many ms without a sign a peer is down; also how long a message waits for a node that is not visible yet (3000). */
  maxSilence?: number | undefined;
  /**
   * After so many ms a peer is down whose connection stands, but whose event loop has not answered (60 000). Until then it
   * is unresponsive.
   */
  maxUnresponsive?: number | undefined;
  /**
   * Judges silence by how regularly a peer was heard before, in place of `maxSilence`: the suspicion, on the scale of the
   * phi-accrual failure detector, at which it is down. 8 is usual; not used unless given.
   */
  phi?: number | undefined;
  /**
   * The most that waits for one peer: messages (100 000), or both messages and bytes (64 MiB). What is too much becomes a
   * `DeadLetter` with the reason `overflow`.
   */
  queueLimit?: number | { messages?: number | undefined; bytes?: number | undefined } | undefined;
  /** The largest message, in bytes, once it is encoded (16 MiB); a larger one is a `DeadLetter` with the reason `tooLarge`. */
  maxMessageSize?: number | undefined;
  /** Forwards between nodes that can't see each other. */
  relay?: boolean | undefined;
  /** The addresses of relays to stay connected with: how this node reaches, and is reached by, nodes that it can't see. */
  relays?: readonly string[] | undefined;
  /** Encrypts, and lets in only whom it knows: keys, or the path of a file that has them. */
  curve?: CurveOptions | string | undefined;
  /** Allows to bind an address that is not loopback without `curve`, where anybody who reaches the port is let in. */
  insecure?: boolean | undefined;
  /** What other nodes may do: tell, ask, watch, stop and kill everywhere unless given. */
  allow?: RemotePolicy | undefined;
}

export interface CompleteRemotingOptions {
  readonly heartbeatInterval: number;
  readonly maxSilence: number;
  readonly maxUnresponsive: number;
  readonly phi: number | undefined;
  readonly queueLimit: { readonly messages: number; readonly bytes: number };
  readonly maxMessageSize: number;
  readonly relay: boolean;
  readonly relays: readonly string[];
  readonly permit: Permit;
}

const known = [
  'heartbeatInterval',
  'maxSilence',
  'maxUnresponsive',
  'phi',
  'queueLimit',
  'maxMessageSize',
  'relay',
  'relays',
  'curve',
  'insecure',
  'allow',
];
/** The length of a message is written in 32 bits. */
const largestMessage = 2 ** 31;

/**
 * @param address what is to be bound; undefined for a node that only connects
 * @throws TypeError that names the option; RemotingError when the options make no sense together or with the address
 */
export function completeRemotingOptions(
  options: RemotingOptions,
  address: string | undefined,
): CompleteRemotingOptions {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`remoting must be an object of options, not ${show(options)}`);
  checkNames('remoting', options, known);
  const { heartbeatInterval = 1000, maxSilence = 3000, maxUnresponsive = 60_000, phi } = options;
  const { maxMessageSize = 16 * 1024 * 1024, relay = false, relays = [], insecure = false } = options;
  const { queueLimit = {} } = options;
  if (typeof queueLimit !== 'number') checkQueueLimit(queueLimit);
  const { messages = 100_000, bytes = 64 * 1024 * 1024 } =
    typeof queueLimit === 'number' ? { messages: queueLimit } : queueLimit;
  for (const [name, value] of Object.entries({ relay, insecure })) {
    if (typeof value !== 'boolean')
      throw new TypeError(`remoting: ${name} must be true or false, not ${show(value)}`);
  }
  const numbers = { heartbeatInterval, maxSilence, maxUnresponsive, maxMessageSize };
  for (const [name, value] of Object.entries({ ...numbers, queueLimit: messages, 'queueLimit.bytes': bytes }))
    checkNumber(name, value);
  if (phi !== undefined) checkNumber('phi', phi);
  if (maxMessageSize > largestMessage)
    throw new TypeError(
      `remoting: maxMessageSize can be ${largestMessage} at the most, not ${show(maxMessageSize)}`,
    );
  if (maxSilence <= heartbeatInterval) {
    throw new RemotingError(
      `remoting: maxSilence (${maxSilence}) must be longer than heartbeatInterval (${heartbeatInterval}), or every peer seems down`,
    );
  }
  if (!Array.isArray(relays) || !relays.every(relay => isNodeAddress(relay) && !relay.endsWith(':0')))
    throw new TypeError(`remoting: relays must be a list of host:port, not ${show(relays)}`);
  if (address !== undefined && !insecure && options.curve === undefined && !isLoopback(address)) {
    throw new RemotingError(
      `${address} is not loopback: anybody who reaches the port could tell, stop and kill actors. Bind 127.0.0.1, ` +
        'encrypt with curve (--curve), or say that the network is trusted with insecure: true (--insecure)',
    );
  }
  return {
    ...numbers,
    phi,
    queueLimit: { messages, bytes },
    relay: relay === true,
    relays,
    permit: permitOf(options.allow),
  };
}

function checkQueueLimit(limit: object): void {
  const isObject = typeof limit === 'object' && limit !== null;
  const wrong = isObject ? Object.keys(limit).find(key => key !== 'messages' && key !== 'bytes') : undefined;
  if (isObject && wrong === undefined) return;
  throw new TypeError(
    `remoting: queueLimit must be a number of messages, or { messages, bytes }, not ${show(isObject ? wrong : limit)}`,
  );
}

function checkNumber(name: string, value: unknown): void {
  if (typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY) return;
  throw new TypeError(`remoting: ${name} must be a finite number above 0, not ${show(value)}`);
}

const isLoopback = (address: string) => /^(127\.\d+\.\d+\.\d+|localhost|\[::1\]):\d+$/.test(address);
