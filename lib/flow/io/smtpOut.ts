/** Mails by events. */
import { asError } from '../../base/errors.ts';
import { MalformedEventData, ServiceUnavailable } from '../events/errors.ts';
import type { Event } from '../events/event.ts';
import { JSONEvent } from '../events/jsonEvent.ts';
import { XMLEvent } from '../events/xmlEvent.ts';
import { FlowActor, type FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { demand, isCount, isObject, isText } from '../setup.ts';
import { Mailer, type MailServer } from './mailer.ts';
import { type Mail, mailOf } from './mailOf.ts';

export interface SMTPOutParams extends MailServer {
  /** The sender of mails without `From`. */
  fromAddress?: string | undefined;
  /** Added, with an @, to a sender that has none. */
  domain?: string | undefined;
  /** Where the mail is in the data, such as `'order/mail'` (the data itself). */
  key?: string | undefined;
}

/**
 * Sends a mail for every event: `<mail><To/><From/><Subject/><Body/></mail>`, or `{ To, From, Subject, Body }`. All members but
 * `Body` are headers; `To`, `Cc` and `Bcc` are lists with commas. The event is sent on, also when there is no `To` and hence no mail,
 * which is logged. What the mail server does not take goes to the error outboxes: put a `Retry` before it. Needs the package
 * nodemailer. After compysition's SMTPOut.
 */
export class SMTPOut extends FlowActor<SMTPOutParams> {
  static override parameters: ParamNames<SMTPOut> = {
    auth: true,
    domain: true,
    fromAddress: true,
    host: true,
    key: true,
    port: true,
    requireTLS: true,
    secure: true,
    tls: true,
  };
  static override input = [XMLEvent, JSONEvent];
  static override output = [XMLEvent, JSONEvent];
  static override shape = 'mail';

  #mailer: Mailer | undefined;

  constructor(name: string, params: SMTPOutParams & FlowActorOptions = {}) {
    super(name, params);
    const { host = 'localhost', fromAddress, domain, key, auth, tls } = params;
    const { secure = false, requireTLS = false } = params;
    const [at, port = params.port ?? 25, ...more] = Array.isArray(host) ? [...host] : [host];
    const isHost = isText(at) && isCount(port) && port < 65_536 && more.length === 0;
    demand(this, 'host', isHost, "a name such as 'localhost', or ['localhost', 25]", host);
    for (const [param, value] of Object.entries({ fromAddress, domain, key }))
      demand(this, param, value === undefined || isText(value), 'a text', value);
    const isAuth = auth === undefined || (isObject(auth) && isText(auth.user) && isText(auth.pass));
    demand(this, 'auth', isAuth, '{ user, pass }', auth === undefined ? auth : '(hidden)');
    demand(this, 'tls', tls === undefined || isObject(tls), 'an object', tls);
    demand(this, 'requireTLS', typeof requireTLS === 'boolean', 'true or false', requireTLS);
    demand(this, 'secure', typeof secure === 'boolean', 'true or false', secure);
  }

  override preStart(): void {
    this.#mailer = new Mailer(this.params);
  }

  override async consume(event: Event): Promise<void> {
    const mail = this.#addressed(mailOf(event, this.params.key));
    if (mail === undefined) this.log.info('no mail is sent: the event does not say to whom', event);
    else await this.#deliver(mail, event);
    if (this.outboxes.length > 0) void this.send(event);
  }

  override postStop(): void {
    this.#mailer?.close();
  }

  async #deliver(mail: Mail, event: Event): Promise<void> {
    try {
      const { rejected } = await (this.#mailer as Mailer).send(mail);
      if (rejected.length > 0) this.log.warn(`the mail was refused for ${rejected.join(', ')}`, event);
    } catch (error) {
      throw new ServiceUnavailable(`the mail was not sent: ${asError(error).message}`, { cause: error });
    }
  }

  /** With its sender; undefined when it goes to nobody. */
  #addressed(mail: Mail): Mail | undefined {
    const textAt = (name: string) =>
      mail.headers
        .get(name)
        ?.values.filter(one => one !== '')
        .join(', ') ?? '';
    const to = textAt('to');
    if (to === '' || to === 'None') return undefined;
    const { fromAddress, domain } = this.params;
    const from = textAt('from') || fromAddress;
    if (from === undefined)
      throw new MalformedEventData(`a mail needs a From, or ${this.name} the parameter fromAddress`);
    const sender = from.includes('@') || domain === undefined ? from : `${from}@${domain}`;
    const headers = new Map(mail.headers).set('from', { name: 'From', values: [sender] });
    return { ...mail, headers };
  }
}
