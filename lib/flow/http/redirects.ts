/** Follows a server that sends one elsewhere, without telling the next one what was meant for the first. */
import { FlowError } from '../events/errors.ts';

export interface Asked {
  readonly method: string;
  readonly headers: Headers;
  readonly body: string | Uint8Array<ArrayBuffer> | null;
  readonly signal: AbortSignal;
}

/** How often one may be sent on. */
const most = 20;

/** What any server may know; all else may be a key. */
const forAll: ReadonlySet<string> = new Set(['accept', 'accept-language', 'content-type', 'user-agent']);

const moved: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Asks, and goes where the answer says, as fetch does; but another server (another scheme, host or port) gets of the headers only
 * those that say what is wanted, and of the request no body.
 *
 * @throws FlowError when it goes on for too long, or where nobody may be asked; what `ask` throws
 */
export async function askOn(ask: typeof fetch, first: URL, request: Asked): Promise<Response> {
  let url = first;
  let asked = request;
  for (let hops = 0; ; hops++) {
    const response = await ask(url, { ...asked, redirect: 'manual' });
    const to = moved.has(response.status) ? response.headers.get('location') : null;
    if (to === null) return response;
    // Nobody reads it: that would keep the connection.
    await response.body?.cancel();
    if (hops === most) throw new FlowError(`it was sent on more than ${most} times`);
    const next = nextOf(to, url);
    asked = sentOn(asked, response.status, next.origin === first.origin);
    url = next;
  }
}

function nextOf(location: string, from: URL): URL {
  if (!URL.canParse(location, from)) throw new FlowError('it was sent to what is no URL');
  const url = new URL(location, from);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new FlowError(`it was sent to a URL of ${url.protocol}`);
  return url;
}

/** What is asked there: 303 is a GET, and so is a POST that has moved, as all clients have it. */
function sentOn(asked: Asked, status: number, isSame: boolean): Asked {
  const { method } = asked;
  const isGet = (status === 303 && method !== 'HEAD') || (status < 303 && method === 'POST');
  const headers = new Headers();
  for (const [name, value] of asked.headers) {
    if (isGet && name.startsWith('content-')) continue;
    if (isSame || forAll.has(name)) headers.set(name, value);
  }
  if (isGet) return { ...asked, method: 'GET', headers, body: null };
  if (!isSame && asked.body !== null)
    throw new FlowError('it was sent to another server, which may not have the data');
  return { ...asked, headers };
}
