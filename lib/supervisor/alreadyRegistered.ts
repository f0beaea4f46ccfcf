/** The error that names who has a key. */
import { TroupeError } from '../base/errors.ts';
import type { Ref } from '../core/ref.ts';

/** The key of a `Registry` with unique keys is taken by an actor that lives: `holder`. */
export class AlreadyRegistered extends TroupeError {
  readonly key: unknown;
  /** Who has the key. */
  readonly holder: Ref;

  constructor(text: string, key: unknown, holder: Ref) {
    super('ALREADY_REGISTERED', text);
    this.key = key;
    this.holder = holder;
  }
}
