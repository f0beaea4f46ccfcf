/** Gives the client a cookie. */
import { SetupError } from '../events/errors.ts';
import { HttpEvent } from '../events/httpEvent.ts';
import { FlowActor, type FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { checkParams, flag, oneOf } from '../setup.ts';

export interface SetCookieParams {
  /** Its name (`'session'`). */
  cookieKey?: string | undefined;
  /** Its value, in the mode `static` (`'session_value'`). */
  cookieValue?: string | undefined;
  /** `static`, or `random`: 24 hexadecimal digits that nobody can guess, for each event others (`'static'`). */
  valueMode?: 'static' | 'random' | undefined;
  /** How many seconds it lasts; 0 takes it away (6000). */
  expiry?: number | undefined;
  /** The paths that it is for (`'/'`). */
  path?: string | undefined;
  /** Only over TLS (false). */
  secure?: boolean | undefined;
  /** Not for scripts of the page (true). */
  httpOnly?: boolean | undefined;
  /** `Strict`, `Lax` or `None`, which needs `secure` (`'Lax'`). */
  sameSite?: 'Strict' | 'Lax' | 'None' | undefined;
}

/**
 * Adds a `Set-Cookie` to the headers of every event and sends it on. Cookies of actors before it stay. The value is the
 * attribute `cookies.<cookieKey>` of the event as well. After compysition's SetCookie.
 */
export class SetCookie extends FlowActor<SetCookieParams> {
  static override parameters: ParamNames<SetCookie> = {
    cookieKey: true,
    cookieValue: true,
    expiry: true,
    httpOnly: true,
    path: true,
    sameSite: true,
    secure: true,
    valueMode: true,
  };
  static override input = HttpEvent;
  static override output = HttpEvent;

  /** @throws SetupError that names the parameter and what is wrong with it */
  constructor(name: string, params?: SetCookieParams & FlowActorOptions) {
    super(name, params);
    checkParams(name, params, {
      cookieKey: [isMatch(/^[\w!#$%&'*+.^`|~-]+$/), 'a token: letters, digits and some signs'],
      cookieValue: [
        isMatch(/^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/),
        'ASCII without spaces, quotes, commas, semicolons and backslashes',
      ],
      valueMode: oneOf('static', 'random'),
      expiry: [value => typeof value === 'number' && value >= 0 && value <= 1e9, 'seconds from 0 up'],
      path: [isMatch(/^\/[\x20-\x3a\x3c-\x7e]*$/), 'a path that begins with a slash, without semicolons'],
      secure: flag,
      httpOnly: flag,
      sameSite: [value => isSameSite(value, params?.secure), "'Strict', 'Lax' or, with secure, 'None'"],
    });
    const { cookieKey = 'session', path = '/', secure = false } = this.params;
    const isRefused =
      (/^__secure-/i.test(cookieKey) && !secure) ||
      (/^__host-/i.test(cookieKey) && !(secure && path === '/'));
    if (isRefused)
      throw new SetupError(
        `${name}: browsers refuse a cookie ${cookieKey} unless it has secure: true and, with __Host-, the path /`,
      );
  }

  override consume(event: HttpEvent): void {
    const { cookieKey = 'session', cookieValue = 'session_value', valueMode = 'static' } = this.params;
    const value =
      valueMode === 'static' ? cookieValue : Buffer.from(this.world.secret()).toString('hex').slice(-24);
    event.set('cookies', { ...(event.get('cookies', {}) as object), [cookieKey]: value });
    add(event, `${cookieKey}=${value}${this.#attributes()}`);
    void this.send(event);
  }

  #attributes(): string {
    const { expiry = 6000, path = '/', secure = false, httpOnly = true, sameSite = 'Lax' } = this.params;
    const expires = new Date(this.world.clock.wall() + expiry * 1000).toUTCString();
    const flags = `${secure ? '; Secure' : ''}${httpOnly ? '; HttpOnly' : ''}`;
    return `; Path=${path}; Expires=${expires}; Max-Age=${Math.floor(expiry)}${flags}; SameSite=${sameSite}`;
  }
}

const isMatch = (pattern: RegExp) => (value: unknown) => typeof value === 'string' && pattern.test(value);

const isSameSite = (value: unknown, secure: unknown): boolean =>
  value === 'Strict' || value === 'Lax' || (value === 'None' && secure === true);

/** The one header that there may be several of. */
function add(event: HttpEvent, cookie: string): void {
  const headers = event.headers as Record<string, string | string[]>;
  const name = Object.keys(headers).find(each => each.toLowerCase() === 'set-cookie') ?? 'Set-Cookie';
  const before = headers[name];
  headers[name] = before === undefined ? cookie : [...(Array.isArray(before) ? before : [before]), cookie];
}
