/** What TypeScript says about pools and groups. Nothing here runs; it only has to compile. */
import { Actor, type Node, Process, type Props, type Ref } from '../../lib/index.ts';
import {
  addRoutee,
  Broadcast,
  balancing,
  consistentHash,
  group,
  pool,
  resize,
  roundRobin,
  routees,
  scatterGather,
} from '../../lib/pool/index.ts';

interface Job {
  user: string;
}
declare const node: Node;
declare const jobs: Ref<Job>;
declare const texts: Ref<string>;

class Worker extends Actor<Job> {
  override receive(job: Job) {
    same<string>()(job.user);
  }
}
class Named extends Actor<Job, { name: string }> {}
class Program extends Process<undefined, Job> {
  *run() {
    yield* this.get();
  }
}

// A pool takes the messages of its workers, and a Broadcast of one, and no others.
same<Props<Job | Broadcast<Job>>>()(pool(Worker, { size: 4 }));
same<Props<Job | Broadcast<Job>>>()(
  pool(Named.using({ name: 'a' }), { min: 1, max: 4, scaling: { high: 10 } }),
);
same<Props<number | Broadcast<number>>>()(pool((n: number) => n, { size: 1, strategy: balancing() }));
const workers = node.spawn(pool(Worker, { size: 4, strategy: roundRobin() }));
workers.tell({ user: 'ada' }).tell(new Broadcast({ user: 'ada' }));
// @ts-expect-error a message of another kind
workers.tell('ada');
// @ts-expect-error a Broadcast of another kind
workers.tell(new Broadcast('ada'));
node.spawn(pool(Program, { size: 4 }));
// @ts-expect-error a worker with parameters needs using()
pool(Named, { size: 4 });

// The key of a hash is made from the messages of the workers.
pool(Worker, { size: 4, strategy: consistentHash(job => job.user) });
pool(Named.using({ name: 'a' }), { size: 4, strategy: consistentHash(job => job.user) });
pool((job: Job) => job.user, { size: 4, strategy: consistentHash(job => job.user) });
pool(Worker, { size: 4, strategy: consistentHash((job: Job) => job.user, { virtualNodes: 64 }) });
// @ts-expect-error they have no such field
pool(Worker, { size: 4, strategy: consistentHash(job => job.id) });
// @ts-expect-error a key of other messages
pool(Worker, { size: 4, strategy: consistentHash((text: string) => text) });

// Options are checked.
// @ts-expect-error how many?
pool(Worker);
// @ts-expect-error no such option
pool(Worker, { sice: 4 });
// @ts-expect-error workers have names of their own
pool(Worker, { size: 4, options: { name: 'worker' } });
// @ts-expect-error a strategy is made by a function
pool(Worker, { size: 4, strategy: 'roundRobin' });
// @ts-expect-error within is needed
scatterGather({ quorum: 2 });

// Groups.
same<Props<Job | Broadcast<Job>>>()(
  group([jobs, node.spawn(Worker)], { strategy: consistentHash(job => job.user) }),
);
const some = node.spawn(group([texts]));
some.tell('text');
// @ts-expect-error a message of another kind
some.tell({ user: 'ada' });
// @ts-expect-error members that understand different messages
group([jobs, texts]);

// And how they are run.
same<Promise<Ref<Job>[]>>()(routees<Job>(workers));
same<Promise<void>>()(resize(workers, 3));
same<Promise<boolean>>()(addRoutee(some, texts));

/** Takes a value of exactly the type T. */
declare function same<T>(): <V>(value: V & (Equal<V, T> extends true ? unknown : 'of another type')) => void;
type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
