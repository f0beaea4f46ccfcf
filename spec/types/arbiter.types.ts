/** What must compile, and what must not, of arbiters and monitors. */
import { Actor, type Ref, thread } from '../../lib/index.ts';
import { Arbiter, type Broadcast, consistentHash, type Monitor } from '../../lib/pool/index.ts';

class Resizer extends Actor<string, { readonly quality: number }> {
  override receive(_picture: string) {}
}

const arbiter = await Arbiter.start();
const resizers = arbiter.addMonitor('resizers', {
  actor: Resizer,
  on: thread(),
  params: quality => ({ quality }),
});
const ref: Ref<string | Broadcast<string>> = resizers.ref;
const workers: Ref<string>[] = resizers.workers;
resizers.ref.tell('a.jpg');
// @ts-expect-error it understands texts
resizers.ref.tell(7);

arbiter.addMonitor('recipe', {
  actor: Resizer.using({ quality: 1 }),
  strategy: consistentHash((text: string) => text),
});
// @ts-expect-error such messages can't be routed by that key
arbiter.addMonitor('recipe', { actor: Resizer, strategy: consistentHash((n: number) => n) });
arbiter.addMonitor('text', { actor: './resize.js#Resizer' }).ref.tell({ whatever: 1 });
arbiter.addMonitor('function', { actor: (n: number) => n, on: 'here' }).ref.tell(7);
// @ts-expect-error there is no such place
arbiter.addMonitor('text', { actor: './resize.js#Resizer', on: 'there' });
// @ts-expect-error it needs to know what the workers are
arbiter.addMonitor('none', { workers: 3 });

const found: Monitor<string> | undefined = arbiter.monitor<string>('resizers');
const all: Monitor[] = arbiter.monitors;

export { all, found, ref, workers };
