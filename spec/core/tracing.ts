import { Actor } from '../../lib/index.ts';

/** A class that notes what happens to it. */
export const tracing = (seen: string[]) =>
  class extends Actor<string> {
    constructor() {
      super();
      seen.push('constructor');
    }
    override preStart() {
      seen.push('preStart');
    }
    override receive(message: string) {
      seen.push(message);
    }
    override postStop() {
      seen.push('postStop');
    }
  };

export const startingWith = (
  preStart: (actor: Actor) => unknown,
  receive: (message: unknown) => void = () => {},
) =>
  class extends Actor {
    override preStart() {
      return preStart(this);
    }
    override receive(message: unknown) {
      return receive(message);
    }
  };
