import { Actor, type AnyDecision, type oneForOne, type Ref } from '../../lib/index.ts';
import { gate, startNode } from './support.ts';

export interface Settings {
  strategy?: ReturnType<typeof oneForOne>;
  guardian?: ReturnType<typeof oneForOne>;
}

/** A parent that decides as it is told, and a child that fails when it is told to. */
export async function startFamily(
  decide: () => AnyDecision | undefined,
  { strategy, guardian }: Settings = {},
) {
  const { node, clock } = await startNode({ supervision: guardian });
  const [steps, asked, parentSaw, error, held] = [
    [] as unknown[],
    [] as unknown[],
    [] as unknown[],
    new Error('boom'),
    gate(),
  ];
  class Child extends Actor {
    override preStart() {
      steps.push('preStart');
    }
    override receive(message: unknown) {
      steps.push(message);
      if (message === 'fail') throw error;
      return message === 'block' ? held.opened : undefined;
    }
    override postStop() {
      steps.push('postStop');
    }
  }
  class Parent extends Actor {
    override preStart() {
      this.spawn(Child, { name: 'child' });
    }
    override receive(message: unknown) {
      if (message === 'block') return new Promise(() => {});
      parentSaw.push(message);
      return undefined;
    }
    override supervise(error: Error, child: Ref) {
      asked.push({ error, child });
      return decide();
    }
  }
  const parent = node.spawn(Parent, { name: 'parent', supervision: strategy });
  await clock.settle();
  const child = parent.child('child');
  const fail = async (message = 'fail') => {
    child.tell(message);
    await clock.settle();
  };
  return { node, clock, parent, child, steps, asked, parentSaw, error, held, fail };
}
