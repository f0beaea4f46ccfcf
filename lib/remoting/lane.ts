/**
 * The lane of large messages. They cross in chunks, one to a frame, between frames of small ones. What one sender tells one
 * receiver arrives in order all the same: while a large message of theirs is in this lane, everything of theirs goes behind it.
 */
import type { Freight, Parcel } from './freight.ts';
import type { PlacesOut } from './places.ts';
import type { FrameWriter } from './wire.ts';

/** A message that takes more bytes goes into this lane. */
export const largeSize = 256 * 1024;

/** What waits behind a parcel without being one: a notice of the end of its sender. */
export interface Rider {
  readonly pair: string;
  write(): void;
}

interface Entry {
  readonly pair: string;
  readonly parcel: Parcel | undefined;
  readonly rider: Rider | undefined;
}

export const pairOf = (sender: string | undefined, recipient: string) => `${sender ?? ''} ${recipient}`;

export class Lane {
  readonly #entries: Entry[] = [];
  /** How many entries each pair has in here. */
  readonly #pairs = new Map<string, number>();

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** How many bytes are left of the first parcel. */
  get nextSize(): number {
    const parcel = this.#entries[0]?.parcel;
    return parcel === undefined ? 0 : parcel.body.length - parcel.sent;
  }

  holds(pair: string): boolean {
    return this.#pairs.has(pair);
  }

  /** Whether anything for that recipient is in here. */
  holdsFor(recipient: string): boolean {
    return this.#entries.some(({ parcel }) => parcel?.to.step === recipient);
  }

  largerThan(size: number): Parcel[] {
    return this.#entries.flatMap(({ parcel }) =>
      parcel !== undefined && parcel.body.length > size ? [parcel] : [],
    );
  }

  push(pair: string, parcel: Parcel): void {
    this.#add({ pair, parcel, rider: undefined });
  }

  pushRider(rider: Rider): void {
    this.#add({ pair: rider.pair, parcel: undefined, rider });
  }

  #add(entry: Entry): void {
    this.#entries.push(entry);
    this.#pairs.set(entry.pair, (this.#pairs.get(entry.pair) ?? 0) + 1);
  }

  /**
   * Writes the next chunk, or several small parcels, into a frame.
   * @param sentBatch the last batch of small messages that has left
   * @param chunk the size of a chunk, in bytes
   * @returns the parcels that are complete with it
   */
  fill(writer: FrameWriter, freight: Freight, places: PlacesOut, sentBatch: number, chunk: number): Parcel[] {
    const complete: Parcel[] = [];
    for (let entry = this.#entries[0]; entry !== undefined; entry = this.#entries[0]) {
      const { parcel, rider } = entry;
      if (parcel === undefined) {
        rider?.write();
        this.#drop(entry);
        continue;
      }
      const left = parcel.body.length - parcel.sent;
      const room = chunk - writer.size;
      const size = Math.min(left, chunk);
      if (size > room && !writer.isEmpty) break;
      if (size === left && parcel.after > sentBatch) break;
      this.#write(parcel, size, writer, freight, places);
      if (!parcel.isSent) break;
      complete.push(parcel);
      this.#drop(entry);
    }
    return complete;
  }

  #write(parcel: Parcel, size: number, writer: FrameWriter, freight: Freight, places: PlacesOut): void {
    const { sender, to, body, stream, sent } = parcel;
    const context = sent === 0 ? parcel.context : undefined;
    const recipient = places.ofRecipient(to, writer, freight);
    const from = sender === undefined ? undefined : places.ofSender(sender, writer, freight);
    const bytes = body.subarray(sent, sent + size);
    writer.chunk({ stream, offset: sent, total: body.length, recipient, sender: from, bytes, context });
    parcel.sent += size;
    freight.parcels.push(parcel);
  }

  #drop(entry: Entry): void {
    const at = this.#entries.indexOf(entry);
    if (at !== -1) this.#entries.splice(at, 1);
    const left = (this.#pairs.get(entry.pair) ?? 1) - 1;
    if (left === 0) this.#pairs.delete(entry.pair);
    else this.#pairs.set(entry.pair, left);
  }

  /** Takes out a parcel of which a part was lost. @returns whether it was still in here */
  remove(parcel: Parcel): boolean {
    const entry = this.#entries.find(one => one.parcel === parcel);
    if (entry === undefined) return false;
    this.#drop(entry);
    return true;
  }

  /** Takes out all parcels. */
  takeAll(): Parcel[] {
    const parcels = this.#entries.flatMap(({ parcel }) => parcel ?? []);
    this.#entries.length = 0;
    this.#pairs.clear();
    return parcels;
  }
}
