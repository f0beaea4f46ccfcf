/** Collects what is wrong with one file. */
import { type FlowFault, FlowFileError, keyOf } from './faults.ts';
import type { Secrets } from './secrets.ts';
import type { Path, YamlText } from './yaml.ts';

export class FaultList {
  readonly #file: string;
  readonly #yaml: YamlText;
  readonly #secrets: Secrets;
  readonly #faults: FlowFault[] = [];
  readonly #told = new Set<string>();
  /** Where they are. */
  readonly #paths: Path[] = [];

  /** @param yaml what it says; its own faults are the first */
  constructor(file: string, yaml: YamlText, secrets: Secrets) {
    this.#file = file;
    this.#yaml = yaml;
    this.#secrets = secrets;
    for (const { path, ...fault } of yaml.faults) this.#add({ file, key: keyOf(path), ...fault }, path);
  }

  get count(): number {
    return this.#faults.length;
  }

  /** @param what whether the key is wrong, or its value */
  add(path: Path, message: string, what: 'key' | 'value' = 'value'): void {
    const place = this.#yaml.placeOf(path, what);
    this.#add({ file: this.#file, ...place, key: keyOf(path), message }, path);
  }

  /** Adds what begins with keys that are there, `restart: within must be …`, at the last of them; gives whether it does. */
  addWithin(path: Path, message: string): boolean {
    const [, key = '', colon, rest = ''] = /^(\w+)(: )?(.*)/s.exec(message) ?? [];
    if (!Object.hasOwn(Object(this.#at(path)), key)) return false;
    const place = [...path, key];
    if (colon === undefined) this.add(place, message);
    else if (!this.addWithin(place, rest)) this.add(place, rest);
    return true;
  }

  /** Whether something is wrong right there. */
  isAt(path: Path): boolean {
    return this.#paths.some(other => keyOf(other) === keyOf(path));
  }

  /** Whether nothing is wrong so far with what is there, or within it. */
  isSound(path: Path): boolean {
    return !this.#paths.some(fault => path.every((step, at) => fault[at] === step));
  }

  /** @throws FlowFileError when there is something in the list */
  giveUp(): void {
    if (this.#faults.length > 0) throw new FlowFileError(this.#faults);
  }

  #add(fault: FlowFault, path: Path): void {
    this.#paths.push(path);
    const message = this.#secrets.hidden(fault.message);
    const text = `${fault.key}: ${message}`;
    if (!this.#told.has(text)) this.#faults.push({ ...fault, message });
    this.#told.add(text);
  }

  #at(path: Path): unknown {
    return path.reduce<unknown>((value, step) => Object(value)[step], this.#yaml.value);
  }
}
