/** An actor and a function for logs.yaml. */
import { type Event, FlowActor, JSONEvent, MalformedEventData } from 'troupe/flow';

const pattern = /^(?<time>\S+) (?<level>[A-Z]+) (?<service>\w+): (?<text>.*)$/;

/** Makes `{ time, level, service, text }` of a line of a log. */
export class ParseLine extends FlowActor {
  static override output = JSONEvent;

  override consume(event: Event): void {
    const found = pattern.exec(String(event.data));
    if (found === null) throw new MalformedEventData('this is no log line');
    void this.send(new JSONEvent({ data: { ...found.groups } }));
  }
}

/** How many errors there were in a window, and the last of them. */
export const summary = (events: readonly Event[]) => {
  const [last] = events.map(({ data }) => data as { service: string; text: string }).reverse();
  return { service: last?.service, errors: events.length, last: last?.text };
};
