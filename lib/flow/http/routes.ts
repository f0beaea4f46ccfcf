/** The routes of an HTTP server, as they are given, and as they are looked up. */
import { show } from '../../base/errors.ts';
import { SetupError } from '../events/errors.ts';
import { HttpEvent } from '../events/httpEvent.ts';

/** A route, as it is given. */
export interface RouteConfig {
  /** By this name other routes build on this one. */
  id?: string | undefined;
  /**
   * `/orders/<queue>`: `<queue>` is the outbox; `<name>` is an attribute of the event, `<name:int>`, `<name:float>`,
   * `<name:path>` (the rest) and `<name:re:[a-z]+>` take only what fits. `:name` is the same as `<name>`.
   */
  path: string;
  /**
   * The methods that it takes; all of them unless given. Where GET is among them, HEAD is. OPTIONS that nobody asked for is
   * answered with what is allowed.
   */
  method?: string | readonly string[] | undefined;
  /** The `id` of the route that this one's path begins with. */
  basePath?: string | undefined;
  /** Media types of bodies that it takes beside the usual ones. */
  ctypes?: readonly string[] | undefined;
  /** Takes bodies of any type (false). */
  ignoreCtype?: boolean | undefined;
  /** The outbox, for a path without `<queue>`; the one with the name of the actor unless given. */
  queue?: string | undefined;
}

export interface RoutesConfig {
  routes: readonly RouteConfig[];
}

/** A route, as it is used. */
export interface Route {
  /** As the router wants it: `/orders/:p0`. */
  readonly path: string;
  /** The names of its variables, in their order; the outbox is `queue`. */
  readonly names: readonly string[];
  /** Undefined: all. */
  readonly methods: ReadonlySet<string> | undefined;
  readonly types: ReadonlySet<string>;
  readonly takesAnyType: boolean;
  readonly queue: string | undefined;
}

/** Those with one path: the method decides between them. */
export type RoutesAt = readonly Route[];

export const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** Every path with its routes. */
export function routesOf(actor: string, given: RoutesConfig | string): Map<string, Route[]> {
  const { routes } = configFrom(actor, given);
  const byPath = new Map<string, Route[]>();
  for (const config of routes) {
    const route = routeOf(actor, config, routes);
    const others = byPath.get(route.path) ?? [];
    byPath.set(route.path, others);
    const clash = others.find(other => isClash(other.methods, route.methods));
    if (clash !== undefined)
      throw new SetupError(
        `${actor}: two routes take the same requests: ${show(config.path)} is there already`,
      );
    others.push(route);
  }
  return byPath;
}

const isClash = (a: ReadonlySet<string> | undefined, b: ReadonlySet<string> | undefined): boolean =>
  a === undefined || b === undefined || [...a].some(method => b.has(method));

function configFrom(actor: string, given: RoutesConfig | string): RoutesConfig {
  const config = typeof given === 'string' ? parsed(actor, given) : given;
  const routes = (config as Partial<RoutesConfig> | null)?.routes;
  if (!Array.isArray(routes) || routes.length === 0)
    throw new SetupError(
      `${actor}: routesConfig must be { routes: [{ path: '/<queue>' }] }, not ${show(given)}`,
    );
  return { routes: routes.map(route => withOurNames(actor, route)) };
}

function parsed(actor: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SetupError(`${actor}: routesConfig is no JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** Names that older configurations have. */
const oldNames: Readonly<Record<string, string>> = { base_path: 'basePath', ignore_ctype: 'ignoreCtype' };
const known = ['id', 'path', 'method', 'basePath', 'ctypes', 'ignoreCtype', 'queue'];

function withOurNames(actor: string, route: unknown): RouteConfig {
  if (typeof route !== 'object' || route === null)
    throw new SetupError(`${actor}: ${show(route)} is no route`);
  const entries = Object.entries(route).map(([key, value]) => [oldNames[key] ?? key, value] as const);
  for (const [key] of entries) {
    if (!known.includes(key))
      throw new SetupError(`${actor}: a route has no ${show(key)}; it has ${known.join(', ')}`);
  }
  return Object.fromEntries(entries) as unknown as RouteConfig;
}

function routeOf(actor: string, config: RouteConfig, all: readonly RouteConfig[]): Route {
  const tokens = withoutFirstQueues(tokensOf(actor, fullPath(actor, config, all, [])));
  const names = tokens.flatMap(token => (typeof token === 'string' ? [] : [token.name]));
  checkNames(actor, config.path, names);
  let at = 0;
  const path = tokens
    .map(token => (typeof token === 'string' ? token : `:p${at++}${token.pattern}`))
    .join('');
  if (tokens.some((token, at) => isRest(token) && at !== tokens.length - 1))
    throw new SetupError(`${actor}: in ${show(config.path)} something comes after the rest of the path`);
  return {
    path: path.replace(/:p\d+\*$/, '*').replace(/(?<=.)\/$/, ''),
    names,
    methods: methodsOf(actor, config),
    types: new Set((config.ctypes ?? []).map(type => String(type).toLowerCase())),
    takesAnyType: config.ignoreCtype === true,
    queue: config.queue,
  };
}

function methodsOf(actor: string, { method, path }: RouteConfig): Set<string> | undefined {
  if (method === undefined) return undefined;
  const list = typeof method === 'string' ? [method] : method;
  const taken = new Set(list.map(each => String(each).toUpperCase()));
  for (const each of taken) {
    if (!(methods as readonly string[]).includes(each))
      throw new SetupError(`${actor}: ${show(path)}: ${each} is none of ${methods.join(', ')}`);
  }
  if (taken.size === 0)
    throw new SetupError(`${actor}: ${show(path)} takes no method: leave method out for all`);
  return taken;
}

function fullPath(
  actor: string,
  config: RouteConfig,
  all: readonly RouteConfig[],
  via: RouteConfig[],
): string {
  const { path, basePath } = config;
  if (typeof path !== 'string' || !path.startsWith('/'))
    throw new SetupError(`${actor}: the path of a route begins with a slash, ${show(path)} does not`);
  if (basePath === undefined) return path;
  const base = all.find(({ id }) => id === basePath);
  if (base === undefined)
    throw new SetupError(`${actor}: ${show(path)}: no route has the id ${show(basePath)}`);
  if (base === config || via.includes(base))
    throw new SetupError(`${actor}: ${show(path)}: the base paths go in a circle`);
  return fullPath(actor, base, all, [...via, config]).replace(/\/$/, '') + path;
}

interface Variable {
  readonly name: string;
  /** What the router wants behind the name. */
  readonly pattern: string;
  readonly regex: string | undefined;
}

type Token = string | Variable;

const isRest = (token: Token): boolean => typeof token !== 'string' && token.pattern === '*';

const variable = /<(\w+)(?::(\w+)(?::((?:\\.|[^\\<>])*))?)?>|:([A-Za-z_]\w*)|\*$/g;

function tokensOf(actor: string, path: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (const match of path.matchAll(variable)) {
    if (match.index > at) tokens.push(path.slice(at, match.index));
    at = match.index + match[0].length;
    tokens.push(variableOf(actor, path, match));
  }
  if (at < path.length) tokens.push(path.slice(at));
  return tokens;
}

function variableOf(
  actor: string,
  path: string,
  [whole, name, filter, regex, plain]: RegExpMatchArray,
): Variable {
  if (whole === '*') return { name: 'rest', pattern: '*', regex: undefined };
  if (plain !== undefined) return { name: plain, pattern: '', regex: undefined };
  switch (filter) {
    case undefined:
      return { name: name as string, pattern: '', regex: undefined };
    case 'int':
      return { name: name as string, pattern: '(^-?\\d+$)', regex: undefined };
    case 'float':
      return { name: name as string, pattern: '(^-?[\\d.]+$)', regex: undefined };
    case 'path':
      return { name: name as string, pattern: '*', regex: undefined };
    case 're':
      return { name: name as string, pattern: `(^${regex ?? ''}$)`, regex };
    default:
      throw new SetupError(
        `${actor}: in ${show(path)} there is ${show(filter)}, which is none of int, float, path, re`,
      );
  }
}

/** Of several `<queue:re:name>` that base paths bring together, the last one is the outbox; the others stand for themselves. */
function withoutFirstQueues(tokens: Token[]): Token[] {
  const isQueue = (token: Token) => typeof token !== 'string' && token.name === 'queue';
  const last = tokens.findLastIndex(isQueue);
  return tokens.map((token, at) =>
    isQueue(token) && at !== last ? ((token as Variable).regex ?? 'queue') : token,
  );
}

const probe = new HttpEvent();

function checkNames(actor: string, path: string, names: readonly string[]): void {
  for (const [at, name] of names.entries()) {
    if (names.indexOf(name) !== at) throw new SetupError(`${actor}: ${show(path)} has ${show(name)} twice`);
    if (name in probe)
      throw new SetupError(
        `${actor}: ${show(path)}: every event has ${show(name)} already: take another name`,
      );
  }
}
