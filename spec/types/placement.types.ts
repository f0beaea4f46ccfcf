/** What must compile, and what must not: actors that run elsewhere. Read by the compiler alone. */
import { Actor, childProcess, type Node, type Ref, remote, thread, transfer } from '../../lib/index.ts';

class Resize extends Actor<{ width: number }> {
  static module = import.meta.url;
}

export function spawning(node: Node): void {
  const here: Ref<{ width: number }> = node.spawn(Resize, { on: thread({ shared: 'images', maxBusy: 500 }) });
  here.tell(transfer({ width: 5 }));
  node.spawn(Resize, { on: childProcess({ env: { A: 'b' } }) }).tell({ width: 5 });
  const named: Ref<{ width: number }> = node.spawn<{ width: number }>('./resize.js#Resize', { on: thread() });
  named.tell({ width: 5 });
  node.spawn(Resize, { on: remote('127.0.0.1:9700') }).tell({ width: 5 });
  // @ts-expect-error a text names what runs elsewhere
  node.spawn('./resize.js#Resize', { name: 'resize' });
  // @ts-expect-error there is no such place
  node.spawn(Resize, { on: 'thread' });
  // @ts-expect-error its messages are what they are everywhere
  node.spawn(Resize, { on: thread() }).tell({ height: 5 });
  // @ts-expect-error an option that only processes have
  thread({ env: {} });
}
