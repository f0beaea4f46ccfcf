/** What is wrong with the settings that an app was given. */
import { TroupeError } from '../../base/errors.ts';

/** Where a value came from, the strongest first; a `live` one was changed by the command `config`. */
export type LayerName = 'flag' | 'env' | 'file' | 'code' | 'default' | 'live';

export interface Fault {
  readonly layer: LayerName | 'missing';
  /** What it is called there: a flag, a variable, a file and a key. */
  readonly source: string;
  /** The name of the setting; undefined when there is none of that name. */
  readonly setting?: string | undefined;
  /** One line that says what is wrong and what is expected. */
  readonly message: string;
}

/** The settings of an app cannot be made from what was given. Its message has a line for each of the `faults`. */
export class SettingsError extends TroupeError {
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[], options?: ErrorOptions) {
    super('BAD_SETTINGS', faults.map(({ message }) => message).join('\n'), options);
    this.faults = faults;
  }
}
