/** `spawn(Worker, { on: childProcess() })`. */
import { show } from '../base/errors.ts';
import type { Placement } from '../core/props.ts';
import { checkPlace, checkSettings, type PlaceOptions } from './place.ts';
import { LocalPlacement } from './placement.ts';

export interface ChildProcessOptions extends PlaceOptions {
  /** Variables of its environment, besides those of this process. */
  env?: NodeJS.ProcessEnv | undefined;
  /** Options for Node.js, besides those of this process. */
  execArgv?: readonly string[] | undefined;
}

/**
 * Runs an actor in a process of its own, or in one that it shares: for what may crash, or needs memory of its own. To all
 * others it is an actor like any other. Its class must be exported, and say in which module: `static module = import.meta.url`.
 * @throws TypeError
 */
export function childProcess(options: ChildProcessOptions = {}): Placement {
  checkPlace('childProcess(options)', options, ['shared', 'maxBusy', 'env', 'execArgv']);
  const { shared, maxBusy, env, execArgv = [] } = options;
  checkSettings('childProcess(options)', 'env', env);
  if (!(Array.isArray(execArgv) && execArgv.every(one => typeof one === 'string')))
    throw new TypeError(`childProcess(options): execArgv must be a list of texts, not ${show(execArgv)}`);
  return new LocalPlacement(
    { kind: 'process', shared, maxBusy, resourceLimits: undefined, env, execArgv },
    'childProcess()',
  );
}
