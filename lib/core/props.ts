/** What to spawn and how: a recipe that can be used again, as a restart does, and the options of a spawn. */
import { show } from '../base/errors.ts';
import { checkNames } from '../base/options.ts';
import type { BackoffOptions } from '../restart/backoff.ts';
import type { MailboxKind } from './mailbox.ts';
import { Strategy } from './supervision.ts';

/** A schema of any library that follows Standard Schema (zod, valibot, arktype, ...): https://standardschema.dev */
export interface StandardSchemaV1 {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult | Promise<SchemaResult>;
  };
}
type SchemaResult =
  | { readonly value: unknown; readonly issues?: undefined }
  | { readonly issues: readonly unknown[] };

/** How the restarts of one actor are limited; what is not given comes from its supervisor's strategy. */
export interface RestartOptions {
  /** At most so many restarts ... */
  max?: number;
  /** ... within so many ms. */
  within?: number;
  /** Wait before each restart, longer each time. */
  backoff?: BackoffOptions;
}

export interface SpawnOptions {
  /** Unique among the siblings; made up from the class unless given. */
  name?: string | undefined;
  /** `unbounded()` unless given, or `bounded({ ... })`, `priority(compare)`. */
  mailbox?: MailboxKind | undefined;
  /** How this actor treats the failures of its children. */
  supervision?: Strategy | undefined;
  /** How its own restarts are limited. */
  restart?: RestartOptions | undefined;
  /**
   * When its parent stops it: how long, in ms, it may take, its children included, before it is killed; `'brutal_kill'`:
   * killed at once. Then its own `postStop` is not called. `'infinity'`: as long as it takes. Unless given, its `postStop`
   * has the node's `shutdownTimeout`.
   */
  shutdown?: ShutdownLimit | undefined;
  /** Where it runs: here unless given, or `thread()`, `childProcess()`, `remote(address)`. Its class must name the module that it is in. */
  on?: Placement | undefined;
}

/** Where an actor runs when that is not here; made by `thread()` and the like. */
export interface Placement {
  /** @internal The recipe for what stands here for it. @throws TypeError for what can't be loaded over there */
  recipe(what: unknown): Props;
  /** @internal Makes the cell that stands here for it; cells are defined above this file. */
  stand(parent: unknown, props: Props, options: SpawnOptions, name: string): unknown;
}

/** How an actor is stopped, after OTP's child specifications: so many ms, then it is killed. */
export type ShutdownLimit = number | 'brutal_kill' | 'infinity';

/** In ms. */
export const limitOf = (shutdown: ShutdownLimit): number =>
  shutdown === 'infinity' ? Number.POSITIVE_INFINITY : shutdown === 'brutal_kill' ? 0 : shutdown;

/** @throws TypeError that says what is wrong with it */
export function checkShutdown(shutdown: unknown): asserts shutdown is ShutdownLimit {
  if (shutdown === 'brutal_kill' || shutdown === 'infinity') return;
  if (typeof shutdown === 'number' && shutdown >= 0) return;
  throw new TypeError(
    `shutdown must be milliseconds from 0 up, 'brutal_kill' or 'infinity', not ${show(shutdown)}`,
  );
}

const known = ['name', 'mailbox', 'supervision', 'restart', 'shutdown', 'on'];

/** @throws TypeError that names the option and what is wrong with it */
export function checkSpawnOptions(options: SpawnOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(
      `spawn(what, options): options must be an object such as { name: 'worker' }, not ${show(options)}`,
    );
  }
  checkNames('spawn', options, known);
  const { mailbox, supervision, shutdown, on } = options;
  if (on !== undefined) checkPlacement(on, options);
  if (shutdown !== undefined) checkShutdown(shutdown);
  if (mailbox !== undefined && typeof mailbox !== 'function') {
    throw new TypeError(
      `spawn: mailbox must be unbounded(), bounded({ capacity }) or priority(compare), not ${show(mailbox)}`,
    );
  }
  if (supervision !== undefined && !(supervision instanceof Strategy)) {
    throw new TypeError(
      `spawn: supervision must be oneForOne(), allForOne() or restForOne(), not ${show(supervision)}`,
    );
  }
}

function checkPlacement(on: Placement, { mailbox, supervision }: SpawnOptions): void {
  if (typeof on !== 'object' || on === null || typeof on.stand !== 'function')
    throw new TypeError(`spawn: on must be thread(), childProcess() or remote(address), not ${show(on)}`);
  const given = mailbox !== undefined ? 'mailbox' : supervision !== undefined ? 'supervision' : undefined;
  if (given !== undefined)
    throw new TypeError(
      `spawn: ${given} can't be given together with on, because functions can't cross; ${given === 'mailbox' ? 'let the actor spawn a child that has it' : 'make it a field of the class'}`,
    );
}

/**
 * A recipe for actors of one class: what `Class.using(params)` gives.
 * @typeParam M the messages that the actor understands
 */
export class Props<M = unknown> {
  /** The lower-case name of the class, from which names of actors are made. */
  readonly className: string;
  /** The name of the class or the function as it is written; `class` or `function` where it has none. */
  readonly title: string;
  /** @internal */
  readonly create: () => object;
  readonly params: unknown;
  /** What messages from other nodes must conform to. */
  readonly accepts: StandardSchemaV1 | undefined;
  /** @internal The class or function that it was made from. */
  readonly origin: unknown;
  /** @internal carries M, for the types alone */
  declare readonly messages?: M;

  /** @internal use `Class.using(params)` */
  constructor(
    className: string,
    create: () => object,
    params: unknown,
    accepts?: StandardSchemaV1,
    title = className === '' ? 'class' : className,
    origin?: unknown,
  ) {
    this.className = className.toLowerCase().replace(/^\$+|\//g, '') || 'actor';
    this.title = title;
    this.create = create;
    this.params = params;
    this.accepts = accepts;
    this.origin = origin;
  }

  /** The same recipe with other parameters; of objects, the newer fields win and the older ones stay. */
  using(params: unknown): Props<M> {
    const isMerge = isPlain(this.params) && isPlain(params);
    const merged = isMerge ? { ...(this.params as object), ...(params as object) } : params;
    return new Props(this.className, this.create, merged, this.accepts, this.title, this.origin);
  }
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
