import { assert } from 'chai';
import { type Node, NodeResponsive, NodeUnresponsive, type Ref } from '../../lib/index.ts';
import {
  addRoutee,
  broadcast,
  consistentHash,
  group,
  type RoutingStrategy,
  removeRoutee,
  resize,
  roundRobin,
  routees,
  scatterGather,
  smallestMailbox,
} from '../../lib/pool/index.ts';
import { captureEvents, Simulation } from '../../lib/testkit/index.ts';
import { assertBalanced, byWorker, type Job, range, Worker } from './support.ts';

// As in spec/remoting/support.ts: so that there is one of each class.
await import('../../lib/node/openRemoting.ts');

describe('group() of actors on several nodes', () => {
  for (const strategy of [roundRobin(), broadcast(), smallestMailbox(), consistentHash(String)]) {
    it(`routes to them: ${strategy.name}`, async () => {
      const { sim, ref, jobs, nodes } = await spread(strategy);
      for (const i of range(30)) ref.tell(i);
      await sim.run(100);
      assert.sameMembers([...new Set(jobs.map(([, message]) => message))], range(30));
      for (const node of nodes) assertBalanced(node);
      await sim.stop();
    });
  }

  it('shows them the sender, so that asks are answered from there', async () => {
    const { sim, ref } = await spread();
    const answers: unknown[] = [];
    for (const _ of range(3)) void ref.ask('who').then(answer => answers.push(answer));
    await sim.run(100);
    assert.sameMembers(answers, ['n1', 'n2', 'n3']);
    await sim.stop();
  });

  it('asks all of them at once, and hears the nearest', async () => {
    const { sim, ref, nodes } = await spread(scatterGather({ within: 1000, quorum: 2 }));
    const [here, near] = nodes as [Node, Node];
    sim.link(here, near, { delay: 1 });
    sim.link(here, nodes[2] as Node, { delay: 200 });
    const answers: unknown[] = [];
    void ref.ask('who').then(answer => answers.push(answer));
    await sim.run(500);
    assert.deepEqual(answers, [['n1', 'n2']]);
    for (const node of nodes) assertBalanced(node);
    await sim.stop();
  });

  it('is left by those whose node is gone', async () => {
    const { sim, ref, jobs, nodes } = await spread();
    await sim.run(100);
    sim.crash(nodes[1] as Node);
    await sim.run(10_000);
    jobs.length = 0;
    for (const i of range(4)) ref.tell(i);
    await sim.run(100);
    assert.deepEqual(byWorker(jobs), { n1: [0, 2], n3: [1, 3] });
    const left: Ref[] = [];
    void routees(ref).then(refs => left.push(...refs));
    await sim.run(10);
    assert.deepEqual(left.map(String), ['n1:1/n1', 'n3:1/n3']);
    await sim.stop();
  });

  it('avoids a node that does not respond, until it does again', async () => {
    const { sim, ref, jobs, nodes } = await spread();
    const [here, , frozen] = nodes as [Node, Node, Node];
    const silent = captureEvents(here, NodeUnresponsive);
    const back = captureEvents(here, NodeResponsive);
    for (const i of range(3)) ref.tell(i);
    await sim.run(100);
    sim.freeze(frozen, 20_000);
    await sim.run(10_000);
    assert.lengthOf(silent.events, 1);
    jobs.length = 0;
    for (const i of range(6)) ref.tell(i);
    await sim.run(100);
    assert.sameMembers(Object.keys(byWorker(jobs)), ['n1', 'n2']);
    assert.lengthOf(jobs, 6);
    await sim.run(15_000);
    assert.lengthOf(back.events, 1);
    jobs.length = 0;
    for (const i of range(6)) ref.tell(i);
    await sim.run(100);
    assert.sameMembers(Object.keys(byWorker(jobs)), ['n1', 'n2', 'n3']);
    await sim.stop();
  });

  it('waits for a node that does not respond where there is no other', async () => {
    const { sim, nodes, jobs } = await spread();
    const [here, there] = nodes as [Node, Node];
    const ref = here.spawn(group([here.lookup('n2:1/n2')]));
    ref.tell('before');
    await sim.run(100);
    sim.freeze(there, 10_000);
    await sim.run(5000);
    ref.tell('meanwhile');
    await sim.run(10_000);
    assert.deepEqual(byWorker(jobs), { n2: ['before', 'meanwhile'] });
    assert.equal(here.stats().deadLetters.total, 0);
    await sim.stop();
  });

  it('takes a ref of the same address for the same member', async () => {
    const { sim, ref, nodes } = await spread();
    const done: unknown[] = [];
    const again = () => (nodes[0] as Node).lookup('n2:1/n2');
    void addRoutee(ref, again()).then(added => done.push(added));
    void removeRoutee(ref, again()).then(removed => done.push(removed));
    void removeRoutee(ref, again()).then(removed => done.push(removed));
    await sim.run(10);
    assert.deepEqual(done, [false, true, false]);
    await sim.stop();
  });

  it('is run where it lives', async () => {
    const { sim, ref, nodes } = await spread();
    const remote = (nodes[1] as Node).lookup<never>(ref.address);
    const errors: Error[] = [];
    for (const asked of [routees(remote), resize(remote, 1)])
      asked.catch((error: Error) => errors.push(error));
    await sim.run(10);
    assert.lengthOf(errors, 2);
    for (const { message } of errors)
      assert.include(message, 'expected the ref of a pool or group on this node');
    await sim.stop();
  });

  it('leaves nothing behind when it is stopped', async () => {
    const { sim, nodes } = await spread();
    const here = nodes[0] as Node;
    await sim.run(100);
    const { events } = here;
    let subscribed = 0;
    const subscribe = events.subscribe.bind(events);
    events.subscribe = (event, fn) => {
      const unsubscribe = subscribe(event, fn);
      subscribed++;
      return () => {
        subscribed--;
        unsubscribe();
      };
    };
    const ref = here.spawn(group([here.lookup('n2:1/n2')]));
    await sim.run(100);
    assert.equal(subscribed, 3);
    ref.stop();
    await sim.run(100);
    assert.equal(subscribed, 0);
    await sim.stop();
    assert.equal(sim.pendingTimers(here), 0);
  });
});

/** Three nodes with an actor each that bears its name, and a group of the three on the first. */
async function spread(strategy?: RoutingStrategy<unknown>) {
  const sim = new Simulation({ seed: 1 });
  const jobs: Job[] = [];
  const nodes: Node[] = [];
  for (const name of ['n1', 'n2', 'n3']) {
    const node = await sim.node();
    node.spawn(Worker.using({ jobs }), { name });
    nodes.push(node);
  }
  const here = nodes[0] as Node;
  const members = ['n1', 'n2', 'n3'].map(name => here.lookup(`${name}:1/${name}`));
  const ref = here.spawn(group(members, { strategy }), { name: 'group' });
  return { sim, jobs, nodes, ref };
}
