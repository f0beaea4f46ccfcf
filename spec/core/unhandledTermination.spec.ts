import { assert } from 'chai';
import { Actor, ActorError, oneForOne, Stop, Unhandled, UnhandledTermination } from '../../lib/index.ts';
import { heard, startNode } from './support.ts';

describe('an unhandled Terminated', () => {
  for (const [how, receive] of [
    ['this.unhandled', (message: unknown, actor: Actor) => actor.unhandled(message)],
    [
      'throw new Unhandled()',
      () => {
        throw new Unhandled();
      },
    ],
    ['no receive', undefined],
  ] as const) {
    it(`fails the watcher with UnhandledTermination: ${how}`, async () => {
      const { node, clock } = await startNode({ supervision: oneForOne({ decide: () => Stop }) });
      const errors = heard(node, ActorError);
      const watched = node.spawn(() => {});
      class Watcher extends Actor {
        override preStart() {
          this.watch(watched);
        }
      }
      class Careless extends Watcher {
        override receive(message: unknown) {
          receive?.(message, this);
        }
      }
      node.spawn(receive === undefined ? Watcher : Careless);
      await clock.settle();
      watched.stop();
      await clock.settle();
      assert.deepEqual(
        errors.map(({ error }) => error.constructor),
        [UnhandledTermination],
      );
    });
  }
});
