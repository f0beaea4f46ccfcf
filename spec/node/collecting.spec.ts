import { setImmediate as turn } from 'node:timers/promises';
import { assert } from 'chai';
import { Actor, Node, type Ref, silentLogger } from '../../lib/index.ts';

const collect = (globalThis as { gc?: () => void }).gc as () => void;

describe('what has stopped', () => {
  it('is collected when it was an actor, though its ref is still held', async () => {
    const node = await Node.start({ logger: silentLogger });
    const gone: WeakRef<Actor>[] = [];
    const ref = spawnTracked(node, gone);
    await ref.ask('hello');
    ref.stop();
    await ref.join();
    assert.isTrue(await isCollected(gone));
    assert.isTrue(ref.isStopped);
    await node.stop();
  });

  it('is collected when it was a node without remoting', async () => {
    const gone: WeakRef<Node>[] = [];
    await startAndStop(gone, {});
    assert.isTrue(await isCollected(gone));
  });

  it('is collected when it was a node with remoting, which leaves no socket and no timer', async () => {
    const gone: WeakRef<Node>[] = [];
    await startAndStop([], { address: '127.0.0.1:0' }); // loads what it needs
    await startAndStop(gone, { address: '127.0.0.1:0' });
    assert.isTrue(await isCollected(gone));
  });
});

class Tracked extends Actor<string, { gone: WeakRef<Actor>[] }> {
  override preStart() {
    this.params.gone.push(new WeakRef<Actor>(this as unknown as Actor));
    this.timers.every('tick', 1000, 'tick');
  }
  override receive(message: string) {
    this.reply(message);
  }
}

function spawnTracked(node: Node, gone: WeakRef<Actor>[]): Ref<string> {
  return node.spawn(Tracked.using({ gone }));
}

async function startAndStop(gone: WeakRef<Node>[], options: object): Promise<void> {
  const node = await Node.start({ ...options, logger: silentLogger });
  gone.push(new WeakRef(node));
  await node.spawn((message, { reply }) => reply(message)).ask('hello');
  await node.stop();
}

/** Sockets close in threads of their own: it takes some turns of the event loop until nothing of them is left. */
async function isCollected(refs: WeakRef<object>[]): Promise<boolean> {
  for (let tries = 0; tries < 500; tries++) {
    await turn();
    collect();
    if (refs.every(ref => ref.deref() === undefined)) return true;
  }
  return false;
}
