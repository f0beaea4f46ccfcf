import { assert } from 'chai';
import {
  Actor,
  ErrorIgnored,
  PartitionSupervisor,
  type PartitionSupervisorOptions,
  type Ref,
  Supervisor,
} from '../../lib/index.ts';
import { heard, rejection } from '../core/support.ts';
import { isBalanced, startAny, startTree, type Tree, worker } from './tree.ts';

interface Keyed {
  readonly key: unknown;
  readonly text?: string;
}

/** Answers with its name; fails when it is told so. */
class Partition extends Actor<Keyed | string> {
  override receive(message: Keyed | string) {
    if (message === 'fail' || (typeof message === 'object' && message.text === 'fail'))
      throw new Error('failed');
    this.reply(this.ref.name);
  }
}

const start = (options: Partial<PartitionSupervisorOptions<Keyed>> = {}): Promise<Tree> =>
  startAny(
    PartitionSupervisor.using({
      ...{ child: { start: Partition }, partitions: 4, intensity: 100 },
      key: (message: Keyed) => message.key,
      ...options,
    } as PartitionSupervisorOptions),
  );

const names = async (sup: Ref, keys: readonly unknown[]): Promise<unknown[]> =>
  Promise.all(keys.map(key => sup.ask({ key })));

describe('a PartitionSupervisor', () => {
  it('starts so many partitions, in order, each with its number as its id', async () => {
    const steps: unknown[] = [];
    const child = { start: worker(steps, 'p') };
    const { sup } = await start({ child, partitions: 3 });
    assert.deepEqual(steps, ['start p', 'start p', 'start p']);
    assert.deepEqual(
      (await PartitionSupervisor.whichChildren(sup)).map(({ id, ref, state, restart }) => [
        id,
        ref?.address,
        state,
        restart,
      ]),
      [
        ['0', '/sup/0', 'running', 'permanent'],
        ['1', '/sup/1', 'running', 'permanent'],
        ['2', '/sup/2', 'running', 'permanent'],
      ],
    );
    assert.deepEqual(await PartitionSupervisor.countChildren(sup), {
      specs: 3,
      active: 3,
      supervisors: 0,
      workers: 3,
    });
  });

  it('gives messages with one key to one partition', async () => {
    const { sup } = await start();
    assert.lengthOf(new Set(await names(sup, Array(20).fill('one'))), 1);
  });

  it('keeps the sender: the partition answers', async () => {
    const { sup, child } = await start();
    const name = await sup.ask<string>({ key: 'k' });
    assert.isFalse(child(name).isStopped);
  });

  for (const [kind, key] of [
    ['numbers', (i: number) => i],
    ['texts', (i: number) => `user-${i}`],
    ['numbers in steps of the partitions', (i: number) => i * 4],
  ] as const) {
    it(`spreads keys evenly: ${kind}`, async () => {
      const { sup } = await start();
      const count: Record<string, number> = {};
      for (const name of await names(
        sup,
        Array.from({ length: 400 }, (_, i) => key(i)),
      ))
        count[String(name)] = (count[String(name)] ?? 0) + 1;
      assert.hasAllKeys(count, ['0', '1', '2', '3']);
      for (const share of Object.values(count)) assert.approximately(share, 100, 40);
    });
  }

  it('gives one key to the same partition also after restarts and in another life', async () => {
    const keys = ['a', 'b', 'c', 'd', 'e', 'f', 1, 2, 3];
    const { sup, clock, child } = await start();
    const before = await names(sup, keys);
    for (const id of ['0', '1', '2', '3']) child(id).tell('fail');
    child('0').stop();
    await clock.settle();
    assert.deepEqual(await names(sup, keys), before);
    assert.deepEqual(await names((await start()).sup, keys), before);
  });

  it('keeps the messages of a partition that is restarted, and leaves the others alone', async () => {
    const steps: unknown[] = [];
    const { sup, clock, child, news } = await startAny(
      PartitionSupervisor.using({
        ...{
          child: { start: worker(steps, 'p'), backoff: { min: 100, jitter: 0 } },
          partitions: 2,
          intensity: 5,
        },
        key: (message: unknown) => message,
      }),
      steps,
    );
    const ref = await PartitionSupervisor.partition(sup, 'm');
    news();
    ref.tell('fail');
    await clock.settle();
    sup.tell('m');
    await clock.settle();
    const during = news();
    await clock.advance(100);
    assert.deepEqual([during, news(), child('0').isStopped], [['stop p'], ['start p', 'm p'], false]);
  });

  it('reports a message as unhandled when there is no key function', async () => {
    const { node, sup, clock } = await startAny(
      PartitionSupervisor.using({ child: { start: Partition }, partitions: 2 }),
    );
    sup.tell('m');
    await clock.settle();
    assert.equal(node.stats().unhandled, 1);
  });

  it('reports a message as unhandled while there is nobody for its key', async () => {
    const { node, sup, clock } = await start({ partitions: 1 });
    await Supervisor.terminateChild(sup, '0');
    sup.tell({ key: 1 });
    await clock.settle();
    assert.deepEqual([node.stats().unhandled, isBalanced(node)], [1, true]);
  });

  it('reports a message as unhandled that the key function fails on, and tells of the error', async () => {
    const { sup, clock, failures, node } = await start({
      key: () => {
        throw new Error('no key');
      },
    });
    const ignored = heard(node, ErrorIgnored);
    sup.tell({ key: 1 });
    await clock.settle();
    assert.deepEqual([sup.isStopped, failures, isBalanced(node)], [false, [], true]);
    assert.deepEqual(
      ignored.map(({ error }) => error.message),
      ['no key'],
    );
    assert.equal(node.stats().unhandled, 1);
  });

  it('gives up when its partitions fail too often', async () => {
    const { child, clock, failures } = await start({ intensity: 1 });
    for (const id of ['0', '1']) child(id).tell('fail');
    await clock.settle();
    assert.deepEqual(
      failures.map(({ name }) => name),
      ['RestartsExhausted'],
    );
  });

  it('runs 10 000 partitions', async () => {
    const { sup, clock } = await start({ partitions: 10_000 });
    const one = await PartitionSupervisor.partition(sup, 'key');
    assert.equal(await sup.ask({ key: 'key' }), one.name);
    sup.stop();
    await clock.settle();
    assert.isTrue(sup.isStopped);
  });

  const child = { start: Partition };
  const wrong: [options: unknown, message: string][] = [
    [
      { child, partitions: 0 },
      'PartitionSupervisor: partitions must be a whole number from 1 to 100000, not 0',
    ],
    [
      { child, partitions: 2.5 },
      'PartitionSupervisor: partitions must be a whole number from 1 to 100000, not 2.5',
    ],
    [{ child }, 'PartitionSupervisor: partitions must be a whole number from 1 to 100000, not undefined'],
    [
      { child, partitions: 1e9 },
      'PartitionSupervisor: partitions must be a whole number from 1 to 100000, not 1000000000',
    ],
    [{ partitions: 1 }, 'PartitionSupervisor: child must be { start, ... }, not undefined'],
    [
      { child, partitions: 1, key: 'id' },
      'PartitionSupervisor: key must be a function message => key, not "id"',
    ],
    [{ child: {}, partitions: 1 }, 'child "0": start: spawn takes a class'],
    [
      { child, partitions: 1, strategy: 'one_for_all' },
      'PartitionSupervisor: there is no option "strategy"; the options are child, partitions, key, intensity, period, backoff',
    ],
  ];
  for (const [options, message] of wrong) {
    it(`does not start with wrong options: ${message}`, async () => {
      const { failures } = await startAny(PartitionSupervisor.using(options as PartitionSupervisorOptions));
      assert.include(failures[0]?.message, `/sup (PartitionSupervisor) failed to start: ${message}`);
    });
  }
});

describe('PartitionSupervisor.partition()', () => {
  it('gives the partition that messages with that key go to', async () => {
    const { sup } = await start();
    for (const key of ['a', 'b', 'c', 1, true, null]) {
      const ref = await PartitionSupervisor.partition(sup, key);
      assert.equal(await sup.ask({ key }), ref.name);
    }
  });

  it('gives the same ref after a restart', async () => {
    const { sup, clock } = await start();
    const ref = await PartitionSupervisor.partition<string>(sup, 'a');
    ref.tell('fail');
    await clock.settle();
    assert.equal(await PartitionSupervisor.partition(sup, 'a'), ref);
  });

  it('is refused for a key that makes no text', async () => {
    const { sup, failures } = await start();
    assert.instanceOf(await rejection(PartitionSupervisor.partition(sup, Object.create(null))), TypeError);
    assert.deepEqual([sup.isStopped, failures], [false, []]);
  });

  it('is refused by a supervisor of another kind', async () => {
    const { sup } = await startTree({});
    assert.equal(
      (await rejection(PartitionSupervisor.partition(sup, 1))).message,
      '/sup is no PartitionSupervisor',
    );
  });
});
