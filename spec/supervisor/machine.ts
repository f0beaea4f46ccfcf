/** A machine whose handlers each spec gives: what they do is kept in `seen`. */
import { type Handling, type Ref, StateMachine, type States } from '../../lib/index.ts';
import { startNode } from '../core/support.ts';

export type Name = 'a' | 'b' | 'c';
/** Texts and objects with any name at all. */
export type Told = string;
type Face = Pick<
  Machine,
  'goto' | 'repeat' | 'postpone' | 'stateTimeout' | 'eventTimeout' | 'timeout' | 'state' | 'reply' | 'timers'
> & { readonly sender: Ref | undefined; stop(): void; watch(ref: Ref): unknown };
type Make = (machine: Face, seen: unknown[]) => Partial<States<Name, Told>>;
type MakeAny = (machine: Face, seen: unknown[]) => Handling<Told>;

abstract class Machine extends StateMachine<Name, Told> {}

/** Starts a machine of three states; those that `make` leaves out keep every message in `seen`, with their name. */
export async function startMachine(make: Make, { inAny }: { inAny?: MakeAny } = {}) {
  const { node, clock } = await startNode();
  const seen: unknown[] = [];
  class Given extends Machine {
    readonly initial = 'a';
    states = this.define(
      {
        a: noting('a', seen),
        b: noting('b', seen),
        c: noting('c', seen),
        ...make(this, seen),
      },
      inAny?.(this, seen),
    );
  }
  const ref: Ref<Told> = node.spawn(Given, { name: 'machine' });
  const tell = async (...messages: unknown[]) => {
    for (const message of messages) (ref as Ref).tell(message);
    await clock.settle();
  };
  await clock.settle();
  return { node, clock, seen, ref, tell };
}

/** A state that keeps what it gets. */
export const noting = (name: string, seen: unknown[]) => ({
  otherwise: (message: unknown) => void seen.push(`${name}: ${String(message)}`),
});
