/** Another node, looked at by remoting: through its actor `/observe`. */
import { NodeDownError, TimeoutError } from '../base/errors.ts';
import { silentLogger } from '../base/log.ts';
import { send } from '../command/index.ts';
import { Actor } from '../core/actor.ts';
import { NodeRefused } from '../core/events.ts';
import { Terminated } from '../core/message.ts';
import { ActorStopped, type Ref } from '../core/ref.ts';
import { Node } from '../node/node.ts';
import { CannotLook } from './console/cannotLook.ts';
import type { Deed, Source } from './console/source.ts';
import type { Hear } from './console/tracing.ts';
import type { Controlled } from './control.ts';
import type { Queries, QueryName } from './observatory/queries.ts';
import type { ObserveMessage, Traced } from './remote.ts';

export interface RemoteSourceOptions {
  /** The path of a key file, for a node that encrypts. */
  readonly curve?: string | undefined;
  /** How long, in ms, an answer may take (5000). */
  readonly timeout?: number | undefined;
}

export class RemoteSource implements Source {
  /** `host:port`. */
  readonly title: string;
  /** The node that looks: it has no port, and is there for this alone. */
  readonly node: Node;
  readonly #timeout: number;
  #refusal: string | undefined;

  private constructor(node: Node, address: string, timeout: number) {
    this.node = node;
    this.title = address;
    this.#timeout = timeout;
    node.events.subscribe(NodeRefused, ({ reason }) => {
      this.#refusal = reason;
    });
  }

  /** Connects with the first question. @throws RemotingError or TypeError that says what is wrong with the key file */
  static async open(
    address: string,
    { curve, timeout = 5000 }: RemoteSourceOptions = {},
  ): Promise<RemoteSource> {
    // An absent node is told of before a question times out.
    const maxSilence = Math.max(1500, Math.min(3000, timeout - 500));
    const remoting = { curve, maxSilence, heartbeatInterval: 500 };
    const node = await Node.start({ remoting, logger: silentLogger });
    return new RemoteSource(node, address, timeout);
  }

  async #asked<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw this.#plain(error);
    }
  }

  #plain(error: unknown): unknown {
    const { title } = this;
    if (this.#refusal !== undefined) return new CannotLook(`${title} refuses this node: ${this.#refusal}`);
    if (error instanceof NodeDownError)
      return new CannotLook(
        `nobody answers at ${title}: is the node running, with --remoting? If it encrypts, give --curve FILE`,
      );
    if (error instanceof TimeoutError)
      return new CannotLook(`${title} did not answer within ${this.#timeout} ms: give a longer --timeout`);
    return error;
  }

  async query<Q extends QueryName>(query: Q, params: Queries[Q]['params']): Promise<Queries[Q]['answer']> {
    return (await this.#askObserved({ query, params })) as Queries[Q]['answer'];
  }

  async #askObserved(message: ObserveMessage): Promise<unknown> {
    const observed = this.node.lookup<ObserveMessage>(`${this.title}/observe`);
    try {
      return await this.#asked(observed.ask(message, { timeout: this.#timeout }));
    } catch (error) {
      if (error instanceof ActorStopped)
        throw new CannotLook(
          `the node at ${this.title} does not show itself: start it with --observable, or call observe(node) in it`,
        );
      throw error;
    }
  }

  /**
   * Resolves when the message has reached the other node.
   * @throws CannotLook when nobody is there, or no such actor
   */
  async tell(path: string, message: unknown): Promise<void> {
    const ref = this.node.lookup(this.title + path);
    if (await this.#isMissing({ ref, message }))
      throw new CannotLook(`there is no actor ${path} at ${this.title}, or this node may not watch it`);
  }

  /** @throws CannotLook when nobody is there */
  async ping(path: string | undefined, timeout: number): Promise<void> {
    if (path === undefined) await this.#isMissing();
    else await this.#asked(send.with({ timeout })(this.node.lookup(this.title + path), 'ping'));
  }

  /** Asks after an actor that does not exist: what has been sent before has arrived when that is answered. */
  async #isMissing(told?: Told): Promise<boolean> {
    const { node } = this;
    const nobody = node.lookup(`${this.title}/nobody-${node.incarnation}`);
    const ended = await new Promise<Terminated[]>(resolve => {
      node.spawn(Watcher.using({ told, nobody, resolve }));
    });
    const { reason } = ended.at(-1) as Terminated;
    const [{ reason: end }] = ended as [Terminated];
    // What it was told may have ended the actor, and its node with it: then it has arrived.
    if (ended.length > 1 && end !== 'nodeDown') return end === 'notFound';
    if (reason === 'notFound') return false;
    throw this.#plain(new NodeDownError(reason));
  }

  async ask(path: string, message: unknown, timeout = this.#timeout): Promise<unknown> {
    return this.#asked(this.node.lookup(this.title + path).ask(message, { timeout }));
  }

  async control(action: Deed, path: string): Promise<Controlled> {
    return (await this.#askObserved({ control: action, path })) as Controlled;
  }

  async trace(path: string, hear: Hear): Promise<() => void> {
    const to = this.node.spawn(({ traced, skipped }: Traced) => hear(traced, skipped));
    try {
      await this.#askObserved({ trace: path, to: to as Ref });
    } catch (error) {
      to.stop();
      throw error;
    }
    return () => to.stop();
  }

  close(): Promise<void> {
    return this.node.stop();
  }
}

interface Told {
  readonly ref: Ref;
  readonly message: unknown;
}

interface Watched {
  /** What is told, once the one that it is told to is watched: it may be that one's last message. */
  readonly told: Told | undefined;
  readonly nobody: Ref;
  resolve(ended: Terminated[]): void;
}

/** Waits until it hears that nobody is nobody. */
class Watcher extends Actor<unknown, Watched> {
  readonly #ended: Terminated[] = [];

  override preStart(): void {
    const { told, nobody } = this.params;
    if (told !== undefined) {
      this.watch(told.ref);
      told.ref.tell(told.message);
    }
    this.watch(nobody);
  }

  override receive(message: unknown): void {
    if (!(message instanceof Terminated)) return;
    this.#ended.push(message);
    if (!message.ref.equals(this.params.nobody)) return;
    this.params.resolve(this.#ended);
    this.stop();
  }
}
