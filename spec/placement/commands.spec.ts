import { assert } from 'chai';
import { send, thread } from '../../lib/index.ts';
import { rejection } from '../core/support.ts';
import { startNode } from './support.ts';
import { Clerk } from './workers.ts';

describe('commands of an actor in a thread', function () {
  this.timeout(20_000);

  it('are carried out there, also before it has started', async () => {
    const node = await startNode();
    const clerk = node.spawn(Clerk, { on: thread() });
    assert.deepEqual(await send(clerk, 'where', 'early'), ['early', false]);
    assert.deepEqual(await send(clerk, 'where', 'late'), ['late', false]);
  });

  it('are those of its class', async () => {
    const node = await startNode();
    const clerk = node.spawn(Clerk, { on: thread(), name: 'clerk' });
    const { class: className, address } = await send(clerk, 'info');
    assert.deepEqual([className, address], ['Clerk', '/clerk']);
    assert.equal((await rejection(send(clerk, 'nothing'))).code, 'COMMAND_NOT_FOUND');
  });

  it('can send commands to the main thread', async () => {
    const node = await startNode();
    node.spawn(Clerk, { name: 'home' });
    const clerk = node.spawn(Clerk, { on: thread() });
    assert.deepEqual(await send(clerk, 'ask', '/home'), ['asked', true]);
  });
});
