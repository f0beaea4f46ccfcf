/** What TypeScript says about task queues. Nothing here runs; it only has to compile. */
import { childProcess, type Node, type Ref, thread } from '../../lib/index.ts';
import { type Job, TaskQueue, type TaskQueueMessage, type TaskQueueStats } from '../../lib/pool/index.ts';

interface Jobs {
  readonly version: string;
  resize(args: { file: string; width?: number }, job: Job): Promise<{ bytes: number }>;
  count(text: string): number;
  sweep(): void;
  perhaps(args?: number): string;
}
declare const node: Node;
const module = new URL('./jobs.js', 'file:///app/');

const tasks = await TaskQueue.start<Jobs>(node, { module, size: 2, on: thread(), name: 'tasks' });

// Names, arguments and results are those of the module.
same<Promise<{ bytes: number }>>()(tasks.run('resize', { file: 'a.jpg' }));
same<Promise<number>>()(tasks.run('count', 'text', { priority: 1, onProgress: (part: number) => part }));
same<Promise<void>>()(tasks.run('sweep'));
same<Promise<void>>()(tasks.run('sweep', undefined, { timeout: 1000, signal: AbortSignal.timeout(10) }));
same<Promise<string>>()(tasks.run('perhaps'));
same<Promise<string>>()(tasks.run('perhaps', 3));
// @ts-expect-error no such function
tasks.run('resise', { file: 'a.jpg' });
// @ts-expect-error it is no function
tasks.run('version');
// @ts-expect-error arguments of another type
tasks.run('resize', { name: 'a.jpg' });
// @ts-expect-error arguments are needed
tasks.run('count');
// @ts-expect-error no such option
tasks.run('count', 'text', { prio: 1 });

// Without the module's type, everything goes.
const any = await TaskQueue.start(node, { module: './jobs.js', size: 1, on: 'here' });
const result: number = await any.run('whatever', { a: 1 });
await any.run('nothing');
// @ts-expect-error of which module?
TaskQueue.start(node, { size: 1 });
// @ts-expect-error no such place
TaskQueue.start(node, { module, size: 1, on: 'there' });

// It is an actor.
const ref = node.spawn(TaskQueue.using({ module, size: 4, on: childProcess(), backoff: { min: 10 } }));
same<Ref<TaskQueueMessage>>()(ref);
ref.ask<number>({ task: 'count', args: 'text', progress: ref as Ref<never> });
// @ts-expect-error no message of a queue
ref.tell('count');
same<Promise<number>>()(TaskQueue.of<Jobs>(ref).run('count', String(result)));
same<Promise<TaskQueueStats>>()(TaskQueue.of(ref).stats());
same<Promise<void>>()(tasks.drain());
same<Promise<void>>()(tasks.stop());

/** Takes a value of exactly the type T. */
declare function same<T>(): <V>(value: V & (Equal<V, T> extends true ? unknown : 'of another type')) => void;
type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
