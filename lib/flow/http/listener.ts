/** The socket, the HTTP protocol and the table of paths: fastify, set up so that every answer is ours. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { MalformedEventData, ResourceNotFound, UnsupportedMediaType } from '../events/errors.ts';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, makeFastify } from './fastify.ts';
import { methods } from './routes.ts';

export interface ListenerOptions {
  readonly user: string;
  readonly paths: readonly string[];
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  readonly keepAliveTimeout: number;
  /** How long, in ms, nothing may move on a connection. */
  readonly idleTimeout: number;
  readonly maxConnections: number | undefined;
  /** Options of node:tls, for HTTPS. */
  readonly tls: object | undefined;
  readonly plugins: readonly unknown[];
}

/** What the listener hands on. */
export interface Requests {
  /** A request for a path. `parameters` are in the order of the path. */
  request(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    parameters: Readonly<Record<string, string>>,
  ): void;
  /** One that gets no further. */
  refuse(request: IncomingMessage, response: ServerResponse, error: Error): void;
  /** What came is no HTTP, or came too slowly. */
  broken(socket: Socket, error: NodeJS.ErrnoException): void;
}

/** How often, in ms at most, connections are looked at that are slow. */
const slowestCheck = 1000;

const bounded = (ms: number): number => (ms === Number.POSITIVE_INFINITY ? 0 : ms);

export class Listener {
  readonly #app: FastifyInstance;
  readonly #options: ListenerOptions;

  constructor(options: ListenerOptions, requests: Requests) {
    this.#options = options;
    this.#app = makeFastify(fastifyOptions(options, requests), options.user);
    this.#setUp(requests);
  }

  #setUp(requests: Requests): void {
    const app = this.#app;
    app.setErrorHandler((error, request, reply) => {
      reply.hijack();
      requests.refuse(request.raw, reply.raw, ours(error as Error & { statusCode?: number }));
    });
    app.setNotFoundHandler((request, reply) => {
      reply.hijack();
      requests.refuse(request.raw, reply.raw, new ResourceNotFound(`there is nothing at ${request.raw.url}`));
    });
    const { server } = app;
    const { headersTimeout, keepAliveTimeout, maxConnections } = this.#options;
    server.headersTimeout = bounded(headersTimeout);
    server.keepAliveTimeout = bounded(keepAliveTimeout);
    if (maxConnections !== undefined) server.maxConnections = maxConnections;
    // Who asks first whether to send a body at all gets the answer to that.
    server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      server.emit('request', request, response);
    });
    this.#addRoutes(requests);
  }

  #addRoutes(requests: Requests): void {
    const { paths, plugins } = this.#options;
    for (const plugin of plugins) {
      const [register, options] = Array.isArray(plugin) ? plugin : [plugin, {}];
      this.#app.register(register, options);
    }
    // After the plugins: their hooks count for routes that come later.
    this.#app.register(async app => {
      for (const path of paths) {
        app.route({
          method: [...methods],
          url: path,
          // The last of the hooks takes the request over: what fastify would do next, reading the body, is done by whoever
          // handles it.
          onRequest: (request, reply) => {
            requests.request(request.raw, reply.raw, path, request.params as Record<string, string>);
          },
          handler: unreached,
        });
      }
    });
  }

  async listen(port: number, address: string): Promise<AddressInfo> {
    await this.#app.ready();
    const { server } = this.#app;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, address, () => {
        server.off('error', reject);
        resolve();
      });
    });
    return server.address() as AddressInfo;
  }

  /** Takes no more connections, and ends those on which nothing is under way. */
  refuse(): void {
    const { server } = this.#app;
    if (server.listening) server.close();
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    this.refuse();
    this.#app.server.closeAllConnections();
    await this.#app.close();
  }
}

function fastifyOptions(options: ListenerOptions, requests: Requests): object {
  const { headersTimeout, requestTimeout, idleTimeout, tls } = options;
  const connectionsCheckingInterval = Math.max(
    20,
    Math.min(slowestCheck, headersTimeout / 4, requestTimeout / 4),
  );
  return {
    logger: false,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 4096 },
    connectionTimeout: bounded(idleTimeout),
    requestTimeout: bounded(requestTimeout),
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      requests.refuse(request.raw, reply.raw, new MalformedEventData(error.message, { cause: error }));
    },
    clientErrorHandler: (error: NodeJS.ErrnoException, socket: Socket) => requests.broken(socket, error),
    ...(tls === undefined ? { http: { connectionsCheckingInterval } } : {}),
    ...(tls === undefined ? {} : { https: { ...tls, connectionsCheckingInterval } }),
  };
}

const unreached = (): void => {};

/** What fastify finds wrong by itself, or a plugin. */
function ours(error: Error & { statusCode?: number }): Error {
  if (error.statusCode === 415) return new UnsupportedMediaType(error.message, { cause: error });
  if (error.statusCode === 404) return new ResourceNotFound(error.message, { cause: error });
  return error.statusCode === 400 ? new MalformedEventData(error.message, { cause: error }) : error;
}
