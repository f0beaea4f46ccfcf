/**
 * What goes wrong with an event. Every class says which HTTP status it stands for; a class of yours inherits it, or
 * says its own: `class Teapot extends FlowError { static override status = [418, "I'm a teapot"] as const }`.
 */
import { TroupeError } from '../../base/errors.ts';

/** A status code, its text and the headers that belong to it. */
export type ErrorStatus = readonly [
  code: number,
  text: string,
  headers?: Readonly<Record<string, string>> | undefined,
];

export interface FlowErrorOptions {
  /** Your own code instead of the class's. */
  code?: string | undefined;
  cause?: unknown;
  /** For HTTP: after how many seconds to try again, as `Retry-After`. */
  retryAfter?: number | undefined;
  /** Goes to the client as it is, in place of the list of messages. */
  override?: unknown;
  /** Anything else stands beside message and code in the formatted error. */
  [extra: string]: unknown;
}

/** The base of all errors about events: status 500. It may carry several messages. */
export class FlowError extends TroupeError {
  /** Of instances that were given no code. */
  static readonly code: string = 'FLOW';
  static readonly status: ErrorStatus = [500, 'Internal Server Error'];

  readonly messages: readonly string[];
  readonly override: unknown;
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(message: string | readonly string[] = '', options: FlowErrorOptions = {}) {
    const { code, cause, override, ...extra } = options;
    const messages = typeof message === 'string' ? [message] : message.map(String);
    super(code ?? new.target.code, messages.join('; '), cause === undefined ? undefined : { cause });
    this.messages = messages;
    this.override = override;
    this.extra = extra;
  }
}

/** What the caller has is still current: 304. */
export class ResourceNotModified extends FlowError {
  static override readonly code: string = 'NOT_MODIFIED';
  static override readonly status: ErrorStatus = [304, 'Not Modified'];
}
/** The data of an event is not what an actor can work with: 400. */
export class MalformedEventData extends FlowError {
  static override readonly code: string = 'MALFORMED_EVENT_DATA';
  static override readonly status: ErrorStatus = [400, 'Bad Request'];
}
/** An event does not take this data, or not any more: 400. */
export class InvalidEventDataModification extends FlowError {
  static override readonly code: string = 'INVALID_EVENT_DATA';
  static override readonly status: ErrorStatus = [400, 'Bad Request'];
}
/** 401. */
export class UnauthorizedEvent extends FlowError {
  static override readonly code: string = 'UNAUTHORIZED';
  static override readonly status: ErrorStatus = [
    401,
    'Unauthorized',
    { 'WWW-Authenticate': 'Basic realm="Compysition Server"' },
  ];
}
/** 403. */
export class ForbiddenEvent extends FlowError {
  static override readonly code: string = 'FORBIDDEN';
  static override readonly status: ErrorStatus = [403, 'Forbidden'];
}
/** 404. */
export class ResourceNotFound extends FlowError {
  static override readonly code: string = 'NOT_FOUND';
  static override readonly status: ErrorStatus = [404, 'Not Found'];
}
/** The resource does not take this method: 405. */
export class EventCommandNotAllowed extends FlowError {
  static override readonly code: string = 'METHOD_NOT_ALLOWED';
  static override readonly status: ErrorStatus = [405, 'Method Not Allowed'];
}
/** An answer did not come in time: 408. */
export class ActorTimeout extends FlowError {
  static override readonly code: string = 'ACTOR_TIMEOUT';
  static override readonly status: ErrorStatus = [408, 'Request Timeout'];
}
/** 409. */
export class ResourceConflict extends FlowError {
  static override readonly code: string = 'CONFLICT';
  static override readonly status: ErrorStatus = [409, 'Conflict'];
}
/** 410. */
export class ResourceGone extends FlowError {
  static override readonly code: string = 'GONE';
  static override readonly status: ErrorStatus = [410, 'Gone'];
}
/** 413. */
export class PayloadTooLarge extends FlowError {
  static override readonly code: string = 'PAYLOAD_TOO_LARGE';
  static override readonly status: ErrorStatus = [413, 'Payload Too Large'];
}
/** 415. */
export class UnsupportedMediaType extends FlowError {
  static override readonly code: string = 'UNSUPPORTED_MEDIA_TYPE';
  static override readonly status: ErrorStatus = [415, 'Unsupported Media Type'];
}
/** Well formed, but not to be worked with: 422. */
export class UnprocessableEventData extends FlowError {
  static override readonly code: string = 'UNPROCESSABLE_EVENT_DATA';
  static override readonly status: ErrorStatus = [422, 'Unprocessable Entity'];
}
/** 429. */
export class EventRateExceeded extends FlowError {
  static override readonly code: string = 'RATE_EXCEEDED';
  static override readonly status: ErrorStatus = [429, 'Too Many Requests'];
}
/** 503. */
export class ServiceUnavailable extends FlowError {
  static override readonly code: string = 'SERVICE_UNAVAILABLE';
  static override readonly status: ErrorStatus = [503, 'Service Unavailable'];
}

/** An event has come to its end without an answer, as it should: 202. Whoever waits for the answer is told. */
export class NoAnswer extends FlowError {
  static override readonly code: string = 'NO_ANSWER';
  static override readonly status: ErrorStatus = [202, 'Accepted'];
}

/** A queue has no room: 503. */
export class QueueFull extends FlowError {
  static override readonly code: string = 'QUEUE_FULL';
  static override readonly status: ErrorStatus = [503, 'Service Unavailable'];
}
/** A queue had nothing, or nothing in time. */
export class QueueEmpty extends FlowError {
  static override readonly code: string = 'QUEUE_EMPTY';
}
/** A queue of that name is connected already. */
export class QueueConnected extends FlowError {
  static override readonly code: string = 'QUEUE_CONNECTED';
}
/** An actor was set up with what makes no sense. */
export class SetupError extends FlowError {
  static override readonly code: string = 'SETUP';
}
/** An actor could not be constructed. */
export class ActorInitFailure extends FlowError {
  static override readonly code: string = 'ACTOR_INIT';
}
/** The name belongs to the runtime. */
export class ReservedName extends FlowError {
  static override readonly code: string = 'RESERVED_NAME';
}
/** An event lacks what the actor needs. */
export class InvalidActorInput extends FlowError {
  static override readonly code: string = 'INVALID_INPUT';
}
/** An actor sent an event that is none of the classes that it sends. */
export class InvalidActorOutput extends FlowError {
  static override readonly code: string = 'INVALID_OUTPUT';
}
/** No event of that class can be made of this one. */
export class InvalidEventConversion extends FlowError {
  static override readonly code: string = 'INVALID_CONVERSION';
}
/** The event has no such attribute. */
export class EventAttributeError extends FlowError {
  static override readonly code: string = 'NO_ATTRIBUTE';
}
/** An optional package is not installed; the message says how to install it. */
export class PackageMissing extends FlowError {
  static override readonly code: string = 'PACKAGE_MISSING';
}

/** By name, for errors that come from another process. */
export const flowErrors: ReadonlyMap<string, typeof FlowError> = new Map(
  [
    ...[FlowError, ResourceNotModified, MalformedEventData, InvalidEventDataModification, UnauthorizedEvent],
    ...[ForbiddenEvent, ResourceNotFound, EventCommandNotAllowed, ActorTimeout, ResourceConflict],
    ...[ResourceGone, PayloadTooLarge, UnsupportedMediaType, UnprocessableEventData, EventRateExceeded],
    ...[ServiceUnavailable, QueueFull, QueueEmpty, QueueConnected, SetupError, ActorInitFailure],
    ...[ReservedName, InvalidActorInput, InvalidActorOutput, InvalidEventConversion, EventAttributeError],
    ...[PackageMissing, NoAnswer],
  ].map(Class => [Class.name, Class] as const),
);
