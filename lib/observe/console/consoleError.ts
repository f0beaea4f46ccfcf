/** Why there is no console, and what to do about it. */
import { TroupeError } from '../../base/errors.ts';

export class ConsoleError extends TroupeError {
  constructor(message: string, options?: ErrorOptions) {
    super('CONSOLE', message, options);
  }
}
