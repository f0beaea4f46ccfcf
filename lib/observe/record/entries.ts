/** What a recording is made of, as it stands in a file: one JSON object a line. */
import { asError } from '../../base/errors.ts';
import type { Outcome } from '../../core/delivery.ts';
import type { Written } from './written.ts';

/** An error as text: its own fields are not recorded. */
export interface RecordedError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: RecordedError;
}

interface Common {
  /** Counts all entries of the recorder from 1 on, also those that were overwritten. */
  readonly seq: number;
  /** When it was, in ms since 1970. */
  readonly at: number;
  /** When it was, in ms by the node's clock. */
  readonly time: number;
  /** The path of the actor. */
  readonly actor: string;
}

/** A message, a timer's message or a notice in the hands of an actor. */
export interface DeliveryEntry extends Common {
  readonly type: 'delivery';
  /** How often the actor had been restarted. */
  readonly restarts: number;
  /** The address of the sender; absent for none. */
  readonly from?: string;
  /** The message was sent with `ask`: `from` is who asked, where that is known. */
  readonly isQuestion?: true;
  readonly message: Written;
  /** For the message of a timer: its key. */
  readonly timer?: Written;
  /** For how many ms it waited; absent where that was not measured. */
  readonly waited?: number;
  /** For how many ms it was handled; absent while it is. */
  readonly took?: number;
  /** Absent while it is being handled. */
  readonly outcome?: Outcome;
  readonly error?: RecordedError;
}

/** An actor has started, has got a new instance, or has ended. */
export interface LifeEntry extends Common {
  readonly type: 'started' | 'restarted' | 'stopped';
  /** When it was spawned, in ms by the node's clock: it has started when its `preStart` is done. */
  readonly spawned?: number;
  /** Why it ended: `stopped`, `killed`, `failed`, ... */
  readonly reason?: string;
  /** What the instance before failed with. */
  readonly error?: RecordedError;
}

/** An actor failed outside of a delivery: in its start, in a `pipeToSelf`. */
export interface FailureEntry extends Common {
  readonly type: 'failed';
  readonly error: RecordedError;
}

/** A question that the actor had asked has got its answer, or none. */
export interface AnswerEntry extends Common {
  readonly type: 'answer';
  /** The address of the one who was asked. */
  readonly from: string;
  readonly question: Written;
  readonly answer?: Written;
  readonly error?: RecordedError;
  /** How many ms it took. */
  readonly took: number;
}

export type Entry = DeliveryEntry | LifeEntry | FailureEntry | AnswerEntry;

/** What is known of an actor that has entries. */
export interface ActorEntry {
  readonly type: 'actor';
  readonly actor: string;
  readonly class: string;
  /** `url#Class`, for a class that says which module it is in. */
  readonly module?: string;
  /** What it was spawned with; absent for none. */
  readonly params?: Written;
  /** When it was spawned, in ms by the node's clock; absent when it was there before the recording began. */
  readonly spawned?: number;
  /** Of how many of its entries there is nothing left, because newer ones took their place. */
  readonly overwritten: number;
}

/** The first line of a file. */
export interface RecordingHeader {
  readonly type: 'recording';
  /** The version of the format. */
  readonly version: 1;
  /** `host:port` of the node; absent without remoting. */
  readonly node?: string;
  readonly incarnation: string;
  readonly pid: number;
  /** When it was written, in ms since 1970. */
  readonly at: number;
  /** How many entries there are no more, because newer ones took their place. */
  readonly overwritten: number;
  /** Why it was written, where that was a crash. */
  readonly crash?: { readonly actor?: string; readonly error: RecordedError };
}

export interface Recording {
  readonly header: RecordingHeader;
  readonly actors: readonly ActorEntry[];
  /** The oldest first. */
  readonly entries: readonly Entry[];
}

/** The most causes that are kept of an error. */
const mostCauses = 8;

export function recordedError(thrown: unknown, depth = 0): RecordedError {
  const { name, message, stack, cause, code } = asError(thrown) as Error & { code?: unknown };
  return {
    name: String(name),
    message: String(message),
    ...(typeof code === 'string' && { code }),
    ...(typeof stack === 'string' && { stack }),
    ...(cause !== undefined && depth < mostCauses && { cause: recordedError(cause, depth + 1) }),
  };
}

/** The lines of a file. */
export const ndjsonOf = ({ header, actors, entries }: Recording): string =>
  [header, ...actors, ...entries].map(line => `${JSON.stringify(line)}\n`).join('');

/**
 * The recording in a text of NDJSON. A last line that is not whole is left out: the process may have ended while it was written.
 * @throws TypeError that says which line is wrong
 */
export function parseRecording(text: string): Recording {
  const lines = text.split('\n').filter(line => line.trim() !== '');
  const objects = lines.map((line, i) => {
    try {
      return JSON.parse(line) as Entry | ActorEntry | RecordingHeader;
    } catch (error) {
      if (i > 0 && i === lines.length - 1) return undefined;
      throw new TypeError(`line ${i + 1} of the recording is no JSON: ${asError(error).message}`);
    }
  });
  const [header] = objects;
  if (header?.type !== 'recording')
    throw new TypeError('this is no recording: its first line must be one of {"type":"recording", …}');
  if (header.version !== 1)
    throw new TypeError(`the recording is of version ${header.version}; this Troupe reads version 1`);
  const rest = objects.slice(1).filter(one => one !== undefined);
  for (const one of rest) check(one);
  return {
    header,
    actors: rest.filter(one => one.type === 'actor'),
    entries: rest.filter(one => one.type !== 'actor' && one.type !== 'recording'),
  };
}

const kinds = ['actor', 'delivery', 'started', 'restarted', 'stopped', 'failed', 'answer'];

/** A replay loads it: no text of a recording is to be run as code itself, as that of a `data:` URL would be. */
const isModule = /^(?:file:\/\/\/[^#]+|[\w@][\w@/.-]*)#[^#]+$/;

function check(line: Entry | ActorEntry | RecordingHeader): void {
  if (typeof line !== 'object' || line === null || !kinds.includes(line.type))
    throw new TypeError(
      `a line of the recording is of no known type (${kinds.join(', ')}): ${JSON.stringify(line).slice(0, 80)}`,
    );
  if (line.type !== 'recording' && typeof line.actor !== 'string')
    throw new TypeError(`a line of the recording names no actor: ${JSON.stringify(line).slice(0, 80)}`);
  if (line.type === 'actor' && line.module !== undefined && !isModule.test(line.module))
    throw new TypeError(
      `the module of an actor must be a file or a package, not ${JSON.stringify(line.module).slice(0, 80)}`,
    );
}
