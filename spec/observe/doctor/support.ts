/** What the specs of the doctor share: a node on virtual time, and a doctor who has watched it from the beginning. */
import type { Node, NodeOptions } from '../../../lib/index.ts';
import { Doctor, type Finding, type FindingKind, Observatory } from '../../../lib/observe/index.ts';
import type { ManualClock } from '../../../lib/testkit/index.ts';
import { startNode } from '../../core/support.ts';

export interface Practice {
  readonly node: Node;
  readonly clock: ManualClock;
  readonly observatory: Observatory;
  readonly doctor: Doctor;
  /** The findings of one kind; with `slow` 1000 unless given. */
  findings(kind: FindingKind, slow?: number): Finding[];
}

export async function practice(options: NodeOptions = {}): Promise<Practice> {
  const { node, clock } = await startNode(options);
  const observatory = Observatory.open(node);
  const doctor = Doctor.of(observatory, { askers: 'always' });
  const findings = (kind: FindingKind, slow?: number) =>
    doctor.findings({ slow, limit: 100_000 }).filter(finding => finding.kind === kind);
  return { node, clock, observatory, doctor, findings };
}

/** A promise that is resolved after so many ms of that clock. */
export const pause = (clock: ManualClock, ms: number) =>
  new Promise<void>(resolve => clock.after(ms, resolve));

/** Nobody cares how these end. */
export const ignore = (promise: Promise<unknown>): void => void promise.catch(() => {});
