/** What a supervisor knows of a child before it has started it, after OTP's child specifications. */
import { show } from '../base/errors.ts';
import { propsOf, type Spawnable } from '../core/actor.ts';
import {
  checkShutdown,
  checkSpawnOptions,
  type Props,
  type ShutdownLimit,
  type SpawnOptions,
} from '../core/props.ts';
import { type BackoffOptions, checkBackoff } from '../restart/index.ts';

/**
 * When a child is started again: `permanent`: whenever it ends; `transient`: when it fails or is killed; `temporary`:
 * never, and it is forgotten.
 */
export type RestartType = 'permanent' | 'transient' | 'temporary';

export interface ChildSpec {
  /** Unique among the children; the name of the actor. */
  readonly id: string;
  /** The actor: a class, `Class.using(params)` or a function, as for `spawn`. */
  // biome-ignore lint/suspicious/noExplicitAny: children of all kinds stand in one list
  readonly start: Spawnable<any>;
  /** When it is started again (`permanent`). */
  readonly restart?: RestartType | undefined;
  /**
   * How long, in ms, it may take to stop before it is killed (5000; `'infinity'` for a supervisor, whose children take as
   * long as they may); `'brutal_kill'`: killed at once.
   */
  readonly shutdown?: ShutdownLimit | undefined;
  /** Whether the supervisor's `autoShutdown` looks at it (false). */
  readonly significant?: boolean | undefined;
  /** What `countChildren` counts it as; found out unless given. */
  readonly type?: 'worker' | 'supervisor' | undefined;
  /** Wait before each restart, longer each time; the supervisor's unless given. */
  readonly backoff?: BackoffOptions | undefined;
  /** Its mailbox, how it treats its own children, and where it runs. */
  readonly options?: Pick<SpawnOptions, 'mailbox' | 'supervision' | 'on'> | undefined;
}

/** A child whose id may be left out. */
export type GivenSpec = Omit<ChildSpec, 'id'> & { readonly id?: string | undefined };

export interface CompleteSpec {
  readonly id: string | undefined;
  readonly props: Props;
  readonly restart: RestartType;
  readonly shutdown: ShutdownLimit;
  readonly significant: boolean;
  readonly type: 'worker' | 'supervisor';
  readonly backoff: BackoffOptions | undefined;
  readonly options: SpawnOptions;
}

/** What is left to the supervisor where a spec says nothing. */
export interface SpecDefaults {
  readonly backoff: BackoffOptions | undefined;
  /** Whether it looks at significant children. */
  readonly mayBeSignificant: boolean;
  /** Whether children may be without an id. */
  readonly mayBeNameless: boolean;
}

const known = ['id', 'start', 'restart', 'shutdown', 'significant', 'type', 'backoff', 'options'];
const knownOptions = ['mailbox', 'supervision', 'on'];
const restartTypes = ['permanent', 'transient', 'temporary'];
const defaultShutdown = 5000;

/** What makes supervisors: a recipe with other parameters still does. */
const supervisors = new WeakSet<Props['create']>();

/** Remembers that this recipe is one of a supervisor. */
export function markSupervisor(props: Props): void {
  supervisors.add(props.create);
}

export const isSupervisor = (props: Props) => supervisors.has(props.create);

/**
 * The spec with its defaults.
 * @throws TypeError that names the child, the field and what is wrong with it
 */
export function completeSpec(spec: GivenSpec, defaults: SpecDefaults): CompleteSpec {
  if (typeof spec !== 'object' || spec === null)
    throw new TypeError(`a child must be { id, start, ... }, not ${show(spec)}`);
  const { id, restart = 'permanent', significant = false, options = {} } = spec;
  if (!(id === undefined && defaults.mayBeNameless) && (typeof id !== 'string' || id === ''))
    throw new TypeError(`a child must have an id that is a text, not ${show(id)}`);
  const check = (field: string, isRight: boolean, expected: string, value: unknown) => {
    if (!isRight) throw new TypeError(`child ${show(id)}: ${field} must be ${expected}, not ${show(value)}`);
  };
  for (const key of Object.keys(spec))
    check('a field', known.includes(key), `one of ${known.join(', ')}`, key);
  check('restart', restartTypes.includes(restart), restartTypes.join(', '), restart);
  check('significant', typeof significant === 'boolean', 'true or false', significant);
  const props = inChild(id, () => propsOf(spec.start), 'start: ');
  const { type = isSupervisor(props) ? 'supervisor' : 'worker' } = spec;
  check('type', type === 'worker' || type === 'supervisor', "'worker' or 'supervisor'", type);
  const { shutdown = type === 'supervisor' ? 'infinity' : defaultShutdown } = spec;
  const { backoff = defaults.backoff } = spec;
  for (const key of Object.keys(options ?? {}))
    check('options', knownOptions.includes(key), `an object with ${knownOptions.join(', ')}`, key);
  inChild(id, () => {
    checkShutdown(shutdown);
    checkSpawnOptions(options);
    if (backoff !== undefined) checkBackoff(backoff);
  });
  if (significant && (restart === 'permanent' || !defaults.mayBeSignificant)) {
    const reason = restart === 'permanent' ? 'it is permanent' : "the supervisor's autoShutdown is 'never'";
    throw new TypeError(`child ${show(id)} can't be significant: ${reason}`);
  }
  return {
    id,
    props,
    restart,
    shutdown,
    significant,
    type,
    backoff,
    options: { ...options, shutdown, ...(id !== undefined && { name: id }) },
  };
}

function inChild<T>(id: unknown, run: () => T, field = ''): T {
  try {
    return run();
  } catch (error) {
    throw new TypeError(`child ${show(id)}: ${field}${(error as Error).message}`, { cause: error });
  }
}
