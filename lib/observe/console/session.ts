/** One client of a console. Whatever it asks, and however it fails, the node goes on. */
import type { Socket } from 'node:net';
import { show } from '../../base/errors.ts';
import { messageOf } from '../../base/explain.ts';
import { systemClock } from '../../base/world.ts';
import type { NodeFace } from '../../core/actor.ts';
import { version } from '../../node/version.ts';
import type { ObservatoryOptions } from '../observatory/observatory.ts';
import type { QueryName } from '../observatory/queries.ts';
import { Channel } from './channel.ts';
import { Evaluator, type Terminal } from './evaluator.ts';
import { namesFor } from './names.ts';
import { pathsBelow } from './paths.ts';
import { type Deed, LocalSource } from './source.ts';
import { protocol, type Reply, type Request } from './wire.ts';

/** How long, in ms, a client that is let go of may take to hear why. */
const patience = 500;

export class Session {
  /** Resolves when the client is gone. */
  readonly ended: Promise<void>;
  readonly #node: NodeFace;
  readonly #channel: Channel;
  readonly #source: LocalSource;
  /** What ends that which runs under an id. */
  readonly #running = new Map<number, () => void>();
  #evaluator: Evaluator | undefined;
  #terminal: Terminal = { columns: 80, colors: false };
  #abandoned: Promise<void> = Promise.resolve();

  constructor(node: NodeFace, options: ObservatoryOptions, socket: Socket) {
    this.#node = node;
    this.#source = new LocalSource(node, `the console of process ${process.pid}`, options);
    this.#channel = new Channel(socket, frame => void this.#serve(frame as Request));
    this.ended = this.#channel.ended.then(() => this.#gone());
    const { address } = node;
    this.#send({ hello: { protocol, troupe: version, pid: process.pid, address } });
  }

  #send(reply: Reply): void {
    this.#channel.send(reply);
  }

  async #serve(request: Request): Promise<void> {
    const { id } = request;
    try {
      this.#answer(id, await this.#do(request));
    } catch (error) {
      const name = error instanceof Error ? error.name : 'Error';
      this.#send({ id, error: { name, message: messageOf(error) } });
    }
  }

  #answer(id: number, value: unknown): void {
    if (value !== nothing) this.#send({ id, value });
  }

  async #do(request: Request): Promise<unknown> {
    switch (request.do) {
      case 'query':
        return this.#source.query(request.name as QueryName, request.params as never);
      case 'tell':
        return this.#source.tell(request.path, request.message);
      case 'ask':
        return this.#source.ask(request.path, request.message, request.timeout);
      case 'ping':
        return this.#source.ping(request.path, request.timeout);
      case 'control':
        return this.#source.control(request.action as Deed, request.path);
      case 'trace':
        return this.#trace(request.id, request.path);
      case 'evaluate':
        return this.#evaluate(request.id, request.code, request.terminal);
      case 'complete':
        return this.#evaluation.complete(request.line, path => pathsBelow(this.#source, path));
      case 'end':
        this.#running.get(request.id)?.();
        return nothing;
      default:
        throw new TypeError(`this console does not know ${show((request as { do?: unknown }).do)}`);
    }
  }

  async #trace(id: number, path: string): Promise<void> {
    const stop = await this.#source.trace(path, (trace, skipped) => this.#send({ id, trace, skipped }));
    this.#running.set(id, () => {
      stop();
      this.#running.delete(id);
    });
  }

  async #evaluate(id: number, code: string, terminal: Terminal): Promise<unknown> {
    this.#terminal = terminal;
    const abandoned = new Promise<void>(resolve => this.#running.set(id, resolve));
    this.#abandoned = abandoned;
    try {
      // Rates are known only once it has measured for a while: it begins with the first line.
      await this.#source.query('overview', {});
      return { shown: await this.#evaluation.evaluate(code, terminal, abandoned) };
    } finally {
      this.#running.delete(id);
    }
  }

  get #evaluation(): Evaluator {
    const print = (text: string) => this.#send({ print: text });
    this.#evaluator ??= new Evaluator(
      {
        node: this.#node,
        ...namesFor({
          source: this.#source,
          terminal: () => this.#terminal,
          print,
          abandoned: () => this.#abandoned,
        }),
      },
      print,
    );
    return this.#evaluator;
  }

  #gone(): void {
    for (const end of this.#running.values()) end();
    this.#evaluator?.close();
    this.#source.close();
  }

  close(reason: string): void {
    this.#send({ bye: reason });
    this.#channel.end();
    const cancel = systemClock.after(patience, () => this.#channel.destroy());
    void this.ended.then(cancel);
  }
}

/** What is not answered. */
const nothing = Symbol('nothing');
