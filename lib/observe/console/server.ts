/** The socket of a console, and who is attached to it. */
import { createServer, type Server } from 'node:net';
import { isMainThread } from 'node:worker_threads';
import { messageOf } from '../../base/explain.ts';
import type { NodeFace } from '../../core/actor.ts';
import type { ObservatoryOptions } from '../observatory/observatory.ts';
import { Observatory } from '../observatory/observatory.ts';
import { ConsoleError } from './consoleError.ts';
import { checkSocket, findConsoles, removeIfDead } from './places.ts';
import { Session } from './session.ts';

export class ConsoleServer {
  readonly #server: Server;
  readonly #sessions = new Set<Session>();
  readonly #forget: () => void;

  constructor(node: NodeFace, options: ObservatoryOptions) {
    // What happened before somebody looks is worth knowing, and costs little.
    this.#forget = Observatory.remember(node, options);
    this.#server = createServer(socket => {
      socket.unref();
      const session = new Session(node, options, socket);
      this.#sessions.add(session);
      void session.ended.then(() => this.#sessions.delete(session));
    });
  }

  /** @throws ConsoleError when it can't listen there */
  async listen(path: string): Promise<void> {
    try {
      await findConsoles(); // whoever comes finds only those that live
      try {
        await this.#bind(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || !(await removeIfDead(path)))
          throw error;
        await this.#bind(path);
      }
      checkSocket(path);
    } catch (error) {
      await this.close('');
      const { code } = error as NodeJS.ErrnoException;
      if (error instanceof ConsoleError) throw error;
      if (code !== 'EADDRINUSE')
        throw new ConsoleError(
          `there can be no socket at ${path}: ${messageOf(error)}; its folder must exist, and be one to write to`,
          { cause: error },
        );
      throw new ConsoleError(`somebody else listens at ${path}: give another socket`, { cause: error });
    }
    this.#server.unref();
  }

  /** The socket is made with the rights of its owner alone: nobody can be faster than a change of them afterwards. */
  #bind(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const server = this.#server;
      server.once('error', reject);
      // A thread can't set it: there the folder has to do.
      const before = isMainThread ? process.umask(0o177) : undefined;
      try {
        server.listen(path, () => {
          server.off('error', reject);
          server.on('error', () => {}); // a connection that can't be taken is the other side's matter
          resolve();
        });
      } finally {
        if (before !== undefined) process.umask(before);
      }
    });
  }

  async close(reason: string): Promise<void> {
    this.#forget();
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()));
    for (const session of this.#sessions) session.close(reason);
    await closed;
  }
}
