/** Runs an actor on virtual time. */
import { world } from '../../../lib/base/world.ts';
import type { FlowActor } from '../../../lib/flow/flowActor.ts';
import { Event, FlowHarness, type FlowHarnessOptions } from '../../../lib/flow/index.ts';
import { ManualClock } from '../../../lib/testkit/index.ts';

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

/** Lets everything happen that needs no time. */
export const turns = async () => {
  for (let i = 0; i < 20; i++) await new Promise(resolve => setImmediate(resolve));
};

export const dataOf = (events: readonly Event[]): unknown[] => events.map(({ data }) => data);
export const text = (data: unknown, attributes: object = {}) => new Event({ data, ...attributes });
