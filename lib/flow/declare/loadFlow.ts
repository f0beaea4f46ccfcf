/** Reads a file that describes a flow, and makes the director of that flow. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { asError, show } from '../../base/errors.ts';
import { checkName } from '../../core/children.ts';
import type { NodeOptions } from '../../node/options.ts';
import { Director, type DirectorOptions } from '../director.ts';
import { unknownParameters } from '../parameters.ts';
import { faultsOfDocument } from './check.ts';
import { type Environment, interpolate } from './environment.ts';
import { FaultList } from './faultList.ts';
import { FlowFileError } from './faults.ts';
import { type ImportModule, Modules } from './modules.ts';
import { faultsOfNode } from './nodeFaults.ts';
import { Secrets } from './secrets.ts';
import { Values } from './values.ts';
import { type Wire, type WireObject, wiresOf } from './wires.ts';
import { type Path, YamlText } from './yaml.ts';

export interface LoadFlowOptions {
  /** The variables for `${NAME}` (those of the process). */
  env?: Environment | undefined;
  /** How the modules are imported that the file names: gets a URL, or the name of a package (`import`). */
  importModule?: ImportModule | undefined;
  /** What goes before the options in the file. Its `nodeOptions` are added to those; with a `node`, those do not count. */
  director?: DirectorOptions | undefined;
}

/** An actor as the file says it. */
type Entry = string | { readonly actor: string; readonly name?: string; readonly params?: object };
type Role = 'actor' | 'log' | 'error';

/** What a file says that is as the schema wants it. */
interface FlowDocument extends Omit<DirectorOptions, 'node'> {
  readonly description?: string;
  readonly node?: NodeOptions;
  readonly logActor?: Entry;
  readonly errorActor?: Entry;
  readonly actors: Readonly<Record<string, Entry>>;
  readonly wiring?: readonly (string | WireObject)[];
}

/**
 * The flow that a YAML file describes, complete and checked, and not started. Modules that the file names are imported, and
 * all actors constructed. Needs the packages yaml, ajv and ajv-formats.
 *
 * After the bootstrap files of wishbone.
 * @param file its path; the paths in it are seen from its folder
 * @throws FlowFileError that tells all that is wrong, and where; PackageMissing; what reading the file throws
 */
export async function loadFlow(file: string, options: LoadFlowOptions = {}): Promise<Director> {
  return new Loader(file, textOf(file, await readFile(file)), options).load();
}

/** Without a byte order mark. */
function textOf(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new FlowFileError([{ file, line: 1, column: 1, key: '', message: 'the file is no text in UTF-8' }]);
  }
}

class Loader {
  readonly #file: string;
  /** What the text says. */
  readonly #value: unknown;
  readonly #options: LoadFlowOptions;
  readonly #modules: Modules;
  readonly #values: Values;
  readonly #faults: FaultList;
  /** The names of all actors and where they are. */
  readonly #actors = new Map<string, Path>();
  readonly #wires: { readonly wire: Wire; readonly path: Path }[] = [];

  constructor(file: string, text: string, options: LoadFlowOptions) {
    const { env = process.env, importModule = url => import(url) } = options;
    const folder = dirname(resolve(file));
    const known = { ...env, FLOW_DIR: folder };
    const secrets = new Secrets();
    const note = (name: string, value: string) => secrets.note(name, value);
    const yaml = new YamlText(text, (found, isPlain) => interpolate(found, isPlain, known, note));
    this.#file = file;
    this.#value = yaml.value;
    this.#options = options;
    this.#faults = new FaultList(file, yaml, secrets);
    this.#modules = new Modules(folder, importModule);
    this.#values = new Values(file, this.#modules, (path, error, what) =>
      this.#faults.add(path, error.message, what),
    );
    if (!yaml.isYaml) this.#faults.giveUp();
  }

  async load(): Promise<Director> {
    for (const { path, isKey, message } of faultsOfDocument(this.#value)) {
      // A variable that is not set is no number either: that need not be told.
      if (!this.#faults.isAt(path)) this.#faults.add(path, message, isKey ? 'key' : 'value');
    }
    const document = this.#soundPart();
    const director = this.#direct(document);
    await this.#register(director, document);
    this.#wire(document);
    this.#faults.giveUp();
    this.#connect(director);
    this.#check(director);
    this.#faults.giveUp();
    return director;
  }

  /** The document as far as it can be worked with, so that all that is wrong is told at once. */
  #soundPart(): FlowDocument {
    if (!isMap(this.#value)) this.#faults.giveUp();
    const { actors, wiring, ...rest } = this.#value as Record<string, unknown>;
    const sound = Object.entries(rest).filter(([key]) => this.#faults.isSound([key]));
    return {
      ...Object.fromEntries(sound),
      actors: (isMap(actors) ? actors : {}) as FlowDocument['actors'],
      wiring: (Array.isArray(wiring) ? wiring : []) as NonNullable<FlowDocument['wiring']>,
    };
  }

  // ---- the director ----

  #direct(document: FlowDocument): Director {
    const {
      description: _d,
      logActor: _l,
      errorActor: _e,
      actors: _a,
      wiring: _w,
      node,
      ...options
    } = document;
    const name = options.name ?? basename(this.#file, extname(this.#file));
    const { director = {} } = this.#options;
    const own = this.#nodeOptions(node);
    const nodeOptions = director.node === undefined ? { ...own, ...director.nodeOptions } : undefined;
    if (nodeOptions !== undefined)
      for (const { path, message } of faultsOfNode(own)) this.#faults.add(['node', ...path], message);
    try {
      return new Director({ ...options, name, ...director, nodeOptions });
    } catch (error) {
      const { message } = asError(error);
      const [, key = ''] = /^Director: (\w+)/.exec(message) ?? [];
      if (!Object.hasOwn(options, key) || Object.hasOwn(director, key)) throw error;
      this.#faults.addWithin([], message.slice('Director: '.length));
      return new Director();
    }
  }

  /** The key file is beside the flow file. */
  #nodeOptions(node: NodeOptions = {}): NodeOptions {
    const { curve, ...remoting } = node.remoting ?? {};
    if (typeof curve !== 'string') return node;
    return { ...node, remoting: { ...remoting, curve: resolve(dirname(this.#file), curve) } };
  }

  // ---- its actors ----

  async #register(director: Director, { actors, logActor, errorActor }: FlowDocument): Promise<void> {
    const entries: [Role, string, Entry, Path][] = Object.entries(actors).map(([name, entry]) => [
      'actor',
      name,
      entry,
      ['actors', name],
    ]);
    if (logActor !== undefined) entries.push(['log', nameOf(logActor, 'log'), logActor, ['logActor']]);
    if (errorActor !== undefined)
      entries.push(['error', nameOf(errorActor, 'error'), errorActor, ['errorActor']]);
    // What the director has unless the file says something else.
    if (logActor === undefined) this.#actors.set('default_stdout', []);
    if (errorActor === undefined) this.#actors.set('default_error_logger', []);
    for (const [role, name, entry, path] of entries) {
      if (this.#actors.has(name))
        this.#faults.add(path, `there is another actor with the name ${show(name)}`, 'key');
      this.#actors.set(name, path);
      this.#checkName(name, path);
      if (this.#faults.isSound(path)) await this.#registerOne(director, role, name, entry, path);
    }
  }

  #checkName(name: string, path: Path): void {
    try {
      checkName(name);
    } catch (error) {
      this.#faults.add(path, asError(error).message, 'key');
    }
  }

  async #registerOne(director: Director, role: Role, name: string, entry: Entry, path: Path): Promise<void> {
    const { actor, params } = typeof entry === 'string' ? { actor: entry, params: undefined } : entry;
    const before = this.#faults.count;
    const given = (await this.#values.resolve(params, [...path, 'params'])) as object | undefined;
    let kind: Awaited<ReturnType<Modules['actor']>>;
    try {
      kind = await this.#modules.actor(actor);
    } catch (error) {
      this.#faults.add(typeof entry === 'string' ? path : [...path, 'actor'], asError(error).message);
      return;
    }
    if (this.#faults.count > before) return;
    const unknown = unknownParameters(kind, given, true);
    for (const { name, message } of unknown) this.#faults.add([...path, 'params', name], message, 'key');
    if (unknown.length > 0) return;
    try {
      if (role === 'actor') director.registerActor(kind, name, given);
      else if (role === 'log') director.registerLogActor(kind, name, given);
      else director.registerErrorActor(kind, name, given);
    } catch (error) {
      this.#faultOfActor(name, path, asError(error));
    }
  }

  /** Where an actor complains about one of its parameters, that is the place. */
  #faultOfActor(name: string, path: Path, { message }: Error): void {
    const own = message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message;
    if (!this.#faults.addWithin([...path, 'params'], own)) this.#faults.add(path, own, 'key');
  }

  // ---- its queues ----

  #wire({ wiring = [] }: FlowDocument): void {
    const names = [...this.#actors.keys()];
    for (const [at, entry] of wiring.entries()) {
      const path = ['wiring', at];
      if (!this.#faults.isSound(path)) continue;
      try {
        for (const wire of wiresOf(entry, names)) this.#wires.push({ wire, path });
      } catch (error) {
        this.#faults.add(path, asError(error).message);
      }
    }
  }

  #connect(director: Director): void {
    for (const { wire } of this.#wires) {
      const { kind, from, to, options } = wire;
      const source = from.queue === undefined ? from.actor : ([from.actor, from.queue] as const);
      const destination = to.queue === undefined ? to.actor : ([to.actor, to.queue] as const);
      if (kind === 'error') director.connectErrorQueue(source, [destination], options);
      else if (kind === 'log') director.connectLogQueue(source, [destination], options);
      else director.connectQueue(source, [destination], options);
    }
  }

  /** What only the director sees: queues that are there twice, events that no one can take, what actors say of their boxes. */
  #check(director: Director): void {
    const queues = this.#queuesOf(director);
    for (const fault of director.check()) {
      const path = queues.findLast(([text]) => fault.includes(text))?.[1];
      const owner = [...this.#actors].find(([name]) => fault.startsWith(`${name}: `));
      if (path !== undefined) this.#faults.add(path, fault);
      else if (owner !== undefined) this.#faultOfActor(...owner, new Error(fault));
      else this.#faults.add(['wiring'], fault, 'key');
    }
  }

  /** The queues as the director names them, and the entries of the wiring that they come from, in its order. */
  #queuesOf(director: Director): [text: string, path: Path][] {
    const edges = director.graph().edges.filter(({ isDefault }) => !isDefault);
    return edges.map(({ source, outbox, destination, inbox }, at) => [
      `queue ${source}.${outbox} -> ${destination}.${inbox} `,
      this.#wires[at]?.path ?? ['wiring'],
    ]);
  }
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const nameOf = (entry: Entry, fallback: string) =>
  typeof entry === 'string' ? fallback : (entry.name ?? fallback);
