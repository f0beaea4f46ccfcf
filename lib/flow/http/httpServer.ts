/** The door of a flow to the web: every request becomes an event, and the event that comes back is the answer. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import {
  ActorTimeout,
  EventCommandNotAllowed,
  FlowError,
  MalformedEventData,
  NoAnswer,
  QueueFull,
  ResourceNotFound,
  ServiceUnavailable,
  UnsupportedMediaType,
} from '../events/errors.ts';
import { HttpEvent } from '../events/httpEvent.ts';
import { type HttpStatus, statusFrom, statusOf } from '../events/status.ts';
import { EventFailed } from '../failed.ts';
import { FlowActor, type FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { anything, bestType } from './accept.ts';
import { hasBody, lengthOf, readBody } from './body.ts';
import { describe, hasSeveralHosts } from './environment.ts';
import { Exchange } from './exchange.ts';
import { Listener, type Requests } from './listener.ts';
import { eventOfBody, mediaTypeOf, usualTypes } from './mediaTypes.ts';
import { Pending } from './pending.ts';
import { errorResponse, noResponse, type Response, type ResponseOptions, responseOf } from './response.ts';
import { type Route, type RoutesAt, type RoutesConfig, routesOf } from './routes.ts';
import { checkServerParams, type HTTPServerParams, tlsOf } from './serverParams.ts';

const defaultRoutes: RoutesConfig = {
  routes: [{ path: '/<queue>', method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] }],
};

/** A request as the routes see it. */
interface Routed {
  readonly route: Route;
  readonly parameters: readonly string[];
}

/**
 * An HTTP/1.1 server, with TLS if it is given a key. A request becomes an `HttpEvent`, `JSONHttpEvent` or `XMLHttpEvent`, by
 * the type of its body, and is sent to the outbox that its route names; the event with that id that comes back, in whatever
 * inbox, is answered with, in the format that the client accepts. The error of an event decides on the status.
 *
 * Needs the package fastify. After compysition's HTTPServer.
 */
export class HTTPServer extends FlowActor<HTTPServerParams> {
  static override parameters: ParamNames<HTTPServer> = {
    accessLog: true,
    address: true,
    bodyLimit: true,
    certFile: true,
    certfile: true,
    exposeErrors: true,
    headersTimeout: true,
    keepAliveTimeout: true,
    keyFile: true,
    keyfile: true,
    maxConnections: true,
    maxPending: true,
    plugins: true,
    port: true,
    requestTimeout: true,
    routesConfig: true,
    sendErrors: true,
    tls: true,
    unanswered: true,
    useResponseWrapper: true,
  };
  static override input = HttpEvent;
  static override output = HttpEvent;
  static override shape = 'cloud';

  readonly #routes: Map<string, Route[]>;
  readonly #options: ResponseOptions;
  readonly #bodyLimit: number;
  readonly #maxPending: number;
  readonly #timeout: number;
  /** For clients whose event ends without an answer; undefined: they wait. */
  readonly #unanswered: HttpStatus | undefined;
  readonly #logs: boolean;
  #listener: Listener | undefined;
  #pending: Pending<Exchange> | undefined;
  #queues: ReadonlySet<string> = new Set();
  #port = 0;
  #address = '';
  /** Requests whose answer has not been sent entirely. */
  readonly #open = new Set<Exchange>();
  #release: (() => void) | undefined;
  #unsubscribe: () => void = () => {};

  /** @throws SetupError that names the parameter and what is wrong with it */
  constructor(name: string, params?: HTTPServerParams & FlowActorOptions) {
    super(name, params);
    checkServerParams(name, params);
    const { useResponseWrapper = true, exposeErrors = false, accessLog = true } = this.params;
    const { bodyLimit = 1024 * 1024, maxPending = 1000, timeout = 30_000, unanswered = 202 } = this.params;
    this.#routes = routesOf(name, this.params.routesConfig ?? this.defaultRoutes());
    this.#options = { wraps: useResponseWrapper, exposes: exposeErrors };
    this.#bodyLimit = bodyLimit;
    this.#maxPending = maxPending;
    this.#timeout = timeout;
    this.#unanswered = unanswered === 'wait' ? undefined : statusFrom(unanswered);
    this.#logs = accessLog;
  }

  /** The port that it listens on; 0 before the start. */
  get port(): number {
    return this.#port;
  }

  /** The address that it listens on; '' before the start. */
  get address(): string {
    return this.#address;
  }

  /** How many requests wait for their event. */
  get pending(): number {
    return this.#pending?.size ?? 0;
  }

  /** Routes for when none are given. */
  protected defaultRoutes(): RoutesConfig {
    return defaultRoutes;
  }

  /**
   * The event that a request makes.
   *
   * @param contentType with its parameters, as it came
   * @throws MalformedEventData, InvalidEventDataModification when the body is not what its type says
   */
  protected eventOf(body: Buffer | undefined, contentType: string | undefined): HttpEvent {
    return eventOfBody(body, contentType) as HttpEvent;
  }

  /**
   * Which outbox a request goes to, and what the event's `service` is.
   *
   * @param queue what the path says, or the route; undefined when neither does
   * @throws ResourceNotFound when there is none
   */
  protected target(
    queue: string | undefined,
    queues: ReadonlySet<string>,
  ): { outbox: string; service: string } {
    const service = queue ?? this.name;
    if (!queues.has(service)) throw new ResourceNotFound(`Service '${service}' not found`);
    return { outbox: service, service };
  }

  override validate(): readonly string[] {
    const fixed = [...this.#routes.values()].flat().filter(({ queue }) => queue !== undefined);
    return fixed
      .filter(({ queue }) => !this.outboxes.includes(queue as string))
      .map(({ queue, path }) => `the route ${path} leads to the outbox ${queue}, which is not connected`);
  }

  // ---- its life ----

  override async preStart(): Promise<void> {
    const { params } = this;
    const { headersTimeout = 10_000, requestTimeout = 30_000, keepAliveTimeout = 5000 } = params;
    const timers = {
      now: () => this.world.clock.now(),
      after: (ms: number, run: () => void) => this.after(ms, run),
    };
    this.#queues = new Set(this.outboxes);
    this.#pending = new Pending(this.#timeout, timers, (_id, exchange) => this.#tooLate(exchange));
    this.#listener = new Listener(
      {
        user: this.name,
        paths: [...this.#routes.keys()],
        headersTimeout: Math.min(headersTimeout, requestTimeout),
        requestTimeout,
        keepAliveTimeout,
        // Longer than anything else that may take time.
        idleTimeout: this.#timeout + requestTimeout,
        maxConnections: params.maxConnections,
        tls: tlsOf(this.name, params),
        plugins: params.plugins ?? [],
      },
      this.#requests(),
    );
    const { port, address } = await this.#listen(this.#listener);
    this.#unsubscribe = this.node.events.subscribe(EventFailed, failure => this.#failed(failure));
    this.#port = port;
    this.#address = address;
    this.log.info(`listens on ${address}:${port}`);
  }

  async #listen(listener: Listener): Promise<AddressInfo> {
    const { port = 8080, address = '0.0.0.0' } = this.params;
    try {
      return await listener.listen(port, address);
    } catch (error) {
      const { message, code } = error as NodeJS.ErrnoException;
      throw new FlowError(`${this.name} can't listen at ${address}:${port}: ${message}`, {
        code,
        cause: error,
      });
    }
  }

  override preStop(): void {
    this.#listener?.refuse();
  }

  override async postStop(): Promise<void> {
    this.#unsubscribe();
    const gone = new ServiceUnavailable(`${this.name} stops`);
    for (const [, exchange] of this.#pending?.takeAll() ?? []) this.#refuse(exchange, gone);
    await this.#listener?.close();
    this.#listener = undefined;
    this.#release?.();
    this.#release = undefined;
  }

  // ---- requests ----

  #requests(): Requests {
    return {
      request: (request, response, path, parameters) => {
        const exchange = this.#begin(request, response);
        try {
          const routes = this.#routes.get(path) as RoutesAt;
          this.#take(exchange, routes, Object.values(parameters));
        } catch (error) {
          this.#refuse(exchange, error as Error);
        }
      },
      refuse: (request, response, error) => this.#refuse(this.#begin(request, response), error),
      broken: (socket, error) => this.#broken(socket, error),
    };
  }

  #begin(request: IncomingMessage, response: ServerResponse): Exchange {
    const exchange = new Exchange(request, response, this.world.clock.now(), this.#typeFor(request));
    if (this.#open.size === 0) this.#release = this.hold();
    this.#open.add(exchange);
    response.once('close', () => this.#closed(exchange));
    return exchange;
  }

  #closed(exchange: Exchange): void {
    this.#open.delete(exchange);
    if (this.#open.size === 0) {
      this.#release?.();
      this.#release = undefined;
    }
    exchange.leave();
    if (exchange.isAnswered || exchange.id === undefined) return;
    if (this.#pending?.take(exchange.id) !== undefined && this.#logs)
      this.log.info(`the client of ${exchange.id} went away before its answer`, traceOf(exchange));
  }

  #typeFor({ headers }: IncomingMessage): string {
    const best = bestType(headers.accept);
    if (best !== undefined) return best;
    this.log.warn(`nothing can be made of the Accept header ${JSON.stringify(headers.accept)}`);
    return anything;
  }

  #take(exchange: Exchange, routes: RoutesAt, parameters: readonly string[]): void {
    const { request } = exchange;
    if (this.#logs) this.log.debug(`[${request.socket.remoteAddress}] ${request.method} ${request.url}`);
    if (this.draining) throw new ServiceUnavailable(`${this.name} stops`);
    if (hasSeveralHosts(request)) throw new MalformedEventData('the request has more than one Host');
    const route = routeFor(request.method as string, routes);
    if (route === undefined) {
      this.#refuseMethod(exchange, routes);
      return;
    }
    if (this.#open.size > this.#maxPending)
      throw new TooBusy(`${this.name} has more requests than it can answer`);
    const routed = { route, parameters };
    if (!hasBody(request)) {
      this.#dispatch(exchange, routed, undefined);
      return;
    }
    this.#checkType(request, route);
    const isTooLong = lengthOf(request) > this.#bodyLimit;
    if (!isTooLong && request.headers.expect !== undefined) exchange.response.writeContinue();
    readBody(request, this.#bodyLimit, (error, body) => {
      try {
        if (error !== undefined) throw error;
        this.#dispatch(exchange, routed, body.length === 0 ? undefined : body);
      } catch (error) {
        this.#refuse(exchange, error as Error);
      }
    });
  }

  #checkType({ headers }: IncomingMessage, { types, takesAnyType }: Route): void {
    const contentType = headers['content-type'];
    if (contentType === undefined || takesAnyType) return;
    const type = mediaTypeOf(contentType);
    // What the types are known of is read here, as it is.
    const { 'content-encoding': encoding = 'identity' } = headers;
    if (usualTypes.has(type) && !/^\s*(identity)?\s*$/i.test(encoding))
      throw new UnsupportedMediaType(`bodies with the encoding ${encoding} are not taken here`);
    if (!usualTypes.has(type) && !types.has(type))
      throw new UnsupportedMediaType(`bodies of the type ${type} are not taken here`);
  }

  #refuseMethod(exchange: Exchange, routes: RoutesAt): void {
    const allow = allowed(routes).join(', ');
    const { method } = exchange.request;
    if (method === 'OPTIONS') {
      this.#send(exchange, { status: [204, 'No Content'], headers: { allow }, body: undefined });
      return;
    }
    this.#refuse(exchange, new EventCommandNotAllowed(`${method} is not allowed here: ${allow} is`), {
      allow,
    });
  }

  #dispatch(exchange: Exchange, { route, parameters }: Routed, body: Buffer | undefined): void {
    const { request } = exchange;
    const event = this.eventOf(body, request.headers['content-type']);
    describe(request, event.environment);
    const { QUERY_STRING_DATA: queryStringData } = event.environment;
    Object.assign(event, { accept: exchange.accept, queryStringData });
    let queue = route.queue;
    for (const [at, name] of route.names.entries()) {
      if (name === 'queue') queue = parameters[at];
      else event[name] = parameters[at];
    }
    const { outbox, service } = this.target(queue, this.#queues);
    event.service = service;
    exchange.service = service;
    exchange.id = event.eventId;
    this.#pending?.add(event.eventId, exchange);
    if (this.#unanswered !== undefined)
      exchange.leave = this.follow(event, error => this.#ended(exchange, error));
    if (this.#logs) this.log.info(`Received ${request.method} request for service ${service}`, event);
    try {
      void this.emit(event, outbox);
    } catch (error) {
      this.#pending?.take(event.eventId);
      throw error instanceof QueueFull ? new TooBusy(`the queue of ${service} is full`) : error;
    }
  }

  // ---- answers ----

  override consume(event: HttpEvent): void {
    const exchange = this.#pending?.take(event.eventId);
    if (exchange === undefined)
      this.log.warn(`Received event response for an unknown event ID: ${event.eventId}`, event);
    else if (event.error instanceof NoAnswer) this.#refuse(exchange, event.error);
    else this.#answer(exchange, event);
  }

  #answer(exchange: Exchange, event: HttpEvent): void {
    let response: Response;
    try {
      response = responseOf(event, exchange.accept, this.#options);
    } catch (error) {
      this.log.error(`no answer could be made of the event: ${(error as Error).message}`, event);
      response = errorResponse(unspeakable, typeOf(exchange), this.#options);
    }
    this.#send(exchange, response, event);
  }

  #send(exchange: Exchange, response: Response, event?: HttpEvent): void {
    try {
      exchange.answer(response, this.draining, this.world.clock);
    } catch (error) {
      this.log.error(`an answer could not be sent: ${(error as Error).message}`, event);
      exchange.response.destroy();
      return;
    }
    if (!this.#logs) return;
    const took = Math.round(this.world.clock.now() - exchange.began);
    const service = exchange.service === '' ? '' : ` by service ${exchange.service}`;
    this.log.info(`[${response.status.join(' ')}] Returned in ${took} ms${service}`, event);
  }

  /** An answer of the server's own. */
  #refuse(exchange: Exchange, error: Error, headers: Record<string, string> = {}): void {
    if (exchange.isAnswered) return;
    const response =
      error instanceof NoAnswer
        ? noResponse(error, this.#unanswered ?? accepted, typeOf(exchange), this.#options)
        : errorResponse(error, typeOf(exchange), this.#options);
    Object.assign(response.headers, headers);
    const trace = traceOf(exchange);
    if (!(error instanceof FlowError))
      this.log.error(`a request failed: ${error.stack ?? error.message}`, trace);
    this.#send(exchange, response, trace);
    if (this.params.sendErrors === true && !(error instanceof NoAnswer)) this.#tell(exchange, error);
  }

  #tell({ request, accept, service, id }: Exchange, error: Error): void {
    const event = new HttpEvent({ accept, error, ...(id === undefined ? {} : { eventId: id }) });
    describe(request, event.environment);
    if (service !== '') event.service = service;
    void this.sendError(event, error);
  }

  #tooLate(exchange: Exchange): void {
    this.log.warn(`there was no answer to ${exchange.id} within ${this.#timeout} ms`, traceOf(exchange));
    this.#refuse(exchange, new ActorTimeout(`there was no answer within ${this.#timeout} ms`));
  }

  /** An actor failed at an event, or had no room for it, and nothing brings that here: nobody else will answer it. */
  #failed({ event, error, leadsTo }: EventFailed): void {
    if (!this.#pending?.has(event.eventId) || !leadsTo(this)) return;
    const exchange = this.#pending.take(event.eventId);
    if (exchange === undefined) return;
    this.#refuse(exchange, busyIf(error));
  }

  /** The event has come to its end in the flow. */
  #ended(exchange: Exchange, error: Error | undefined): void {
    this.#pending?.take(exchange.id as string);
    this.#refuse(exchange, busyIf(error) ?? new NoAnswer('the event has come to its end without an answer'));
  }

  /** What came is no HTTP, or not all of it came in time; a request that has begun is answered nonetheless. */
  #broken(socket: Socket, error: NodeJS.ErrnoException): void {
    const [code, text] = statusOfBroken(error.code);
    if (this.#logs) this.log.info(`[${socket.remoteAddress}] [${code} ${text}] ${error.message}`);
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    // Whoever has asked before on that connection would take this for the answer.
    const before = [...this.#open].findLast(
      ({ request, isAnswered }) => request.socket === socket && request.complete && !isAnswered,
    );
    if (before !== undefined) {
      before.isLast = true;
      return;
    }
    const body = JSON.stringify({ errors: [{ message: text, code: error.code ?? null }] });
    const headers = `Connection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
    socket.write(`HTTP/1.1 ${code} ${text}\r\n${headers}\r\n\r\n${body}`);
    socket.destroySoon();
  }
}

/** Come back later. */
class TooBusy extends ServiceUnavailable {
  static override readonly status = [503, 'Service Unavailable', { 'Retry-After': '1' }] as const;
}

/** How the flow is made is nobody else's business. */
const busyIf = <E extends Error | undefined>(error: E): E | TooBusy =>
  error instanceof QueueFull ? new TooBusy('the queues here are full') : error;

/** What the client wants; what it sends, if it does not care. */
function typeOf({ accept, request }: Exchange): string {
  return accept === anything ? mediaTypeOf(request.headers['content-type'] ?? 'application/json') : accept;
}

const accepted: HttpStatus = [202, 'Accepted'];

const unspeakable = new FlowError('the answer could not be made');

function statusOfBroken(code: string | undefined): [code: number, text: string] {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return [...statusOf(new ActorTimeout())] as [number, string];
  return code === 'HPE_HEADER_OVERFLOW' ? [431, 'Request Header Fields Too Large'] : [400, 'Bad Request'];
}

/** HEAD is GET without the body. */
function routeFor(method: string, routes: RoutesAt): Route | undefined {
  for (const route of routes) {
    if (route.methods?.has(method) ?? true) return route;
  }
  return method === 'HEAD' ? routes.find(({ methods }) => methods?.has('GET')) : undefined;
}

function allowed(routes: RoutesAt): string[] {
  const all = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
  const found = new Set(['OPTIONS']);
  for (const { methods } of routes) for (const method of methods ?? all) found.add(method);
  if (found.has('GET')) found.add('HEAD');
  return [...found].sort();
}

/** Bears the id of a request's event for the log; undefined when it has none yet. The event itself is not kept for that. */
function traceOf({ id }: Exchange): HttpEvent | undefined {
  return id === undefined ? undefined : new HttpEvent({ eventId: id });
}
