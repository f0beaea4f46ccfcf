/** The children of one actor: their names, and what is to be done once the last of them is gone. Knows no lifecycle. */
import { NameConflict, show } from '../base/errors.ts';

interface Child {
  readonly ref: { readonly path: string; readonly step: string };
}

/** @throws TypeError when `name` is empty, has a slash or begins with a dollar sign */
export function checkName(name: unknown): asserts name is string {
  if (typeof name !== 'string' || name === '') {
    throw new TypeError(`the name of an actor must be a text that is not empty, not ${show(name)}`);
  }
  if (name.includes('/'))
    throw new TypeError(`the name ${show(name)} has a slash, which separates the names of a path`);
  if (name === '.' || name === '..') throw new TypeError(`the name ${show(name)} has a meaning in a path`);
  if (name.startsWith('$')) {
    throw new TypeError(`the name ${show(name)} begins with $, which is kept for names made by the runtime`);
  }
}

export class Children<C extends Child> {
  readonly #byName = new Map<string, C>();
  #unnamed = 0;
  #afterLast: (() => void) | undefined;

  get size(): number {
    return this.#byName.size;
  }

  get(name: string): C | undefined {
    return this.#byName.get(name);
  }

  /** In the order in which they were spawned. */
  [Symbol.iterator](): IterableIterator<C> {
    return this.#byName.values();
  }

  /**
   * The name of a child to be: `wanted`, or one made from the class.
   * @throws NameConflict when a child has it that lives or is still stopping
   */
  nameFor(wanted: string | undefined, className: string, parentPath: () => string): string {
    if (wanted === undefined) return this.#madeUp(className);
    checkName(wanted);
    if (!this.#byName.has(wanted)) return wanted;
    const path = `${parentPath() === '/' ? '' : parentPath()}/${wanted}`;
    throw new NameConflict(
      `${path} is taken; choose another name, or wait until the actor there has stopped (join it)`,
    );
  }

  add(child: C): void {
    this.#byName.set(child.ref.step, child);
  }

  /** Forgets a child that is gone; false when it was none of these. */
  remove(child: C): boolean {
    if (this.#byName.get(child.ref.step) !== child) return false;
    this.#byName.delete(child.ref.step);
    if (this.#byName.size === 0) this.#takeAfterLast()?.();
    return true;
  }

  /** Runs `then` when no child is left, at once if there is none; a later call takes the place of an earlier one. */
  whenGone(then: () => void): void {
    if (this.#byName.size === 0) then();
    else this.#afterLast = then;
  }

  #madeUp(className: string): string {
    for (;;) {
      const name = `${className}$${++this.#unnamed}`;
      if (!this.#byName.has(name)) return name;
    }
  }

  #takeAfterLast(): (() => void) | undefined {
    const then = this.#afterLast;
    this.#afterLast = undefined;
    return then;
  }
}
