/** The other end of a console's socket. */
import { connect } from 'node:net';
import type { Controlled } from '../control.ts';
import type { Queries, QueryName } from '../observatory/queries.ts';
import { CannotLook } from './cannotLook.ts';
import { Channel } from './channel.ts';
import type { Shown, Terminal } from './evaluator.ts';
import type { Deed, Source } from './source.ts';
import type { Hear } from './tracing.ts';
import { type Hello, protocol, type Reply, type Request } from './wire.ts';

/** Where lines are evaluated, and completed. */
export interface Prompt {
  /** Undefined when the code goes on in the next line. */
  evaluate(code: string, terminal: Terminal): Promise<Shown>;
  complete(line: string): Promise<[string[], string]>;
  /** Waits no longer for what is evaluated now. */
  abandon(): void;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

type Wish = Request extends infer R ? (R extends Request ? Omit<R, 'id'> : never) : never;

export class ConsoleClient implements Source, Prompt {
  readonly hello: Hello;
  /** Resolves with the reason when the other side is gone. */
  readonly gone: Promise<string>;
  /** Takes what the other side prints besides results. */
  onPrint: (text: string) => void = () => {};
  readonly #channel: Channel;
  readonly #pending = new Map<number, Pending>();
  readonly #traces = new Map<number, Hear>();
  #ids = 0;
  #evaluating = 0;
  #farewell = 'the connection to the console is gone: its process has ended';

  private constructor(channel: Channel, hello: Hello) {
    this.#channel = channel;
    this.hello = hello;
    this.gone = channel.ended.then(() => {
      for (const { reject } of this.#pending.values()) reject(new CannotLook(this.#farewell));
      this.#pending.clear();
      return this.#farewell;
    });
  }

  /** @throws CannotLook that says why there is nobody */
  static async open(path: string): Promise<ConsoleClient> {
    const socket = connect(path);
    let client: ConsoleClient | undefined;
    const hello = await new Promise<{ hello: Hello; channel: Channel }>((resolve, reject) => {
      const channel = new Channel(socket, frame => {
        const reply = frame as Reply;
        if ('hello' in reply) resolve({ hello: reply.hello, channel });
        else if (client !== undefined) client.#hear(reply);
      });
      void channel.ended.then(error => reject(unreachable(path, error)));
    });
    if (hello.hello.protocol !== protocol) {
      socket.destroy();
      throw new CannotLook(
        `the console at ${path} is of troupe ${hello.hello.troupe}, which this version can't talk to: use the same version here`,
      );
    }
    client = new ConsoleClient(hello.channel, hello.hello);
    return client;
  }

  get title(): string {
    const { address, pid } = this.hello;
    return address ?? `the node of process ${pid}`;
  }

  #hear(reply: Reply): void {
    if ('print' in reply) this.onPrint(reply.print);
    else if ('bye' in reply) this.#farewell = reply.bye;
    else if ('skipped' in reply) this.#traces.get(reply.id)?.(reply.trace, reply.skipped);
    else if ('id' in reply) {
      const pending = this.#pending.get(reply.id);
      this.#pending.delete(reply.id);
      if ('error' in reply) pending?.reject(errorOf(reply.error));
      else pending?.resolve(reply.value);
    }
  }

  #request(wish: Wish, id = ++this.#ids): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#channel.send({ id, ...wish });
    });
  }

  query<Q extends QueryName>(name: Q, params: Queries[Q]['params']): Promise<Queries[Q]['answer']> {
    return this.#request({ do: 'query', name, params }) as Promise<Queries[Q]['answer']>;
  }

  async tell(path: string, message: unknown): Promise<void> {
    await this.#request({ do: 'tell', path, message });
  }

  ask(path: string, message: unknown, timeout?: number): Promise<unknown> {
    return this.#request({ do: 'ask', path, message, ...(timeout !== undefined && { timeout }) });
  }

  async ping(path: string | undefined, timeout: number): Promise<void> {
    await this.#request({ do: 'ping', path, timeout });
  }

  control(action: Deed, path: string): Promise<Controlled> {
    return this.#request({ do: 'control', action, path }) as Promise<Controlled>;
  }

  async trace(path: string, hear: Hear): Promise<() => void> {
    const id = ++this.#ids;
    this.#traces.set(id, hear);
    try {
      await this.#request({ do: 'trace', path }, id);
    } catch (error) {
      this.#traces.delete(id);
      throw error;
    }
    return () => {
      this.#traces.delete(id);
      this.#channel.send({ id, do: 'end' });
    };
  }

  async evaluate(code: string, terminal: Terminal): Promise<Shown> {
    this.#evaluating = ++this.#ids;
    const answer = await this.#request({ do: 'evaluate', code, terminal }, this.#evaluating);
    return (answer as { shown?: Shown }).shown;
  }

  abandon(): void {
    this.#channel.send({ id: this.#evaluating, do: 'end' });
  }

  complete(line: string): Promise<[string[], string]> {
    return this.#request({ do: 'complete', line }) as Promise<[string[], string]>;
  }

  async close(): Promise<void> {
    this.#channel.end();
  }
}

function unreachable(path: string, error: Error | undefined): CannotLook {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  const why =
    code === 'ENOENT' || code === 'ECONNREFUSED'
      ? 'nobody listens there: is the node running, with -d?'
      : code === 'EACCES' || code === 'EPERM'
        ? 'it is of another user'
        : (error?.message ?? 'what listens there is no console');
  return new CannotLook(`there is no console at ${path}: ${why}`);
}

const errorOf = ({ name, message }: { name: string; message: string }): Error =>
  Object.assign(new Error(message), { name });
