/** What a flow file may name without saying where it is: everything that `troupe/flow` has for flows. */
import * as control from '../control/index.ts';
import * as events from '../events/index.ts';
import { FlowActor, type FlowActorClass } from '../flowActor.ts';
import * as http from '../http/index.ts';
import * as io from '../io/index.ts';
import { JSONValidator } from '../json/jsonValidator.ts';
import * as mdp from '../mdp/index.ts';
import * as xml from '../xml/index.ts';
import { EventTemplate } from './eventTemplate.ts';

/** Those that others extend. */
const bases: readonly unknown[] = [control.Modifier];

/** Classes and functions by name. */
export const builtIns: ReadonlyMap<string, unknown> = new Map(
  Object.entries({
    ...control,
    ...events,
    ...http,
    ...io,
    ...mdp,
    ...xml,
    EventTemplate,
    JSONValidator,
  }).filter(([, value]) => typeof value === 'function' && !bases.includes(value)),
);

/** The actors among them, by name, in the order of the alphabet. */
export const builtInActors: ReadonlyMap<string, FlowActorClass> = new Map(
  [...builtIns]
    .filter((entry): entry is [string, FlowActorClass] => isFlowActorClass(entry[1]))
    .sort(([a], [b]) => (a < b ? -1 : 1)),
);

export function isFlowActorClass(value: unknown): value is FlowActorClass {
  return typeof value === 'function' && value.prototype instanceof FlowActor;
}
