import { assert } from 'chai';
import { Actor, oneForOne, Resume, Stop } from '../../lib/index.ts';
import { namesLeft, startedIn, startSiblings, strategies } from './siblings.ts';
import { startNode } from './support.ts';

/** Which of the children a, b and c are concerned when b fails. */
const concerned = { oneForOne: ['b'], allForOne: ['a', 'b', 'c'], restForOne: ['b', 'c'] };

const failing = () => {
  throw new Error('failing');
};

for (const name of ['oneForOne', 'allForOne', 'restForOne'] as const) {
  describe(`${name}()`, () => {
    it(`restarts ${concerned[name]} when b of a, b, c fails`, async () => {
      const { steps, fail } = await startSiblings(strategies[name]());
      await fail('b');
      assert.sameMembers(startedIn(steps), concerned[name]);
    });

    it(`stops ${concerned[name]} when b of a, b, c fails and the decision is Stop`, async () => {
      const { parent, fail } = await startSiblings(strategies[name]({ decide: () => Stop }));
      await fail('b');
      assert.deepEqual(
        namesLeft(parent),
        ['a', 'b', 'c'].filter(child => !concerned[name].includes(child)),
      );
    });

    it('resumes only the child that failed', async () => {
      const { steps, fail, parent } = await startSiblings(strategies[name]({ decide: () => Resume }));
      await fail('b');
      assert.deepEqual([steps, namesLeft(parent)], [[], ['a', 'b', 'c']]);
    });

    it('gives decide the error and the child', async () => {
      const seen: unknown[] = [];
      const { parent, fail } = await startSiblings(
        strategies[name]({
          decide: (error, child) => {
            seen.push(error.message, child);
            return Stop;
          },
        }),
      );
      const b = parent.child('b');
      await fail('b');
      assert.deepEqual(seen, ['b failed', b]);
    });

    it('keeps what is queued for all of them', async () => {
      const { node, parent, clock, steps } = await startSiblings(strategies[name]());
      const children = ['a', 'b', 'c'].map(child => parent.child(child));
      children[1]?.tell('fail');
      for (const child of children) child.tell('count');
      await clock.settle();
      const counted = steps.filter(step => step.startsWith('count'));
      assert.deepEqual(
        [counted.sort(), node.stats().deadLetters.total],
        [['count a', 'count b', 'count c'], 0],
      );
    });

    const bad = { max: -1, within: 0, decide: 'restart', backoff: { min: -1 } };
    for (const [option, value] of Object.entries(bad)) {
      it(`throws a TypeError that names a bad ${option}`, () => {
        assert.throws(
          () => strategies[name]({ [option]: value }),
          TypeError,
          option === 'backoff' ? 'min' : option,
        );
      });
    }
  });
}

describe('the strategy of an actor', () => {
  it('is a field of its class', async () => {
    const { node, clock } = await startNode();
    class Parent extends Actor {
      override readonly supervision = oneForOne({ decide: () => Stop });
      override preStart() {
        this.spawn(failing, { name: 'child' }).tell('go');
      }
    }
    const parent = node.spawn(Parent);
    await clock.settle();
    assert.deepEqual(namesLeft(parent), []);
  });

  it('is the option of spawn when there is one, whatever the class says', async () => {
    const { node, clock } = await startNode();
    class Parent extends Actor {
      override readonly supervision = oneForOne({ decide: () => Stop });
      override preStart() {
        this.spawn(failing, { name: 'child' }).tell('go');
      }
    }
    const parent = node.spawn(Parent, { supervision: oneForOne({ decide: () => Resume }) });
    await clock.settle();
    assert.deepEqual(namesLeft(parent), ['child']);
  });

  it('is that of the node for top-level actors', async () => {
    const { node, clock } = await startNode({ supervision: oneForOne({ decide: () => Stop }) });
    const ref = node.spawn(failing).tell('go');
    await clock.settle();
    assert.isTrue(ref.isStopped);
  });
});
