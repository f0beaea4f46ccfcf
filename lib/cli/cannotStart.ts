/** Why `startnode` could not start: its message is the one line that the user reads. */
import { TroupeError } from '../base/errors.ts';

export class CannotStart extends TroupeError {
  constructor(message: string, options?: ErrorOptions) {
    super('CANNOT_START', message, options);
  }
}
