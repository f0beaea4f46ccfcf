/** What is wrong with the options of a node, before it is started. */
import { asError } from '../../base/errors.ts';
import { checkNodeAddress } from '../../core/address.ts';
import { completeOptions, type NodeOptions } from '../../node/options.ts';
import { openCurve } from '../../remoting/openCurve.ts';
import { completeRemotingOptions } from '../../remoting/options.ts';
import type { Path } from './yaml.ts';

interface NodeFault {
  /** Seen from the options. */
  readonly path: Path;
  readonly message: string;
}

/** The first fault of each part: its addresses, what else it is given, how it deals with others, its keys. */
export function faultsOfNode(options: NodeOptions): NodeFault[] {
  const { address, advertise, remoting, ...others } = options;
  const faults: NodeFault[] = [];
  /** Many messages begin with the one of the `parts` that is wrong. */
  const attempt = (path: Path, check: () => unknown, parts: object = {}): void => {
    try {
      check();
    } catch (error) {
      const { message } = asError(error);
      const [part = ''] = /^\w+/.exec(message.replace(/^remoting: /, '')) ?? [];
      faults.push({ path: Object.hasOwn(parts, part) ? [...path, part] : path, message });
    }
  };
  if (address !== undefined) attempt(['address'], () => checkNodeAddress(address));
  if (advertise !== undefined) attempt(['advertise'], () => checkNodeAddress(advertise));
  attempt([], () => completeOptions(others), others);
  if (remoting !== undefined)
    attempt(['remoting'], () => completeRemotingOptions(remoting, undefined), remoting);
  // What is left is that the address needs more of remoting.
  if (faults.length === 0 && address !== undefined)
    attempt(['address'], () => completeRemotingOptions(remoting ?? {}, address));
  const { curve } = remoting ?? {};
  if (curve !== undefined) attempt(['remoting', 'curve'], () => openCurve(curve).close());
  return faults;
}
