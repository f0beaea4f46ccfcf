import {
  Actor,
  allForOne,
  type Node,
  oneForOne,
  type Ref,
  restForOne,
  type SpawnOptions,
  type Strategy,
} from '../../lib/index.ts';
import { startNode } from './support.ts';

export const strategies = { oneForOne, allForOne, restForOne };

export const startedIn = (steps: string[]) =>
  steps.filter(step => step.startsWith('start ')).map(step => step.slice(6));

export function namesLeft(parent: Ref): string[] {
  return ['a', 'b', 'c', 'child'].filter(name => {
    try {
      return !parent.child(name).isStopped;
    } catch {
      return false;
    }
  });
}

/** A parent with the children a, b and c; what happens from then on is in `steps`. */
export async function startSiblings(supervision: Strategy, options: SpawnOptions = {}, random = () => 0.5) {
  const { node, clock } = await startNode({ random });
  const steps: string[] = [];
  const parent = spawnParent(node, steps, supervision, options);
  await clock.settle();
  steps.length = 0;
  const fail = async (name: string) => {
    parent.child(name).tell('fail');
    await clock.settle();
  };
  return { node, clock, parent, steps, fail };
}

export function spawnParent(node: Node, steps: string[], supervision: Strategy, options: SpawnOptions): Ref {
  class Child extends Actor {
    override preStart() {
      steps.push(`start ${this.ref.name}`);
    }
    override receive(message: unknown) {
      if (message === 'fail') throw new Error(`${this.ref.name} failed`);
      steps.push(`${message} ${this.ref.name}`);
    }
  }
  class Parent extends Actor {
    override preStart() {
      for (const name of ['a', 'b', 'c']) this.spawn(Child, { ...options, name });
    }
  }
  return node.spawn(Parent, { supervision });
}
