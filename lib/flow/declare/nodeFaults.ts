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
  const attempt = (path: Path, check: () => unknown) => {
    try {
      check();
      return true;
    } catch (error) {
      const { message } = asError(error);
      const [key = ''] = /^\w+/.exec(message.replace(/^remoting: /, '')) ?? [];
      const around =
        key === '' ? undefined : [options, remoting].findIndex(one => Object.hasOwn(Object(one), key));
      const found = around === 0 ? [key] : around === 1 ? ['remoting', key] : path;
      faults.push({ path: found, message });
      return false;
    }
  };
  const isSound = address === undefined || attempt(['address'], () => checkNodeAddress(address));
  if (advertise !== undefined) attempt(['advertise'], () => checkNodeAddress(advertise));
  attempt([], () => completeOptions(others));
  if (remoting === undefined && address === undefined) return faults;
  attempt(['address'], () => completeRemotingOptions(remoting ?? {}, isSound ? address : undefined));
  const { curve } = remoting ?? {};
  if (curve !== undefined) attempt(['remoting', 'curve'], () => openCurve(curve).close());
  return faults;
}
