/**
 * Frames: a header and records back to back. This file writes and reads them; what they mean is decided elsewhere.
 * `docs/wire-protocol.md` says the same in words. All numbers are big-endian.
 *
 *   header   'T' 'R'  version u8  flags u8  source 16 bytes  target 16 bytes  sequence u32  ack u32
 *   hello 1, welcome 2      address text, package version text
 *   refuse 3, goodbye 5     reason text
 *   heartbeat 4, resync 9   nothing
 *   define 6                id u32, address text
 *   user 7                  recipient place, sender place, length u32, MessagePack
 *   system 8                number u32, operation u8, path text, address text, reason text
 *   text     length u16, UTF-8             place    id u32; 0 for nobody; 0xffffffff and a text for one without id
 */

export const protocolVersion = 1;
export const headerSize = 44;
export const noIncarnation = '0'.repeat(32);
const magic = 0x5452;
const inline = 0xffff_ffff;

export interface Header {
  /** The incarnations of both nodes, as 32 hexadecimal digits; the target is all zeros while it is not known. */
  readonly source: string;
  readonly target: string;
  /** Counts the frames of a link that carry messages, from 1; 0 for a frame of the handshake. */
  readonly sequence: number;
  /** The number of the last system record that has arrived in order. */
  readonly ack: number;
}

/** An address on the wire: its number, once it has been defined, or its text. */
export type Place = number | string | undefined;

export type Control =
  | { readonly kind: 'hello' | 'welcome'; readonly address: string; readonly version: string }
  | { readonly kind: 'refuse' | 'goodbye'; readonly reason: string }
  | { readonly kind: 'heartbeat' }
  | { readonly kind: 'resync' };

export const operations = ['watch', 'unwatch', 'terminated', 'stop', 'kill', 'abandoned'] as const;
export type Operation = (typeof operations)[number];

export interface SystemRecord {
  readonly number: number;
  readonly operation: Operation;
  /** Whom it concerns on the node that receives it. */
  readonly path: string;
  /** Who watches or asks, or has terminated: an address. */
  readonly address: string;
  readonly reason: string;
}

/** What a frame holds, record by record. */
export interface Reader {
  control(record: Control): void;
  define(id: number, address: string): void;
  user(recipient: Place, sender: Place, body: Uint8Array): void;
  system(record: SystemRecord): void;
}

const controlKinds = { hello: 1, welcome: 2, refuse: 3, heartbeat: 4, goodbye: 5, resync: 9 } as const;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** A frame that grows. The bytes it gives belong to whoever gets them: ZeroMQ keeps them until they are sent. */
export class FrameWriter {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #at = headerSize;

  /** The bytes so far, header included. */
  get size(): number {
    return this.#at;
  }

  get isEmpty(): boolean {
    return this.#at === headerSize;
  }

  control(record: Control): void {
    this.#u8(controlKinds[record.kind]);
    if (record.kind === 'hello' || record.kind === 'welcome') {
      this.#text(record.address);
      this.#text(record.version);
    } else if (record.kind === 'refuse' || record.kind === 'goodbye') this.#text(record.reason);
  }

  define(id: number, address: string): void {
    this.#u8(6);
    this.#u32(id);
    this.#text(address);
  }

  user(recipient: Place, sender: Place, body: Uint8Array): void {
    this.#u8(7);
    this.#place(recipient);
    this.#place(sender);
    this.#u32(body.length);
    this.#need(body.length);
    this.#bytes.set(body, this.#at);
    this.#at += body.length;
  }

  system(record: SystemRecord): void {
    this.#u8(8);
    this.#u32(record.number);
    this.#u8(operations.indexOf(record.operation));
    this.#text(record.path);
    this.#text(record.address);
    this.#text(record.reason);
  }

  /** The frame, which must be stamped before it leaves. The writer is empty afterwards, and keeps its memory. */
  take(header?: Header): Uint8Array {
    const frame = this.#bytes.slice(0, this.#at);
    this.#at = headerSize;
    if (header !== undefined) stamp(frame, header);
    return frame;
  }

  #place(place: Place): void {
    if (typeof place === 'string') {
      this.#u32(inline);
      this.#text(place);
    } else this.#u32(place ?? 0);
  }

  #text(text: string): void {
    const bytes = encoder.encode(text);
    const length = Math.min(bytes.length, 0xffff);
    this.#need(length + 2);
    this.#view.setUint16(this.#at, length);
    this.#bytes.set(length === bytes.length ? bytes : bytes.subarray(0, length), this.#at + 2);
    this.#at += length + 2;
  }

  #u8(value: number): void {
    this.#need(1);
    this.#bytes[this.#at++] = value;
  }

  #u32(value: number): void {
    this.#need(4);
    this.#view.setUint32(this.#at, value);
    this.#at += 4;
  }

  #need(count: number): void {
    if (this.#at + count <= this.#bytes.length) return;
    const wider = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + count));
    wider.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = wider;
    this.#view = new DataView(wider.buffer);
  }
}

/** Writes the header of a frame. */
export function stamp(frame: Uint8Array, { source, target, sequence, ack }: Header): void {
  const view = new DataView(frame.buffer, frame.byteOffset, headerSize);
  view.setUint16(0, magic);
  frame[2] = protocolVersion;
  frame[3] = 0;
  writeHex(frame, 4, source);
  writeHex(frame, 20, target);
  view.setUint32(36, sequence);
  view.setUint32(40, ack);
}

/** The header of a frame, or why it has none. */
export function readHeader(frame: Uint8Array): Header | string {
  if (frame.length < headerSize) return `a frame of ${frame.length} bytes is too short`;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint16(0) !== magic) return 'it does not begin as a frame does';
  if (frame[2] !== protocolVersion)
    return `protocol version ${frame[2]} is not spoken here, only ${protocolVersion}`;
  return {
    source: readHex(frame, 4),
    target: readHex(frame, 20),
    sequence: view.getUint32(36),
    ack: view.getUint32(40),
  };
}

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
  let record: Control | undefined;
  const ignore = () => {};
  const take = (control: Control) => {
    record ??= control;
  };
  const fault = readRecords(frame, { control: take, define: ignore, user: ignore, system: ignore });
  return fault ?? record ?? 'a handshake without a word';
}

class WireFault extends Error {}

function readRecord(cursor: Cursor, reader: Reader): void {
  const kind = cursor.u8();
  switch (kind) {
    case 1:
      return reader.control({ kind: 'hello', address: cursor.text(), version: cursor.text() });
    case 2:
      return reader.control({ kind: 'welcome', address: cursor.text(), version: cursor.text() });
    case 3:
      return reader.control({ kind: 'refuse', reason: cursor.text() });
    case 4:
      return reader.control({ kind: 'heartbeat' });
    case 5:
      return reader.control({ kind: 'goodbye', reason: cursor.text() });
    case 6:
      return reader.define(cursor.u32(), cursor.text());
    case 7:
      return reader.user(cursor.place(), cursor.place(), cursor.bytes(cursor.u32()));
    case 8:
      return reader.system(readSystem(cursor));
    case 9:
      return reader.control({ kind: 'resync' });
    default:
      throw new WireFault(`there is no record of kind ${kind}`);
  }
}

function readSystem(cursor: Cursor): SystemRecord {
  const number = cursor.u32();
  const operation = operations[cursor.u8()];
  if (operation === undefined) throw new WireFault('there is no such operation');
  return { number, operation, path: cursor.text(), address: cursor.text(), reason: cursor.text() };
}

class Cursor {
  readonly #frame: Uint8Array;
  readonly #view: DataView;
  #at = headerSize;

  constructor(frame: Uint8Array) {
    this.#frame = frame;
    this.#view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#frame.length;
  }

  u8(): number {
    return this.#frame[this.#move(1)] as number;
  }

  u32(): number {
    return this.#view.getUint32(this.#move(4));
  }

  text(): string {
    const length = this.#view.getUint16(this.#move(2));
    const start = this.#move(length);
    try {
      return decoder.decode(this.#frame.subarray(start, start + length));
    } catch {
      throw new WireFault('a text is not UTF-8');
    }
  }

  place(): Place {
    const id = this.u32();
    if (id === 0) return undefined;
    return id === inline ? this.text() : id;
  }

  bytes(length: number): Uint8Array {
    const start = this.#move(length);
    return this.#frame.subarray(start, start + length);
  }

  #move(count: number): number {
    const start = this.#at;
    if (start + count > this.#frame.length) throw new WireFault('a record claims more bytes than there are');
    this.#at += count;
    return start;
  }
}

function writeHex(bytes: Uint8Array, at: number, hex: string): void {
  Buffer.from(bytes.buffer, bytes.byteOffset + at, 16).write(hex, 'hex');
}

const readHex = (bytes: Uint8Array, at: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + at, 16).toString('hex');

/** A UUID as the 32 digits that stand in a header. */
export const digitsOf = (uuid: string) => uuid.replaceAll('-', '');
/** And back. */
export const uuidOf = (digits: string) =>
  digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
