/** A doctor on duty: tells by himself when something is stuck. */
import { show } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { NodeFace } from '../../core/actor.ts';
import { MailCell } from '../../core/mailCell.ts';
import { Observatory } from '../observatory/observatory.ts';
import type { AskersKnown } from './askers.ts';
import { Doctor } from './doctor.ts';
import { type Finding, type Gravity, gravities } from './findings.ts';
import { StuckFound } from './stuckFound.ts';

export interface WatchOptions {
  /** What counts as long, in ms (1000). */
  readonly slow?: number | undefined;
  /** The least grave that is told: `critical`, `warning` (the default) or `notice`. */
  readonly gravity?: Gravity | undefined;
  /** When it is known who asks in async code: `always` or `suspected`, as for `diagnose`. */
  readonly askers?: AskersKnown | undefined;
  /** How often, in ms, it looks (1000), unless the node has an observatory already. */
  readonly interval?: number | undefined;
}

/** A trouble that was not there in so many looks is a new one when it comes back. */
const forgetAfter = 10;

/**
 * Publishes a `StuckFound` on `node.events`, and writes a line to the node's log, whenever something is found to be stuck: once,
 * however long it stays so, and only the hundred gravest of what is wrong at a time. It looks at all actors once in each `interval`.
 * @returns a function that ends the watch; it ends with its node anyway
 * @throws TypeError when an option is of the wrong kind
 */
export function watchForStuck(node: NodeFace, options: WatchOptions = {}): () => void {
  const { slow = 1000, gravity = 'warning', interval, askers } = options;
  const least = gravities.indexOf(gravity);
  if (least === -1) throw new TypeError(`gravity must be ${gravities.join(', ')}, not ${show(gravity)}`);
  const observatory = Observatory.open(node, { interval });
  const told = new Map<string, number>();
  let look = 0;
  const tell = () => {
    look++;
    for (const finding of Doctor.of(observatory).findings({ slow })) {
      if (gravities.indexOf(finding.gravity) > least) continue;
      if (!told.has(finding.id)) announce(node, finding);
      told.set(finding.id, look);
    }
    for (const [id, last] of told) if (look - last >= forgetAfter) told.delete(id);
  };
  try {
    Doctor.of(observatory, { askers }).findings({ slow, askers }); // refuses what is wrong now, not at the first look
  } catch (error) {
    observatory.close();
    throw error;
  }
  // The doctor's own look comes before this one: he was there first.
  const leave = observatory.onSample(tell);
  let isOpen = true;
  return () => {
    if (!isOpen) return;
    isOpen = false;
    leave();
    observatory.close();
  };
}

function announce(node: NodeFace, finding: Finding): void {
  node.events.publish(new StuckFound(finding));
  const { inlet } = node.guardian;
  const logger: Logger | undefined = inlet instanceof MailCell ? inlet.realm.logger : undefined;
  const line = `${finding.text}. ${finding.advice}`;
  if (finding.gravity === 'critical') logger?.error(line);
  else if (finding.gravity === 'warning') logger?.warn(line);
  else logger?.info(line);
}
