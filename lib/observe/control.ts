/** What a person may do to an actor by hand, from a page or a console. All of it is written down as a warning, with who it was. */
import { show, TroupeError } from '../base/errors.ts';
import { restartByHand } from '../core/byHand.ts';
import { SupervisionWarning } from '../core/events.ts';
import type { Ref } from '../core/ref.ts';
import type { Observatory } from './observatory/observatory.ts';

/** What can be done: to send a message, to give it a new instance, to stop it in its turn, and to end it at once. */
export const controlActions = ['send', 'restart', 'stop', 'kill'] as const;
export type ControlAction = (typeof controlActions)[number];

/** What was done. */
export interface Controlled {
  readonly action: ControlAction;
  readonly path: string;
  /** In words. */
  readonly text: string;
}

/** What was asked for can't be done to that actor; the text says why. */
export class ControlRefused extends TroupeError {
  constructor(message: string) {
    super('CONTROL_REFUSED', message);
  }
}

const deeds: Readonly<Record<ControlAction, { did: string; act(ref: Ref, message: unknown): void }>> = {
  send: { did: 'was sent a message', act: (ref, message) => ref.tell(message) },
  restart: { did: 'was told to restart', act: ref => restartByHand(ref, new Error('restarted by hand')) },
  stop: { did: 'was told to stop', act: ref => ref.stop() },
  kill: { did: 'was killed', act: ref => ref.kill() },
};

/**
 * Does something to the actor at a path. It does not wait for what comes of it.
 * @param by who does it, for the log: where the request came from
 * @param message what is sent, for `send`
 * @throws ControlRefused when there is no such actor, or it is one of the runtime itself; TypeError for what nobody can do
 */
export function control(
  observatory: Observatory,
  action: ControlAction,
  path: string,
  by: string,
  message?: unknown,
): Controlled {
  if (!Object.hasOwn(deeds, action))
    throw new TypeError(`there is no action ${show(action)}; there are ${controlActions.join(', ')}`);
  if (typeof path !== 'string')
    throw new TypeError(`${action}: path must be a path such as /a/b, not ${show(path)}`);
  const ref = observatory.find(path);
  if (ref === undefined) throw new ControlRefused(`there is no live actor ${show(path)} on this node`);
  if (ref.path === '/' || ref.path === '/system' || ref.path.startsWith('/system/'))
    throw new ControlRefused(`${ref.path} is the runtime's own: to end it, stop the node`);
  const { did, act } = deeds[action];
  observatory.node.events.publish(new SupervisionWarning(ref, `it ${did} by hand, by ${by}`));
  act(ref, message);
  return { action, path: ref.path, text: `${ref.path} ${did}` };
}
