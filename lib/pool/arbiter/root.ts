/** The actor of an arbiter: the parent of its monitors, none of which concerns the others, and who answers for it to other nodes. */
import { Actor } from '../../core/actor.ts';
import type { Ref } from '../../core/ref.ts';
import { type AnyDecision, Stop } from '../../core/supervision.ts';
import type { ArbiterInfo } from './info.ts';

/** What it does for its arbiter. */
export interface Duties {
  info(): Promise<ArbiterInfo>;
  /** @throws LookupFailed when there is no such monitor; TypeError when that is no size */
  resize(monitor: string, size: number): void;
  /** All of them unless one is named. @throws LookupFailed */
  reload(monitor: string | undefined): void;
  gaveUp(monitor: Ref, error: Error): void;
}

/** The commands of an arbiter, for `send(ref, 'status')` from anywhere; resizing and reloading is begun, and not waited for. */
export interface ArbiterCommands {
  readonly status: () => Promise<ArbiterInfo>;
  readonly resize: (monitor: string, size: number) => void;
  readonly reload: (monitor?: string) => void;
}

export class Root extends Actor<never> {
  readonly #duties: Duties;
  override commands: ArbiterCommands & Record<string, (...args: never[]) => unknown>;

  constructor(duties: Duties) {
    super();
    this.#duties = duties;
    this.commands = {
      status: () => duties.info(),
      resize: (monitor: string, size: number) => duties.resize(monitor, size),
      reload: (monitor?: string) => duties.reload(monitor),
    };
  }

  override supervise(error: Error, child: Ref): AnyDecision {
    this.#duties.gaveUp(child, error);
    return Stop;
  }
}
