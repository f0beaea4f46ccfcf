/**
 * The messages of RFC 7 (MDP/0.1), byte for byte: https://rfc.zeromq.org/spec/7/. What a ROUTER puts before them, the address, is
 * not part of them.
 */
import type { Frame } from '../sockets.ts';

/** A client's request, or the reply to it: both look the same. */
export interface ClientMessage {
  readonly service: string;
  /** One frame at least, opaque. */
  readonly body: readonly Frame[];
}

export type WorkerMessage =
  | { readonly command: 'ready'; readonly service: string }
  | { readonly command: 'request' | 'reply'; readonly client: Frame; readonly body: readonly Frame[] }
  | { readonly command: 'heartbeat' | 'disconnect' };

/** Why a message is none. */
export class Malformed {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

const empty = Buffer.alloc(0);
const clientHeader = Buffer.from('MDPC01');
const workerHeader = Buffer.from('MDPW01');
const commands = {
  ready: Buffer.of(1),
  request: Buffer.of(2),
  reply: Buffer.of(3),
  heartbeat: Buffer.of(4),
  disconnect: Buffer.of(5),
} as const;
const commandNames = [undefined, 'ready', 'request', 'reply', 'heartbeat', 'disconnect'] as const;

/** The longest name of a service, in bytes. */
export const longestService = 255;

export const encodeClient = ({ service, body }: ClientMessage): Frame[] => [
  empty,
  clientHeader,
  Buffer.from(service),
  ...body,
];

export function encodeWorker(message: WorkerMessage): Frame[] {
  const start = [empty, workerHeader, commands[message.command]];
  if (message.command === 'ready') return [...start, Buffer.from(message.service)];
  if (message.command === 'request' || message.command === 'reply') {
    return [...start, message.client, empty, ...message.body];
  }
  return start;
}

/** Whose message it is, by its first two frames. */
export function senderOf([first, header]: readonly Frame[]): 'client' | 'worker' | undefined {
  if (first?.length !== 0 || header === undefined) return undefined;
  if (header.equals(clientHeader)) return 'client';
  return header.equals(workerHeader) ? 'worker' : undefined;
}

export function decodeClient(frames: readonly Frame[]): ClientMessage | Malformed {
  if (senderOf(frames) !== 'client') return new Malformed('it does not begin with an empty frame and MDPC01');
  if (frames.length < 4) return new Malformed(`it has ${frames.length} frames, and a body needs a fourth`);
  const service = serviceOf(frames[2] as Frame);
  return service instanceof Malformed ? service : { service, body: frames.slice(3) };
}

export function decodeWorker(frames: readonly Frame[]): WorkerMessage | Malformed {
  if (senderOf(frames) !== 'worker') return new Malformed('it does not begin with an empty frame and MDPW01');
  const [, , code, fourth, fifth] = frames;
  const command = code?.length === 1 ? commandNames[code[0] as number] : undefined;
  switch (command) {
    case undefined:
      return new Malformed('there is no such command');
    case 'ready':
      return frames.length === 4 ? ready(fourth as Frame) : wrongLength(command, frames);
    case 'request':
    case 'reply':
      if (frames.length < 6) return wrongLength(command, frames);
      if (fifth?.length !== 0) return new Malformed(`no empty frame follows the client of the ${command}`);
      return { command, client: fourth as Frame, body: frames.slice(5) };
    case 'heartbeat':
    case 'disconnect':
      return frames.length === 3 ? { command } : wrongLength(command, frames);
  }
}

function ready(frame: Frame): WorkerMessage | Malformed {
  const service = serviceOf(frame);
  return service instanceof Malformed ? service : { command: 'ready', service };
}

const wrongLength = (command: string, frames: readonly Frame[]) =>
  new Malformed(`a ${command} of ${frames.length} frames`);

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function serviceOf(frame: Frame): string | Malformed {
  if (frame.length > longestService) return new Malformed(`a service with a name of ${frame.length} bytes`);
  try {
    const name = utf8.decode(frame);
    return isServiceName(name) ? name : new Malformed('a service whose name is no printable text');
  } catch {
    return new Malformed('a service whose name is no text');
  }
}

/** RFC 7 wants a printable string: one character at least, none of them for control. */
export const isServiceName = (name: string): boolean =>
  name.length > 0 && !/\p{C}/u.test(name) && Buffer.byteLength(name) <= longestService;
