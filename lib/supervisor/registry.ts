/**
 * A registry finds actors by key. It is an actor, so that it has a place in the tree and ends with it; its tables are read
 * where they are asked, without a message.
 */
import { show } from '../base/errors.ts';
import { Actor, type ActorFunction, type MessageOf, type Spawn, type Spawnable } from '../core/actor.ts';
import type { Home } from '../core/home.ts';
import { Lookout } from '../core/lookout.ts';
import { Props, type SpawnOptions } from '../core/props.ts';
import { ActorStopped, Ref } from '../core/ref.ts';
import { AlreadyRegistered } from './alreadyRegistered.ts';
import { checkKey, type RegistryKey, textOf } from './registryKey.ts';
import { RegistryTable } from './registryTable.ts';
import { ViaInlet } from './via.ts';

export interface RegistryOptions {
  /** The name of the registry's actor; made up unless given. */
  name?: string | undefined;
  /** Whether a key can have one actor (`unique`, the default) or any number (`duplicate`). */
  keys?: 'unique' | 'duplicate' | undefined;
}

/** One actor under one key. */
export interface RegistryEntry<M = unknown, V = unknown> {
  readonly ref: Ref<M>;
  readonly value: V;
}

/** What can have children: a node, an actor, or the context of a function actor. */
export interface Parent {
  readonly spawn: Spawn;
}

interface SpawnRegistered<V> extends SpawnOptions {
  /** Kept beside the ref. */
  value?: V | undefined;
}

/** Holds the place of the registry in the tree. The tables are not its state, so a restart loses nothing. */
class Keeper extends Actor {}

/**
 * Actors by key, on one node. Whoever ends is gone from it at once, also when it lived on another node or that went down.
 * @typeParam M the messages that the actors understand
 * @typeParam V what is kept beside each
 */
export class Registry<M = unknown, V = unknown> {
  /** The actor of the registry: stop it to end the registry. */
  readonly ref: Ref;
  /** Whether a key can have one actor or any number. */
  readonly keys: 'unique' | 'duplicate';
  readonly #table = new RegistryTable<RegistryKey, M, V>();
  readonly #home: Home;
  readonly #lookout: Lookout;
  /** Names that somebody still holds: the same key gives the same ref. */
  readonly #names = new Map<RegistryKey, WeakRef<Ref<M>>>();
  readonly #forgotten = new FinalizationRegistry<RegistryKey>(key => {
    if (this.#names.get(key)?.deref() === undefined) this.#names.delete(key);
  });

  private constructor(ref: Ref, keys: 'unique' | 'duplicate') {
    this.ref = ref;
    this.keys = keys;
    this.#home = ref.inlet.realm as Home;
    this.#lookout = new Lookout(this.#home, ended => this.#hasEnded(ended));
    this.#lookout.watch(ref);
  }

  /**
   * Starts a registry as a child of `parent`: it ends with that.
   * @throws TypeError for a bad option; NameConflict when a child of `parent` has the name
   */
  static start<M = unknown, V = unknown>(parent: Parent, options: RegistryOptions = {}): Registry<M, V> {
    checkParent('Registry.start', parent);
    const { name, keys } = checkOptions(options);
    return new Registry<M, V>(
      parent.spawn(new Props('registry', () => new Keeper(), undefined, undefined, 'Registry'), { name }),
      keys,
    );
  }

  /** The last step of its path. */
  get name(): string {
    return this.ref.name;
  }

  /** How many actors are registered, each counted once for every key that it has. */
  get count(): number {
    return this.#table.count;
  }

  /**
   * Registers an actor, which may live on another node. One that has the key already gets the new value; one that has
   * ended is not registered.
   * @param value kept beside the ref
   * @throws AlreadyRegistered when keys are unique and another actor that lives has this one; ActorStopped when the
   * registry has ended; TypeError for what is no key or no ref of an actor
   */
  register(key: RegistryKey, ref: Ref<M>, value?: V): void {
    this.#checkOpen();
    checkKey(key);
    checkRef(ref as Ref);
    this.#checkFree(key, ref as Ref);
    if (ref.isStopped) return;
    if (this.keys === 'unique') this.#forgetEnded(key);
    this.#table.put(key, ref, value as V);
    this.#lookout.watch(ref as Ref);
  }

  /** Takes a key from an actor; false when it has not got it. */
  unregister(key: RegistryKey, ref: Ref<M>): boolean {
    if (!this.#table.remove(key, ref)) return false;
    if (!this.#table.has(ref)) this.#lookout.unwatch(ref as Ref);
    return true;
  }

  /**
   * The actor that has the key; undefined when nobody has it.
   * @throws TypeError when keys are not unique: use `entries`
   */
  lookup(key: RegistryKey): Ref<M> | undefined {
    this.#checkUnique('lookup', 'entries(key) or dispatch(key, message)');
    return this.#holder(key);
  }

  /** The actors that have the key and what is kept beside each, in the order in which they were registered. */
  entries(key: RegistryKey): RegistryEntry<M, V>[] {
    const live: RegistryEntry<M, V>[] = [];
    for (const { ref, value } of this.#table.at(key)) if (!ref.isStopped) live.push({ ref, value });
    return live;
  }

  /** The keys that an actor has. */
  keysOf(ref: Ref<M>): RegistryKey[] {
    return ref.isStopped ? [] : this.#table.keysOf(ref);
  }

  /** All that is registered. */
  *[Symbol.iterator](): IterableIterator<RegistryEntry<M, V> & { readonly key: RegistryKey }> {
    for (const { key, ref, value } of this.#table) if (!ref.isStopped) yield { key, ref, value };
  }

  /**
   * Tells a message to all actors that have the key.
   * @returns how many these are; with none, the message is told to nobody, and is no dead letter
   */
  dispatch(key: RegistryKey, message: M, sender?: Ref): number {
    const entries = this.entries(key);
    for (const { ref } of entries) ref.tell(message, sender);
    return entries.length;
  }

  /**
   * A name to use in the place of a ref: what is told to it goes to whoever has the key at that moment, and is a dead
   * letter (`notFound`) when nobody has it.
   * @throws TypeError when keys are not unique
   */
  via(key: RegistryKey): Ref<M> {
    this.#checkUnique('via', 'dispatch(key, message)');
    checkKey(key);
    const known = this.#names.get(key)?.deref();
    if (known !== undefined) return known;
    const path = `${this.ref.path}/$${textOf(key)}`;
    const { ref } = new ViaInlet(this.#home, path, () => this.#holder(key) as Ref | undefined);
    this.#names.set(key, new WeakRef(ref as Ref<M>));
    this.#forgotten.register(ref, key);
    return ref as Ref<M>;
  }

  /**
   * Spawns a child of `parent` that has the key before it starts.
   * @param options those of `spawn`, and `value`, which is kept beside the ref
   * @throws AlreadyRegistered, and then nothing is spawned; and what `register` and `spawn` throw
   */
  spawn<N extends M = M>(
    parent: Parent,
    key: RegistryKey,
    what: ActorFunction<N>,
    options?: SpawnRegistered<V>,
  ): Ref<N>;
  spawn<N extends M>(parent: Parent, key: RegistryKey, what: Props<N>, options?: SpawnRegistered<V>): Ref<N>;
  // biome-ignore lint/suspicious/noExplicitAny: as in Spawn
  spawn<A extends Actor<any, undefined>>(
    parent: Parent,
    key: RegistryKey,
    what: new () => A,
    options?: SpawnRegistered<V>,
  ): Ref<MessageOf<A>>;
  spawn(parent: Parent, key: RegistryKey, what: unknown, options: SpawnRegistered<V> = {}): Ref<never> {
    checkParent('registry.spawn', parent);
    this.#checkOpen();
    checkKey(key);
    this.#checkFree(key, undefined);
    const { value, ...spawnOptions } = options;
    const ref = (parent.spawn as (what: Spawnable, options: SpawnOptions) => Ref)(
      what as Spawnable,
      spawnOptions,
    );
    this.register(key, ref as Ref<M>, value);
    return ref as Ref<never>;
  }

  /** Whoever has a unique key. One that has just ended may still be in the table, while its dead letters are told. */
  #holder(key: RegistryKey): Ref<M> | undefined {
    const ref = this.#table.firstAt(key)?.ref;
    return ref?.isStopped ? undefined : ref;
  }

  #forgetEnded(key: RegistryKey): void {
    const ref = this.#table.firstAt(key)?.ref;
    if (ref?.isStopped) this.#table.removeAll(ref);
  }

  #hasEnded(ref: Ref): void {
    if (ref !== this.ref) return this.#table.removeAll(ref as Ref<M>);
    this.#lookout.close();
    this.#table.clear();
  }

  #checkOpen(): void {
    if (!this.ref.isStopped) return;
    const text = `the registry ${this.ref.address} has ended: nobody can be registered there any more`;
    throw new ActorStopped(this.ref, 'stopped', text);
  }

  #checkFree(key: RegistryKey, ref: Ref | undefined): void {
    if (this.keys !== 'unique') return;
    const holder = this.#holder(key) as Ref | undefined;
    if (holder === undefined || holder.equals(ref)) return;
    throw new AlreadyRegistered(
      `${holder.address} is registered as ${show(key)} in ${this.ref.address}; stop it, unregister it, or take another key`,
      key,
      holder,
    );
  }

  #checkUnique(method: string, instead: string): void {
    if (this.keys === 'unique') return;
    throw new TypeError(
      `registry.${method}: in ${this.ref.address} a key can have many actors; use ${instead}, or start it with keys: 'unique'`,
    );
  }
}

const kinds: readonly unknown[] = ['unique', 'duplicate'];

function checkOptions(options: RegistryOptions): { name: string | undefined; keys: 'unique' | 'duplicate' } {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`Registry.start(parent, options): options must be an object, not ${show(options)}`);
  for (const option of Object.keys(options)) {
    if (option !== 'name' && option !== 'keys')
      throw new TypeError(
        `Registry.start: there is no option ${show(option)}; the options are name and keys`,
      );
  }
  const { name, keys = 'unique' } = options;
  if (!kinds.includes(keys))
    throw new TypeError(`Registry.start: keys must be 'unique' or 'duplicate', not ${show(keys)}`);
  return { name, keys };
}

function checkParent(method: string, parent: Parent): void {
  if (typeof parent?.spawn === 'function') return;
  throw new TypeError(`${method}: the first argument must be a node or an actor, not ${show(parent)}`);
}

function checkRef(ref: Ref): void {
  if (!(ref instanceof Ref)) throw new TypeError(`register: expected the ref of an actor, not ${show(ref)}`);
  if (ref.inlet instanceof ViaInlet)
    throw new TypeError(`register: ${ref.address} is itself a name; register the actor that has it`);
}
