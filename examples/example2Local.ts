/**
 * The two actors of example2, unmodified, on one node: a ref takes the place of the address, and no socket is opened.
 *
 *     npx startnode --actor examples.example2Local.LocalExample
 */
import { Process, Terminated } from 'troupe';
import { ExampleActor, ExampleProcess } from './example2.ts';

export class LocalExample extends Process {
  *run() {
    const other = this.spawn(ExampleActor, { name: 'other' });
    this.watch(ExampleProcess.using({ other }), { name: 'process' });
    const { ref, reason } = yield* this.get(Terminated);
    console.log(`${ref} has ended: ${reason}`);
  }
}
