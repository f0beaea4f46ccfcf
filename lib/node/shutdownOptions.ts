/** How long the phases of a node's end may take, checked and completed once. */
import { show } from '../base/errors.ts';
import { type ShutdownPhase, shutdownPhases } from '../core/shutdown.ts';

export interface ShutdownOptions {
  /** What is particular about single phases. */
  phases?: Readonly<Partial<Record<ShutdownPhase, ShutdownPhaseOptions>>> | undefined;
}

export interface ShutdownPhaseOptions {
  /** How long, in ms, each task of the phase may take (5000), unless it was added with a `timeout` of its own. */
  timeout?: number | undefined;
}

/** How long a task of each phase may take, in ms. */
export type PhaseTimeouts = Readonly<Record<ShutdownPhase, number>>;

const usualTimeout = 5000;

/** @throws TypeError that names the option and what is wrong with it */
export function phaseTimeouts(options: ShutdownOptions = {}): PhaseTimeouts {
  checkKeys('shutdown', options, ['phases']);
  const { phases = {} } = options;
  checkKeys('shutdown.phases', phases, shutdownPhases);
  const timeoutOf = (phase: ShutdownPhase): number => {
    const { [phase]: given = {} } = phases;
    checkKeys(`shutdown.phases.${phase}`, given, ['timeout']);
    const { timeout = usualTimeout } = given;
    checkTimeout(`shutdown.phases.${phase}.timeout`, timeout);
    return timeout;
  };
  return {
    beforeStop: timeoutOf('beforeStop'),
    unbind: timeoutOf('unbind'),
    drain: timeoutOf('drain'),
    afterStop: timeoutOf('afterStop'),
  };
}

/** No end may wait for ever. */
export function checkTimeout(what: string, timeout: unknown): void {
  if (!(Number.isFinite(timeout) && (timeout as number) >= 0))
    throw new TypeError(`${what} must be a finite number of milliseconds from 0 up, not ${show(timeout)}`);
}

function checkKeys(what: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`${what} must be an object with ${known.join(', ')}, not ${show(options)}`);
  for (const key of Object.keys(options)) {
    if (!known.includes(key))
      throw new TypeError(`${what} has no use for ${show(key)}; it may have ${known.join(', ')}`);
  }
}
