/** Finds the node that an operand of `troupe` means, and opens it. */
import { statSync } from 'node:fs';
import { show } from '../../base/errors.ts';
import { isNodeAddress } from '../../core/address.ts';
import { ConsoleClient } from '../../observe/console/client.ts';
import { findConsoles } from '../../observe/console/places.ts';
import type { Source } from '../../observe/console/source.ts';
import { CannotStart } from '../cannotStart.ts';
import type { Values } from './command.ts';

/** A node, and perhaps an actor of it. */
export type Target = (
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'socket'; readonly socket: string }
  | { readonly kind: 'process'; readonly pid: number | undefined }
) & { readonly path: string | undefined };

export interface Look extends Source {
  close(): Promise<void>;
}

export interface LookOptions {
  readonly curve: string | undefined;
  /** ms. */
  readonly timeout: number;
}

/** @throws CannotStart when it is none */
export function targetOf(text = '', socket?: unknown): Target {
  if (typeof socket === 'string') {
    if (text !== '' && !text.startsWith('/'))
      throw new CannotStart(
        `--socket names the node already: ${show(text)} can only be the path of an actor`,
      );
    return { kind: 'socket', socket, path: text === '' ? undefined : text };
  }
  if (isSocket(text)) return { kind: 'socket', socket: text, path: undefined };
  const [, node = '', path] = /^([^/]*)(\/.*)?$/s.exec(text) ?? [];
  if (node === '') return { kind: 'process', pid: undefined, path };
  if (/^\d+$/.test(node)) return { kind: 'process', pid: Number(node), path };
  if (isNodeAddress(node)) return { kind: 'address', address: node, path };
  if (isSocketFile(text)) return { kind: 'socket', socket: text, path: undefined };
  throw new CannotStart(
    `${show(text)} names no node: give host:port, a process id, or the path of a console's socket; the path of an actor begins with /`,
  );
}

function isSocket(text: string): boolean {
  if (text.startsWith('\\\\.\\pipe\\')) return true;
  return /^[./]/.test(text) && isSocketFile(text);
}

function isSocketFile(text: string): boolean {
  try {
    return text.endsWith('.sock') || statSync(text).isSocket();
  } catch {
    return false; // the path of an actor
  }
}

/** Where its node is. @throws CannotStart or CannotLook that says why it can't be looked at */
export async function openLook(target: Target, { curve, timeout }: LookOptions): Promise<Look> {
  if (target.kind === 'address') {
    // Loads remoting, which the others have no use for.
    const { RemoteSource } = await import('../../observe/remoteSource.ts');
    return RemoteSource.open(target.address, { curve, timeout });
  }
  return ConsoleClient.open(await socketOf(target));
}

/** The socket of a node on this machine. */
export async function socketOf(target: Exclude<Target, { kind: 'address' }>): Promise<string> {
  if (target.kind === 'socket') return target.socket;
  const all = await findConsoles();
  const found = all.filter(({ pid }) => target.pid === undefined || pid === target.pid);
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first.path;
  const list = found.map(({ pid, path }) => `\n  ${pid}  ${path}`).join('');
  if (first !== undefined)
    throw new CannotStart(`there are several consoles here: name one by its process id or its socket${list}`);
  const others = all.length === 0 ? '' : `; there are consoles of ${all.map(({ pid }) => pid).join(', ')}`;
  throw new CannotStart(
    target.pid === undefined
      ? 'no node of this user has a console here: start one with startnode -d, or give host:port of a node'
      : `process ${target.pid} has no console${others}: start it with startnode -d`,
  );
}

export function lookOptionsOf({ curve, timeout }: Values): LookOptions {
  return { curve: curve as string | undefined, timeout: milliseconds('timeout', timeout) ?? 5000 };
}

/** @throws CannotStart when it is no number of milliseconds */
export function milliseconds(name: string, value: unknown): number | undefined {
  return wholeNumber(name, value, 'a whole number of milliseconds from 1 up');
}

export function wholeNumber(
  name: string,
  value: unknown,
  what = 'a whole number from 1 up',
): number | undefined {
  if (value === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(String(value))) return Number(value);
  throw new CannotStart(`--${name} must be ${what}, not ${show(value)}`);
}
