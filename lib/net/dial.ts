/** One attempt to connect. */
import { connect, type Socket } from 'node:net';
import type { Clock } from '../base/world.ts';
import { explainSystem, TcpError } from './tcpError.ts';

export interface Destination {
  readonly host: string;
  readonly port: number;
  /** In ms. */
  readonly connectTimeout: number;
}

/**
 * Resolves with a socket that is connected, and that nobody listens to yet.
 * @param signal gives up
 * @throws TcpError with the problem `connect`
 */
export function dial(destination: Destination, clock: Clock, signal: AbortSignal): Promise<Socket> {
  const { host, port, connectTimeout } = destination;
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, allowHalfOpen: true });
    const fail = (why: string, cause?: Error) => {
      settle();
      socket.destroy();
      reject(new TcpError('connect', `${host}:${port} can't be reached: ${why}`, cause && { cause }));
    };
    const giveUp = () => fail('the actor is stopping');
    const cancel = clock.after(connectTimeout, () => fail(`no answer within ${connectTimeout} ms`));
    const settle = () => {
      cancel();
      signal.removeEventListener('abort', giveUp);
      socket.removeListener('connect', connected);
    };
    const connected = () => {
      settle();
      socket.removeListener('error', failed);
      resolve(socket);
    };
    const failed = (error: Error) => fail(explainSystem(error), error);
    socket.once('connect', connected);
    socket.on('error', failed);
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
}
