/** What the machines of MajorDomo have to say for the log. */
import type { Frame } from '../sockets.ts';

export interface Note {
  readonly type: 'note';
  readonly level: 'debug' | 'info' | 'warn';
  readonly text: string;
  /** The request that it is about. */
  readonly body?: readonly Frame[];
}

/** An address for people. */
export const nameOf = (address: Frame): string => address.toString('hex').slice(0, 32);
