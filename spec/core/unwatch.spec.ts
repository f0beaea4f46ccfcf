import { assert } from 'chai';
import { type Ref, Terminated } from '../../lib/index.ts';
import { startWatcher } from './watcher.ts';

describe('unwatch()', () => {
  it('lets no Terminated come', async () => {
    const { clock, seen, watch, watched, watcher } = await startWatcher();
    await watch();
    watcher.tell({ unwatch: watched });
    await clock.settle();
    watched.stop();
    await clock.settle();
    assert.deepEqual(seen, []);
  });

  it('lets even a Terminated that is queued not come', async () => {
    const { clock, seen, watch, watched, watcher, held } = await startWatcher();
    await watch();
    watcher.tell({ block: true });
    watcher.tell({ unwatch: watched });
    await clock.settle();
    watched.stop();
    await clock.settle();
    held.open();
    await clock.settle();
    assert.deepEqual(seen, []);
  });

  it('leaves a watch that follows it intact', async () => {
    const { clock, seen, watch, watched, watcher } = await startWatcher();
    await watch();
    watcher.tell({ unwatch: watched });
    await watch();
    watched.stop();
    await clock.settle();
    assert.equal(seen.length, 1);
  });

  it('brings one Terminated when a queued one is withdrawn and the dead actor is watched again', async () => {
    const { clock, seen, watch, watched, watcher, held } = await startWatcher();
    await watch();
    watcher.tell({ block: true });
    watcher.tell({ unwatch: watched });
    watcher.tell({ watch: watched });
    await clock.settle();
    watched.stop();
    await clock.settle();
    held.open();
    await clock.settle();
    assert.equal(seen.length, 1);
  });

  it('of an actor that is not watched does nothing', async () => {
    const { clock, seen, watched, watcher } = await startWatcher();
    watcher.tell({ unwatch: watched });
    await clock.settle();
    assert.deepEqual(seen, []);
  });
});

describe('a Terminated that nobody asked for', () => {
  it('never reaches receive, though it was told by hand', async () => {
    const { clock, seen, watched, watcher } = await startWatcher();
    (watcher as Ref).tell(new Terminated(watched, 'stopped'));
    await clock.settle();
    assert.deepEqual(seen, []);
  });
});
