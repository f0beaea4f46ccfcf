/** What other nodes may do here: by operation, by path, by the key of the peer. */
import { show } from '../base/errors.ts';
import { pathPattern } from '../base/paths.ts';

export const remoteOperations = ['tell', 'ask', 'watch', 'stop', 'kill', 'join', 'spawn'] as const;
export type RemoteOperation = (typeof remoteOperations)[number];

/** What a peer wants to do. */
export interface RemoteRequest {
  readonly operation: RemoteOperation;
  /** The actor that it concerns: `/a/b`; for `join` the group, as `/groups/its name`. */
  readonly path: string;
  /** `host:port` of the peer, as it says itself. */
  readonly peer: string;
  /** The CURVE public key that the peer has proved to have; undefined without CURVE. */
  readonly key: string | undefined;
}

/** Which actors, and whose. */
export interface RemoteRule {
  /** The operations that it allows; all but `spawn` unless given. */
  readonly operations?: readonly RemoteOperation[] | undefined;
  /** Paths: `*` stands for one step or a part of it, `**` for any number of steps; all unless given. */
  readonly paths?: string | readonly string[] | undefined;
  /** CURVE public keys; everybody's unless given. */
  readonly keys?: string | readonly string[] | undefined;
}

/**
 * What other nodes may do. A list of operations allows these everywhere; a list of rules allows what any of them does; an
 * object says it for each operation, and leaves those that it does not name as they are by default; a function decides by itself.
 */
export type RemotePolicy =
  | readonly RemoteOperation[]
  | readonly RemoteRule[]
  | {
      readonly [O in RemoteOperation]?: boolean | string | readonly string[] | Omit<RemoteRule, 'operations'>;
    }
  | ((request: RemoteRequest) => boolean);

/** Whether a peer may do what it wants to. */
export type Permit = (request: RemoteRequest) => boolean;

const usual: readonly RemoteOperation[] = ['tell', 'ask', 'watch', 'stop', 'kill', 'join'];

/** Who spawns actors for other nodes lives at the root, under this name; `spawn` says who may tell it to. */
export const spawnerName = 'remote';

/** What no policy can allow: the guardian, and what belongs to the runtime. */
export const isPrivate = (path: string): boolean =>
  path === '/' || path.startsWith('/$') || path === '/system' || path.startsWith('/system/');

/** @throws TypeError that says what is wrong with it */
export function permitOf(policy: RemotePolicy | undefined): Permit {
  if (policy === undefined) return permitRules([{}]);
  if (typeof policy === 'function') return policy;
  if (Array.isArray(policy)) return permitList(policy as readonly (RemoteOperation | RemoteRule)[]);
  if (typeof policy === 'object' && policy !== null && Object.getPrototypeOf(policy) === Object.prototype)
    return permitRules(rulesOfObject(policy));
  throw new TypeError(
    `remoting.allow must be a list of operations or rules, an object or a function, not ${show(policy)}`,
  );
}

function permitList(list: readonly (RemoteOperation | RemoteRule)[]): Permit {
  const operations = list.filter(one => typeof one === 'string');
  for (const operation of operations) checkOperation(operation);
  const rules = list.filter(one => typeof one !== 'string');
  return permitRules(operations.length > 0 ? [{ operations }, ...rules] : rules);
}

function rulesOfObject(policy: object): RemoteRule[] {
  for (const operation of Object.keys(policy)) checkOperation(operation);
  return remoteOperations.flatMap(operation => {
    const given = (policy as Record<string, unknown>)[operation];
    const said = given === undefined ? usual.includes(operation) : given;
    const operations = [operation];
    if (said === true) return [{ operations }];
    if (said === false) return [];
    if (typeof said === 'string' || Array.isArray(said)) return [{ operations, paths: said as string[] }];
    if (typeof said === 'object' && said !== null) return [{ ...said, operations }];
    throw new TypeError(
      `remoting.allow.${operation} must be true, false, paths or a rule, not ${show(said)}`,
    );
  });
}

function checkOperation(operation: string): void {
  if ((remoteOperations as readonly string[]).includes(operation)) return;
  throw new TypeError(
    `remoting.allow: there is no operation ${show(operation)}; the operations are ${remoteOperations.join(', ')}`,
  );
}

const ruleKeys = ['operations', 'paths', 'keys'];

function permitRules(rules: readonly RemoteRule[]): Permit {
  const permits = rules.map(rule => {
    if (typeof rule !== 'object' || rule === null)
      throw new TypeError(`remoting.allow: a rule must be an object, not ${show(rule)}`);
    for (const key of Object.keys(rule)) {
      if (!ruleKeys.includes(key))
        throw new TypeError(`remoting.allow: a rule has ${ruleKeys.join(', ')}, not ${show(key)}`);
    }
    const { operations = usual, paths, keys } = rule;
    if (!Array.isArray(operations))
      throw new TypeError(`remoting.allow: operations must be a list, not ${show(operations)}`);
    // A key that is not there, as from the environment, must not let everybody in.
    for (const key of 'keys' in rule ? [keys].flat() : []) {
      if (typeof key !== 'string' || key === '')
        throw new TypeError(`remoting.allow: keys must be CURVE public keys, not ${show(key)}`);
    }
    for (const operation of operations) checkOperation(operation);
    const patterns =
      paths === undefined ? undefined : [paths].flat().map(path => pathPattern(path, 'remoting.allow'));
    const holders = keys === undefined ? undefined : [keys].flat();
    return ({ operation, path, key }: RemoteRequest) =>
      operations.includes(operation) &&
      (patterns === undefined || patterns.some(pattern => pattern.test(path))) &&
      (holders === undefined || (key !== undefined && holders.includes(key)));
  });
  return request => permits.some(permit => permit(request));
}
