/**
 * Key pairs of CURVE. They are X25519 keys, written in Z85 (ZeroMQ's RFC 32): 32 bytes in 40 printable characters. Node's own
 * crypto knows X25519, so that keys can be made and checked without ZeroMQ.
 */
import { createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto';
import { RemotingError } from '../base/errors.ts';

export interface KeyPair {
  /** 40 characters of Z85, for everybody to know. */
  readonly publicKey: string;
  /** 40 characters of Z85, for nobody else to know. */
  readonly secretKey: string;
}

/** A new key pair, of the randomness of the operating system: a secret must not come from a world that can be replayed. */
export function keygen(): KeyPair {
  const { d = '', x = '' } = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
  return { publicKey: toZ85(Buffer.from(x, 'base64url')), secretKey: toZ85(Buffer.from(d, 'base64url')) };
}

/** Whether that can be a key: 40 characters of Z85. */
export const isKey = (value: unknown): value is string =>
  typeof value === 'string' && fromZ85(value) !== undefined;

export function publicKeyOf(secretKey: string): string {
  const { x = '' } = createPublicKey(privateKey(secretKey)).export({ format: 'jwk' });
  return toZ85(Buffer.from(x, 'base64url'));
}

/**
 * What the holders of the two secret keys can compute, and nobody else: 32 bytes.
 * @throws RemotingError when `publicKey` is none
 */
export function sharedSecret(secretKey: string, publicKey: string): Uint8Array {
  const bytes = fromZ85(publicKey);
  if (bytes === undefined) throw new RemotingError('a public key must be 40 characters of Z85');
  const key = { kty: 'OKP', crv: 'X25519', x: Buffer.from(bytes).toString('base64url') };
  try {
    return diffieHellman({
      privateKey: privateKey(secretKey),
      publicKey: createPublicKey({ key, format: 'jwk' }),
    });
  } catch (error) {
    // The few points of a small order, whose shared secret everybody knows.
    throw new RemotingError(`${publicKey} is no usable public key`, { cause: error });
  }
}

/** What precedes the 32 bytes of an X25519 secret key in PKCS #8. */
const pkcs8Prefix = Buffer.from('302e020100300506032b656e04220420', 'hex');

const privateKey = (secretKey: string) =>
  createPrivateKey({
    key: Buffer.concat([pkcs8Prefix, fromZ85(secretKey) as Uint8Array]),
    format: 'der',
    type: 'pkcs8',
  });

// ---- Z85 ------------------------------------------------------------------------------------------------------------

const digits = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';
const valueOfDigit = new Map([...digits].map((digit, value) => [digit, value]));
const keyBytes = 32;
const keyDigits = 40;

/** 32 bytes as 40 characters. */
export function toZ85(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let at = 0; at < bytes.byteLength; at += 4) {
    const word = view.getUint32(at);
    for (let power = 85 ** 4; power >= 1; power /= 85) text += digits[Math.floor(word / power) % 85];
  }
  return text;
}

/** The 32 bytes that 40 characters stand for; undefined when they stand for none. */
function fromZ85(text: string): Uint8Array | undefined {
  if (text.length !== keyDigits) return undefined;
  const view = new DataView(new ArrayBuffer(keyBytes));
  for (let at = 0; at < keyBytes; at += 4) {
    let word = 0;
    for (const digit of text.slice((at / 4) * 5, (at / 4) * 5 + 5)) {
      word = word * 85 + (valueOfDigit.get(digit) ?? Number.NaN);
    }
    if (!(word < 2 ** 32)) return undefined;
    view.setUint32(at, word);
  }
  return new Uint8Array(view.buffer);
}
