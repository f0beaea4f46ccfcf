/** The door to smtp-server: takes mails in. */
import type { Server } from 'node:net';
import type * as Smtp from 'smtp-server';
import { asError } from '../../base/errors.ts';
import { loadPackage } from '../optional.ts';

/** A mail that has come. */
export interface Received {
  readonly bytes: Buffer;
  readonly from: string;
  readonly to: readonly string[];
  readonly peer: string;
}

/** The contents of the files, as PEM. */
export interface Tls {
  readonly key: Buffer;
  readonly cert: Buffer;
  readonly ca?: Buffer | undefined;
}

export interface MailDoorOptions {
  readonly maxBytes: number;
  readonly maxClients: number;
  readonly tls: Tls | undefined;
  readonly secure: boolean;
  /** Whether mails are taken for this address. */
  accepts(address: string): boolean;
  /** Whether any are taken now. */
  isOpen(): boolean;
  /** Says that the mail has been taken; what it throws is told to the sender, who tries again later. */
  take(mail: Received): Promise<void>;
  trouble(error: Error): void;
}

/** Of one mail; the sender sends another one for the rest. At least 100, by RFC 5321. */
const mostRecipients = 1000;

/** One port. */
export class MailDoor {
  readonly #server: Smtp.SMTPServer;
  readonly #options: MailDoorOptions;

  /** @throws PackageMissing without smtp-server */
  constructor(options: MailDoorOptions) {
    const { SMTPServer } = loadPackage<typeof Smtp>('smtp-server', 'SMTPIn');
    const { maxBytes, maxClients, tls, secure } = options;
    this.#options = options;
    this.#server = new SMTPServer({
      secure,
      size: maxBytes,
      maxClients,
      authOptional: true,
      disableReverseLookup: true,
      disabledCommands: tls === undefined ? ['AUTH', 'STARTTLS'] : ['AUTH'],
      ...tls,
      onMailFrom: (_address, _session, callback) =>
        callback(options.isOpen() ? null : said(421, 'The server is stopping')),
      onRcptTo: ({ address }, { envelope }, callback) => {
        if (envelope.rcptTo.length >= mostRecipients) return callback(said(452, 'Too many recipients'));
        return callback(options.accepts(address) ? null : said(550, 'No such recipient here'));
      },
      onData: (stream, session, callback) => {
        this.#receive(stream, session).then(
          () => callback(null),
          error => callback(error),
        );
      },
    });
    this.#server.on('error', error => options.trouble(asError(error)));
  }

  /** The port that it listens at. */
  async listen(port: number, host: string): Promise<number> {
    const listening = await new Promise<Server>((resolve, reject) => {
      const server = this.#server.listen(port, host, () => resolve(server));
      server.once('error', reject);
    });
    const address = listening.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** Takes no more connections. */
  close(): void {
    if (this.#server.server.listening) this.#server.close();
  }

  /** Ends those that there are. */
  end(): void {
    this.close();
    for (const connection of this.#server.connections) connection.close();
  }

  async #receive(stream: Smtp.SMTPServerDataStream, session: Smtp.SMTPServerSession): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) if (!stream.sizeExceeded) chunks.push(chunk as Buffer);
    if (stream.sizeExceeded) throw said(552, `The message is larger than ${this.#options.maxBytes} bytes`);
    const { mailFrom, rcptTo } = session.envelope;
    await this.#options.take({
      bytes: Buffer.concat(chunks),
      from: mailFrom === false ? '' : mailFrom.address,
      to: rcptTo.map(({ address }) => address),
      peer: session.remoteAddress,
    });
  }
}

/** An error that the other side is told with its code. */
export const said = (responseCode: number, message: string): Error =>
  Object.assign(new Error(message), { responseCode });
