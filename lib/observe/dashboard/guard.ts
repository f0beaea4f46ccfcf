/** Who may see the dashboard, and from where: decides about a request by its headers. Knows no socket. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import type { Clock } from '../../base/world.ts';

export interface Refusal {
  readonly status: number;
  readonly text: string;
}

export interface GuardOptions {
  readonly token: string | undefined;
  /** Names besides `localhost` and addresses. */
  readonly hosts: readonly string[];
  /** Made new at every start: a cookie of an earlier one is worth nothing. */
  readonly salt: string;
  readonly clock: Clock;
}

/** After so many wrong tokens within so many ms, none is looked at for the rest of that time. */
const mostWrong = 20;
const wrongWithin = 60_000;
const cookieName = 'troupe-dashboard';
/** No form and no page of another origin can set it without being asked, and nobody answers such a question here. */
export const controlHeader = 'x-troupe-control';

export class Guard {
  readonly #token: Buffer | undefined;
  readonly #hosts: ReadonlySet<string>;
  readonly #clock: Clock;
  readonly #session: string;
  #wrong = 0;
  #wrongSince = Number.NEGATIVE_INFINITY;

  constructor({ token, hosts, salt, clock }: GuardOptions) {
    this.#token = token === undefined ? undefined : digestOf(token);
    this.#hosts = new Set(['localhost', ...hosts]);
    this.#clock = clock;
    this.#session = createHmac('sha256', token ?? '')
      .update(salt)
      .digest('base64url');
  }

  /**
   * Why a request is not even looked at. A page whose name was made to lead here (DNS rebinding) says that name as `Host`; and
   * browsers say when a page of another site asks.
   */
  strangeness(method: string, headers: IncomingHttpHeaders, isPage: boolean): Refusal | undefined {
    const { host, origin } = headers;
    if (!this.#knowsHost(host))
      return {
        status: 403,
        text: 'unknown Host: use the address, or localhost, or give this name in the option hosts',
      };
    if (origin !== undefined && hostOf(origin) !== host)
      return { status: 403, text: 'a page of another origin may not ask here' };
    const site = headers['sec-fetch-site'];
    const isOwn = site === undefined || site === 'same-origin' || site === 'none';
    if (!isOwn && (!isPage || method === 'POST'))
      return { status: 403, text: 'a page of another site may not ask here' };
    return undefined;
  }

  #knowsHost(host: string | undefined): boolean {
    const parts = /^(?:\[([^\]]+)\]|([^:]+))(?::\d{1,5})?$/.exec(host ?? '');
    if (parts === null) return false;
    const [, v6, name = ''] = parts;
    // An address can't be made to lead elsewhere.
    if (v6 !== undefined) return isIP(v6) === 6;
    return isIP(name) === 4 || this.#hosts.has(name.toLowerCase());
  }

  get asksForToken(): boolean {
    return this.#token !== undefined;
  }

  /** Whether the request comes with the token, or the cookie that was given for it; what is wrong with it otherwise. */
  refusal(headers: IncomingHttpHeaders): Refusal | undefined {
    if (this.#token === undefined) return undefined;
    if (cookiesOf(headers.cookie).some(value => isSame(digestOf(value), digestOf(this.#session))))
      return undefined;
    const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    if (bearer === undefined) return { status: 401, text: 'give the token: Authorization: Bearer <token>' };
    return this.#judge(bearer);
  }

  /**
   * The cookie for whoever gives the token.
   * @param host what the browser takes this for: it keeps cookies by the host alone, so that the port must be in the name
   */
  admit(token: string, host = ''): { cookie: string } | Refusal {
    const refusal = this.#judge(token);
    if (refusal !== undefined) return refusal;
    const port = /:(\d+)$/.exec(host)?.[1] ?? '80';
    return { cookie: `${cookieName}-${port}=${this.#session}; Path=/; HttpOnly; SameSite=Strict` };
  }

  #judge(token: string): Refusal | undefined {
    const now = this.#clock.now();
    if (now - this.#wrongSince >= wrongWithin) this.#wrong = 0;
    if (this.#wrong >= mostWrong)
      return { status: 429, text: 'too many wrong tokens: try again in a minute' };
    if (this.#token !== undefined && isSame(digestOf(token), this.#token)) return undefined;
    if (this.#wrong++ === 0) this.#wrongSince = now;
    return { status: 401, text: 'that is not the token' };
  }
}

const digestOf = (text: string) => createHash('sha256').update(text).digest();
const isSame = (one: Buffer, other: Buffer) => timingSafeEqual(one, other);

const hostOf = (origin: string) => (URL.canParse(origin) ? new URL(origin).host : undefined);

const cookiesOf = (header = ''): string[] =>
  header
    .split(';')
    .map(one => one.trim())
    .filter(one => one.startsWith(cookieName))
    .map(one => one.slice(one.indexOf('=') + 1));
