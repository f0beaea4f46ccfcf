/** What actors that ask who somebody is have in common. */
import { UnauthorizedEvent } from '../events/errors.ts';
import type { HttpEvent } from '../events/httpEvent.ts';

/** An UnauthorizedEvent with a `WWW-Authenticate` header of its own. */
export function unauthorized(challenge: string): typeof UnauthorizedEvent {
  const Class = class extends UnauthorizedEvent {
    static override readonly status = [401, 'Unauthorized', { 'WWW-Authenticate': challenge }] as const;
  };
  Object.defineProperty(Class, 'name', { value: UnauthorizedEvent.name });
  return Class;
}

/** The credentials of a request, if they are of that scheme; undefined otherwise. */
export function credentialsOf(event: HttpEvent, scheme: string): string | undefined {
  const { HTTP_AUTHORIZATION: header } = event.environment as { HTTP_AUTHORIZATION?: unknown };
  if (typeof header !== 'string') return undefined;
  const [given = '', token, ...more] = header.trim().split(/ +/);
  if (given.toLowerCase() !== scheme || token === undefined || more.length > 0) return undefined;
  return token;
}

/** A realm as a quoted string of HTTP. */
export const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** What may stand in a realm. */
export const isRealm = (value: unknown): boolean =>
  typeof value === 'string' && /^[\t\x20-\x7e]+$/.test(value);
