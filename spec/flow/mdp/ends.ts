/** Both ends of the flows of these specs: where events go in, and where they come out. */
import { type Event, FlowActor } from '../../../lib/flow/index.ts';

export class Source<P extends object = object> extends FlowActor<P> {
  override consume() {}

  put(event: Event) {
    return this.emit(event);
  }
}

export class Keep extends FlowActor {
  readonly arrived: Event[] = [];
  #wake = () => {};

  override consume(event: Event): void | Promise<void> {
    this.arrived.push(event);
    this.#wake();
  }

  async next(): Promise<Event> {
    for (;;) {
      const event = this.arrived.shift();
      if (event !== undefined) return event;
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
  }
}
