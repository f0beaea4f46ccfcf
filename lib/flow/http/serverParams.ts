/** What an HTTP server can be told. */
import { readFileSync } from 'node:fs';
import { SetupError } from '../events/errors.ts';
import { statusFrom } from '../events/status.ts';
import { bytes, checkParams, count, flag, list, ms, object, type Rule, text } from '../setup.ts';
import type { RoutesConfig } from './routes.ts';

export interface HTTPServerParams {
  /** Where to listen; all IPv4 addresses of the machine (`'0.0.0.0'`). */
  address?: string | undefined;
  /** 0 takes any that is free: `server.port` has it after the start (8080). */
  port?: number | undefined;
  /** Files in PEM with the key and the certificates: with both of them it is HTTPS. */
  keyFile?: string | undefined;
  certFile?: string | undefined;
  /** Older names of the two. */
  keyfile?: string | undefined;
  certfile?: string | undefined;
  /** More options of `node:tls`, such as `ca` and `requestCert`; `key` and `cert` in the place of the files. */
  tls?: object | undefined;
  /** The routes, as an object or as JSON; `/<queue>` with every method but OPTIONS unless given. */
  routesConfig?: RoutesConfig | string | undefined;
  /** How long, in ms, an answer may take before the client gets 408 (30 000). */
  timeout?: number | undefined;
  /**
   * What a client gets whose event has come to its end in the flow without an answer, as it should: it was discarded, or has
   * become part of another one. A status, or `'wait'`: nothing, until `timeout` is over (202).
   */
  unanswered?: number | string | readonly [code: number, text: string] | undefined;
  /** How many bytes a body may have; a longer one is 413 (1 MiB). */
  bodyLimit?: number | undefined;
  /** How many requests may be under way; further ones are 503 (1000). */
  maxPending?: number | undefined;
  /** How many connections may be open; further ones are closed at once (no limit). */
  maxConnections?: number | undefined;
  /** How long, in ms, the headers of a request may take; after that it is 408 (10 000). */
  headersTimeout?: number | undefined;
  /** How long, in ms, a whole request may take to come in; after that it is 408 (30 000). */
  requestTimeout?: number | undefined;
  /** How long, in ms, a connection may be idle between two requests (5000). */
  keepAliveTimeout?: number | undefined;
  /** Errors that the server itself makes, such as 404, also go to its error outboxes (false). */
  sendErrors?: boolean | undefined;
  /** Puts JSON in `{ "data": … }`; the attribute `useResponseWrapper` of an event decides for that one (true). */
  useResponseWrapper?: boolean | undefined;
  /** Tells clients the messages also of errors that are no FlowErrors: nothing for the open Internet (false). */
  exposeErrors?: boolean | undefined;
  /** Logs every request and its answer (true). */
  accessLog?: boolean | undefined;
  /** Plugins of fastify, each alone or as `[plugin, options]`; their `onSend` hooks are not called. */
  plugins?: readonly unknown[] | undefined;
}

const port: Rule = [
  value => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 65_535,
  'a port from 0 to 65535',
];

/** A status that an answer can have. */
const finalStatus: Rule = [
  value => {
    try {
      return value === 'wait' || statusFrom(value)[0] >= 200;
    } catch {
      return false;
    }
  },
  "a status from 200 up, or 'wait'",
];

export const serverRules: Readonly<Record<string, Rule>> = {
  address: text,
  port,
  keyFile: text,
  certFile: text,
  keyfile: text,
  certfile: text,
  tls: object,
  timeout: ms,
  unanswered: finalStatus,
  bodyLimit: bytes,
  maxPending: count,
  maxConnections: count,
  headersTimeout: ms,
  requestTimeout: ms,
  keepAliveTimeout: ms,
  sendErrors: flag,
  useResponseWrapper: flag,
  exposeErrors: flag,
  accessLog: flag,
  plugins: list,
};

export function checkServerParams(name: string, params: HTTPServerParams | undefined): void {
  checkParams(name, params, serverRules);
  const { keyFile, certFile } = filesOf(params ?? {});
  if ((keyFile === undefined) !== (certFile === undefined))
    throw new SetupError(`${name}: keyFile and certFile belong together: give both, or none`);
}

const filesOf = ({ keyfile, certfile, keyFile = keyfile, certFile = certfile }: HTTPServerParams) => ({
  keyFile,
  certFile,
});

/** The options of TLS; undefined when it is plain HTTP. */
export function tlsOf(name: string, params: HTTPServerParams): object | undefined {
  const { keyFile, certFile } = filesOf(params);
  const { tls } = params;
  if (keyFile === undefined || certFile === undefined) return tls;
  try {
    return { ...tls, key: readFileSync(keyFile), cert: readFileSync(certFile) };
  } catch (error) {
    throw new SetupError(`${name}: no TLS without its files: ${(error as Error).message}`, { cause: error });
  }
}
