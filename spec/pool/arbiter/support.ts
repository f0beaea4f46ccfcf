/** What the specs of arbiters share: arbiters on a clock that stands still, and workers that are led by the spec. */
import { Actor, type Node, type Ref } from '../../../lib/index.ts';
import { Arbiter, type ArbiterOptions, type Monitor, type MonitorInfo } from '../../../lib/pool/index.ts';
import type { ManualClock } from '../../../lib/testkit/index.ts';
import { type Gate, gate, startNode } from '../../core/support.ts';

export interface Stage {
  readonly node: Node;
  readonly clock: ManualClock;
  readonly arbiter: Arbiter;
}

export async function startArbiter(options: Omit<ArbiterOptions, 'node'> = {}): Promise<Stage> {
  const { node, clock } = await startNode();
  const arbiter = await Arbiter.start({ node, ...options });
  await clock.settle();
  return { node, clock, arbiter };
}

/** What happens to workers, and what they are to do: by slot. */
export class Script {
  readonly diary: string[] = [];
  /** Thrown by the next starts of a slot. */
  readonly startErrors = new Map<number, Error[]>();
  /** What the next starts of all slots wait for. */
  startGate: Gate | undefined;
  /** What each start and each end takes. */
  pause: () => Promise<void> | undefined = () => undefined;
  /** What the message 'wait' waits for. */
  readonly gate = gate();
  starts = 0;
}

export interface Part {
  readonly script: Script;
  readonly slot: number;
}

/** Writes down its life, and does what it is told. */
export class Player extends Actor<unknown, Part> {
  override async preStart() {
    const { script, slot } = this.params;
    script.starts++;
    await script.pause();
    const error = script.startErrors.get(slot)?.shift();
    if (error !== undefined) throw error;
    if (script.startGate !== undefined) await script.startGate.opened;
    script.diary.push(`${this.ref.name} starts`);
  }

  override async receive(message: unknown) {
    const { script } = this.params;
    if (message === 'fail') throw new RangeError('as told');
    if (message === 'wait') await script.gate.opened;
    script.diary.push(`${this.ref.name}: ${message}`);
    if (message === 'stop') return this.stop();
    if (message === 'who') this.reply(this.ref.name);
  }

  override async postStop() {
    await this.params.script.pause();
    this.params.script.diary.push(`${this.ref.name} ends`);
  }
}

export const playing = (script: Script) => ({
  actor: Player,
  on: 'here' as const,
  params: (slot: number): Part => ({ script, slot }),
});

/** `info` of a monitor, while the clock stands still. */
export async function infoOf(monitor: Monitor, clock: ManualClock): Promise<MonitorInfo> {
  const info = monitor.info();
  await clock.settle();
  return info;
}

export const namesOf = (refs: readonly Ref<never>[]): string[] => refs.map(ref => ref.name);
