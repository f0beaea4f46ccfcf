import { Actor, oneForOne, type Ref, Resume } from '../../lib/index.ts';
import { gate, startNode } from './support.ts';

/** An actor that is in the middle of an async receive. */
export async function startBusy() {
  const { node, clock } = await startNode({ supervision: oneForOne({ decide: () => Resume }) });
  const [steps, signals, held] = [[] as string[], [] as AbortSignal[], gate()];
  class Busy extends Actor<string> {
    override async receive() {
      steps.push('receive begins');
      signals.push(this.signal);
      await held.opened;
      steps.push('receive ends');
    }
    override postStop() {
      steps.push('postStop');
    }
  }
  const ref = node.spawn(Busy).tell('block') as Ref<string>;
  await clock.settle();
  return { node, clock, ref, steps, signals, open: held.open, fail: held.fail };
}
