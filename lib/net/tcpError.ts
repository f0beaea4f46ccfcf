/** The one class of errors about sockets. */
import { TroupeError } from '../base/errors.ts';

/** Why a connection is over. */
export type DisconnectReason =
  /** The peer has closed its side; all frames before that have been handled. */
  | 'ended'
  /** The network or the peer has broken it off: a reset, a peer that can't be reached any more. */
  | 'lost'
  /** Nothing has come in and nothing could be written for `idleTimeout`. */
  | 'idle'
  /** The peer has sent a frame that is larger than the framing allows. */
  | 'tooLarge'
  /** The peer has sent bytes that are no frame. */
  | 'malformed'
  /** The peer has closed its side in the middle of a frame. */
  | 'truncated'
  /** More than `writeLimit` bytes waited for the peer to read them. */
  | 'slow'
  /** The node is stopping: what had been read has been handled. */
  | 'shutdown'
  /** This actor has been stopped, or has failed. */
  | 'stopped';

/** Something about a socket went wrong; `problem` says what, `cause` is the error of the system, if there was one. */
export class TcpError extends TroupeError {
  /** Why the connection is over; or `listen`, `connect`: it never began. */
  readonly problem: DisconnectReason | 'listen' | 'connect';

  constructor(problem: TcpError['problem'], message: string, options?: ErrorOptions) {
    super('TCP', message, options);
    this.problem = problem;
  }
}

const hints: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there; choose another port, or 0 for any that is free',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'this user may not; ports below 1024 are often reserved',
  ENOTFOUND: 'no such host is known',
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the peer has reset the connection',
  EPIPE: 'the peer has closed the connection',
  ETIMEDOUT: 'the peer does not answer any more',
};

/** What an error of the system means, in a few words, with its code. */
export function explainSystem(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error.message;
  const hint = hints[code];
  return hint === undefined ? code : `${hint} (${code})`;
}
