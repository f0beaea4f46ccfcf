/** How pools and groups are run by whoever has their ref. */
import { show } from '../base/errors.ts';
import { MailCell } from '../core/mailCell.ts';
import { Ref } from '../core/ref.ts';
import { type Broadcast, type Order, RouterRequest } from './messages.ts';
import { RouterProps } from './router.ts';

/** The workers of a pool, or the members of a group. */
export const routees = <M = unknown>(router: Ref<never>): Promise<Ref<M>[]> =>
  request('routees', router, { type: 'routees' });

/**
 * Gives a pool so many workers. Those who are too many are the youngest: each handles what it has been told, and ends.
 * Resolves when it is done, and they have ended.
 * @throws TypeError when `size` is none, or not from `min` to `max`
 */
export const resize = (pool: Ref<never>, size: number): Promise<void> =>
  request('resize', pool, { type: 'resize', size });

/** Adds an actor to a group; false when it is a member already, or has ended. */
export const addRoutee = <M>(group: Ref<M | Broadcast<M>>, routee: Ref<M>): Promise<boolean> =>
  request('addRoutee', group, { type: 'add', routee: routee as Ref });

/** Takes an actor from a group, which lives on; false when it is no member. */
export const removeRoutee = (group: Ref<never>, routee: Ref<never>): Promise<boolean> =>
  request('removeRoutee', group, { type: 'remove', routee: routee as Ref });

async function request<R>(method: string, router: unknown, order: Order): Promise<R> {
  if (!isRouter(router))
    throw new TypeError(`${method}: expected the ref of a pool or group on this node, not ${nameOf(router)}`);
  return router.ask<R>(new RouterRequest(order), { timeout: Number.POSITIVE_INFINITY });
}

function isRouter(router: unknown): router is Ref {
  if (!(router instanceof Ref) || !router.isLocal) return false;
  return !(router.inlet instanceof MailCell) || router.inlet.props instanceof RouterProps;
}

const nameOf = (router: unknown) => (router instanceof Ref ? router.address : show(router));
