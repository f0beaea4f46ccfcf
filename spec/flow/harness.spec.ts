import { assert } from 'chai';
import { type Event, FlowHarness } from '../../lib/flow/index.ts';
import { ManualClock } from '../../lib/testkit/manualClock.ts';
import { Call, errorOf, event, Pass, turn, virtualWorld } from './support.ts';

describe('FlowHarness', () => {
  it('takes a class with parameters, or a ready actor', async () => {
    const seen: unknown[] = [];
    const fn = (given: Event) => void seen.push(given.data);
    const ofClass = await FlowHarness.start(Call, { name: 'c', params: { fn } });
    assert.equal(ofClass.actor.name, 'c');
    await ofClass.put(event(1));
    await ofClass.stop();
    const ready = new Call('r', { fn });
    const ofInstance = await FlowHarness.start(ready);
    assert.strictEqual(ofInstance.actor, ready);
    await ofInstance.put(event(2));
    await ofInstance.stop();
    assert.deepEqual(seen, [1, 2]);
  });

  it('puts into every inbox, or into one', async () => {
    const harness = await FlowHarness.start(Pass, { inboxes: ['a', 'b'] });
    await harness.put(event(1));
    await harness.put(event(2), 'b');
    await harness.settled();
    assert.lengthOf(harness.takeAll(), 3);
    assert.match((await errorOf(harness.put(event(3), 'c'))).message, /no inbox c; there are a, b/);
    await harness.stop();
  });

  it('next waits for an event of that outbox, or of any', async () => {
    const harness = await FlowHarness.start(Call, {
      params: { fn: (given: Event, self: Call) => self.forward(given, given.data as string) },
      outboxes: ['x', 'y'],
    });
    const y = harness.next('y');
    await harness.put(event('x'));
    await harness.put(event('y'));
    assert.equal((await y).data, 'y');
    assert.equal((await harness.next()).data, 'x');
    await harness.stop();
  });

  it('next and error give up after a time', async () => {
    const clock = new ManualClock();
    const harness = await FlowHarness.start(Pass, { world: virtualWorld(clock) });
    const next = errorOf(harness.next('outbox', { timeout: 100 }));
    const error = errorOf(harness.error());
    await clock.advance(5000);
    assert.match((await next).message, /no event came from outbox within 100 ms/);
    assert.match((await error).message, /no error came within 5000 ms/);
    await harness.put(event('later'));
    assert.equal((await harness.next()).data, 'later', 'those that gave up take nothing');
    await harness.stop();
    assert.equal(clock.pending, 0);
  });

  it('settled waits for what an actor handles in its own time', async () => {
    const harness = await FlowHarness.start(Call, {
      params: {
        fn: async (given: Event, self: Call) => {
          await turn(5);
          await self.forward(given);
        },
      },
    });
    for (const n of [1, 2, 3]) await harness.put(event(n));
    await harness.settled();
    assert.lengthOf(harness.takeAll(), 3);
    await harness.stop();
  });

  it('gives options to the director, and can be disposed of', async () => {
    const given = event(1);
    {
      await using harness = await FlowHarness.start(Pass, { director: { copy: false } });
      await harness.put(given);
      assert.strictEqual(await harness.next(), given);
    }
  });
});
