import { Actor } from '../../lib/index.ts';

export class Branch extends Actor<never, { name: string; depth: number; steps: string[] }> {
  override preStart() {
    const { name, depth, steps } = this.params;
    if (depth === 0) return;
    for (const letter of ['a', 'b'])
      this.spawn(Branch.using({ name: `${name}.${letter}`, depth: depth - 1, steps }));
  }
  override async postStop() {
    await Promise.resolve();
    this.params.steps.push(this.params.name);
  }
}
