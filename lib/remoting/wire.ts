/**
 * Frames: a header and records back to back. This file writes and reads them; what they mean is decided elsewhere.
 * `docs/wire-protocol.md` says the same in words. All numbers are big-endian.
 *
 *   header   'T' 'R'  version u8  flags u8  source 16 bytes  target 16 bytes  link u32  yourLink u32  sequence u64
 *            ack u64  systemAck u64
 *   hello 1, welcome 2      address text, version text, features text, wants u8, link u32, yourLink u32, maxMessageSize u32,
 *                           key text, proof text
 *   refuse 3, goodbye 5     reason text
 *   heartbeat 4             lag u32
 *   define 6                id u32, address text
 *   user 7                  recipient place, sender place, length u32, MessagePack
 *   system 8                number u64, operation u8, path text, address text, reason text
 *   chunk 9                 stream u32, offset u32, total u32, recipient place, sender place, length u32, bytes
 *   relay 10, relayed 13    address text, length u32, a frame
 *   lost 11, noted 12       first u64, last u64
 *   context 14              text: what travels with the message in the record behind it, a user or a chunk
 *   text     length u16, UTF-8             place    id u32; 0 for nobody; 0xffffffff and a text for one without id
 */

import { ByteWriter } from './byteWriter.ts';
import { readDigits, writeDigits } from './digits.ts';
import type { Memory } from './memory.ts';

export const protocolVersion = 1;
export const headerSize = 68;
/** The most that a chunk's record takes besides its bytes, when its places have numbers; and some room. */
export const chunkOverhead = 512;
export const noIncarnation = '0'.repeat(32);
const magic = 0x5452;
const inline = 0xffff_ffff;
/** The longest context, in characters. */
export const longestContext = 2048;
/** What it is made of: ASCII that can be printed, and line feeds. */
const contextCharacters = /^[\n -~]+$/;

/** Whether a text can cross as a context. */
export const isContext = (text: string) => text.length <= longestContext && contextCharacters.test(text);

/** What a frame is, and what it asks for. */
export const flag = {
  /** It belongs to no link yet: one record of the handshake, no numbers. */
  handshake: 1,
  /** It has no number of its own: its sequence is that of the last one that had. */
  unnumbered: 2,
  /** The sender waits for the ack. */
  ackNow: 4,
} as const;

export interface Header {
  readonly flags: number;
  /** The incarnations of both nodes, as 32 hexadecimal digits; the target is all zeros while it is not known. */
  readonly source: string;
  readonly target: string;
  /** The numbers of the link at its sender and at its receiver: a frame of another link means nothing. */
  readonly link: number;
  readonly yourLink: number;
  /** Counts the frames of a link that carry something, from 1. */
  readonly sequence: number;
  /** All frames up to this one have arrived, or are known to be lost to both sides. */
  readonly ack: number;
  /** The number of the last system record that has arrived in order. */
  readonly systemAck: number;
}

/** An address on the wire: its number, once it has been defined, or its text. */
export type Place = number | string | undefined;

/** Who a node is and what it can do. */
export interface Introduction {
  readonly kind: 'hello' | 'welcome';
  /** Where it is reached; port 0 when it can't be dialled. */
  readonly address: string;
  /** The version of its package. */
  readonly version: string;
  /** What it can do beyond the protocol: `relay`, or nothing. */
  readonly features: readonly string[];
  /** Whether it has lost its way to the one it speaks to, who is to use this one from now on. */
  readonly wantsRoute: boolean;
  /** Which link of its own to this peer it is, counted from 1: another number means that it has begun anew. */
  readonly link: number;
  /** The number of the receiver's link that this one goes with; 0 for none. */
  readonly yourLink: number;
  /** The largest message that it takes, in bytes. */
  readonly maxMessageSize: number;
  /** Its CURVE public key, and the proof that it has the secret one; empty without CURVE. */
  readonly key: string;
  readonly proof: string;
}

export type Control =
  | Introduction
  | { readonly kind: 'refuse' | 'goodbye'; readonly reason: string }
  /** How late, in ms, the event loop of its sender runs. */
  | { readonly kind: 'heartbeat'; readonly lag: number };

export const operations = [
  'watch',
  'unwatch',
  'terminated',
  'stop',
  'kill',
  'abandoned',
  'link',
  'unlink',
  'unlinked',
  'exited',
  'group',
] as const;
export type Operation = (typeof operations)[number];

/** What one actor tells another about lives: numbered, acknowledged and sent again until it is. */
export interface SystemRecord {
  readonly number: number;
  readonly operation: Operation;
  /** Whom it concerns on the node that receives it. */
  readonly path: string;
  /** Who watches, links or asks, or has ended: an address, or its path alone for one that has ended or is unlinked. */
  readonly address: string;
  readonly reason: string;
}

/** What a frame holds, record by record. A body stands in `bytes` from `start` to `end`. */
export interface Reader {
  control(record: Control): void;
  define(id: number, address: string): void;
  user(
    recipient: Place,
    sender: Place,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: string | undefined,
  ): void;
  system(record: SystemRecord): void;
  chunk(chunk: Chunk): void;
  /** A frame to be passed on to the node at that address. */
  relay(address: string, frame: Uint8Array): void;
  /** A frame that was passed on for the node at that address. */
  relayed(address: string, frame: Uint8Array): void;
  /** These frames have not come, and will not be taken any more. */
  lost(first: number, last: number): void;
  /** The answer to `lost`. */
  noted(first: number, last: number): void;
}

/** A part of a message that is too large for one frame, or that waits behind such a one. */
export interface Chunk {
  readonly stream: number;
  readonly offset: number;
  /** The size of the whole. */
  readonly total: number;
  readonly recipient: Place;
  readonly sender: Place;
  readonly bytes: Uint8Array;
  /** What travels with the message: said with its first chunk. */
  readonly context?: string | undefined;
}

const kinds = { hello: 1, welcome: 2, refuse: 3, heartbeat: 4, goodbye: 5 } as const;
const decoder = new TextDecoder('utf-8', { fatal: true });
/** From this share of its memory on, a frame is given away with it and not copied. */
const worthGiving = 0.5;
const usualCapacity = 80 * 1024;
const smallCapacity = 512;

/** A frame that grows. The bytes it gives belong to whoever gets them: ZeroMQ keeps them until they are sent. */
export class FrameWriter {
  /** What messages are encoded into, between `beginUser` and `endUser`. */
  readonly out: ByteWriter;

  /**
   * @param capacity the bytes that are expected
   * @param memory where it gets its buffers
   */
  constructor(capacity = smallCapacity, memory?: Memory) {
    this.out = new ByteWriter(capacity, memory);
    this.out.at = headerSize;
  }

  /** The bytes so far, header included. */
  get size(): number {
    return this.out.at;
  }

  get isEmpty(): boolean {
    return this.out.at === headerSize;
  }

  control(record: Control): void {
    const { out } = this;
    out.u8(kinds[record.kind]);
    if (record.kind === 'heartbeat') out.u32(record.lag);
    else if ('reason' in record) out.text(record.reason);
    else this.#introduction(record);
  }

  #introduction({
    address,
    version,
    features,
    wantsRoute,
    link,
    yourLink,
    maxMessageSize,
    key,
    proof,
  }: Introduction): void {
    const { out } = this;
    out.text(address);
    out.text(version);
    out.text(features.join(' '));
    out.u8(wantsRoute ? 1 : 0);
    out.u32(link);
    out.u32(yourLink);
    out.u32(maxMessageSize);
    out.text(key);
    out.text(proof);
  }

  define(id: number, address: string): void {
    this.out.u8(6);
    this.out.u32(id);
    this.out.text(address);
  }

  /** What travels with the message that is written next; for which `isContext` holds. */
  context(text: string): void {
    this.out.u8(14);
    this.out.text(text);
  }

  /** @returns where the body begins, for `endUser` */
  beginUser(recipient: Place, sender: Place): number {
    const { out } = this;
    out.u8(7);
    this.#place(recipient);
    this.#place(sender);
    out.u32(0);
    return out.at;
  }

  /** @returns the size of the body */
  endUser(start: number): number {
    const { out } = this;
    const size = out.at - start;
    out.view.setUint32(start - 4, size);
    return size;
  }

  /** Forgets what was written from there on. */
  truncate(at: number): void {
    this.out.at = at;
  }

  /** Takes the body that was written last out of the frame, and with it all from `start` on. */
  cut(start: number, body: number): Uint8Array {
    const bytes = this.out.bytes.slice(body, this.out.at);
    this.truncate(start);
    return bytes;
  }

  /** As `cut`, for what is large: it is not copied. */
  detach(start: number, body: number): Uint8Array {
    return this.out.detach(body, start, smallCapacity);
  }

  system(record: SystemRecord): void {
    const { out } = this;
    out.u8(8);
    out.u64(record.number);
    out.u8(operations.indexOf(record.operation));
    out.text(record.path);
    out.text(record.address);
    out.text(record.reason);
  }

  chunk({ stream, offset, total, recipient, sender, bytes, context }: Chunk): void {
    const { out } = this;
    if (context !== undefined) this.context(context);
    out.u8(9);
    out.u32(stream);
    out.u32(offset);
    out.u32(total);
    this.#place(recipient);
    this.#place(sender);
    out.u32(bytes.length);
    out.append(bytes);
  }

  relay(kind: 'relay' | 'relayed', address: string, frame: Uint8Array): void {
    this.out.u8(kind === 'relay' ? 10 : 13);
    this.out.text(address);
    this.out.u32(frame.length);
    this.out.append(frame);
  }

  range(kind: 'lost' | 'noted', { first, last }: { readonly first: number; readonly last: number }): void {
    this.out.u8(kind === 'lost' ? 11 : 12);
    this.out.u64(first);
    this.out.u64(last);
  }

  /** The frame, which must be stamped before it leaves. The writer is empty afterwards. */
  take(header?: Header): Uint8Array {
    const { out } = this;
    const isLarge = out.at >= smallCapacity && out.at >= out.bytes.length * worthGiving;
    const frame = isLarge ? out.bytes.subarray(0, out.at) : out.bytes.slice(0, out.at);
    // A link that has sent much will send more; one that is idle should hold little.
    if (isLarge) out.renew(out.at > usualCapacity / 2 ? usualCapacity : smallCapacity);
    out.at = headerSize;
    if (header !== undefined) stamp(frame, header);
    return frame;
  }

  /** Gives memory back that an idle link does not need. */
  shrink(): void {
    if (!this.isEmpty || this.out.bytes.length <= smallCapacity) return;
    this.out.renew(smallCapacity);
    this.out.at = headerSize;
  }

  #place(place: Place): void {
    if (typeof place === 'string') {
      this.out.u32(inline);
      this.out.text(place);
    } else this.out.u32(place ?? 0);
  }
}

const noNumbers = { link: 0, yourLink: 0, sequence: 0, ack: 0, systemAck: 0 };

/** One frame of the handshake. */
export function handshakeFrame(source: string, target: string, record: Control): Uint8Array {
  const writer = new FrameWriter();
  writer.control(record);
  return writer.take({ ...noNumbers, flags: flag.handshake, source, target });
}

/** Writes the header of a frame. */
export function stamp(frame: Uint8Array, header: Header): void {
  const view = new DataView(frame.buffer, frame.byteOffset, headerSize);
  view.setUint16(0, magic);
  frame[2] = protocolVersion;
  frame[3] = header.flags;
  writeDigits(view, 4, header.source);
  writeDigits(view, 20, header.target);
  view.setUint32(36, header.link);
  view.setUint32(40, header.yourLink);
  writeU64(view, 44, header.sequence);
  writeU64(view, 52, header.ack);
  writeU64(view, 60, header.systemAck);
}

/** The header of a frame, or why it has none; the version of another protocol, where only that is wrong. */
export function readHeader(frame: Uint8Array): Header | string | OtherVersion {
  if (frame.length < headerSize) return `a frame of ${frame.length} bytes is too short`;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint16(0) !== magic) return 'it does not begin as a frame does';
  const source = readDigits(view, 4);
  if (frame[2] !== protocolVersion) return new OtherVersion(frame[2] as number, source);
  const link = view.getUint32(36);
  const yourLink = view.getUint32(40);
  const sequence = readU64(view, 44);
  const ack = readU64(view, 52);
  const systemAck = readU64(view, 60);
  if (!(sequence <= mostNumber && ack <= mostNumber && systemAck <= mostNumber))
    return 'its numbers are too large';
  const flags = frame[3] as number;
  const target = readDigits(view, 20);
  return { flags, source, target, link, yourLink, sequence, ack, systemAck };
}

/** A frame of a protocol that is not spoken here. Where the source stands, and what a refusal looks like, never changes. */
export class OtherVersion {
  readonly version: number;
  readonly source: string;

  constructor(version: number, source: string) {
    this.version = version;
    this.source = source;
  }
}

const mostNumber = Number.MAX_SAFE_INTEGER;

/** Reads the records of a frame, one after the other. Says why it could not go on, if it could not. */
export function readRecords(frame: Uint8Array, reader: Reader): string | undefined {
  const cursor = new Cursor(frame);
  try {
    while (!cursor.isAtEnd) readRecord(cursor, reader);
    return undefined;
  } catch (error) {
    if (error instanceof WireFault) return error.message;
    throw error;
  }
}

/** The one record of a frame of the handshake, or why it has none. */
export function readControl(frame: Uint8Array): Control | string {
  const cursor = new Cursor(frame);
  try {
    if (cursor.isAtEnd) return 'a handshake without a word';
    const record = readControlRecord(cursor.u8(), cursor);
    return record ?? 'a handshake of records that belong to a link';
  } catch (error) {
    if (error instanceof WireFault) return error.message;
    throw error;
  }
}

class WireFault extends Error {}

function readRecord(cursor: Cursor, reader: Reader): void {
  const kind = cursor.u8();
  switch (kind) {
    case 7:
      return readUser(cursor, reader, undefined);
    case 6:
      return reader.define(cursor.u32(), cursor.text());
    case 8:
      return reader.system(readSystem(cursor));
    case 9:
      return reader.chunk(readChunk(cursor, undefined));
    case 14:
      return readWithContext(cursor, reader);
    case 10:
      return reader.relay(cursor.text(), cursor.slice(cursor.u32()));
    case 13:
      return reader.relayed(cursor.text(), cursor.slice(cursor.u32()));
    case 11:
      return reader.lost(cursor.u64(), cursor.u64());
    case 12:
      return reader.noted(cursor.u64(), cursor.u64());
    default: {
      const control = readControlRecord(kind, cursor);
      if (control === undefined) throw new WireFault(`there is no record of kind ${kind}`);
      return reader.control(control);
    }
  }
}

function readWithContext(cursor: Cursor, reader: Reader): void {
  const context = cursor.context();
  switch (cursor.u8()) {
    case 7:
      return readUser(cursor, reader, context);
    case 9:
      return reader.chunk(readChunk(cursor, context));
    default:
      throw new WireFault('a context without a message behind it');
  }
}

function readUser(cursor: Cursor, reader: Reader, context: string | undefined): void {
  const recipient = cursor.place();
  const sender = cursor.place();
  const length = cursor.u32();
  const start = cursor.move(length);
  reader.user(recipient, sender, cursor.frame, start, start + length, context);
}

function readControlRecord(kind: number, cursor: Cursor): Control | undefined {
  switch (kind) {
    case 1:
      return readIntroduction('hello', cursor);
    case 2:
      return readIntroduction('welcome', cursor);
    case 3:
      return { kind: 'refuse', reason: cursor.text() };
    case 4:
      return { kind: 'heartbeat', lag: cursor.u32() };
    case 5:
      return { kind: 'goodbye', reason: cursor.text() };
    default:
      return undefined;
  }
}

function readIntroduction(kind: 'hello' | 'welcome', cursor: Cursor): Introduction {
  return {
    kind,
    address: cursor.text(),
    version: cursor.text(),
    features: cursor.text().split(' '),
    wantsRoute: (cursor.u8() & 1) === 1,
    link: cursor.u32(),
    yourLink: cursor.u32(),
    maxMessageSize: cursor.u32(),
    key: cursor.text(),
    proof: cursor.text(),
  };
}

function readSystem(cursor: Cursor): SystemRecord {
  const number = cursor.u64();
  const operation = operations[cursor.u8()];
  if (operation === undefined) throw new WireFault('there is no such operation');
  return { number, operation, path: cursor.text(), address: cursor.text(), reason: cursor.text() };
}

function readChunk(cursor: Cursor, context: string | undefined): Chunk {
  const stream = cursor.u32();
  const offset = cursor.u32();
  const total = cursor.u32();
  const recipient = cursor.place();
  const sender = cursor.place();
  const bytes = cursor.slice(cursor.u32());
  if (offset + bytes.length > total) throw new WireFault('a chunk goes beyond the whole');
  return { stream, offset, total, recipient, sender, bytes, context };
}

class Cursor {
  readonly frame: Uint8Array;
  readonly #view: DataView;
  #at = headerSize;

  constructor(frame: Uint8Array) {
    this.frame = frame;
    this.#view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at === this.frame.length;
  }

  u8(): number {
    return this.frame[this.move(1)] as number;
  }

  u32(): number {
    return this.#view.getUint32(this.move(4));
  }

  u64(): number {
    const value = readU64(this.#view, this.move(8));
    if (value > mostNumber) throw new WireFault('a number is too large');
    return value;
  }

  text(): string {
    const length = this.#view.getUint16(this.move(2));
    const start = this.move(length);
    try {
      return decoder.decode(this.frame.subarray(start, start + length));
    } catch {
      throw new WireFault('a text is not UTF-8');
    }
  }

  context(): string {
    const context = this.text();
    if (!isContext(context)) throw new WireFault('a context is too long, or has other characters than ASCII');
    return context;
  }

  place(): Place {
    const id = this.u32();
    if (id === 0) return undefined;
    return id === inline ? this.text() : id;
  }

  slice(length: number): Uint8Array {
    const start = this.move(length);
    return this.frame.subarray(start, start + length);
  }

  /** Goes on by `count` bytes. @returns where they begin */
  move(count: number): number {
    const start = this.#at;
    if (start + count > this.frame.length) throw new WireFault('a record claims more bytes than there are');
    this.#at += count;
    return start;
  }
}

function writeU64(view: DataView, at: number, value: number): void {
  view.setUint32(at, Math.floor(value / 0x1_0000_0000));
  view.setUint32(at + 4, value >>> 0);
}

const readU64 = (view: DataView, at: number): number =>
  view.getUint32(at) * 0x1_0000_0000 + view.getUint32(at + 4);

/** A UUID as the 32 digits that stand in a header. */
export const digitsOf = (uuid: string) => uuid.replaceAll('-', '');
/** And back. */
export const uuidOf = (digits: string) =>
  digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
