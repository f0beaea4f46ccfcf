/** Connections of somebody who is no peer: each says its piece, whether or not anybody listens, and goes. */
import { connect, type Socket } from 'node:net';
import { within } from './deadline.ts';

/** What a ZMTP 3.0 client says first: its signature, its version, and that it uses no security. */
export const greeting = Buffer.concat([
  Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0]),
  Buffer.from('NULL'.padEnd(20, '\0')),
  Buffer.alloc(32),
]);

/** The READY command of a DEALER. */
export const ready = zmtpFrame(Buffer.from('\x05READY\x0bSocket-Type\0\0\0\x06DEALER'), 4);

/** A short frame of ZMTP: the last one of a message, unless `flags` says something else. */
export function zmtpFrame(body: Buffer, flags = 0): Buffer {
  return Buffer.concat([Buffer.from([flags, body.length]), body]);
}

/**
 * Makes `count` connections, at most 200 of them at a time, and sends over each what `say` gives.
 * @returns how long it took, in words
 */
export async function attack(address: string, count: number, say: () => readonly Buffer[]): Promise<string> {
  const since = performance.now();
  let left = count;
  const one = async () => {
    while (left-- > 0) await strike(address, say());
  };
  await within(`${count} connections to ${address}`, Promise.all(Array.from({ length: 200 }, one)));
  return `in ${Math.round(performance.now() - since)} ms`;
}

/** Resolves when the connection is over, however: being thrown out is part of it. */
function strike(address: string, pieces: readonly Buffer[]): Promise<void> {
  const [host = '', port] = address.split(':');
  return new Promise(resolve => {
    const socket = connect({ host, port: Number(port) }, () => {
      for (const piece of pieces) socket.write(piece);
      socket.end();
    });
    // Whatever it answers is to be read, or the end of the connection is never seen.
    socket.resume();
    socket.setTimeout(1000, () => socket.destroy());
    socket.on('error', () => {});
    socket.on('close', () => resolve());
  });
}

/** Says its piece and stays; resolves when all of it has been taken, or the connection is over. */
export function pour(address: string, pieces: readonly Buffer[]): Promise<Socket> {
  const [host, port] = address.split(':') as [string, string];
  const socket = connect({ host, port: Number(port) });
  const poured = new Promise<Socket>(resolve => {
    socket.on('error', () => {});
    socket.on('close', () => resolve(socket));
    for (const piece of pieces) socket.write(piece);
    socket.write(Buffer.alloc(1), () => resolve(socket));
  });
  return within(`${pieces.length} pieces for ${address}`, poured);
}
