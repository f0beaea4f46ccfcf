/** `spawn(Worker, { on: remote('host:port') })`. */
import { show } from '../base/errors.ts';
import { Actor } from '../core/actor.ts';
import { checkNodeAddress } from '../core/address.ts';
import type { MailCell } from '../core/mailCell.ts';
import { type Placement, Props } from '../core/props.ts';
import { StandInCell } from './standIn.ts';

/**
 * Runs an actor on another node, which must have registered the class (`node.register(Worker)`) and let this one spawn there
 * (`remoting: { allow: { spawn: true } }`). To all others it is an actor like any other.
 * @param address `host:port`
 * @throws InvalidAddress
 */
export function remote(address: string): Placement {
  checkNodeAddress(address);
  return {
    recipe: what => {
      const props = what instanceof Props ? what : undefined;
      const origin = props === undefined ? what : props.origin;
      const name = typeof origin === 'string' ? origin : isActorClass(origin) ? origin.name : '';
      if (name === '')
        throw new TypeError(
          `spawn with on: remote() takes a class of actors that has a name, or that name, not ${show(what)}`,
        );
      const accepts = isActorClass(origin) ? origin.accepts : undefined;
      return new Props(name, () => ({}), props?.params, accepts, name, origin);
    },
    stand: (parent, props, options, name) =>
      new StandInCell(parent as MailCell, props, options, name, {
        source: { url: '', className: props.title },
        isPartOfNode: false,
        find: async system => {
          const { RemoteHouse } = await import('./remoteHouse.ts');
          return new RemoteHouse(system, address);
        },
      }),
  };
}

const isActorClass = (value: unknown): value is typeof Actor =>
  typeof value === 'function' && value.prototype instanceof Actor;
