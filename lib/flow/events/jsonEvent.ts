import { useClass } from './classes.ts';
import { Event, hasFormat } from './event.ts';
import { jsonFormat } from './formats.ts';

/**
 * An event with JSON: plain values. Text, bytes and XML become JSON, null becomes `{}`.
 *
 * `event instanceof JSONEvent` holds for a `JSONHttpEvent` as well.
 */
export class JSONEvent<Data = unknown> extends Event<Data> {
  static override readonly format = jsonFormat;
  static override readonly contentType: string = 'application/json';

  static override [Symbol.hasInstance](value: unknown): boolean {
    return this === JSONEvent ? hasFormat(value, jsonFormat) : super[Symbol.hasInstance](value);
  }
}

useClass(JSONEvent);
