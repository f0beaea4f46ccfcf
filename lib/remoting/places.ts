/**
 * Addresses on a link. The first frames that name an address define a number for it, later ones carry the number: no text
 * crosses twice, and the receiver keeps an array from number to ref. A number never changes its meaning, and it is defined
 * again in every frame until one of them has arrived: so a lost frame takes no meaning with it.
 */
import { isAskPath } from '../core/ask.ts';
import type { Ref } from '../core/ref.ts';
import type { FrameWriter, Place } from './wire.ts';

/** Addresses that get a number; the rest is sent as text, so that short-lived actors do not fill the tables. */
const mostNumbers = 65_536;
/** A longer address, in characters, gets none: the tables are bounded in bytes, too. */
const longestAddress = 512;
/** All addresses that have one, in characters: what goes beyond is defined by nobody, and taken from nobody. */
const mostText = 4 * 1024 * 1024;

/** An address that has a number. */
export interface Numbered {
  readonly number: number;
  readonly address: string;
  /** Whether the peer is known to have the definition. */
  isConfirmed: boolean;
  /** The frame that defined it last. */
  definedIn: object | undefined;
}

/** What is carried by one frame, as far as places are concerned. */
export interface Definitions {
  readonly defined: Numbered[];
}

/** The numbers that this node has given. */
export class PlacesOut {
  readonly #numbers = new Map<string, Numbered>();
  #text = 0;
  /** Who was written to last, and from whom: most often it is the same again. */
  #recipient: Ref | undefined;
  #recipientNumber: Numbered | undefined;
  #sender: Ref | undefined;
  #senderNumber: Numbered | undefined;

  /** Where the message goes: a path of the peer's. */
  ofRecipient(to: Ref, writer: FrameWriter, frame: Definitions): Place {
    if (to !== this.#recipient) {
      this.#recipient = to;
      this.#recipientNumber = this.#numberOf(to.step);
    }
    return this.#place(this.#recipientNumber, writer, frame) ?? to.step;
  }

  /** Where the message comes from: an address. */
  ofSender(sender: Ref, writer: FrameWriter, frame: Definitions): Place {
    if (sender !== this.#sender) {
      this.#sender = sender;
      this.#senderNumber = this.#numberOf(sender.address);
    }
    return this.#place(this.#senderNumber, writer, frame) ?? sender.address;
  }

  /** The number, defined in `frame` unless the peer has it; undefined for an address that is not worth one. */
  #place(known: Numbered | undefined, writer: FrameWriter, frame: Definitions): number | undefined {
    if (known === undefined) return undefined;
    if (!known.isConfirmed && known.definedIn !== frame) {
      known.definedIn = frame;
      frame.defined.push(known);
      writer.define(known.number, known.address);
    }
    return known.number;
  }

  #numberOf(address: string): Numbered | undefined {
    return this.#numbers.get(address) ?? this.#add(address);
  }

  #add(address: string): Numbered | undefined {
    if (
      address.length > longestAddress ||
      this.#numbers.size >= mostNumbers ||
      this.#text + address.length > mostText ||
      isAskPath(address.slice(address.indexOf('/')))
    )
      return undefined;
    this.#text += address.length;
    const number = this.#numbers.size + 1;
    const added: Numbered = { number, address, isConfirmed: false, definedIn: undefined };
    this.#numbers.set(address, added);
    return added;
  }
}

/** The frame with these definitions has arrived. */
export function confirm({ defined }: Definitions): void {
  for (const one of defined) {
    one.isConfirmed = true;
    one.definedIn = undefined;
  }
}

/** What an address from the peer leads to. */
export class PlaceIn {
  readonly address: string;
  /** The live ref: looked up once, and again when the actor that it led to has ended. */
  ref: Ref | undefined = undefined;

  constructor(address: string) {
    this.address = address;
  }
}

/** The numbers that the peer has given. */
export class PlacesIn {
  readonly #places: (PlaceIn | undefined)[] = [];
  #text = 0;

  define(number: number, address: string): void {
    if (number < 1 || number > mostNumbers || address.length > longestAddress) return;
    if (this.#places[number]?.address === address) return;
    this.#text += address.length;
    if (this.#text > mostText) return;
    while (this.#places.length < number) this.#places.push(undefined);
    this.#places[number] = new PlaceIn(address);
  }

  /** Undefined for a number that has not been defined. */
  at(number: number): PlaceIn | undefined {
    return this.#places[number];
  }
}
