/** Lets only those through who say who they are (RFC 7617). */
import { createHash, timingSafeEqual } from 'node:crypto';
import { FlowError, type UnauthorizedEvent } from '../events/errors.ts';
import { HttpEvent } from '../events/httpEvent.ts';
import { FlowActor, type FlowActorOptions } from '../flowActor.ts';
import { isThenable } from '../life.ts';
import type { ParamNames } from '../parameters.ts';
import { checkParams } from '../setup.ts';
import { credentialsOf, isRealm, quoted, unauthorized } from './challenge.ts';

export interface BasicAuthParams {
  /** Passwords by user; for a class that says itself who may, none. */
  users?: Readonly<Record<string, string>> | undefined;
  /** What the client is told that it needs a password for (`'Compysition Authentication'`). */
  realm?: string | undefined;
}

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/**
 * Sends on the events of requests with the right `Authorization: Basic …`, with the user as the attribute `user`. All others
 * go to the error outboxes, with the status 401. Who may is what `authenticate` says: override it, or give `users`.
 *
 * Passwords are only as safe as the connection: use TLS. After compysition's BasicAuth.
 */
export class BasicAuth<P extends BasicAuthParams = BasicAuthParams> extends FlowActor<P> {
  static override parameters: ParamNames<BasicAuth> = { realm: true, users: true };
  static override input = HttpEvent;
  static override output = HttpEvent;

  readonly #Unauthorized: typeof UnauthorizedEvent;
  readonly #users: ReadonlyMap<string, Buffer> | undefined;

  /** @throws SetupError that names the parameter and what is wrong with it */
  constructor(name: string, params?: P & FlowActorOptions) {
    super(name, params);
    checkParams(name, params, {
      users: [
        areUsers,
        'an object with a password, not empty, for each user, whose name has no colon',
        'secret',
      ],
      realm: [isRealm, 'a text of printable ASCII'],
    });
    const { users, realm = 'Compysition Authentication' } = this.params as BasicAuthParams;
    this.#Unauthorized = unauthorized(`Basic realm=${quoted(realm)}`);
    this.#users = users && new Map(Object.entries(users).map(([user, password]) => [user, digest(password)]));
  }

  override validate(): readonly string[] {
    if (this.#users !== undefined || this.authenticate !== BasicAuth.prototype.authenticate) return [];
    return ['nobody could ever get in: give users, or override authenticate(user, password)'];
  }

  /** Whether that is the password of that user. A failure lets nobody in. */
  protected authenticate(user: string, password: string): boolean | Promise<boolean> {
    if (this.#users === undefined)
      throw new FlowError(`${this.name} has no users: give users, or override authenticate(user, password)`);
    // Somebody unknown takes as long as a wrong password.
    const expected = this.#users.get(user);
    return timingSafeEqual(digest(password), expected ?? nobody) && expected !== undefined;
  }

  override consume(event: HttpEvent): void | Promise<void> {
    const credentials = decode(credentialsOf(event, 'basic'));
    if (credentials === undefined) {
      this.#refuse(event, 'the request has no Authorization: Basic that can be read');
      return undefined;
    }
    const { user, password } = credentials;
    let answer: boolean | Promise<boolean>;
    try {
      answer = this.authenticate(user, password);
    } catch (error) {
      return this.#broken(event, error);
    }
    if (!isThenable(answer)) return this.#decide(event, user, answer);
    return Promise.resolve(answer).then(
      isRight => this.#decide(event, user, isRight),
      error => this.#broken(event, error),
    );
  }

  #decide(event: HttpEvent, user: string, isRight: unknown): void {
    // Nothing but true: a promise of a record that is not there would do otherwise.
    if (isRight !== true) {
      this.#refuse(event, `${JSON.stringify(user)} did not get in`);
      return;
    }
    this.log.info(`${JSON.stringify(user)} got in`, event);
    event.set('user', user);
    void this.send(event);
  }

  #broken(event: HttpEvent, error: unknown): void {
    this.log.error(`authenticate failed: ${error instanceof Error ? error.stack : String(error)}`, event);
    this.#refuse(event, 'nobody could say whether the password is right');
  }

  #refuse(event: HttpEvent, reason: string): void {
    this.log.warn(`Unauthorized: ${reason}`, event);
    void this.sendError(event, new this.#Unauthorized('Unauthorized'));
  }
}

const digest = (password: string): Buffer => createHash('sha256').update(password).digest();
const nobody = digest('');

function areUsers(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).every(
    ([user, password]) => !user.includes(':') && typeof password === 'string' && password !== '',
  );
}

/** The user and the password of `dXNlcjpwYXNz`; undefined when it is nothing of the kind. A password may have colons. */
function decode(token: string | undefined): Credentials | undefined {
  if (token === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(token)) return undefined;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(token, 'base64'));
  } catch {
    return undefined;
  }
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
