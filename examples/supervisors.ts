/**
 * A supervision tree: a store, a pool of workers that need it, and a supervisor above them. Every third job breaks the worker that has
 * it, and the sixth breaks the store, with which all workers begin anew. No job that waits is lost.
 *
 *     npx startnode --actor examples.supervisors.Shop
 */
import { Actor, DynamicSupervisor, Process, printTree, type Ref, Supervisor, sleep } from 'troupe';

export class Shop extends Process {
  *run() {
    const tree: Ref = this.spawn(
      Supervisor.using({
        strategy: 'rest_for_one',
        intensity: 10,
        children: [
          { id: 'store', start: Store },
          { id: 'workers', start: DynamicSupervisor.using({ intensity: 10 }) },
        ],
      }),
      { name: 'shop' },
    );
    yield Supervisor.countChildren(tree);
    const workers = tree.child('workers');
    for (const id of ['ada', 'bob']) yield DynamicSupervisor.startChild(workers, { id, start: Worker });
    for (let job = 1; job <= 5; job++) workers.child(job % 2 === 0 ? 'ada' : 'bob').tell(job);
    yield* sleep(50);
    console.log(printTree(tree));
    tree.child('store').tell('break');
    yield* sleep(50);
    console.log(printTree(tree));
  }
}

class Store extends Actor<string> {
  override preStart() {
    console.log('store: open');
  }

  override receive(message: string) {
    throw new Error(`the store: ${message}`);
  }
}

class Worker extends Actor<number> {
  override receive(job: number) {
    if (job % 3 === 0) throw new Error(`job ${job} is broken`);
    console.log(`${this.ref.name}: job ${job} is done`);
  }
}
