/** What a connection can be told, with defaults; checked once, at the door. */
import { show } from '../base/errors.ts';
import { checkNames } from '../base/options.ts';
import { type BackoffOptions, checkBackoff } from '../restart/backoff.ts';
import type { Framing } from './framing.ts';

/** What servers and clients have in common. */
export interface ConnectionOptions<In, Out = In> {
  /** How bytes are cut into frames: `lines()`, `lengthPrefix()`, or one of your own. */
  framing: Framing<In, Out>;
  /** So many frames may wait for the actor, the one that it is handling included; then no more is read (16). */
  readAhead?: number | undefined;
  /** The connection is ended (`slow`) when more bytes than this wait for the peer to read them (16 777 216). */
  writeLimit?: number | undefined;
  /** The connection is ended (`idle`) when for so many ms nothing has come and nothing could be written (no limit). */
  idleTimeout?: number | undefined;
  /** How long, in ms, an end waits until all is written and the peer has closed its side, too (1000). */
  closeTimeout?: number | undefined;
}

export interface ConnectOptions<In, Out = In> extends ConnectionOptions<In, Out> {
  /** Where to: a name or an IP address (127.0.0.1). */
  host?: string | undefined;
  port: number;
  /** How long, in ms, one attempt may take (10 000). */
  connectTimeout?: number | undefined;
  /**
   * How long to wait before it is tried again, and when a connection is over, before the next (`{ min: 100 }`). `false`: no other is
   * made. Then it is a failure to start when there is no first, and the actor stops when the connection is over.
   */
  reconnect?: BackoffOptions | false | undefined;
}

export type Complete<T> = { readonly [K in keyof T]-?: Exclude<T[K], undefined> };

const ofConnections = ['framing', 'readAhead', 'writeLimit', 'idleTimeout', 'closeTimeout'];

/** @throws TypeError that names the option and what is wrong with it */
export function completeConnection<In, Out>(
  where: string,
  options: ConnectionOptions<In, Out>,
): Complete<ConnectionOptions<In, Out>> {
  const { framing, readAhead = 16, writeLimit = 16 * 1024 * 1024 } = options;
  const { idleTimeout = Number.POSITIVE_INFINITY, closeTimeout = 1000 } = options;
  if (typeof framing?.decoder !== 'function' || typeof framing.encode !== 'function') {
    throw new TypeError(
      `${where}: framing must be lines(), lengthPrefix() or an object with decoder() and encode(frame), not ${show(framing)}`,
    );
  }
  checkWhole(`${where}: readAhead`, 'frames', readAhead, 1);
  checkBytes(`${where}: writeLimit`, writeLimit);
  check(`${where}: idleTimeout`, 'more than 0 milliseconds', idleTimeout, idleTimeout > 0);
  check(`${where}: closeTimeout`, 'milliseconds from 0 up', closeTimeout, closeTimeout >= 0);
  return Object.freeze({ framing, readAhead, writeLimit, idleTimeout, closeTimeout });
}

/** @throws TypeError that names the option and what is wrong with it */
export function completeConnect<In, Out>(
  where: string,
  options: ConnectOptions<In, Out>,
): Complete<ConnectOptions<In, Out>> {
  checkKnown(where, options, [...ofConnections, 'host', 'port', 'connectTimeout', 'reconnect']);
  const { host = '127.0.0.1', port, connectTimeout = 10_000, reconnect = { min: 100 } } = options;
  checkHost(where, host);
  checkPort(where, port, 1);
  check(`${where}: connectTimeout`, 'more than 0 milliseconds', connectTimeout, connectTimeout > 0);
  if (reconnect !== false) checkBackoff(reconnect);
  return Object.freeze({ ...completeConnection(where, options), host, port, connectTimeout, reconnect });
}

/** @throws TypeError when an option has no such name */
export function checkKnown(where: string, options: unknown, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(
      `${where}: expected options such as { port: 7000, framing: lines() }, not ${show(options)}`,
    );
  checkNames(where, options, names);
}

/** The options that every connection has, and others. */
export const withConnectionOptions = (...others: string[]) => [...ofConnections, ...others];

export function checkHost(where: string, host: unknown): void {
  if (typeof host === 'string' && host !== '') return;
  throw new TypeError(`${where}: host must be a name or an IP address, not ${show(host)}`);
}

export function checkPort(where: string, port: unknown, least: 0 | 1): void {
  if (typeof port === 'number' && Number.isInteger(port) && port >= least && port <= 65_535) return;
  throw new TypeError(`${where}: port must be a whole number from ${least} to 65535, not ${show(port)}`);
}

export const checkBytes = (name: string, value: unknown) => checkWhole(name, 'bytes', value, 1);

export function checkWhole(name: string, of: string, value: unknown, least: number): void {
  const isWhole = Number.isInteger(value) || value === Number.POSITIVE_INFINITY;
  check(name, `a whole number of ${of} from ${least} up`, value, isWhole && (value as number) >= least);
}

function check(name: string, expected: string, value: unknown, holds: boolean): void {
  if (typeof value !== 'number' || !holds)
    throw new TypeError(`${name} must be ${expected}, not ${show(value)}`);
}
