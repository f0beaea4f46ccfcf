/** What a dashboard can be told, checked once. */
import { isIP } from 'node:net';
import { show } from '../../base/errors.ts';
import { checkNames } from '../../base/options.ts';
import type { ObservatoryOptions } from '../observatory/observatory.ts';

export interface DashboardOptions extends ObservatoryOptions {
  /** Where it listens (9800); 0 for any port that is free. */
  readonly port?: number | undefined;
  /** On which address of this machine ('127.0.0.1'). One that others can reach needs a `token`. */
  readonly host?: string | undefined;
  /** The secret that whoever looks must know: from 16 characters up. Nobody is asked for any unless given. */
  readonly token?: string | undefined;
  /** Whether the page can send messages to actors, and restart, stop and kill them (false); needs a `token`. */
  readonly control?: boolean | undefined;
  /** Names under which browsers reach it, besides `localhost` and addresses: that of a proxy in front of it, for example. */
  readonly hosts?: readonly string[] | undefined;
}

export interface CompleteDashboardOptions {
  readonly port: number;
  readonly host: string;
  readonly token: string | undefined;
  readonly control: boolean;
  readonly hosts: readonly string[];
  readonly observatory: ObservatoryOptions;
}

const known = ['port', 'host', 'token', 'control', 'hosts'];
const ofObservatory = ['interval', 'eventLimit', 'showMessages', 'redact'];
const shortestToken = 16;

/** @throws TypeError that names the option and what is wrong with it */
export function completeDashboardOptions(given: DashboardOptions): CompleteDashboardOptions {
  if (typeof given !== 'object' || given === null)
    throw new TypeError(`dashboard(node, options): options must be an object, not ${show(given)}`);
  checkNames('dashboard', given, [...known, ...ofObservatory]);
  const { port = 9800, host = '127.0.0.1', token, control = false, hosts = [], ...observatory } = given;
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535))
    throw new TypeError(`dashboard: port must be a whole number from 0 to 65535, not ${show(port)}`);
  if (typeof host !== 'string' || host === '')
    throw new TypeError(`dashboard: host must be an address of this machine, not ${show(host)}`);
  if (typeof control !== 'boolean')
    throw new TypeError(`dashboard: control must be true or false, not ${show(control)}`);
  if (!Array.isArray(hosts) || !hosts.every(name => typeof name === 'string' && /^[^\s/:]+$/.test(name)))
    throw new TypeError(`dashboard: hosts must be a list of names without a port, not ${show(hosts)}`);
  checkToken(token, host, control);
  return { port, host, token, control, hosts: hosts.map(name => name.toLowerCase()), observatory };
}

function checkToken(token: unknown, host: string, control: boolean): void {
  if (token !== undefined && (typeof token !== 'string' || token.length < shortestToken))
    throw new TypeError(`dashboard: token must be a text of at least ${shortestToken} characters`);
  if (token !== undefined) return;
  if (!isLoopback(host))
    throw new TypeError(
      `dashboard: others can reach ${host}, and they would see everything: give a token that they need, or host: '127.0.0.1'`,
    );
  if (control)
    throw new TypeError('dashboard: control lets whoever sees the page stop actors: it needs a token');
}

/** Whether only this machine itself can reach it there. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
