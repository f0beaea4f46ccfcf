/** Runs an actor on virtual time. */
import { world } from '../../../lib/base/world.ts';
import type { FlowActor } from '../../../lib/flow/flowActor.ts';
import { Director, Event, FlowHarness, type FlowHarnessOptions, Null } from '../../../lib/flow/index.ts';
import { ManualClock } from '../../../lib/testkit/index.ts';
import { Gate, Sink, Tap } from '../support.ts';

// biome-ignore lint/suspicious/noExplicitAny: each class has parameters of its own
type Kind<A extends FlowActor> = new (name: string, params?: any) => A;

/** Gives the harness and a function that lets time pass and all that follows from it happen. */
export async function run<A extends FlowActor>(
  kind: Kind<A>,
  params: object = {},
  options: FlowHarnessOptions = {},
) {
  const clock = new ManualClock();
  const harness = await FlowHarness.start<A>(kind, {
    params,
    world: world({ clock, random: () => 0.5 }),
    ...options,
  });
  const pass = async (ms: number) => {
    await turns();
    clock.advance(ms);
    await turns();
  };
  return { harness, clock, pass };
}

/** The same between a tap and a queue with room for one event, which refuses the others; what goes wrong is in `errors`. */
export async function runRefused<A extends FlowActor>(kind: Kind<A>, params: object) {
  const clock = new ManualClock();
  const director = new Director({ world: world({ clock, random: () => 0.5 }) });
  director.registerLogActor(Null, 'log');
  const tap = director.registerActor(Tap, 'tap');
  const actor = director.registerActor(kind, 'actor', params as never);
  const gate = director.registerActor(Gate, 'gate', { concurrency: 1 });
  const errors = director.registerActor(Sink, 'errors');
  director.connectQueue(tap, actor);
  director.connectQueue(actor, gate, { size: 1, policy: 'fail' });
  director.connectErrorQueue(actor, errors);
  await director.start();
  const pass = async (ms: number) => {
    await turns();
    clock.advance(ms);
    await turns();
  };
  const end = async () => {
    const stopping = director.stop();
    for (let open = 0; open < 10; open++) {
      await pass(1000);
      await gate.openNext();
    }
    await stopping;
  };
  return { director, tap, gate, errors, pass, end };
}

/** Lets everything happen that needs no time. */
export const turns = async () => {
  for (let i = 0; i < 20; i++) await new Promise(resolve => setImmediate(resolve));
};

export const dataOf = (events: readonly Event[]): unknown[] => events.map(({ data }) => data);
export const text = (data: unknown, attributes: object = {}) => new Event({ data, ...attributes });
