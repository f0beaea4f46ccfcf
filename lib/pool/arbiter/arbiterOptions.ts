/** What an arbiter can be told, checked once. */
import { show } from '../../base/errors.ts';
import { Node } from '../../node/node.ts';
import type { NodeOptions } from '../../node/options.ts';
import { checkKnown } from '../poolOptions.ts';
import { checkMs } from './monitorOptions.ts';

export interface ArbiterOptions {
  /** The node that it lives on, or how it is to start one, which then ends with it (`{}`). */
  readonly node?: Node | NodeOptions | undefined;
  /** What its actor is called (`arbiter`). */
  readonly name?: string | undefined;
  /**
   * Whether it listens to the signals of the process (false). TERM and INT: it stops, and its node; a second one ends the process at
   * once. HUP: all monitors reload. TTIN, TTOU: each has one worker more, or one less. Until it has stopped, the process lives.
   */
  readonly signals?: boolean | undefined;
  /** A file that is to hold the id of this process, as long as the arbiter is there. */
  readonly pidfile?: string | undefined;
  /** How long, in ms, all workers together may take for what they have begun when the arbiter stops (10 000); then they are killed. */
  readonly exitTimeout?: number | undefined;
}

export interface CompleteArbiterOptions {
  readonly node: Node | NodeOptions;
  readonly name: string;
  readonly signals: boolean;
  readonly pidfile: string | undefined;
  readonly exitTimeout: number;
}

/** @throws TypeError that names the option and what is wrong with it */
export function completeArbiterOptions(given: ArbiterOptions): CompleteArbiterOptions {
  checkKnown('Arbiter.start', given, ['node', 'name', 'signals', 'pidfile', 'exitTimeout']);
  const { node = {}, name = 'arbiter', signals = false, pidfile, exitTimeout = 10_000 } = given;
  const check = (option: string, isRight: boolean, expected: string, value: unknown) => {
    if (!isRight) throw new TypeError(`Arbiter.start: ${option} must be ${expected}, not ${show(value)}`);
  };
  const isNode = node instanceof Node;
  check('node', isNode || (typeof node === 'object' && node !== null), 'a node or its options', node);
  check('signals', typeof signals === 'boolean', 'true or false', signals);
  const isFile = pidfile === undefined || (typeof pidfile === 'string' && pidfile !== '');
  check('pidfile', isFile, 'the name of a file', pidfile);
  checkMs('Arbiter.start: exitTimeout', exitTimeout, 0);
  return { node, name, signals, pidfile, exitTimeout };
}
