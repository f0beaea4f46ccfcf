import { useClass } from './classes.ts';
import { Event, hasFormat } from './event.ts';
import { type FormFields, formFormat } from './formFormat.ts';

/**
 * An event with the fields of an HTML form. Text, bytes, objects and XML become fields, null becomes an empty form.
 *
 * `event instanceof FormEvent` holds for a `FormHttpEvent` as well.
 */
export class FormEvent extends Event<FormFields> {
  static override readonly format = formFormat;
  static override readonly contentType: string = 'application/x-www-form-urlencoded';

  static override [Symbol.hasInstance](value: unknown): boolean {
    return this === FormEvent ? hasFormat(value, formFormat) : super[Symbol.hasInstance](value);
  }
}

useClass(FormEvent);
