/** A request as CGI has it (RFC 3875): the `environment` of an event. */
import type { IncomingMessage } from 'node:http';
import { fieldsOf } from './mediaTypes.ts';

/** Names of headers come from clients: only so many are kept. */
const mostNames = 1000;
const names = new Map<string, string>();

/** '' for one with an underscore: `X_User` would be taken for `X-User`, which perhaps only a proxy in between may set. */
function nameOf(header: string): string {
  let name = names.get(header);
  if (name === undefined) {
    name = header.includes('_') ? '' : `HTTP_${header.toUpperCase().replaceAll('-', '_')}`;
    if (names.size < mostNames) names.set(header, name);
  }
  return name;
}

/** What every request has. */
interface Basics {
  REQUEST_METHOD: string | undefined;
  /** As it was sent. */
  REQUEST_URI: string;
  /** Decoded. */
  PATH_INFO: string;
  QUERY_STRING: string;
  QUERY_STRING_DATA: Record<string, string | string[]>;
  REMOTE_ADDR: string;
  SERVER_PROTOCOL: string;
  CONTENT_TYPE?: string;
  CONTENT_LENGTH?: string;
}

/** Writes the request into `environment`: texts only, and `QUERY_STRING_DATA`, an object of texts and lists of texts. */
export function describe(request: IncomingMessage, environment: Record<string, unknown>): void {
  const { url = '/', headers, socket, method, httpVersion } = request;
  const [path, query] = partsOf(url);
  const basics = environment as unknown as Basics;
  basics.REQUEST_METHOD = method;
  basics.REQUEST_URI = url;
  basics.PATH_INFO = decoded(path);
  basics.QUERY_STRING = query;
  basics.QUERY_STRING_DATA = query === '' ? {} : fieldsOf(query);
  basics.REMOTE_ADDR = socket.remoteAddress ?? '';
  basics.SERVER_PROTOCOL = `HTTP/${httpVersion}`;
  for (const header in headers) {
    const value = headers[header];
    if (value === undefined) continue;
    if (header === 'content-type') basics.CONTENT_TYPE = value as string;
    else if (header === 'content-length') basics.CONTENT_LENGTH = value as string;
    else {
      const name = nameOf(header);
      if (name !== '') environment[name] = typeof value === 'string' ? value : String(value);
    }
  }
}

/** Whoever stands in between may have looked at another one than we do (RFC 9112, 3.2). */
export function hasSeveralHosts({ rawHeaders }: IncomingMessage): boolean {
  let found = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') found++;
  }
  return found > 1;
}

/** How a request to a proxy begins, which every server has to take as well (RFC 9112, 3.2.2); and what no request has: a fragment. */
const extras = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*|#.*$/gi;

/** The path, without a slash at its end, and what comes after the `?`: as the routes see them. */
export function partsOf(target: string): [path: string, query: string] {
  const isPlain = target.startsWith('/') && !target.includes('#');
  const url = isPlain ? target : target.replace(extras, '');
  const at = url.indexOf('?');
  const path = at < 0 ? url : url.slice(0, at);
  if (path === '') return ['/', at < 0 ? '' : url.slice(at + 1)];
  return [path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path, at < 0 ? '' : url.slice(at + 1)];
}

function decoded(path: string): string {
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
