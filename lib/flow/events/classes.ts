/** The classes of events, to be found by name and by what they hold. */
import { FlowError } from './errors.ts';
import type { Format } from './format.ts';

/** What is known of a class without knowing what an event is. */
interface AnyClass {
  new (init?: never): object;
  readonly name: string;
  readonly format: Format;
  readonly isHttp: boolean;
}

const named = new Map<string, AnyClass>();
const conversions = new Map<string, AnyClass>();

/**
 * Lets events of your class be read again by `parseEvent`. One that is not registered is written as the nearest class
 * above it that is.
 *
 * @throws FlowError when another class has that name.
 */
export function registerEvent(Class: AnyClass): void {
  const other = named.get(Class.name);
  if (other !== undefined && other !== Class) {
    throw new FlowError(`there is another class of events called ${Class.name}: give this one another name`);
  }
  named.set(Class.name, Class);
}

/** Registers `Class`, and makes it the one that conversions choose for its format and transport. */
export function useClass(Class: AnyClass): void {
  registerEvent(Class);
  conversions.set(keyOf(Class.format, Class.isHttp), Class);
}

const keyOf = (format: Format, isHttp: boolean): string => `${format.name}${isHttp ? ' over HTTP' : ''}`;

/** The class with that format and transport; undefined for a format of your own. */
export const classFor = (format: Format, isHttp: boolean): AnyClass | undefined =>
  conversions.get(keyOf(format, isHttp));

export const classNamed = (name: string): AnyClass | undefined => named.get(name);

/** The name of the nearest registered class. */
export function registeredName(Class: AnyClass): string {
  let at = Class;
  while (named.get(at.name) !== at) at = Object.getPrototypeOf(at);
  return at.name;
}
