/** The actor of the runtime in which an actor of the flow lives, and the one above all of them. */
import { CreateFailed } from '../base/errors.ts';
import { Actor, type Host, hostOf } from '../core/actor.ts';
import { Terminated } from '../core/message.ts';
import type { Ref } from '../core/ref.ts';
import { type AnyDecision, Restart, Stop } from '../core/supervision.ts';
import { Crash } from './life.ts';
import type { Station } from './station.ts';

/** @internal It takes no messages but the runtime's: there are events, or the actor is broken. */
export class FlowHost extends Actor<never, Station> {
  override preStart(): unknown {
    return this.params.begin(hostOf(this, 'preStart'));
  }

  override receive(message: unknown): void {
    if (message instanceof Crash) this.params.crashed(message);
    else this.params.turn();
  }

  override postStop(): unknown {
    return this.params.end();
  }
}

/** @internal What the root asks the director. */
export interface Overseer {
  /** Called when the root has started, with what it stands on. */
  ready(host: Host): void;
  /** Whether the actor that failed is to be started once more. */
  mayRestart(child: Ref, error: Error): boolean;
  /** Called when an actor has ended for good. */
  gone(child: Ref): void;
}

/** @internal The parent of all actors of one flow. */
export class FlowRoot extends Actor<never, Overseer> {
  override preStart(): void {
    this.params.ready(hostOf(this, 'preStart'));
  }

  override receive(message: unknown): void {
    if (message instanceof Terminated) this.params.gone(message.ref as Ref);
    else this.unhandled(message);
  }

  override supervise(error: Error, child: Ref): AnyDecision {
    const cause = error instanceof CreateFailed && error.cause instanceof Error ? error.cause : error;
    // The director counts: the limits of the strategy are out of the way.
    return this.params.mayRestart(child, cause) ? Restart : Stop;
  }
}
