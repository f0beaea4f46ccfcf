/** Circles of asks that go through more than one node: each node by itself sees a part of them only. */
import { cycleFound, leastAge } from './cycle.ts';
import type { Diagnosis, Finding } from './findings.ts';
import { WaitGraph } from './waiting.ts';

/**
 * The circles of asks that go through several of these nodes. The diagnoses are to be of about the same time: ask all nodes at
 * once. A circle within one node is in the diagnosis of that node.
 * @param diagnoses one of each node, as `diagnose` or the question `doctor` gives them
 */
export function cyclesAcross(diagnoses: readonly Diagnosis[]): Finding[] {
  const graph = new WaitGraph<string>();
  const nodeOf = new Map<string, number>();
  for (const [i, { waits }] of diagnoses.entries())
    for (const { from, to, age } of waits) {
      nodeOf.set(from, i);
      graph.add(from, to, -age);
    }
  const at = Math.max(...diagnoses.map(diagnosis => diagnosis.at));
  const found: Finding[] = [];
  for (const cycle of graph.cycles()) {
    const waiting = -graph.closedAt(cycle);
    if (new Set(cycle.map(member => nodeOf.get(member))).size < 2 || waiting < leastAge) continue;
    const { subjects, ...rest } = cycleFound(cycle, waiting, Math.round(at - waiting));
    found.push({ ...rest, subjects, id: ['askCycle', ...subjects].join(' ') });
  }
  return found;
}
