import { assert } from 'chai';
import { Actor, ActorError, CreateFailed, ErrorIgnored, oneForOne, Stop } from '../../lib/index.ts';
import { boom, heard, soon, startNode } from './support.ts';

/** What the supervisor is told when a part of an actor fails, and whether postStop runs when it then stops the actor. */
const failures: Record<
  string,
  { parts: Parts; told: 'CreateFailed' | 'Error' | 'nothing'; postStop: boolean }
> = {
  'the constructor': { parts: { create: boom }, told: 'CreateFailed', postStop: false },
  preStart: { parts: { preStart: boom }, told: 'CreateFailed', postStop: false },
  'an async preStart': { parts: { preStart: boomSoon }, told: 'CreateFailed', postStop: false },
  'a generator preStart': { parts: { preStart: boomAtYield }, told: 'CreateFailed', postStop: false },
  receive: { parts: { receive: boom }, told: 'Error', postStop: true },
  'an async receive': { parts: { receive: boomSoon }, told: 'Error', postStop: true },
  'a generator receive': { parts: { receive: boomAtYield }, told: 'Error', postStop: true },
  'a behaviour': { parts: { receive: becomingBoom }, told: 'Error', postStop: true },
  'what follows from a timer': { parts: { receive: boomAtTick }, told: 'Error', postStop: true },
  pipeToSelf: { parts: { receive: actor => actor.pipeToSelf(boomSoon()) }, told: 'Error', postStop: true },
  postStop: { parts: { receive: stopping, postStop: boom }, told: 'nothing', postStop: true },
  'an async postStop': { parts: { receive: stopping, postStop: boomSoon }, told: 'nothing', postStop: true },
  'a generator postStop': {
    parts: { receive: stopping, postStop: boomAtYield },
    told: 'nothing',
    postStop: true,
  },
  'receive after stop()': { parts: { receive: thenBoom(stopping) }, told: 'nothing', postStop: true },
  'an async receive after stop()': {
    parts: { receive: thenBoomSoon(stopping) },
    told: 'nothing',
    postStop: true,
  },
};

for (const [where, { parts, told, postStop }] of Object.entries(failures)) {
  describe(`an error in ${where}`, () => {
    it(`tells the supervisor ${told === 'nothing' ? told : `a ${told}`}`, async () => {
      const { asked } = await provoke(parts);
      assert.deepEqual(
        asked.map(error => error.constructor.name),
        told === 'nothing' ? [] : [told],
      );
    });

    it(`is ${told === 'nothing' ? 'ErrorIgnored' : 'ActorError'}`, async () => {
      const { ignored, errors } = await provoke(parts);
      assert.deepEqual([errors.length, ignored.length], told === 'nothing' ? [0, 1] : [1, 0]);
    });

    it('keeps what was thrown', async () => {
      const { ignored, errors } = await provoke(parts);
      const error = errors[0]?.error ?? ignored[0]?.error;
      assert.equal((error instanceof CreateFailed ? (error.cause as Error) : error)?.message, 'boom');
    });

    it(`${postStop ? 'is followed by' : 'comes without a'} postStop when the actor is stopped for it`, async () => {
      const { postStops } = await provoke(parts);
      assert.equal(postStops, postStop ? 1 : 0);
    });

    it('ends with the actor stopped', async () => {
      const { ref, node } = await provoke(parts);
      assert.deepEqual([ref.isStopped, node.stats().actors], [true, 0]);
    });
  });
}

type Part = (actor: Actor, message: unknown) => unknown;
type Parts = { [part in 'create' | 'preStart' | 'receive' | 'postStop']?: Part };

async function boomSoon(): Promise<never> {
  await soon();
  return boom();
}

function* boomAtYield() {
  yield soon();
  boom();
}

function stopping(actor: Actor): void {
  actor.stop();
}

function becomingBoom(actor: Actor): void {
  actor.become(boom);
  actor.ref.tell('now');
}

function boomAtTick(actor: Actor, message: unknown): void {
  if (message === 'tick') boom();
  actor.timers.once('key', 0, 'tick');
}

function thenBoom(first: Part): Part {
  return (actor, message) => [first(actor, message), boom()];
}

function thenBoomSoon(first: Part): Part {
  return async (actor, message) => [first(actor, message), await boomSoon()];
}

/** Tells an actor that is made of `parts` one message, and stops it when it fails. */
async function provoke({ create, preStart, receive, postStop }: Parts) {
  const [asked, steps] = [[] as Error[], [] as string[]];
  const decide = (error: Error) => {
    asked.push(error);
    return Stop;
  };
  class Made extends Actor {
    readonly field = create?.(this, undefined);
    override preStart() {
      return preStart?.(this, undefined);
    }
    override receive(message: unknown) {
      return receive?.(this, message);
    }
    override postStop() {
      steps.push('postStop');
      return postStop?.(this, undefined);
    }
  }
  const { node, clock } = await startNode({ supervision: oneForOne({ decide }) });
  const [errors, ignored] = [heard(node, ActorError), heard(node, ErrorIgnored)];
  const ref = node.spawn(Made).tell('go');
  await clock.advance(1);
  return { node, asked, errors, ignored, ref, postStops: steps.length };
}
