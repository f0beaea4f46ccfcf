/** The table of a state machine: what it does with which message in which state. */
import { show } from '../base/errors.ts';
import type { ReceiveTimeout, Terminated } from '../core/message.ts';
import type { Ref } from '../core/ref.ts';

/** The names that handlers have: the messages that are texts, and the `type` of those that are objects. */
export type NameOf<M> = M extends string
  ? M
  : M extends { readonly type: infer T extends string }
    ? T
    : never;

/** The messages of a name. */
export type MessageNamed<M, N> = M extends string
  ? M extends N
    ? M
    : never
  : M extends { readonly type: infer T }
    ? N extends T
      ? M
      : never
    : never;

/** A handler for each name. It may be async or a generator: the next message waits until it is done. */
export type Handlers<M> = unknown extends M
  ? { readonly [name: string]: (message: unknown) => unknown }
  : { readonly [N in NameOf<M>]?: (message: MessageNamed<M, N>) => unknown };

/** What is handled, by name or otherwise. */
export interface Handling<M> {
  /** Handlers by the name of the message: the text itself, or its `type`. */
  readonly on?: Handlers<M>;
  /** Gets every message that has no handler by name, and the notices of `watch` and `setReceiveTimeout`. */
  readonly otherwise?: (message: M | Terminated<Ref> | ReceiveTimeout) => unknown;
}

/** One state of a machine. */
export interface State<S extends string, M> extends Handling<M> {
  /**
   * Called whenever this state is entered from another, at the start, and by `repeat()`. It may be async, but no generator.
   * @param from the state before; undefined at the start
   */
  readonly enter?: (from: S | undefined) => unknown;
}

/** All states of a machine, by their names. */
export type States<S extends string, M> = { readonly [N in S]: State<S, M> };

type Handler = (message: unknown) => unknown;

/** What `this.define` makes. */
export class StateTable<S extends string, M> {
  readonly #byName: States<S, M>;
  readonly #inAny: Handling<M>;

  /** @internal use `this.define` */
  constructor(byName: States<S, M>, inAny: Handling<M>) {
    this.#byName = byName;
    this.#inAny = inAny;
  }

  /** @throws TypeError when there is no such state */
  check(member: string, machine: string, name: unknown): void {
    if (typeof name === 'string' && Object.hasOwn(this.#byName, name)) return;
    const names = Object.keys(this.#byName).map(show).join(', ');
    throw new TypeError(`${member}: ${machine} has no state ${show(name)}; its states are ${names}`);
  }

  enterOf(name: S): State<S, M>['enter'] {
    return this.#byName[name].enter;
  }

  /** Whoever handles a message: by its name before otherwise, and in the state before in any. */
  handlerOf(state: S, message: unknown): Handler | undefined {
    const own: Handling<M> = this.#byName[state];
    const name = nameOf(message);
    return (named(own, name) ?? named(this.#inAny, name) ?? own.otherwise ?? this.#inAny.otherwise) as
      | Handler
      | undefined;
  }
}

function nameOf(message: unknown): string | undefined {
  if (typeof message === 'string') return message;
  if (typeof message !== 'object' || message === null) return undefined;
  const { type } = message as { type?: unknown };
  return typeof type === 'string' ? type : undefined;
}

/** Only what the table itself has: a message may be named `constructor`. */
function named({ on }: { on?: object }, name: string | undefined): unknown {
  return on !== undefined && name !== undefined && Object.hasOwn(on, name)
    ? (on as Record<string, unknown>)[name]
    : undefined;
}
