/** Whether events of one class can be converted to another, found out before there are any. */
import { InvalidEventConversion } from './events/errors.ts';
import type { EventClass } from './events/event.ts';

/** False only if it is certain that they can't: what depends on the data, or can't be tried, is let through. */
export function mayConvert(from: EventClass, to: EventClass): boolean {
  try {
    new from().convert(to);
    return true;
  } catch (error) {
    return !(error instanceof InvalidEventConversion);
  }
}
