/** An error as a list that any client can read. */
import { FlowError } from './errors.ts';

/** One message of an error, with what its thrower added. */
export interface FormattedError {
  message: string;
  code: string | null;
  [extra: string]: unknown;
}

/** `error` as a list with one entry for each message; what its `override` says where it has one. */
export function formatted(error: Error): FormattedError[] | unknown {
  if (!(error instanceof FlowError)) return [{ message: error.message, code: codeOf(error) }];
  if (error.override !== undefined) return error.override;
  return error.messages.map(message => ({ message, code: error.code, ...error.extra }));
}

const codeOf = (error: Error): string | null => {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : null;
};

/** The list for people: one message a line. */
export function textOfErrors(errors: unknown): string {
  if (typeof errors === 'string') return errors;
  if (!Array.isArray(errors)) return JSON.stringify(errors) ?? '';
  return errors.map(each => each?.message ?? JSON.stringify(each) ?? '').join('\n');
}
