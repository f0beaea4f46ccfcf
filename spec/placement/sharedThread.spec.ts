import { assert } from 'chai';
import { ActorError, Overrun, type TroupeError, thread } from '../../lib/index.ts';
import { startNode } from './support.ts';
import { Echo } from './workers.ts';

describe('actors that share a thread', function () {
  this.timeout(20_000);

  const where = (ref: { ask(message: unknown): Promise<unknown> }) =>
    ref.ask('where') as Promise<{ threadId: number }>;

  it('run in one, and others in others', async () => {
    const node = await startNode();
    const one = node.spawn(Echo, { on: thread({ shared: 'images' }) });
    const two = node.spawn(Echo, { on: thread({ shared: 'images' }) });
    const other = node.spawn(Echo, { on: thread({ shared: 'texts' }) });
    const ids = (await Promise.all([one, two, other].map(where))).map(({ threadId }) => threadId);
    assert.equal(ids[0], ids[1]);
    assert.notEqual(ids[0], ids[2]);
  });

  it('live on when one of them ends, and fails', async () => {
    const node = await startNode();
    const one = node.spawn(Echo, { on: thread({ shared: 'images' }) });
    const two = node.spawn(Echo, { on: thread({ shared: 'images' }) });
    const { threadId } = await where(two);
    assert.equal(await two.ask('count'), 1);
    one.stop();
    await one.join();
    assert.equal((await where(two)).threadId, threadId);
    assert.equal(await two.ask('count'), 2);
  });

  it('end with it, and share the next one', async () => {
    const node = await startNode();
    const on = thread({ shared: 'images' });
    const [one, two] = [node.spawn(Echo, { on }), node.spawn(Echo, { on })];
    const [before] = [await where(one), await where(two)];
    const failures = node.events.stream(ActorError);
    one.tell('exit');
    const failed = [(await failures.next()).value.ref, (await failures.next()).value.ref];
    assert.sameMembers(failed, [one, two]);
    const [after, afterTwo] = [await where(one), await where(two)];
    assert.notEqual(after.threadId, before.threadId);
    assert.equal(after.threadId, afterTwo.threadId);
  });

  it('are told apart when one of them does not answer', async () => {
    const node = await startNode();
    const on = thread({ shared: 'images', maxBusy: 3000 });
    const [busy, innocent] = [
      node.spawn(Echo, { name: 'busy', on }),
      node.spawn(Echo, { name: 'innocent', on }),
    ];
    await Promise.all([where(busy), where(innocent)]);
    const failures = node.events.stream(ActorError);
    busy.tell('spin');
    const errors = new Map<string, Error>();
    for (let i = 0; i < 2; i++) {
      const { value } = await failures.next();
      errors.set(value.ref.name, value.error);
    }
    assert.instanceOf(errors.get('busy'), Overrun);
    assert.match(String(errors.get('innocent')?.message), /"\/busy", which ran there/);
    assert.equal(await innocent.ask('hello'), 'hello');
  });
});

describe('an actor that does not let go of its thread', function () {
  this.timeout(20_000);

  it('is ended with it, and restarted; the error says what it did', async () => {
    const node = await startNode();
    const echo = node.spawn(Echo, { on: thread({ maxBusy: 3000 }) });
    await echo.ask('hello');
    const failed = node.events.once(ActorError);
    echo.tell('spin');
    const { ref, error } = await failed;
    assert.equal(ref, echo);
    assert.deepEqual([error.name, (error as TroupeError).code], ['Overrun', 'OVERRUN']);
    assert.match((error as Overrun).sample.join('\n'), /^receive \(.*workers\.ts:\d+\)/);
    assert.equal(await echo.ask('hello'), 'hello');
  });

  it('is ended when it is killed, and when its node stops', async () => {
    const node = await startNode({ shutdownTimeout: 300 });
    const [one, two] = [1, 2].map(() =>
      node.spawn(Echo, { on: thread({ maxBusy: Number.POSITIVE_INFINITY }) }),
    );
    for (const echo of [one, two]) await echo?.ask('hello');
    one?.tell('spin');
    two?.tell('spin');
    one?.kill();
    await one?.join();
    await node.stop();
    assert.equal(node.stats().actors, 0);
  });
});
