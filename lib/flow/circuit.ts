/** Where events can get to in a flow: its cycles, its sources, and who leads to whom. */
import { groupsOf } from './cycles.ts';
import type { FlowActor } from './flowActor.ts';
import { Cycle, type Queue } from './queue.ts';
import type { Station } from './station.ts';

export interface Circuit {
  /** Actors that can reach one another, in the order of the flow: each group before those that it leads to. */
  readonly groups: readonly Station[][];
  /** Where events come into the flow: actors that none comes to from another one, unless that is in a cycle with it. */
  readonly sources: readonly Station[];
}

/** Finds the circuit, and tells the queues which cycle they are a part of. Log queues are left out: they never make anybody wait. */
export function circuitOf(stations: readonly Station[], queues: readonly Queue[]): Circuit {
  const next = new Map<Station, Station[]>(stations.map(station => [station, []]));
  const business = queues.filter(({ kind }) => kind !== 'log');
  for (const queue of business) next.get(queue.source as Station)?.push(queue.destination as Station);
  const groups = groupsOf(stations, station => next.get(station) ?? []);
  const groupOf = new Map(groups.flatMap((group, at) => group.map(station => [station, at] as const)));
  const isFed = new Set<number | undefined>();
  for (const { source, destination } of business) {
    const at = groupOf.get(destination as Station);
    if (at !== groupOf.get(source as Station)) isFed.add(at);
  }
  const sources = stations.filter(station => !isFed.has(groupOf.get(station)));
  const cycles = new Map<number, Cycle>();
  for (const queue of business) {
    const at = groupOf.get(queue.source as Station) as number;
    if (at !== groupOf.get(queue.destination as Station)) continue;
    const cycle = cycles.get(at) ?? new Cycle();
    cycles.set(at, cycle);
    cycle.capacity += queue.size;
    queue.cycle = cycle;
  }
  for (const queue of business) {
    if (queue.cycle === undefined)
      queue.gateOf = cycles.get(groupOf.get(queue.destination as Station) as number);
  }
  return { groups, sources };
}

/** Whether it is the station of that actor, or events get from there to it. */
export function leads(from: Station, actor: FlowActor): boolean {
  const found = new Set<Station>([from]);
  for (const station of found) {
    if (station.actor === actor) return true;
    for (const queue of station.out.events) found.add(queue.destination as Station);
  }
  return false;
}
