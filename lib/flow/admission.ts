/** What an actor is given: events as it wants them, whatever came. */
import { InvalidActorInput } from './events/errors.ts';
import type { Event, EventClass } from './events/event.ts';
import type { LogLevel } from './events/logEvent.ts';
import { classes, type FlowActor } from './flowActor.ts';

export class Admission {
  readonly #log: (level: LogLevel, message: string, event: Event) => void;
  #name = '';
  #input: readonly EventClass[] = [];
  #requires: readonly string[] = [];
  /** A class of events that needs no look: the last one that was right. */
  #usual: unknown;

  constructor(log: (level: LogLevel, message: string, event: Event) => void) {
    this.#log = log;
  }

  /** This is the actor from now on. */
  learn(actor: FlowActor): void {
    const kind = actor.constructor as typeof FlowActor;
    this.#name = actor.name;
    this.#input = classes(actor.input ?? kind.input);
    this.#requires = kind.requires;
    this.#usual = undefined;
  }

  /** Whether an event can be given as it is, without a look. */
  isUsual(event: Event): boolean {
    return event.constructor === this.#usual && this.#requires.length === 0;
  }

  /**
   * The event as the actor wants it.
   *
   * @throws FlowError when it can't be that, or lacks what the actor needs
   */
  fit(event: Event): Event {
    let admitted = event;
    if (this.#input.some(one => isOf(event, one))) this.#usual = event.constructor;
    else {
      const wanted = this.#input[0] as EventClass;
      admitted = event.convert(wanted);
      const text = `Incoming event was of type ${event.constructor.name}. Converted to ${wanted.name}`;
      this.#log('WARNING', text, event);
    }
    for (const attribute of this.#requires) {
      if (admitted.get(attribute, undefined) == null)
        throw new InvalidActorInput(
          `${this.#name} needs the attribute ${attribute}, which the event does not have`,
        );
    }
    return admitted;
  }
}

/** A plain boolean: the compiler would draw wrong conclusions from `instanceof` a class that it does not know. */
const isOf = (event: Event, one: EventClass): boolean => event instanceof one;
