/** Events by mails. */
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { asError } from '../../base/errors.ts';
import { SetupError } from '../events/errors.ts';
import { Event } from '../events/event.ts';
import { JSONEvent } from '../events/jsonEvent.ts';
import { XMLEvent } from '../events/xmlEvent.ts';
import { FlowActor, type FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { checkParams, demand, flag, isCount, isText, isTexts } from '../setup.ts';
import { MailDoor, type MailDoorOptions, type Received, said, type Tls } from './mailDoor.ts';
import { type MailText, readMail } from './mailText.ts';

export interface SMTPInParams {
  /** The address to listen at ('localhost'). */
  host?: string | undefined;
  /** The ports to listen at ([25]); 0: a free one. `ports` of the actor says which. */
  ports?: readonly number[] | undefined;
  /** What the events are: `'xml'` or `'json'` ('xml'). */
  outputFormat?: 'xml' | 'json' | undefined;
  /** The addresses that mails are taken for; `'@example.org'` for all of a domain (all addresses). */
  recipients?: readonly string[] | undefined;
  /** The largest mail, in bytes (10 MiB). */
  maxBytes?: number | undefined;
  /** So many connections at once (100). */
  maxClients?: number | undefined;
  /** Files with the key and the certificate, as PEM: then TLS is offered. */
  keyFile?: string | undefined;
  certFile?: string | undefined;
  /** A file with the certificates of those who sign, as PEM. */
  caFile?: string | undefined;
  /** Older names of the three. */
  keyfile?: string | undefined;
  certfile?: string | undefined;
  cafile?: string | undefined;
  /** TLS from the start, as on port 465 (false). */
  secure?: boolean | undefined;
  /** Gives events the attribute `raw`: the mail as it came, as bytes (false). */
  keepRaw?: boolean | undefined;
}

/**
 * Emits an event for every mail: its headers, and as `payload` its first plain text, or the text of its HTML; as XML below the
 * element `email`. Attachments are left out: see `keepRaw`. Attributes: `mailFrom`, `rcptTo`, `peer`. The sender is told that the
 * mail was taken when there was room for the event. Needs the packages smtp-server and postal-mime. After compysition's SMTPIn.
 */
export class SMTPIn extends FlowActor<SMTPInParams> {
  static override parameters: ParamNames<SMTPIn> = {
    caFile: true,
    cafile: true,
    certFile: true,
    certfile: true,
    host: true,
    keepRaw: true,
    keyFile: true,
    keyfile: true,
    maxBytes: true,
    maxClients: true,
    outputFormat: true,
    ports: true,
    recipients: true,
    secure: true,
  };
  static override output = [XMLEvent, JSONEvent];
  static override shape = 'mail';

  #doors: MailDoor[] = [];
  #ports: number[] = [];

  constructor(name: string, params: SMTPInParams & FlowActorOptions = {}) {
    super(name, params);
    const { host = 'localhost', ports = [25], outputFormat = 'xml', recipients } = params;
    const { maxBytes = 10_485_760, maxClients = 100 } = params;
    const { keyFile, certFile, caFile } = filesOf(params);
    demand(this, 'host', isText(host), 'an address of this machine', host);
    const isPort = (port: unknown) => isCount(port, 0) && port < 65_536;
    const arePorts = Array.isArray(ports) && ports.length > 0 && ports.every(isPort);
    demand(this, 'ports', arePorts, 'a list of ports', ports);
    const isFormat = outputFormat === 'xml' || outputFormat === 'json';
    demand(this, 'outputFormat', isFormat, "'xml' or 'json'", outputFormat);
    const areRecipients = recipients === undefined || isTexts(recipients);
    demand(this, 'recipients', areRecipients, 'a list of addresses', recipients);
    demand(this, 'maxBytes', isCount(maxBytes), 'a whole number from 1 up', maxBytes);
    demand(this, 'maxClients', isCount(maxClients), 'a whole number from 1 up', maxClients);
    for (const [param, value] of Object.entries({ keyFile, certFile, caFile }))
      demand(this, param, value === undefined || isText(value), 'the path of a file', value);
    const isPair = (keyFile === undefined) === (certFile === undefined);
    demand(this, 'certFile', isPair, 'given together with keyFile', certFile);
    checkParams(name, params, { secure: flag, keepRaw: flag });
    const isSecure = params.secure !== true || keyFile !== undefined;
    demand(this, 'secure', isSecure, 'false where keyFile and certFile are not given', params.secure);
  }

  /** The ports that it listens at, in the order of the parameter; empty before the start. */
  get ports(): readonly number[] {
    return this.#ports;
  }

  override async preStart(): Promise<void> {
    const { host = 'localhost', ports = [25] } = this.params;
    const options = await this.#options();
    // Whoever has not installed what is needed hears of it now, and not with the first mail.
    await readMail(Buffer.from('Subject: none\r\n\r\n'));
    try {
      for (const port of ports) {
        const door = new MailDoor(options);
        this.#doors.push(door);
        this.#ports.push(await door.listen(port, host));
      }
    } catch (error) {
      this.postStop();
      throw error;
    }
    if (this.signal.aborted) this.postStop();
  }

  override consume(event: Event): void {
    this.log.warn('discarded: SMTPIn takes no events but mails', event);
  }

  override preStop(): void {
    for (const door of this.#doors) door.close();
  }

  override postStop(): void {
    for (const door of this.#doors) door.end();
  }

  async #options(): Promise<MailDoorOptions> {
    const { maxBytes = 10_485_760, maxClients = 100, secure = false } = this.params;
    const { keyFile, certFile, caFile } = filesOf(this.params);
    const tls =
      keyFile === undefined || certFile === undefined
        ? undefined
        : await this.#tlsOf(keyFile, certFile, caFile);
    return {
      ...{ maxBytes, maxClients, tls, secure },
      accepts: address => this.#accepts(address),
      isOpen: () => !this.draining,
      take: mail => this.#take(mail),
      trouble: error => this.log.warn(`a connection failed: ${error.message}`),
    };
  }

  /** @throws SetupError that names the parameters, for files that are not there or hold something else */
  async #tlsOf(keyFile: string, certFile: string, caFile: string | undefined): Promise<Tls> {
    try {
      const [key, cert] = [await readFile(keyFile), await readFile(certFile)];
      const tls = { key, cert, ...(caFile !== undefined && { ca: await readFile(caFile) }) };
      createSecureContext(tls);
      return tls;
    } catch (error) {
      const names = caFile === undefined ? 'keyFile and certFile' : 'keyFile, certFile and caFile';
      throw new SetupError(`${this.name}: ${names} can't be used: ${asError(error).message}`, {
        cause: error,
      });
    }
  }

  #accepts(address: string): boolean {
    const { recipients } = this.params;
    const given = address.toLowerCase();
    return (
      recipients === undefined ||
      recipients.some(one =>
        one.startsWith('@') ? given.endsWith(one.toLowerCase()) : given === one.toLowerCase(),
      )
    );
  }

  async #take(mail: Received): Promise<void> {
    const release = this.hold();
    try {
      await this.emit(await this.#eventOf(mail));
    } finally {
      release();
    }
  }

  async #eventOf({ bytes, from, to, peer }: Received): Promise<Event> {
    const { outputFormat = 'xml', keepRaw = false } = this.params;
    const attributes = { mailFrom: from, rcptTo: [...to], peer, ...(keepRaw && { raw: bytes }) };
    try {
      const mail = await readMail(bytes);
      if (outputFormat === 'json')
        return new JSONEvent({ ...attributes, data: { ...mail.headers, payload: mail.payload } });
      return new XMLEvent({ ...attributes, data: { email: xmlOf(mail) } });
    } catch (thrown) {
      const error = asError(thrown);
      this.log.warn(`a mail from ${from} can't be read: ${error.message}`);
      await this.sendError(new Event({ ...attributes, data: bytes.toString('latin1') }), error);
      throw said(554, 'The message can not be read');
    }
  }
}

/** With names that elements may have, and texts that XML can hold. */
function xmlOf({ headers, payload }: MailText): object {
  const email: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(headers)) {
    const element = name.replace(/[^\w.-]/g, '_').replace(/^(?![A-Za-z_])/, '_');
    email[element] = typeof value === 'string' ? forXml(value) : value.map(forXml);
  }
  return { ...email, payload: forXml(payload) };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what XML can't hold
const notXml = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;

/** A lone surrogate does not outlive the way through UTF-8. */
const forXml = (text: string): string => Buffer.from(text).toString().replace(notXml, ' ');

function filesOf({ keyfile, certfile, cafile, ...newer }: SMTPInParams) {
  const { keyFile = keyfile, certFile = certfile, caFile = cafile } = newer;
  return { keyFile, certFile, caFile };
}
