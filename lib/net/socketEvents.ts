/** What happens to a channel, in its turn among the messages of its actor: it is never dropped for want of room in the mailbox. */
import { Notice } from '../core/message.ts';
import type { Channel } from './channel.ts';
import type { DisconnectReason, TcpError } from './tcpError.ts';

/** There is a connection. */
export class Opened extends Notice {
  readonly channel: Channel;

  constructor(channel: Channel) {
    super();
    this.channel = channel;
  }
}

export class Arrived extends Notice {
  readonly channel: Channel;
  readonly frame: unknown;
  /** A frame that was stashed comes more than once. */
  isHandled = false;

  constructor(channel: Channel, frame: unknown) {
    super();
    this.channel = channel;
    this.frame = frame;
  }
}

export class Over extends Notice {
  readonly channel: Channel;
  readonly reason: DisconnectReason;
  readonly error: TcpError | undefined;

  constructor(channel: Channel, reason: DisconnectReason, error: TcpError | undefined) {
    super();
    this.channel = channel;
    this.reason = reason;
    this.error = error;
  }
}

/** An attempt to connect has failed. */
export class Unreachable extends Notice {
  /** The instance that wanted to connect. */
  readonly by: object;
  readonly error: TcpError;

  constructor(by: object, error: TcpError) {
    super();
    this.by = by;
    this.error = error;
  }
}

export type SocketEvent = Opened | Arrived | Over | Unreachable;

export const isSocketEvent = (message: unknown): message is SocketEvent =>
  message instanceof Arrived ||
  message instanceof Opened ||
  message instanceof Over ||
  message instanceof Unreachable;
