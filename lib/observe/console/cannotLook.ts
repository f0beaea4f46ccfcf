/** Why a node can't be looked at: its message is the one line that the user reads. */
import { TroupeError } from '../../base/errors.ts';

export class CannotLook extends TroupeError {
  constructor(message: string, options?: ErrorOptions) {
    super('CANNOT_LOOK', message, options);
  }
}
