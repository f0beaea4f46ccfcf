/** An endpoint that a Prometheus server scrapes. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asError, RemotingError, show } from '../../base/errors.ts';
import { contentType } from './text.ts';

export interface ServeOptions {
  /** The port to listen on (9464, which exporters for Prometheus have by custom); 0 takes a free one. */
  port?: number | undefined;
  /** Who can reach it: this machine alone, `127.0.0.1`, unless given. The endpoint asks nobody who they are. */
  host?: string | undefined;
  /** Where the metrics are (`/metrics`); everything else is not found. */
  path?: string | undefined;
}

export interface MetricsServer {
  /** Of the metrics: `http://127.0.0.1:9464/metrics`. */
  readonly url: string;
  /** Stops listening and closes all connections; a second call waits for the same. */
  close(): Promise<void>;
}

/** A listener of `node:http`. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers every GET and HEAD with the text. */
export function handlerOf(text: () => string): Handler {
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return answer(request, response, 405, 'only GET and HEAD are understood here\n');
    }
    let found: string;
    try {
      found = text();
    } catch (error) {
      return answer(request, response, 500, `${asError(error).message}\n`);
    }
    answer(request, response, 200, found, contentType);
  };
}

function answer(
  { method }: IncomingMessage,
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(method === 'HEAD' ? undefined : text);
}

/**
 * @param onError hears of what goes wrong once it listens
 * @throws TypeError; RemotingError when it can't listen
 */
export async function serveMetrics(
  handler: Handler,
  options: ServeOptions,
  onError: (error: Error) => void,
): Promise<MetricsServer> {
  const { port, host, path } = checked(options);
  const server = createServer((request, response) => {
    if (request.url?.split('?', 1)[0] === path) handler(request, response);
    else answer(request, response, 404, `there is only ${path} here\n`);
  });
  await listening(server, port, host);
  server.on('error', onError);
  const { port: bound } = server.address() as AddressInfo;
  let closed: Promise<void> | undefined;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}${path}`,
    close: () => {
      closed ??= closing(server);
      return closed;
    },
  };
}

function checked(
  options: ServeOptions,
): Required<{ [K in keyof ServeOptions]: NonNullable<ServeOptions[K]> }> {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`metrics.serve: expected options such as { port: 9464 }, not ${show(options)}`);
  for (const key of Object.keys(options))
    if (!['port', 'host', 'path'].includes(key))
      throw new TypeError(`metrics.serve: there is no option ${show(key)}; there are port, host and path`);
  const { port = 9464, host = '127.0.0.1', path = '/metrics' } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new TypeError(`metrics.serve: port must be a whole number from 0 to 65535, not ${show(port)}`);
  if (typeof host !== 'string' || host === '')
    throw new TypeError(`metrics.serve: host must be a text such as '127.0.0.1', not ${show(host)}`);
  if (typeof path !== 'string' || !/^\/[^\s?#]*$/.test(path))
    throw new TypeError(`metrics.serve: path must begin with / and have no ? or #, unlike ${show(path)}`);
  return { port, host, path };
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE';
      const reason = isTaken ? 'it is in use by another program; choose another port' : error.message;
      reject(
        new RemotingError(`the metrics can't be served at ${host}:${port}: ${reason}`, { cause: error }),
      );
    };
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      resolve();
    });
  });
}

function closing(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
