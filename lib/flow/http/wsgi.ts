/** The HTTP server under its older names, which is not strict about paths. */
import { ResourceNotFound } from '../events/errors.ts';
import { HttpEvent } from '../events/httpEvent.ts';
import type { FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { checkParams, type Rule } from '../setup.ts';
import { HTTPServer } from './httpServer.ts';
import type { RoutesConfig } from './routes.ts';
import type { HTTPServerParams } from './serverParams.ts';

export interface WSGIParams extends HTTPServerParams {
  /** What all paths begin with (`'/'`). */
  basePath?: string | undefined;
  /** Of older versions: `true` alone, since it always listens itself. */
  runServer?: true | undefined;
}

const basePath: Rule = [
  value => typeof value === 'string' && value.startsWith('/'),
  'a path that begins with a slash',
];

const runServer: Rule = [value => value === true, 'true: it always listens itself'];

/**
 * An `HTTPServer` for any method and any path. The first segment of the path is the event's `service`. The outbox is the one
 * of that name; if there is none, the only one, or the one named `default`; else it is 404. `/` is the service `default`. A
 * request without a body is an `HttpEvent` without data.
 */
export class WSGI extends HTTPServer {
  static override parameters: ParamNames<WSGI & { params: WSGIParams }> = {
    ...HTTPServer.parameters,
    basePath: true,
    runServer: true,
  };
  /** @throws SetupError that names the parameter and what is wrong with it */
  constructor(name: string, params?: WSGIParams & FlowActorOptions) {
    checkParams(name, params, { basePath, runServer });
    super(name, params);
  }

  protected override defaultRoutes(): RoutesConfig {
    const base = ((this.params as WSGIParams).basePath ?? '/').replace(/\/$/, '');
    return {
      routes: [
        { path: base === '' ? '/' : base },
        { path: `${base}/<queue>` },
        { path: `${base}/<queue>/*` },
      ],
    };
  }

  /** Where nothing says what the data is, the actors decide: an event for any data. */
  protected override eventOf(body: Buffer | undefined, contentType: string | undefined): HttpEvent {
    return body === undefined && contentType === undefined
      ? new HttpEvent()
      : super.eventOf(body, contentType);
  }

  protected override target(
    queue: string | undefined,
    queues: ReadonlySet<string>,
  ): { outbox: string; service: string } {
    const service = queue ?? 'default';
    if (queues.has(service)) return { outbox: service, service };
    const [only] = queues;
    if (queues.size === 1) return { outbox: only as string, service };
    if (queues.has('default')) return { outbox: 'default', service };
    throw new ResourceNotFound(`Service '${service}' not found`);
  }
}

/** The same as `WSGI`. */
export class WSGIServer extends WSGI {
  static override parameters = WSGI.parameters;
}

export interface BottleWSGIParams extends WSGIParams {
  /** The older name of `routesConfig`. */
  routesJson?: RoutesConfig | string | undefined;
}

/** The older name of a `WSGI` with routes of its own. */
export class BottleWSGI extends WSGI {
  static override parameters: ParamNames<BottleWSGI & { params: BottleWSGIParams }> = {
    ...WSGI.parameters,
    routesJson: true,
  };

  /** @throws SetupError that names the parameter and what is wrong with it */
  constructor(name: string, params: BottleWSGIParams & FlowActorOptions = {}) {
    const { routesJson, routesConfig = routesJson } = params;
    super(name, { ...params, ...(routesConfig !== undefined && { routesConfig }) });
  }
}
