/**
 * Supervision: a worker crashes on every third job. Its supervisor restarts it, after a pause that is longer each time; the
 * jobs that came meanwhile wait in its mailbox, and the one that it crashed on is not tried again.
 *
 *     npx startnode --actor examples.supervision.Boss
 */
import { Actor, oneForOne, PoisonPill, Process, type Ref, Terminated } from 'troupe';

export class Boss extends Process {
  override supervision = oneForOne({ max: 5, within: 10_000, backoff: { min: 100, factor: 3, jitter: 0 } });

  *run() {
    const worker = this.watch(Worker, { name: 'worker' });
    for (let job = 1; job <= 8; job++) worker.tell(job);
    (worker as Ref).tell(PoisonPill);
    yield* this.get(Terminated);
    console.log('boss: all jobs are through');
  }
}

class Worker extends Actor<number> {
  override preStart() {
    console.log('worker: starts');
  }

  override receive(job: number) {
    if (job % 3 === 0) throw new Error(`job ${job} is broken`);
    console.log(`worker: job ${job} is done`);
  }

  override preRestart(error: Error) {
    console.log(`worker: will be restarted, because ${error.message}`);
  }
}
