/** What was registered and connected, and what is wrong with it. Nothing of it runs. */
import { show } from '../base/errors.ts';
import { checkName } from '../core/children.ts';
import { faultsOfOptions } from './actorOptions.ts';
import { mayConvert } from './conversions.ts';
import { FlowError } from './events/errors.ts';
import { Event, type EventClass } from './events/event.ts';
import { LogEvent } from './events/logEvent.ts';
import { classes, FlowActor, type FlowActorClass } from './flowActor.ts';
import { faultsOfNames } from './parameters.ts';
import { type QueueKind, type QueuePolicy, queuePolicies } from './queue.ts';

/** An actor, or its name. */
export type ActorHandle = FlowActor | string;
/** One end of a queue: an actor, or an actor and the names of its boxes. */
export type Endpoint = ActorHandle | readonly [ActorHandle, string | readonly string[]];

export interface ConnectOptions {
  /** How many events wait at most; the director's `size` unless given. */
  size?: number | undefined;
  /** What happens when it is full; the director's `policy` unless given. */
  policy?: QueuePolicy | undefined;
}

/** What is wrong with a wiring: all of it. Nothing has been started. */
export class WiringError extends FlowError {
  static override readonly code: string = 'WIRING';
  readonly faults: readonly string[];

  constructor(director: string, faults: readonly string[]) {
    super(`the flow ${show(director)} can't start:\n${faults.map(fault => `  - ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

export type Role = 'actor' | 'error' | 'log';

/** An actor of the wiring. */
export interface Registration {
  readonly name: string;
  readonly role: Role;
  /** Makes another instance; undefined when a ready one was given. */
  readonly make: (() => FlowActor) | undefined;
  actor: FlowActor;
  /** What the user holds: it stands for the actor also in later runs. */
  readonly handle: FlowActor;
}

/** A queue of the wiring. */
export interface Link {
  readonly kind: QueueKind;
  readonly source: Registration;
  readonly outbox: string;
  readonly destination: Registration;
  readonly inbox: string;
  readonly size: number;
  readonly policy: QueuePolicy;
  /** Whether nobody asked for it. */
  readonly isDefault: boolean;
}

/** What `connectQueue` was called with. */
interface Connection {
  readonly kind: QueueKind;
  readonly source: unknown;
  readonly destinations: unknown;
  readonly options: ConnectOptions;
}

interface Boxes {
  readonly of: Registration;
  /** Undefined: named after the other end. */
  readonly names: readonly string[] | undefined;
}

const verbs: Record<QueueKind, string> = {
  event: 'connectQueue',
  error: 'connectErrorQueue',
  log: 'connectLogQueue',
};
const prefixes: Record<QueueKind, string> = { event: '', error: 'error_', log: 'log_' };

export class Wiring {
  readonly #size: number;
  readonly #policy: QueuePolicy;
  readonly #registered: Registration[] = [];
  readonly #connections: Connection[] = [];
  readonly #faults: string[] = [];

  constructor(size: number, policy: QueuePolicy) {
    this.#size = size;
    this.#policy = policy;
  }

  /** In the order of their registration. */
  get actors(): readonly Registration[] {
    return this.#registered;
  }

  /**
   * @param what a class, which is constructed at once and after every crash, or a ready actor
   * @throws TypeError when it is neither; whatever the constructor throws
   */
  register(role: Role, what: FlowActorClass | FlowActor, name?: string, params?: object): FlowActor {
    const registration = registrationOf(role, what, name, params);
    if (role !== 'actor') this.#replace(role);
    if (this.#isTaken(registration)) {
      this.#faults.push(
        this.#registered.some(({ actor }) => actor === registration.actor)
          ? `the actor ${show(registration.name)} is registered twice`
          : `two actors have the name ${show(registration.name)}`,
      );
      return registration.actor;
    }
    this.#registered.push(registration);
    return registration.actor;
  }

  #isTaken({ name, actor }: Registration): boolean {
    return this.#registered.some(one => one.name === name || one.actor === actor);
  }

  /** There is one log actor, and one error actor. */
  #replace(role: Role): void {
    const at = this.#registered.findIndex(one => one.role === role);
    if (at !== -1) this.#registered.splice(at, 1);
  }

  /** Makes new instances, for another run; those that were given stay. */
  renew(): void {
    for (const registration of this.#registered) {
      if (registration.make !== undefined) registration.actor = registration.make();
    }
  }

  find(handle: ActorHandle): Registration | undefined {
    return this.#registered.find(one => one.handle === handle || one.name === handle);
  }

  connect(kind: QueueKind, source: unknown, destinations: unknown, options: ConnectOptions = {}): void {
    this.#connections.push({ kind, source, destinations, options });
  }

  /**
   * All queues that there will be, those included that nobody asked for, and all faults; and the actors at an end of a queue that
   * can't be: what they find wrong with their boxes may be a consequence of that.
   */
  resolve(): { links: Link[]; faults: string[]; inDoubt: ReadonlySet<string> } {
    const inDoubt = new Set<string>();
    const faults = [...this.#faults];
    for (const { name, actor } of this.#registered) faults.push(...faultsOfActor(name, actor));
    const links: Link[] = [];
    for (const connection of this.#connections) {
      const before = faults.length;
      this.#resolve(connection, links, faults);
      if (faults.length > before) for (const name of this.#endsOf(connection)) inDoubt.add(name);
    }
    this.#addDefaults(links);
    faults.push(...faultsOfLinks(links));
    return { links, faults, inDoubt };
  }

  /** The names of the actors that a connection names. */
  #endsOf({ source, destinations }: Connection): string[] {
    const handles = [source, destinations].flat(3).filter(isHandle);
    return handles.map(handle => this.find(handle)?.name).filter(name => name !== undefined);
  }

  #resolve(connection: Connection, links: Link[], faults: string[]): void {
    const { kind, options } = connection;
    const fault = (text: string) => void faults.push(`${verbs[kind]}: ${text}`);
    const { size = this.#size, policy = this.#policy } = options;
    if (!isSize(size)) return fault(`size must be a whole number of events from 1 up, not ${show(size)}`);
    if (!queuePolicies.includes(policy))
      return fault(`policy must be ${queuePolicies.join(', ')}, not ${show(policy)}`);
    if (kind === 'log' && options.policy === 'block')
      return fault('the policy of a log queue must not be block: what is logged never makes an actor wait');
    const source = this.#boxes(connection.source, 'source', fault);
    const ends = this.#endpoints(connection.destinations, fault);
    if (source === undefined) return undefined;
    for (const end of ends) {
      const destination = this.#boxes(end, 'destination', fault);
      if (destination === undefined) continue;
      const isDropping = kind === 'log' && options.policy === undefined;
      for (const [outbox, inbox] of namesOf(source, destination, kind)) {
        links.push({
          kind,
          source: source.of,
          outbox,
          destination: destination.of,
          inbox,
          size,
          policy: isDropping ? 'dropOldest' : policy,
          isDefault: false,
        });
      }
    }
  }

  /** The destinations one by one: a list of them, or a single one, which may be a list itself. */
  #endpoints(given: unknown, fault: (text: string) => void): readonly unknown[] {
    if (!Array.isArray(given)) return [given];
    const [first, second] = given;
    const isPair = given.length === 2 && isHandle(first) && (isText(second) || isTexts(second));
    if (!isPair) return given;
    if (
      isText(first) &&
      isText(second) &&
      this.find(first) !== undefined &&
      this.find(second) !== undefined
    ) {
      fault(
        `[${show(first)}, ${show(second)}] can mean two actors, or a queue of the first: give the actors themselves, or connect them one by one`,
      );
      return [];
    }
    return [given];
  }

  #boxes(end: unknown, role: string, fault: (text: string) => void): Boxes | undefined {
    const [handle, names] = Array.isArray(end) ? end : [end, undefined];
    if (Array.isArray(end) && (end.length !== 2 || !(isText(names) || isTexts(names)))) {
      fault(`a ${role} must be an actor, its name, or [actor, 'queue'], not ${showEnd(end)}`);
      return undefined;
    }
    if (!isHandle(handle)) {
      fault(`a ${role} must be an actor, its name, or [actor, 'queue'], not ${show(handle)}`);
      return undefined;
    }
    const registration = this.find(handle);
    if (registration !== undefined)
      return { of: registration, names: names === undefined ? undefined : [names].flat() };
    const name = typeof handle === 'string' ? handle : handle.name;
    fault(`there is no actor ${show(name)}: register it, or correct the name`);
    return undefined;
  }

  #addDefaults(links: Link[]): void {
    const errorActor = this.#registered.find(({ role }) => role === 'error');
    const logActor = this.#registered.find(({ role }) => role === 'log');
    const sourcesOf = (kind: QueueKind) =>
      new Set(links.filter(link => link.kind === kind).map(({ source }) => source));
    const [withErrors, withLogs] = [sourcesOf('error'), sourcesOf('log')];
    for (const source of this.#registered) {
      const base = { source, size: this.#size, isDefault: true } as const;
      if (errorActor !== undefined && source.role === 'actor' && !withErrors.has(source)) {
        const inbox = `error_${source.name}`;
        links.push({
          ...base,
          kind: 'error',
          outbox: errorActor.name,
          destination: errorActor,
          inbox,
          policy: 'block',
        });
      }
      // What the log actor has to say about itself would go round for ever.
      if (logActor !== undefined && source !== logActor && !withLogs.has(source)) {
        links.push({
          ...base,
          kind: 'log',
          outbox: logActor.name,
          destination: logActor,
          inbox: 'log_inbox',
          policy: 'dropOldest',
        });
      }
    }
  }
}

function registrationOf(
  role: Role,
  what: FlowActorClass | FlowActor,
  name: string | undefined,
  params: object | undefined,
): Registration {
  if (what instanceof FlowActor) return { name: what.name, role, actor: what, handle: what, make: undefined };
  if (typeof what !== 'function' || !(what.prototype instanceof FlowActor))
    throw new TypeError(`registerActor takes a class that extends FlowActor, or an actor, not ${show(what)}`);
  const own = name ?? what.name.toLowerCase();
  const make = () => new what(own, params);
  const actor = make();
  return { name: actor.name, role, actor, handle: actor, make };
}

/** The pairs of outbox and inbox for a connection: a box that is not named has the name of the other end. */
function namesOf(source: Boxes, destination: Boxes, kind: QueueKind): [string, string][] {
  const outboxes = source.names ?? [destination.of.name];
  return outboxes.flatMap(outbox => {
    const inboxes = destination.names ?? [source.names === undefined ? source.of.name : outbox];
    return inboxes.map((inbox): [string, string] => [outbox, prefixed(inbox, prefixes[kind])]);
  });
}

const prefixed = (name: string, prefix: string) => (name.startsWith(prefix) ? name : `${prefix}${name}`);

function faultsOfActor(name: string, actor: FlowActor): string[] {
  const faults: string[] = [];
  try {
    checkName(name);
  } catch (error) {
    faults.push((error as Error).message);
  }
  if (typeof actor.consume !== 'function')
    faults.push(
      `${name}: ${actor.constructor.name} has no method consume(event, origin): an actor of a flow needs one`,
    );
  const kind = actor.constructor as typeof FlowActor;
  for (const [what, given] of [
    ['input', actor.input ?? kind.input],
    ['output', actor.output ?? kind.output],
  ] as const) {
    const list = classes(given);
    if (!Array.isArray(list) || list.length === 0 || !list.every(isEventClass))
      faults.push(`${name}: ${what} must be a class of events, or several of them, not ${show(given)}`);
  }
  return [...faults, ...faultsOfOptions(name, actor.params), ...faultsOfNames(name, actor)];
}

function faultsOfLinks(links: readonly Link[]): string[] {
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const link of links) {
    const { kind, source, outbox, destination, inbox } = link;
    const text = `${source.name}.${outbox} -> ${destination.name}.${inbox}`;
    if (seen.has(`${kind} ${text}`)) faults.push(`the queue ${text} is connected twice`);
    seen.add(`${kind} ${text}`);
    if (outbox === '' || inbox === '') faults.push(`the queue ${text} has no name at one end`);
    if (kind !== 'event' && source === destination)
      faults.push(`the ${kind} queue ${text} leads back to its own actor, where it would go round for ever`);
    if (kind === 'log' && source.role === 'log')
      faults.push(
        `the log actor ${source.name} can't have a log queue: its lines would never come to an end`,
      );
    if (kind !== 'error' && canNeverConvert(link))
      faults.push(
        `the queue ${text} carries ${namesOfClasses(outputOf(link))}, which can't be converted to ${namesOfClasses(inputOf(link))}`,
      );
  }
  return faults;
}

const isEventClass = (value: unknown): boolean =>
  typeof value === 'function' && (value === Event || value.prototype instanceof Event);

function outputOf({ kind, source: { actor } }: Link): readonly EventClass[] {
  if (kind === 'log') return [LogEvent];
  return classes(actor.output ?? (actor.constructor as typeof FlowActor).output);
}

function inputOf({ destination: { actor } }: Link): readonly EventClass[] {
  return classes(actor.input ?? (actor.constructor as typeof FlowActor).input);
}

/** Whether none of the classes that come out can be taken in, as it is or converted. */
function canNeverConvert(link: Link): boolean {
  const from = outputOf(link);
  const to = inputOf(link);
  if (![...from, ...to].every(isEventClass)) return false; // told of already
  return !from.some(one => to.some(other => isRelated(one, other)) || mayConvert(one, to[0] as EventClass));
}

/** Whether an event that is declared as the one may be, or is, one of the other. */
const isRelated = (one: EventClass, other: EventClass): boolean =>
  one === other || one.prototype instanceof other || other.prototype instanceof one;

const namesOfClasses = (list: readonly EventClass[]) => list.map(({ name }) => name).join(' or ');
const isText = (value: unknown): value is string => typeof value === 'string';
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);
const isHandle = (value: unknown): value is ActorHandle => isText(value) || value instanceof FlowActor;
export const isSize = (value: unknown): value is number =>
  typeof value === 'number' &&
  ((Number.isInteger(value) && value >= 1) || value === Number.POSITIVE_INFINITY);
const showEnd = (end: readonly unknown[]) =>
  `[${end.map(one => (one instanceof FlowActor ? one.name : show(one))).join(', ')}]`;
