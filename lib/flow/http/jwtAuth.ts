/** Lets only those through who bring a token that somebody trusted has signed (RFC 6750, RFC 7519). */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { FlowError, ServiceUnavailable, SetupError, type UnauthorizedEvent } from '../events/errors.ts';
import { HttpEvent } from '../events/httpEvent.ts';
import { FlowActor, type FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { checkParams, isTexts, ms, object, type Rule, text } from '../setup.ts';
import { credentialsOf, isRealm, quoted, unauthorized } from './challenge.ts';
import {
  type Jose,
  type JSONWebKeySet,
  type JWTVerifyOptions,
  loadJose,
  type VerificationKey,
} from './jose.ts';

export interface JWTAuthParams {
  /** The secret of HS256, HS384 and HS512; 32 bytes at least. */
  secret?: string | Uint8Array | undefined;
  /** The public key, or a certificate, in PEM. */
  publicKey?: string | undefined;
  /** The public keys as a JSON Web Key Set. */
  jwks?: JSONWebKeySet | undefined;
  /** Where the set is had from; it is fetched when it is needed first, and when a token names a key that is not in it. */
  jwksUri?: string | undefined;
  /** The algorithms that are taken: those that fit the key unless given; HS256 for a secret. */
  algorithms?: readonly string[] | undefined;
  /** For whom a token must be made out; a token for none of these is refused. */
  audience?: string | readonly string[] | undefined;
  /** Who must have made it. */
  issuer?: string | readonly string[] | undefined;
  /** By how many seconds the clocks may differ (0). */
  clockTolerance?: number | undefined;
  /** Claims that a token must have (`['exp']`). */
  requiredClaims?: readonly string[] | undefined;
  /** The attribute that gets the claims (`'claims'`). */
  claimsAttribute?: string | undefined;
  /** What the client is told that it needs a token for (`'Compysition Authentication'`). */
  realm?: string | undefined;
  /** How long, in ms, the fetch of the key set may take (5000). */
  jwksTimeout?: number | undefined;
}

const symmetric = ['HS256', 'HS384', 'HS512'];
const asymmetric = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
const keyParams = ['secret', 'publicKey', 'jwks', 'jwksUri'] as const;

const texts: Rule = [value => isTexts(value) && value.length > 0, 'a list of texts'];
const textOrTexts: Rule = [value => text[0](value) || texts[0](value), 'a text or a list of texts'];

/**
 * Sends on the events of requests with a valid `Authorization: Bearer …`, with the token's claims as the attribute `claims`.
 * All others go to the error outboxes, with the status 401; with 503 when the keys can't be had.
 *
 * Which algorithms are taken is decided here and never by the token. Needs the package jose.
 */
export class JWTAuth<P extends JWTAuthParams = JWTAuthParams> extends FlowActor<P> {
  static override parameters: ParamNames<JWTAuth> = {
    algorithms: true,
    audience: true,
    claimsAttribute: true,
    clockTolerance: true,
    issuer: true,
    jwks: true,
    jwksTimeout: true,
    jwksUri: true,
    publicKey: true,
    realm: true,
    requiredClaims: true,
    secret: true,
  };
  static override input = HttpEvent;
  static override output = HttpEvent;

  readonly #Missing: typeof UnauthorizedEvent;
  readonly #Invalid: typeof UnauthorizedEvent;
  readonly #algorithms: string[];
  readonly #attribute: string;
  #jose: Jose | undefined;
  #key: VerificationKey | undefined;

  /** @throws SetupError that names the parameter and what is wrong with it */
  constructor(name: string, params?: P & FlowActorOptions) {
    super(name, params);
    checkParams(name, params, rules);
    const given = this.params as JWTAuthParams;
    this.#algorithms = algorithmsOf(name, given);
    const { realm = 'Compysition Authentication', claimsAttribute = 'claims' } = given;
    if (claimsAttribute in new HttpEvent())
      throw new SetupError(
        `${name}: claimsAttribute can't be ${claimsAttribute}: every event has that already`,
      );
    this.#attribute = claimsAttribute;
    this.#Missing = unauthorized(`Bearer realm=${quoted(realm)}`);
    this.#Invalid = unauthorized(`Bearer realm=${quoted(realm)}, error="invalid_token"`);
  }

  override async preStart(): Promise<void> {
    this.#jose = await loadJose('JWTAuth');
    this.#key = keyFrom(this.name, this.#jose, this.params);
  }

  override async consume(event: HttpEvent): Promise<void> {
    const token = credentialsOf(event, 'bearer');
    if (token === undefined) {
      this.log.warn('Unauthorized: the request has no Authorization: Bearer', event);
      void this.sendError(event, new this.#Missing('Unauthorized'));
      return;
    }
    try {
      event[this.#attribute] = await this.#claimsOf(token);
    } catch (error) {
      this.#refuse(event, error as Error & { code?: string });
      return;
    }
    void this.send(event);
  }

  async #claimsOf(token: string): Promise<unknown> {
    const { audience, issuer, clockTolerance = 0, requiredClaims = ['exp'] } = this.params as JWTAuthParams;
    const options: JWTVerifyOptions = {
      algorithms: this.#algorithms,
      clockTolerance,
      requiredClaims: [...requiredClaims],
      currentDate: new Date(this.world.clock.wall()),
    };
    if (audience !== undefined) options.audience = typeof audience === 'string' ? audience : [...audience];
    if (issuer !== undefined) options.issuer = typeof issuer === 'string' ? issuer : [...issuer];
    const { jwtVerify } = this.#jose as Jose;
    // One function for keys and for whoever knows them: the types of the package keep them apart.
    const { payload } = await jwtVerify(token, this.#key as Uint8Array, options);
    return payload;
  }

  #refuse(event: HttpEvent, error: Error & { code?: string }): void {
    const isOfToken = error instanceof (this.#jose as Jose).errors.JOSEError && !isOfKeySet(error.code);
    if (isOfToken) {
      this.log.warn(`Unauthorized: ${error.message}`, event);
      void this.sendError(event, new this.#Invalid('Unauthorized'));
      return;
    }
    this.log.error(`the keys can't be had: ${error.message}`, event);
    void this.sendError(event, new ServiceUnavailable('tokens can not be checked now', { cause: error }));
  }
}

const isOfKeySet = (code: string | undefined): boolean =>
  code === 'ERR_JWKS_TIMEOUT' || code === 'ERR_JWKS_INVALID' || code === 'ERR_JOSE_GENERIC';

const rules: Readonly<Record<string, Rule>> = {
  secret: [isSecret, 'a text or bytes, 32 bytes at least', 'secret'],
  publicKey: text,
  jwks: object,
  jwksUri: [isHttpUrl, 'a URL of http or https'],
  algorithms: texts,
  audience: textOrTexts,
  issuer: textOrTexts,
  clockTolerance: [value => typeof value === 'number' && value >= 0, 'seconds from 0 up'],
  requiredClaims: [
    value => Array.isArray(value) && value.every(each => typeof each === 'string'),
    'a list of texts',
  ],
  claimsAttribute: text,
  realm: [isRealm, 'a text of printable ASCII'],
  jwksTimeout: ms,
};

function isSecret(value: unknown): boolean {
  return typeof value === 'string'
    ? Buffer.byteLength(value) >= 32
    : value instanceof Uint8Array && value.length >= 32;
}

function isHttpUrl(value: unknown): boolean {
  return typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value);
}

/** A key that is public must never be taken for a secret, or anybody could sign: the kinds are kept apart. */
function algorithmsOf(name: string, params: JWTAuthParams): string[] {
  const given = keyParams.filter(key => params[key] !== undefined);
  if (given.length !== 1)
    throw new SetupError(
      `${name}: give one of ${keyParams.join(', ')}, not ${given.length === 0 ? 'none' : given.join(' and ')}`,
    );
  const isSymmetric = params.secret !== undefined;
  const possible = isSymmetric ? symmetric : asymmetric;
  const wanted = params.algorithms ?? (isSymmetric ? ['HS256'] : asymmetric);
  const wrong = wanted.find(algorithm => !possible.includes(algorithm));
  if (wrong !== undefined)
    throw new SetupError(`${name}: ${wrong} does not go with ${given[0]}: that takes ${possible.join(', ')}`);
  if (typeof params.publicKey === 'string') publicKeyFrom(name, params.publicKey);
  return [...wanted];
}

function publicKeyFrom(name: string, pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch (error) {
    throw new SetupError(`${name}: publicKey is no key in PEM: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function keyFrom(name: string, jose: Jose, params: JWTAuthParams): VerificationKey {
  const { secret, publicKey, jwks, jwksUri, jwksTimeout = 5000 } = params;
  if (secret !== undefined) return typeof secret === 'string' ? Buffer.from(secret) : secret;
  if (publicKey !== undefined) return publicKeyFrom(name, publicKey);
  try {
    if (jwks !== undefined) return jose.createLocalJWKSet(jwks);
    return jose.createRemoteJWKSet(new URL(jwksUri as string), { timeoutDuration: jwksTimeout });
  } catch (error) {
    throw new FlowError(`${name}: no keys in that set: ${(error as Error).message}`, { cause: error });
  }
}
