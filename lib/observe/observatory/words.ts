/** Messages as text for people: short, on demand, and never with what must not be seen. */
import { inspect } from 'node:util';
import { asError } from '../../base/errors.ts';

export interface WordsOptions {
  /** Whether the contents of messages are shown at all (true). */
  readonly showMessages?: boolean | undefined;
  /** Gives what is shown in the place of a message. If it throws, that is shown, and neither the message nor what it threw. */
  readonly redact?: ((message: unknown) => unknown) | undefined;
}

const mostCharacters = 2000;

/** Errors are of users, and so is what makes a text of them. */
export function errorText(error: unknown): string {
  try {
    return String(error);
  } catch {
    return 'an error that has no text';
  }
}

export class Words {
  readonly #showMessages: boolean;
  readonly #redact: (message: unknown) => unknown;

  constructor({ showMessages = true, redact = message => message }: WordsOptions) {
    this.#showMessages = showMessages;
    this.#redact = redact;
  }

  of(message: unknown): string {
    if (!this.#showMessages) return '(not shown)';
    let shown: unknown;
    try {
      shown = this.#redact(message);
    } catch (error) {
      // What it says may hold what it was to hide.
      return `(can't be shown: redact threw ${asError(error).name})`;
    }
    try {
      const text = inspect(shown, shape);
      return text.length > mostCharacters
        ? `${text.slice(0, mostCharacters)}… (${text.length} characters)`
        : text;
    } catch (error) {
      return `(can't be shown: ${errorText(error)})`;
    }
  }
}

const shape = { depth: 4, maxArrayLength: 50, maxStringLength: 500, breakLength: 100, compact: 3 };
