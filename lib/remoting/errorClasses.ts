/** The classes of errors that both sides know, so that an error that has travelled is an instance of its class again. */
import {
  AbortError,
  BadSupervision,
  CreateFailed,
  InvalidAddress,
  InvalidEscalation,
  LookupFailed,
  MailboxFull,
  NameConflict,
  NodeDownError,
  NodeStopped,
  RemotingError,
  SerializationError,
  TimeoutError,
  TroupeError,
  Unhandled,
  UnhandledTermination,
} from '../base/errors.ts';
import { ActorStopped } from '../core/ref.ts';

const classes: readonly { readonly name: string; readonly prototype: Error }[] = [
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  AggregateError,
  TroupeError,
  TimeoutError,
  AbortError,
  NameConflict,
  LookupFailed,
  CreateFailed,
  Unhandled,
  UnhandledTermination,
  ActorStopped,
  NodeDownError,
  NodeStopped,
  InvalidAddress,
  InvalidEscalation,
  BadSupervision,
  MailboxFull,
  SerializationError,
  RemotingError,
];

const byName = new Map(classes.map(({ name, prototype }) => [name, prototype]));
const nameOf = new Map<object, string>(classes.map(({ name, prototype }) => [prototype, name]));

/** The name of the nearest class of `error` that the other side knows too. */
export function knownErrorName(error: Error): string {
  let prototype: object | null = error;
  while (prototype !== null) {
    const name = nameOf.get(prototype);
    if (name !== undefined) return name;
    prototype = Object.getPrototypeOf(prototype);
  }
  return 'Error';
}

/** What an instance of that class inherits from; `Error` for a name that is not known here. */
export const errorPrototype = (name: unknown): Error => byName.get(name as string) ?? Error.prototype;
