/**
 * What pools and groups have in common: an actor that passes on what it is told, with the sender, to one of its members or to
 * several. It only ever looks at what is meant for itself.
 */
import { asError } from '../base/errors.ts';
import { Actor, hostOf } from '../core/actor.ts';
import type { ActorCell } from '../core/actorCell.ts';
import { NodeDown, NodeResponsive, NodeUnresponsive } from '../core/events.ts';
import type { Home } from '../core/home.ts';
import { Lookout } from '../core/lookout.ts';
import { Notice, type TerminationReason } from '../core/message.ts';
import { Props, type StandardSchemaV1 } from '../core/props.ts';
import { Ref } from '../core/ref.ts';
import { tellAll } from './broadcast.ts';
import { Members } from './members.ts';
import { Broadcast, ForRouter, type Order, RouterRequest } from './messages.ts';
import type { Desk, Routing, RoutingStrategy } from './routingStrategy.ts';

export abstract class Router extends Actor {
  readonly #strategy: RoutingStrategy<never>;
  protected readonly members = new Members();
  #cell: ActorCell | undefined;
  #desk: Desk | undefined;
  #routing: Routing | undefined;
  #lookout: Lookout | undefined;
  #unsubscribe: (() => void)[] = [];

  constructor(strategy: RoutingStrategy<never>) {
    super();
    this.#strategy = strategy;
  }

  /** Adds the members that are there from the beginning. */
  protected abstract open(): void;
  /** Does what it was asked, and gives the answer, or a promise of it. */
  protected abstract obey(order: Order): unknown;
  /** A member has ended; told at once, outside of any turn. */
  protected abstract ended(ref: Ref, reason: TerminationReason): void;
  /** A message of the router to itself. */
  protected abstract ownMessage(message: object): void;

  override preStart(): void {
    const cell = hostOf(this, 'ref') as ActorCell;
    const home = cell.realm as Home;
    this.#cell = cell;
    this.#desk = {
      members: this.members,
      nobody: new Ref(home.office('notFound'), undefined, `${cell.ref.path}/$member`),
      cell,
      world: cell.world,
    };
    this.#routing = this.#strategy.begin(this.#desk);
    this.#lookout = new Lookout(home, (ref, reason) => this.ended(ref, reason));
    cell.onAbandoned = asker => this.#abandoned(asker);
    this.open();
  }

  override receive(message: unknown): void {
    const { sender } = this.cell;
    if (!(message instanceof ForRouter || message instanceof Notice)) {
      (this.#routing as Routing).route(message, sender);
    } else if (message instanceof Broadcast) tellAll(this.#desk as Desk, message.message, sender);
    else if (message instanceof RouterRequest) this.#answer(message.order, sender);
    else this.ownMessage(message);
  }

  override postStop(): void {
    this.#lookout?.close();
    this.#routing?.close?.();
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
  }

  protected get cell(): ActorCell {
    return this.#cell as ActorCell;
  }

  /** From now on messages go to it, too. */
  protected join(key: string, ref: Ref): void {
    this.introduce(ref);
    this.members.set(key, ref);
    if (!ref.isLocal && this.#unsubscribe.length === 0) this.#followNodes();
    this.#lookout?.watch(ref);
  }

  /** The strategy hears of somebody who is, or will be, a member. */
  protected introduce(ref: Ref): void {
    this.#routing?.joined?.(ref);
  }

  /** No messages go to it from now on. */
  protected leave(key: string, ref: Ref): void {
    this.members.delete(key);
    this.#lookout?.unwatch(ref);
  }

  #answer(order: Order, sender: Ref | undefined): void {
    const reply = (answer: unknown) => void sender?.tell(answer, this.cell.ref);
    try {
      const answer = this.obey(order);
      if (answer instanceof Promise) void answer.then(reply);
      else reply(answer);
    } catch (error) {
      reply(asError(error));
    }
  }

  #abandoned(asker: Ref): void {
    const routing = this.#routing as Routing;
    if (routing.abandoned !== undefined) return routing.abandoned(asker);
    for (const ref of this.members.all) ref.inlet.signal({ type: 'abandoned', asker }, ref);
  }

  #followNodes(): void {
    const { events } = this.node;
    const { members } = this;
    this.#unsubscribe = [
      events.subscribe(NodeUnresponsive, ({ address }) => members.nodeResponds(address, false)),
      events.subscribe(NodeResponsive, ({ address }) => members.nodeResponds(address, true)),
      events.subscribe(NodeDown, ({ address }) => members.nodeResponds(address, true)),
    ];
  }
}

/** The recipe for a router. */
export class RouterProps<M> extends Props<M> {
  constructor(title: 'Pool' | 'Group' | 'Monitor', create: () => Router, accepts?: StandardSchemaV1) {
    super(title, create, undefined, accepts);
  }
}
