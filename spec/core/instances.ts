import { Actor, type Node, type Ref } from '../../lib/index.ts';

/** Notes what happens, with the number of the instance; fails when it is told to. */
export function spawnTracing(
  node: Node,
  steps: string[],
  preStart: (actor: Actor) => unknown = () => {},
): Ref<string> {
  let made = 0;
  class Tracing extends Actor {
    readonly number = ++made;
    constructor() {
      super();
      steps.push(`new ${this.number}`);
    }
    override preStart() {
      steps.push(`preStart ${this.number}`);
      preStart(this);
    }
    override receive(message: unknown) {
      steps.push(`${message} ${this.number}`);
      if (message === 'fail') throw new Error('fail');
    }
    override postStop() {
      steps.push(`postStop ${this.number}`);
    }
  }
  return node.spawn(Tracing) as Ref<string>;
}
