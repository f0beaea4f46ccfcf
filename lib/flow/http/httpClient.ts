/** Asks servers elsewhere: every event becomes a request, and its response the event that goes on. */
import { show } from '../../base/errors.ts';
import {
  ActorTimeout,
  type ErrorStatus,
  FlowError,
  MalformedEventData,
  ServiceUnavailable,
  SetupError,
} from '../events/errors.ts';
import { Event } from '../events/event.ts';
import { HttpEvent } from '../events/httpEvent.ts';
import { FlowActor, type FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { bytes, checkParams, flag, ms, object, oneOf, type Rule, text } from '../setup.ts';
import { eventOfBody } from './mediaTypes.ts';
import { askOn } from './redirects.ts';
import { fill, urlFrom } from './template.ts';

export interface HTTPClientParams {
  /**
   * Where to ask; `{data/id}` stands for what `event.lookup('data/id')` finds, encoded, `{+data/url}` for the same as it is.
   * A URL never leads to another server than the one that is named here.
   */
  url: string;
  /** The method (`'GET'`). */
  method?: string | undefined;
  /** Headers of the request, with places as the URL has. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Whether the data of the event is the body: with all methods but GET and HEAD unless given. */
  sendData?: boolean | undefined;
  /** How long, in ms, it may take until all of the response is there (30 000). */
  timeout?: number | undefined;
  /** How many bytes a response may have, unpacked (10 MiB). */
  bodyLimit?: number | undefined;
  /** Which answers are errors: `never`, `serverError` (5xx and 429), or `error` (4xx and 5xx) (`'never'`). */
  failOn?: 'never' | 'serverError' | 'error' | undefined;
  /**
   * What to do when the server sends one elsewhere: `follow`, `manual` (that is the response), or `error` (`'follow'`). Another
   * server, also one that the first has sent back from, gets none of `headers` but `Accept`, `Accept-Language`, `Content-Type` and `User-Agent`, and no data.
   */
  redirect?: 'follow' | 'manual' | 'error' | undefined;
  /** What asks: `fetch` of Node.js unless given, such as that of another version of undici. */
  fetch?: typeof fetch | undefined;
}

/** The other server did not do what it should: 502. */
export class BadGateway extends FlowError {
  static override readonly code: string = 'BAD_GATEWAY';
  static override readonly status: ErrorStatus = [502, 'Bad Gateway'];
}

const rules: Readonly<Record<string, Rule>> = {
  url: text,
  method: [value => typeof value === 'string' && /^[A-Za-z]+$/.test(value), 'a method of HTTP'],
  headers: [
    value => object[0](value) && Object.values(value as object).every(each => typeof each === 'string'),
    'an object of texts',
  ],
  sendData: flag,
  timeout: ms,
  bodyLimit: bytes,
  failOn: oneOf('never', 'serverError', 'error'),
  redirect: oneOf('follow', 'manual', 'error'),
  fetch: [value => typeof value === 'function', 'a function'],
};

/**
 * Sends a request for every event. The response has the ids and attributes of that event; its class comes from the type of the
 * body, its status is the server's, and the server's headers are the attribute `responseHeaders`.
 *
 * No connection is a `ServiceUnavailable`, no response in time an `ActorTimeout`, a response that can't be read a `BadGateway`;
 * they go to the error outboxes. It does not try again by itself: that is for the `Retry` actor, or for `rescue`.
 */
export class HTTPClient extends FlowActor<HTTPClientParams> {
  static override parameters: ParamNames<HTTPClient> = {
    bodyLimit: true,
    failOn: true,
    fetch: true,
    headers: true,
    method: true,
    redirect: true,
    sendData: true,
    url: true,
  };
  static override input = Event;
  static override output = HttpEvent;
  static override shape = 'cloud';

  readonly #method: string;
  readonly #sendsData: boolean;

  /** @throws SetupError that names the parameter and what is wrong with it */
  constructor(name: string, params: HTTPClientParams & FlowActorOptions) {
    super(name, params);
    checkParams(name, params, rules);
    if (params?.url === undefined) throw new SetupError(`${name}: url must be given: where to ask`);
    this.#method = (params.method ?? 'GET').toUpperCase();
    const isBodiless = this.#method === 'GET' || this.#method === 'HEAD';
    this.#sendsData = params.sendData ?? !isBodiless;
    if (this.#sendsData && isBodiless)
      throw new SetupError(`${name}: sendData does not go with ${this.#method}`);
  }

  override async consume(event: Event): Promise<void> {
    try {
      await this.#exchange(event);
    } catch (error) {
      const { message, cause } = error as Error;
      if (cause instanceof FlowError) this.log.warn(`${message}: ${cause.message}`, event);
      throw error;
    }
  }

  async #exchange(event: Event): Promise<void> {
    const url = urlFrom(this.params.url, event);
    const headers = this.#headersFor(event);
    const { timeout = 30_000 } = this.params;
    const abort = new AbortController();
    const onEnd = () => abort.abort();
    this.signal.addEventListener('abort', onEnd);
    let isLate = false;
    const cancel = this.world.clock.after(timeout, () => {
      isLate = true;
      abort.abort();
    });
    try {
      await this.send(await this.#ask(url, headers, event, abort.signal));
    } catch (error) {
      throw isLate ? told(ActorTimeout, 'did not answer in time', `${url.origin}, in ${timeout} ms`) : error;
    } finally {
      cancel();
      this.signal.removeEventListener('abort', onEnd);
    }
  }

  #headersFor(event: Event): Headers {
    const headers = new Headers();
    for (const [name, template] of Object.entries(this.params.headers ?? {})) {
      const value = fill(template, event, given => given);
      try {
        headers.set(name, value);
      } catch (error) {
        throw new MalformedEventData(`${show(value)} can't be the header ${name}`, { cause: error });
      }
    }
    if (this.#sendsData && !headers.has('content-type')) headers.set('content-type', event.contentType);
    return headers;
  }

  async #ask(url: URL, headers: Headers, event: Event, signal: AbortSignal): Promise<HttpEvent> {
    const { redirect = 'follow', fetch: ask = fetch, failOn = 'never' } = this.params;
    const body = this.#sendsData ? bodyOf(event) : null;
    let response: Response;
    try {
      const request = { method: this.#method, headers, body, signal };
      response = await (redirect === 'follow'
        ? askOn(ask, url, request)
        : ask(url, { ...request, redirect }));
    } catch (error) {
      throw told(ServiceUnavailable, 'could not be asked', `${url.origin}: ${reasonOf(error)}`, error);
    }
    const bytes = await this.#read(response, url);
    const { status } = response;
    if (isFailure(status, failOn)) throw failureOf(url, status);
    return answer(event, response, bytes, url);
  }

  async #read(response: Response, url: URL): Promise<Buffer> {
    const { bodyLimit = 10 * 1024 * 1024 } = this.params;
    const chunks: Uint8Array[] = [];
    let length = 0;
    try {
      for await (const chunk of response.body ?? []) {
        length += chunk.byteLength;
        // Leaving the loop ends the connection.
        if (length > bodyLimit) break;
        chunks.push(chunk);
      }
    } catch (error) {
      throw told(BadGateway, 'broke off its response', `${url.origin}: ${reasonOf(error)}`, error);
    }
    if (length > bodyLimit)
      throw told(BadGateway, 'answered too much', `${url.origin}: more than ${bodyLimit} bytes`);
    return Buffer.concat(chunks, length);
  }
}

/** Where the other server is, and what it says, is nobody's business outside: that is in the cause. */
function told(Class: typeof FlowError, what: string, details: string, cause?: unknown): FlowError {
  return new Class(`the server that was asked ${what}`, { cause: new FlowError(details, { cause }) });
}

/** What fetch says is 'fetch failed'; why, it says in the cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as { message?: unknown; cause?: { message?: unknown; code?: unknown } };
  return String(cause?.message || cause?.code || message);
}

const bodyOf = (event: Event): string | Uint8Array<ArrayBuffer> =>
  event.data instanceof Uint8Array ? new Uint8Array(event.data) : event.dataString();

function isFailure(status: number, failOn: 'never' | 'serverError' | 'error'): boolean {
  if (failOn === 'never') return false;
  return status >= 500 || status === 429 || (failOn === 'error' && status >= 400);
}

function failureOf(url: URL, status: number): FlowError {
  const Class = status === 503 || status === 429 ? ServiceUnavailable : BadGateway;
  return told(Class, `answered ${status}`, url.origin);
}

/** An event that is the one that was asked for, with other data. */
function answer(event: Event, response: Response, bytes: Buffer, url: URL): HttpEvent {
  const {
    eventId,
    metaId,
    service,
    created,
    error: _,
    status: _status,
    ...attributes
  } = event.getProperties();
  const type = response.headers.get('content-type') ?? (bytes.length === 0 ? undefined : 'text/plain');
  let read: Event;
  try {
    read = eventOfBody(bytes.length === 0 ? undefined : bytes, type ?? undefined);
  } catch (error) {
    throw told(BadGateway, 'answered what it did not say', `${url.origin}: ${reasonOf(error)}`, error);
  }
  const Class = read.constructor as typeof HttpEvent;
  const ids = { eventId, metaId, service, created } as { eventId: string; metaId: string };
  return new Class({
    ...attributes,
    ...ids,
    data: read.data,
    status: [response.status, response.statusText],
    responseHeaders: Object.fromEntries(response.headers),
  });
}
