/** The door to nodemailer: sends mails to one server. */
import type * as Nodemailer from 'nodemailer';
import { loadPackage } from '../optional.ts';
import type { Mail } from './mailOf.ts';

export interface MailServer {
  /** The host ('localhost') and the port (25) of the mail server. */
  host?: string | readonly [host: string, port: number] | undefined;
  /** The port (25), where `host` does not say it. */
  port?: number | undefined;
  /** TLS from the start, as on port 465 (false: only if the server offers it). */
  secure?: boolean | undefined;
  /** Sends nothing, and above all no password, to a server that does not offer TLS (false). */
  requireTLS?: boolean | undefined;
  /** Who sends. */
  auth?: { readonly user: string; readonly pass: string } | undefined;
  /** Options of node:tls, such as `{ ca }`. */
  tls?: object | undefined;
}

/** Headers that nodemailer makes of fields of its own. */
const fields: Readonly<Record<string, string>> = {
  from: 'from',
  sender: 'sender',
  to: 'to',
  cc: 'cc',
  bcc: 'bcc',
  'reply-to': 'replyTo',
  'in-reply-to': 'inReplyTo',
  references: 'references',
  subject: 'subject',
  'message-id': 'messageId',
  date: 'date',
};

/** So many connections at once. */
const mostConnections = 5;
/** ms without a word of the server. */
const patience = 60_000;

/** What a mail server has made of a mail. */
export interface Delivery {
  /** Addresses that it has refused, while it has taken others. */
  readonly rejected: readonly string[];
}

/** A connection, or a few, to a mail server. */
export class Mailer {
  readonly #transport: Nodemailer.Transporter;

  /** @throws PackageMissing without nodemailer */
  constructor(server: MailServer) {
    const { createTransport } = loadPackage<typeof Nodemailer>('nodemailer', 'SMTPOut');
    const { host = 'localhost', secure = false, requireTLS = false, auth, tls } = server;
    const [name, port = server.port ?? 25] = typeof host === 'string' ? [host] : host;
    this.#transport = createTransport({
      host: name,
      port,
      secure,
      requireTLS,
      pool: true,
      maxConnections: mostConnections,
      connectionTimeout: patience,
      greetingTimeout: patience,
      socketTimeout: patience,
      // What an event says is text, and never the name of a file to be sent.
      disableFileAccess: true,
      disableUrlAccess: true,
      ...(auth !== undefined && { auth: { ...auth } }),
      ...(tls !== undefined && { tls: { ...tls } }),
    });
  }

  /** @throws (rejects) when the server does not take it for anybody */
  async send({ headers, body }: Mail): Promise<Delivery> {
    const message: Record<string, unknown> = {};
    const others: { key: string; value: string }[] = [];
    for (const [key, { name, values }] of headers) {
      if (Object.hasOwn(fields, key)) message[fields[key] as string] = values.join(', ');
      else if (!isMade(key)) others.push(...values.map(value => ({ key: name, value })));
    }
    const isHtml = /^text\/html\b/i.test(headers.get('content-type')?.values[0] ?? '');
    const { rejected } = await this.#transport.sendMail({
      ...message,
      headers: others,
      [isHtml ? 'html' : 'text']: body,
    });
    return { rejected: (rejected as (string | { address: string })[]).map(addressOf) };
  }

  close(): void {
    this.#transport.close();
  }
}

/** How the body is written is not left to the event. */
const isMade = (key: string): boolean => key === 'mime-version' || key.startsWith('content-');

const addressOf = (one: string | { address: string }): string =>
  typeof one === 'string' ? one : one.address;
