/**
 * A realm of its own for what is typed into a console: what it declares is not seen by the node's code, what it throws later can
 * be told from what the node's code throws, and its timers end with it.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { types } from 'node:util';
import vm from 'node:vm';
import { asError } from '../../base/errors.ts';
import { type Cancel, systemClock, systemScheduler } from '../../base/world.ts';

/** How long, in ms, code may keep the process to itself. */
const longestTurn = 5000;

/** Who hears what has failed later, by the prototype of the realm's own promises. */
const realms = new WeakMap<object, (reason: unknown) => void>();
let isListening = false;

export class Realm {
  readonly context: vm.Context;
  /** The same as its code sees it: with what every realm has. */
  readonly global: object;
  readonly #onLate: (error: unknown) => void;
  readonly #timers = new Set<Cancel>();
  readonly #guarded = new WeakSet<object>();
  readonly #promises: object;

  /**
   * @param names what code finds there besides what is always there
   * @param onLate is told what code has thrown when nobody waited for it any more
   */
  constructor(names: object, onLate: (error: unknown) => void) {
    this.#onLate = onLate;
    this.context = vm.createContext({});
    const own = new Set(vm.runInContext('Object.getOwnPropertyNames(globalThis)', this.context) as string[]);
    for (const name of Object.getOwnPropertyNames(globalThis)) {
      if (own.has(name)) continue;
      const property = Object.getOwnPropertyDescriptor(globalThis, name) as PropertyDescriptor;
      Object.defineProperty(this.context, name, { ...property, configurable: true });
    }
    const require = createRequire(join(process.cwd(), 'console.js'));
    for (const [name, value] of Object.entries({ ...this.#timing(), require, ...names }))
      Object.defineProperty(this.context, name, { value, writable: true, configurable: true });
    this.global = vm.runInContext('globalThis', this.context) as object;
    this.#promises = vm.runInContext('Promise.prototype', this.context) as object;
    listen();
    realms.set(this.#promises, onLate);
  }

  /** @throws what the code throws; SyntaxError when it is none; Error when it takes more than 5 s without an `await` */
  run(code: string): unknown {
    const script = new vm.Script(code, {
      filename: 'console',
      // It warns when it is given, so only where it is needed.
      ...(code.includes('import') && {
        importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      }),
    });
    return script.runInContext(this.context, { timeout: longestTurn, displayErrors: false });
  }

  /** Promises of the node's realm that are kept in a variable: nobody may wait for them, and a failed one would end the process. */
  guard(result: unknown): void {
    const kept = Object.values(Object.getOwnPropertyDescriptors(this.context));
    for (const value of [result, ...kept.map(({ value }) => value as unknown)]) {
      if (!types.isPromise(value) || this.#guarded.has(value)) continue;
      this.#guarded.add(value);
      value.catch(this.#onLate);
    }
  }

  /** Timers that tell what they throw, and that end with the console. */
  #timing() {
    const safely =
      (run: (...args: unknown[]) => unknown, args: unknown[] = []) =>
      () => {
        try {
          run(...args);
        } catch (error) {
          this.#onLate(error);
        }
      };
    const keep = (start: (done: () => void) => Cancel): Cancel => {
      const cancel = () => {
        this.#timers.delete(cancel);
        end();
      };
      this.#timers.add(cancel);
      const end = start(() => this.#timers.delete(cancel));
      return cancel;
    };
    const after = (run: () => void, ms: unknown, isRepeated: boolean): Cancel =>
      keep(done => {
        const delay = Math.max(1, Number(ms) || 1);
        const plan = (): Cancel =>
          systemClock.after(delay, () => {
            if (isRepeated) end = plan();
            else done();
            run();
          });
        let end = plan();
        return () => end();
      });
    type Run = (...args: unknown[]) => unknown;
    const clear = (cancel: unknown) => {
      if (typeof cancel === 'function') cancel();
    };
    const timers = {
      Timeout: (run: Run, ms?: unknown, ...args: unknown[]) => after(safely(run, args), ms, false),
      Interval: (run: Run, ms?: unknown, ...args: unknown[]) => after(safely(run, args), ms, true),
      Immediate: (run: Run, ...args: unknown[]) => systemScheduler.later(safely(run, args)),
    };
    const soon = { Microtask: (run: Run) => systemScheduler.soon(safely(run)) };
    return {
      ...named('set', timers),
      ...named('clear', { Timeout: clear, Interval: clear, Immediate: clear }),
      ...named('queue', soon),
    };
  }

  /** Ends its timers. What it throws after that is still no matter of the node's, and told to nobody. */
  close(): void {
    for (const cancel of this.#timers) cancel();
    realms.set(this.#promises, () => {});
  }
}

const named = (verb: string, all: object) =>
  Object.fromEntries(Object.entries(all).map(([name, value]) => [verb + name, value as unknown]));

/** Whether nobody has said what is to be done about rejections that nobody handles. */
function isUsual(): boolean {
  const { NODE_OPTIONS = '' } = process.env;
  return ![...process.execArgv, NODE_OPTIONS].some(option => option.includes('--unhandled-rejections'));
}

/** A listener takes the usual end of the process away: it is brought about here for whatever is not of a console. */
function listen(): void {
  if (isListening || !isUsual()) return;
  isListening = true;
  process.on('unhandledRejection', (reason, promise) => {
    const hear = realms.get(Object.getPrototypeOf(promise));
    if (hear !== undefined) hear(reason);
    else if (process.listenerCount('unhandledRejection') === 1) throw asError(reason);
  });
}

/** What code of another realm has made, as this realm's: actors compare prototypes. Only arrays and plain objects are made anew. */
export function ofThisRealm(value: unknown, seen = new Map<object, unknown>()): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const known = seen.get(value);
  if (known !== undefined) return known;
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    seen.set(value, list);
    for (const one of value) list.push(ofThisRealm(one, seen));
    return list;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || !isForeign(prototype)) return value;
  if (Object.getPrototypeOf(prototype) !== null) return isBuiltIn(value) ? cloneOf(value) : value;
  const copy: Record<string, unknown> = {};
  seen.set(value, copy);
  for (const [key, one] of Object.entries(value)) copy[key] = ofThisRealm(one, seen);
  return copy;
}

/** Whether it is a prototype of a realm other than this one: the constructor of its constructor is another `Function`. */
const isForeign = (prototype: unknown): prototype is object =>
  typeof prototype === 'object' &&
  prototype !== null &&
  typeof prototype.constructor === 'function' &&
  !(prototype.constructor instanceof Function);

function cloneOf(value: object): object {
  try {
    return structuredClone(value);
  } catch {
    return value; // a map of refs, for example: it stays as it is
  }
}

const isBuiltIn = (value: object) =>
  types.isDate(value) ||
  types.isMap(value) ||
  types.isSet(value) ||
  types.isRegExp(value) ||
  types.isNativeError(value) ||
  types.isAnyArrayBuffer(value) ||
  ArrayBuffer.isView(value);
