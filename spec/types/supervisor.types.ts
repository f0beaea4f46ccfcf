/** What TypeScript says about supervisors. Nothing here runs; it only has to compile. */
import {
  Actor,
  type ChildCounts,
  type ChildInfo,
  type ChildSpec,
  DynamicSupervisor,
  type Node,
  PartitionSupervisor,
  type Props,
  type Ref,
  Supervisor,
} from '../../lib/index.ts';

declare const node: Node;
declare const sup: Ref;

class Counter extends Actor<'add', { from: number }> {}

const counter = Counter.using({ from: 1 });

same<Ref<unknown>>()(node.spawn(Supervisor.using({})));
node.spawn(
  Supervisor.using({
    strategy: 'rest_for_one',
    intensity: 3,
    period: 1000,
    backoff: { min: 100 },
    autoShutdown: 'all_significant',
    children: [
      { id: 'class', start: class extends Actor {} },
      { id: 'recipe', start: counter, restart: 'transient', shutdown: 'brutal_kill', significant: true },
      { id: 'function', start: (message: string) => message.length, shutdown: 100 },
      { id: 'inner', start: Supervisor.using({ children: [] }), shutdown: 'infinity', type: 'supervisor' },
      { id: 'none', start: counter, restart: undefined, shutdown: undefined, backoff: undefined },
    ],
  }),
);
// @ts-expect-error a supervisor takes options
node.spawn(Supervisor);
// @ts-expect-error no such strategy
Supervisor.using({ strategy: 'oneForOne' });
// @ts-expect-error no such option
Supervisor.using({ max: 3 });
// @ts-expect-error a child needs an id
Supervisor.using({ children: [{ start: counter }] });
// @ts-expect-error a child needs something to start
Supervisor.using({ children: [{ id: 'a' }] });
// @ts-expect-error no such restart type
Supervisor.using({ children: [{ id: 'a', start: counter, restart: 'always' }] });
// @ts-expect-error no such shutdown
Supervisor.using({ children: [{ id: 'a', start: counter, shutdown: 'now' }] });
// @ts-expect-error the name of a child is its id
Supervisor.using({ children: [{ id: 'a', start: counter, options: { name: 'b' } }] });

/** A supervisor of one's own. */
class Team extends Supervisor {}
node.spawn(Team.using({ strategy: 'one_for_all' }));
// @ts-expect-error no such strategy
Team.using({ strategy: 'none' });

const spec: ChildSpec = { id: 'counter', start: counter };

export async function ask() {
  same<Ref<unknown>>()(await Supervisor.startChild(sup, spec));
  same<Ref<'add'>>()(await Supervisor.startChild<'add'>(sup, spec));
  // @ts-expect-error a message of another kind
  (await Supervisor.startChild<'add'>(sup, spec)).tell('subtract');
  same<Ref<'add'>>()(await Supervisor.restartChild<'add'>(sup, 'counter'));
  same<void>()(await Supervisor.terminateChild(sup, 'counter'));
  same<void>()(await Supervisor.deleteChild(sup, 'counter'));
  same<ChildInfo[]>()(await Supervisor.whichChildren(sup));
  same<ChildCounts>()(await Supervisor.countChildren(sup));
  // @ts-expect-error a child of a Supervisor needs an id
  await Supervisor.startChild(sup, { start: counter });
  // @ts-expect-error a child of a Supervisor is known by its id
  await Supervisor.terminateChild(sup, sup);

  same<Ref<'add'>>()(await DynamicSupervisor.startChild<'add'>(sup, { start: counter }));
  await DynamicSupervisor.startChild(sup, { id: 'a', start: counter, restart: 'temporary' });
  await DynamicSupervisor.terminateChild(sup, sup);
  await DynamicSupervisor.terminateChild(sup, 'a');
  // @ts-expect-error it looks at no significant children
  await DynamicSupervisor.startChild(sup, { start: counter, significant: true });

  same<Ref<'add'>>()(await PartitionSupervisor.partition<'add'>(sup, 1));
}

node.spawn(DynamicSupervisor.using({ maxChildren: 10 }));
// @ts-expect-error its children come later
DynamicSupervisor.using({ children: [] });

same<Props<unknown>>()(PartitionSupervisor.using({ child: { start: counter }, partitions: 8 }));
PartitionSupervisor.using({
  child: { start: counter, restart: 'transient', shutdown: 100 },
  partitions: 8,
  key: (message: { user: string }) => message.user,
});
// @ts-expect-error how many partitions?
PartitionSupervisor.using({ child: { start: counter } });
// @ts-expect-error the id of a partition is its number
PartitionSupervisor.using({ child: { id: 'a', start: counter }, partitions: 8 });

/** Takes a value of exactly the type T. */
declare function same<T>(): <V>(value: V & (Equal<V, T> extends true ? unknown : 'of another type')) => void;
type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
