import { assert } from 'chai';
import {
  Actor,
  bounded,
  DeadLetter,
  type Node,
  oneForOne,
  PoisonPill,
  UnhandledMessage,
} from '../../lib/index.ts';
import { decideByMessage, Mix } from './mix.ts';
import { heard, startNode } from './support.ts';

describe('node.stats()', () => {
  const fates: Record<string, { tell: (node: Node) => void; bins: Partial<ReturnType<typeof binsOf>> }> = {
    'a handled message': { tell: node => node.spawn(() => {}).tell(1), bins: { sent: 1, handled: 1 } },
    'a message that failed': { tell: node => node.spawn(failing).tell(1), bins: { sent: 1, handled: 1 } },
    'an unhandled message': { tell: node => node.spawn(Nothing).tell(1), bins: { sent: 1, unhandled: 1 } },
    'an unhandled undefined': {
      tell: node => node.spawn(Nothing).tell(undefined),
      bins: { sent: 1, unhandled: 1 },
    },
    'a message that is said to be unhandled twice': {
      tell: node => node.spawn((m, context) => [context.unhandled(m), context.unhandled(m)]).tell(1),
      bins: { sent: 1, unhandled: 1 },
    },
    'a message that is stashed and then said to be unhandled': {
      tell: node => node.spawn((m, context) => [context.stash(), context.unhandled(m)]).tell(1),
      bins: { sent: 1, stashed: 1 },
    },
    'a stashed message': {
      tell: node => node.spawn((_, context) => context.stash()).tell(1),
      bins: { sent: 1, stashed: 1 },
    },
    'a queued message': {
      tell: node => node.spawn(blocked).tell(1).tell(2),
      bins: { sent: 2, handled: 1, queued: 1 },
    },
    'a message to the dead': {
      tell: node =>
        node
          .spawn(() => {})
          .tell(PoisonPill as never)
          .tell(1 as never),
      bins: { sent: 1, dead: 1 },
    },
    'a message to another node': {
      tell: node => node.lookup('127.0.0.1:1/x').tell(1),
      bins: { sent: 1, dead: 1 },
    },
    'a reply to nobody': {
      tell: node => node.spawn((_, context) => context.reply(2)).tell(1),
      bins: { sent: 2, handled: 1, dead: 1 },
    },
    'a question and its answer': {
      tell: node => void node.spawn((_, context) => context.reply(2)).ask(1),
      bins: { sent: 2, handled: 2 },
    },
    'a dropped message': {
      tell: node =>
        node
          .spawn(blocked, { mailbox: bounded({ capacity: 1 }) })
          .tell(1)
          .tell(2),
      bins: { sent: 2, handled: 1, dead: 1 },
    },
    'a timer message': {
      tell: node => node.spawn((m, { timers }) => m === 1 && timers.once(1, 0, 2)).tell(1),
      bins: { sent: 2, handled: 2 },
    },
    'a PoisonPill': { tell: node => node.spawn(() => {}).tell(PoisonPill as never), bins: {} },
    'a forwarded message': {
      tell: node => node.spawn((_, context) => context.forward(context.spawn(() => {}))).tell(1),
      bins: { sent: 2, handled: 2 },
    },
  };
  for (const [what, { tell, bins }] of Object.entries(fates)) {
    it(`puts ${what} in its bin`, async () => {
      const { node, clock } = await startNode();
      tell(node);
      await clock.advance(1);
      assert.deepEqual(binsOf(node), {
        sent: 0,
        handled: 0,
        unhandled: 0,
        queued: 0,
        stashed: 0,
        dead: 0,
        ...bins,
      });
    });
  }

  it('has a count for each reason of dead letters, which sum up to the total', async () => {
    const { node } = await startNode();
    const { total, ...reasons } = node.stats().deadLetters;
    assert.equal(Object.keys(reasons).length, 14);
    assert.equal(
      Object.values(reasons).reduce((sum, count) => sum + count, 0),
      total,
    );
  });

  it('counts live actors, without the guardian', async () => {
    const { node, clock } = await startNode();
    const ref = node.spawn((_, { spawn }) => void spawn(() => {})).tell('spawn');
    await clock.settle();
    assert.equal(node.stats().actors, 2);
    ref.stop();
    await clock.settle();
    assert.equal(node.stats().actors, 0);
  });
});

describe('nothing is lost without a trace', () => {
  for (let seed = 1; seed <= 40; seed++) {
    it(`in a random mix of everything: seed ${seed}`, async () => {
      const { node, clock } = await startNode({
        supervision: oneForOne({ max: Number.POSITIVE_INFINITY, decide: decideByMessage }),
      });
      const [dead, unhandled] = [heard(node, DeadLetter), heard(node, UnhandledMessage)];
      const mix = new Mix(node, clock, seed);
      for (let moment = 0; moment < 12; moment++) {
        for (let i = 0; i < 60; i++) mix.step();
        if (moment % 3 === 2) await clock.advance(mix.below(400));
        else await clock.settle();
        assertBalanced(node, dead, unhandled);
      }
      const stopped = node.stop();
      await clock.advance(20_000);
      await stopped;
      assertBalanced(node, dead, unhandled);
      assert.deepEqual([node.stats().queued, node.stats().stashed, node.stats().actors], [0, 0, 0]);
    });
  }
});

function assertBalanced(node: Node, dead: DeadLetter[], unhandled: UnhandledMessage[]): void {
  const { sent, ...bins } = binsOf(node);
  const sum = Object.values(bins).reduce((total, count) => total + count, 0);
  assert.equal(sum, sent, JSON.stringify({ sent, ...bins }));
  for (const [bin, count] of Object.entries(bins)) assert.isAtLeast(count, 0, bin);
  assert.equal(dead.length, bins.dead);
  assert.equal(unhandled.length, bins.unhandled);
}

const binsOf = (node: Node) => {
  const { sent, handled, unhandled, queued, stashed, deadLetters } = node.stats();
  return { sent, handled, unhandled, queued, stashed, dead: deadLetters.total };
};

const failing = () => {
  throw new Error('failing');
};
const blocked = () => new Promise(() => {});
class Nothing extends Actor {}
