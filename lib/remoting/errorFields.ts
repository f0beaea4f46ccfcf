/** Errors as plain fields and back. One of a class that is not known here comes back as an `Error` with the same name. */
import * as errors from '../base/errors.ts';
import { TroupeError } from '../base/errors.ts';
import { ActorStopped } from '../core/ref.ts';

/** Errors that come back as what they were. */
const errorClasses = new Map<string, new () => Error>();
for (const one of [
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  EvalError,
  URIError,
  AggregateError,
]) {
  errorClasses.set(one.name, one as unknown as new () => Error);
}
for (const one of [...Object.values(errors), ActorStopped]) {
  if (typeof one === 'function' && one.prototype instanceof TroupeError) {
    errorClasses.set(one.name, one as unknown as new () => Error);
  }
}

export function errorFields(error: Error): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const errors = error instanceof AggregateError ? { errors: error.errors } : {};
  return { ...error, name, message, stack, ...(cause !== undefined && { cause }), ...errors };
}

export function decodeError(fields: unknown): Error {
  const { name, message, stack, ...rest } = (
    typeof fields === 'object' && fields !== null ? fields : {}
  ) as Record<string, unknown>;
  const prototype = (errorClasses.get(String(name)) ?? Error).prototype;
  const error = Object.create(
    prototype,
    Object.getOwnPropertyDescriptors(new Error(String(message))),
  ) as Error;
  hide(error, 'stack', typeof stack === 'string' ? stack : String(message));
  if (error.name !== name) hide(error, 'name', String(name));
  for (const [key, value] of Object.entries(rest)) {
    if (key === 'cause' || key === 'errors') hide(error, key, value);
    else if (key !== '__proto__')
      Object.defineProperty(error, key, { value, writable: true, enumerable: true, configurable: true });
  }
  return error;
}

const hide = (error: Error, key: string, value: unknown) =>
  Object.defineProperty(error, key, { value, writable: true, enumerable: false, configurable: true });
