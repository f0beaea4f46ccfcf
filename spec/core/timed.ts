import { Actor, type Context, type Ref } from '../../lib/index.ts';
import { startNode } from './support.ts';

/** An actor that runs what it is told to run, fails when told to, and keeps all else in `seen`. */
export async function startTimed() {
  const { node, clock } = await startNode();
  const seen: unknown[] = [];
  class Timed extends Actor {
    override receive(message: unknown) {
      if (typeof message === 'function') return message(this);
      if (message === 'fail') throw new Error('restart me');
      seen.push(message);
    }
  }
  const ref = node.spawn(Timed) as Ref<never>;
  const run = async (what: (context: Context) => unknown) => {
    (ref as Ref).tell(what);
    await clock.settle();
  };
  return { node, clock, seen, ref, run };
}
