/** The door to jose, an optional package: signatures of tokens. */
import type {
  CryptoKey,
  JSONWebKeySet,
  JWTPayload,
  JWTVerifyGetKey,
  JWTVerifyOptions,
  KeyObject,
} from 'jose';
import { loadPackageAsync } from '../optional.ts';

export type { JSONWebKeySet, JWTPayload, JWTVerifyGetKey, JWTVerifyOptions };

/** What a token is checked with: a secret, a public key, or whoever knows the key. */
export type VerificationKey = Uint8Array | CryptoKey | KeyObject | JWTVerifyGetKey;

export type Jose = typeof import('jose');

/** @throws PackageMissing when it is not installed. */
export const loadJose = (user: string): Promise<Jose> => loadPackageAsync<Jose>('jose', user);
