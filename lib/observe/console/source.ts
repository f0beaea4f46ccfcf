/** What consoles and commands look at: a node, wherever it is. */
import { send } from '../../command/index.ts';
import type { NodeFace } from '../../core/actor.ts';
import { type ControlAction, type Controlled, control } from '../control.ts';
import { Observatory, type ObservatoryOptions } from '../observatory/observatory.ts';
import { answerQuery, type Queries, type QueryName } from '../observatory/queries.ts';
import { CannotLook } from './cannotLook.ts';
import { type Hear, Tracing } from './tracing.ts';

/** What can be done to an actor, besides telling it something. */
export type Deed = Exclude<ControlAction, 'send'>;

/** A node that is looked at: this process's own, that behind a socket, or another one by remoting. */
export interface Source {
  /** Who it is, for people. */
  readonly title: string;
  query<Q extends QueryName>(name: Q, params: Queries[Q]['params']): Promise<Queries[Q]['answer']>;
  tell(path: string, message: unknown): Promise<void>;
  /** @param timeout ms */
  ask(path: string, message: unknown, timeout?: number): Promise<unknown>;
  /** Goes there and back: to the actor at a path, and through its mailbox, or else only to the node. */
  ping(path: string | undefined, timeout: number): Promise<void>;
  control(action: Deed, path: string): Promise<Controlled>;
  /** Hears of each delivery of the actor at a path, until the function that it resolves with is called. */
  trace(path: string, hear: Hear): Promise<() => void>;
}

/** A node of this process. Measures from the first question until it is closed, for good. */
export class LocalSource implements Source {
  readonly #node: NodeFace;
  readonly #by: string;
  readonly #options: ObservatoryOptions;
  readonly #traces = new Set<Tracing>();
  #observatory: Observatory | undefined;
  #isClosed = false;

  /** @param by who looks, for the log: each thing that is done by hand is written down with it */
  constructor(node: NodeFace, by: string, options: ObservatoryOptions) {
    this.#node = node;
    this.#by = by;
    this.#options = options;
  }

  get title(): string {
    return this.#node.address ?? `the node of process ${process.pid}`;
  }

  async query<Q extends QueryName>(name: Q, params: Queries[Q]['params']): Promise<Queries[Q]['answer']> {
    return answerQuery(this.#opened, name, params);
  }

  async tell(path: string, message: unknown): Promise<void> {
    control(this.#opened, 'send', path, this.#by, message);
  }

  async ask(path: string, message: unknown, timeout?: number): Promise<unknown> {
    return this.#node.lookup(path).ask(message, { timeout });
  }

  async ping(path: string | undefined, timeout: number): Promise<void> {
    if (path !== undefined) await send.with({ timeout })(this.#node.lookup(path), 'ping');
  }

  async control(action: Deed, path: string, by = this.#by): Promise<Controlled> {
    return control(this.#opened, action, path, by);
  }

  async trace(path: string, hear: Hear): Promise<() => void> {
    this.#checkOpen();
    const tracing = new Tracing(this.#node, path, this.#options, hear);
    this.#traces.add(tracing);
    return () => {
      tracing.stop();
      this.#traces.delete(tracing);
    };
  }

  get #opened(): Observatory {
    this.#checkOpen();
    this.#observatory ??= Observatory.open(this.#node, this.#options);
    return this.#observatory;
  }

  /** Code that a client has left running must not keep the node measuring. */
  #checkOpen(): void {
    if (this.#isClosed) throw new CannotLook('nobody looks at this node any more: attach anew');
  }

  /** Nobody looks any more. */
  close(): void {
    this.#isClosed = true;
    for (const tracing of this.#traces) tracing.stop();
    this.#traces.clear();
    this.#observatory?.close();
    this.#observatory = undefined;
  }
}
