import { assert } from 'chai';
import {
  DeadLetter,
  GroupChanged,
  MalformedInput,
  type Node,
  NodeDown,
  OperationRefused,
  type Ref,
  type RemotePolicy,
} from '../../lib/index.ts';
import { TestProbe } from '../../lib/testkit/index.ts';
import { RawPeer } from '../remoting/rawPeer.ts';
import { addressOf, type Cluster, heard, newCluster } from '../remoting/support.ts';

describe('groups of two nodes', () => {
  it('have the members of both, whoever joined first', async () => {
    const { cluster, here, there } = await pair();
    for (const node of [here, there]) join(node, 'workers', 'a');
    await cluster.clock.advance(100);
    assert.sameMembers(membersOf(here, 'workers'), [`${here.address}/a`, `${there.address}/a`]);
    assert.sameMembers(membersOf(there, 'workers'), [`${here.address}/a`, `${there.address}/a`]);
    assert.deepEqual(
      here.groups.localMembers('workers').map(String),
      [`${here.address}/a`],
      'only its own are local',
    );
  });

  it('tell a broadcast to members on both', async () => {
    const { cluster, here, there } = await pair();
    const probes = [here, there].map(node => {
      const probe = new TestProbe(node, 'probe');
      node.groups.join('workers', probe.ref);
      return probe;
    });
    await cluster.clock.advance(100);
    const sender = new TestProbe(here);
    assert.equal(here.groups.broadcast('workers', 'hello', sender.ref), 2);
    await cluster.clock.advance(100);
    for (const probe of probes) {
      assert.equal(await probe.next(), 'hello');
      probe.reply('thanks');
    }
    await cluster.clock.advance(100);
    assert.deepEqual(sender.messages, ['thanks', 'thanks']);
    for (const node of [here, there]) assertBalanced(node);
  });

  it('follow every change, and tell it', async () => {
    const { cluster, here, there } = await pair();
    join(there, 'workers', 'a');
    void here.groups;
    await cluster.clock.advance(100);
    const changes = heard(here, GroupChanged);
    const b = join(there, 'workers', 'b');
    await cluster.clock.advance(100);
    there.groups.leave('workers', b);
    await cluster.clock.advance(100);
    there.lookup('/a').stop();
    await cluster.clock.advance(100);
    const at = (path: string) => there.address + path;
    assert.deepEqual(textOf(changes), [
      ['workers', [at('/b')], []],
      ['workers', [], [at('/b')]],
      ['workers', [], [at('/a')]],
    ]);
    assert.deepEqual(here.groups.names(), []);
  });

  it('are told in one event for each group when the other node is found', async () => {
    const { cluster, here, there } = await pair();
    for (const name of ['a', 'b', 'c']) join(there, 'workers', name);
    const changes = heard(here, GroupChanged);
    assert.deepEqual(membersOf(here, 'workers'), []);
    await cluster.clock.advance(100);
    assert.deepEqual(
      changes.map(({ group, joined, left }) => [group, joined.length, left.length]),
      [['workers', 3, 0]],
    );
  });

  it('are known to a node that comes to use groups late', async () => {
    const { cluster, here, there } = await pair();
    const a = join(here, 'workers', 'a');
    await cluster.clock.advance(5000);
    join(there, 'workers', 'b'); // there has used no groups until now
    await cluster.clock.advance(100);
    assert.sameMembers(membersOf(there, 'workers'), [a.address, `${there.address}/b`]);
    assert.sameMembers(membersOf(here, 'workers'), [a.address, `${there.address}/b`]);
  });

  it('cost a node nothing that does not use them: it hears one word, and says none', async () => {
    const { cluster, here } = await pair();
    const peer = await RawPeer.join(cluster, here, 3);
    for (let i = 0; i < 10; i++) join(here, 'workers', `a${i}`);
    await cluster.clock.advance(100);
    assert.deepEqual(groupRecords(peer), []);
    const knowing = await introduced(cluster, here, 4);
    await cluster.clock.advance(100);
    assert.deepEqual(groupRecords(knowing), [['discover', '', '']]);
  });

  it('do not stand in the books: what nodes tell each other about them is no message', async () => {
    const { cluster, here, there } = await pair();
    const before = here.stats();
    join(here, 'workers', 'a');
    join(there, 'workers', 'a');
    await cluster.clock.advance(1000);
    const { sent, transmitted, received } = here.stats();
    assert.deepEqual([sent, transmitted, received], [before.sent, before.transmitted, before.received]);
  });

  it('with many members are all there, also when they change while the list is on its way', async () => {
    const { cluster, here, there } = await pair();
    cluster.network.link('*', '*', { delay: 20 });
    const a = join(there, 'group', 'a');
    for (let i = 0; i < 20_000; i++) there.groups.join(`group ${i}`, a);
    void here.groups;
    await cluster.clock.advance(200);
    assert.lengthOf(here.groups.names(), 0); // the list is not complete
    there.groups.leave('group 1', a);
    for (let i = 10_000; i < 20_000; i++) there.groups.leave(`group ${i}`, a); // these are not sent any more
    there.groups.join('new', a);
    await cluster.clock.advance(5000);
    assert.sameMembers(here.groups.names(), there.groups.names());
    assert.lengthOf(here.groups.names(), 10_001);
  });

  it('with many members get through a network that loses frames', async () => {
    const { cluster, here, there } = await pair();
    const a = join(there, 'group', 'a');
    for (let i = 0; i < 5000; i++) there.groups.join(`group ${i}`, a);
    cluster.network.packetLoss(20);
    void here.groups;
    await cluster.clock.advance(10_000);
    cluster.network.heal();
    await cluster.clock.advance(5000);
    assert.lengthOf(here.groups.names(), 5001);
  });
});

describe('groups of three nodes', () => {
  it('are the same everywhere where nodes are connected', async () => {
    const cluster = newCluster();
    const nodes: Node[] = [];
    for (const port of [1, 2, 3]) nodes.push(await cluster.start(port));
    for (const node of nodes) join(node, 'workers', 'a');
    const [one, two, three] = nodes as [Node, Node, Node];
    await meet(cluster, one, two);
    await meet(cluster, two, three);
    assert.sameMembers(
      membersOf(two, 'workers'),
      [1, 2, 3].map(port => `${addressOf(port)}/a`),
    );
    assert.sameMembers(
      membersOf(one, 'workers'),
      [1, 2].map(port => `${addressOf(port)}/a`),
    );
    await meet(cluster, three, one);
    for (const node of nodes) assert.lengthOf(membersOf(node, 'workers'), 3);
  });
});

describe('groups and a network that fails', () => {
  it('lose the members of a node that crashes, and tell it once for each group', async () => {
    const { cluster, here, there } = await joined();
    const changes = heard(here, GroupChanged);
    const downs = heard(here, NodeDown);
    join(there, 'workers', 'b');
    await cluster.clock.advance(100);
    changes.length = 0;
    cluster.crash(there);
    await cluster.clock.advance(10_000);
    assert.lengthOf(downs, 1);
    assert.deepEqual(
      changes.map(({ group, joined, left }) => [group, joined.length, left.length]),
      [['workers', 0, 2]],
    );
    assert.deepEqual(membersOf(here, 'workers'), [`${here.address}/a`]);
  });

  it('lose the members of a node that stops', async () => {
    const { cluster, here, there } = await joined();
    const stopped = there.stop();
    await cluster.clock.advance(100);
    await stopped;
    assert.deepEqual(membersOf(here, 'workers'), [`${here.address}/a`]);
  });

  it('have the members of a node that has restarted, and none of its life before', async () => {
    const { cluster, here, there } = await joined();
    cluster.crash(there);
    const again = await cluster.start(2);
    join(again, 'workers', 'new');
    await meet(cluster, again, here); // long before anybody has noticed that the one before is gone
    assert.sameMembers(membersOf(here, 'workers'), [`${here.address}/a`, `${again.address}/new`]);
    assert.sameMembers(membersOf(again, 'workers'), [`${here.address}/a`, `${again.address}/new`]);
  });

  it('lose nothing when frames get lost and the nodes stay up', async () => {
    const { cluster, here, there } = await joined();
    const downs = heard(here, NodeDown);
    cluster.network.cut(there.address, here.address);
    join(there, 'workers', 'b');
    there.lookup('/a').stop();
    await cluster.clock.advance(500);
    cluster.network.heal();
    await cluster.clock.advance(3000);
    assert.deepEqual(downs, []);
    assert.sameMembers(membersOf(here, 'workers'), [`${here.address}/a`, `${there.address}/b`]);
  });

  it('agree in spite of loss', async () => {
    const { cluster, here, there } = await joined();
    cluster.network.packetLoss(20);
    const all = Array.from({ length: 200 }, (_, i) => `m${i}`);
    for (const name of all) {
      const ref = join(there, 'workers', name);
      await cluster.clock.advance(10);
      if (name.endsWith('7')) ref.stop();
    }
    cluster.network.heal();
    await cluster.clock.advance(5000);
    const left = all.filter(name => !name.endsWith('7')).map(name => `${there.address}/${name}`);
    assert.sameMembers(membersOf(here, 'workers'), [`${here.address}/a`, `${there.address}/a`, ...left]);
  });

  it('are each side’s own after a partition, and stay so while the nodes are kept apart', async () => {
    const { cluster, here, there } = await joined();
    cluster.network.cut();
    await cluster.clock.advance(10_000);
    for (const node of [here, there]) {
      assert.deepEqual(membersOf(node, 'workers'), [`${node.address}/a`]);
      join(node, 'workers', 'b');
    }
    cluster.network.heal();
    const again = await cluster.start(3);
    await meet(cluster, again, here);
    await meet(cluster, again, there);
    void again.groups;
    await cluster.clock.advance(1000);
    assert.lengthOf(membersOf(again, 'workers'), 4);
    assert.lengthOf(membersOf(here, 'workers'), 2);
  });

  it('have no dead letters for members that are gone with their node', async () => {
    const { cluster, here, there } = await joined();
    const letters = heard(here, DeadLetter);
    cluster.crash(there);
    await cluster.clock.advance(10_000);
    assert.equal(here.groups.broadcast('workers', 'hello'), 1);
    await cluster.clock.advance(100);
    assert.deepEqual(letters, []);
  });
});

describe('remoting.allow and groups', () => {
  const policies: Record<string, [RemotePolicy, number]> = {
    'no list': [{}, 1],
    'join: false': [{ join: false }, 0],
    'its own name': [{ join: '/groups/workers' }, 1],
    'another name': [{ join: '/groups/others/**' }, 0],
    'a list without join': [['tell', 'ask'], 0],
    'a list with join': [['join'], 1],
  };
  for (const [what, [allow, count]] of Object.entries(policies)) {
    it(`${count === 1 ? 'lets' : 'does not let'} others join with ${what}`, async () => {
      const { cluster, here, there } = await pair({ allow });
      const refused = heard(here, OperationRefused);
      void here.groups;
      join(there, 'workers', 'a');
      await cluster.clock.advance(100);
      assert.lengthOf(membersOf(here, 'workers'), count);
      assert.deepEqual(
        refused.map(({ peer, operation, path }) => [peer, operation, path]),
        count === 1 ? [] : [[there.address, 'join', '/groups/workers']],
      );
    });
  }
});

describe('a peer that says about groups what it should not', () => {
  const records: Record<string, { path?: string; address?: string; reason?: string }> = {
    'nothing known': { reason: 'shout' },
    'a group without a name': { address: '' },
    'a group with a long name': { address: 'x'.repeat(201) },
    'a member without a path': { path: '' },
    'a member that has a node in its path': { path: '127.0.0.1:1/a' },
    'the guardian': { path: '/' },
    'an ask': { path: '/$ask/1' },
    'what belongs to the runtime': { path: '/system/x' },
    'a member with a long path': { path: `/${'x'.repeat(1000)}` },
  };
  for (const [what, record] of Object.entries(records)) {
    it(`is not believed: ${what}`, async () => {
      const { here, say } = await raw();
      const malformed = heard(here, MalformedInput);
      await say({ reason: 'join', address: 'workers', path: '/a', ...record });
      assert.deepEqual(here.groups.names(), []);
      assert.lengthOf(malformed, 1);
      await say({ reason: 'join', address: 'workers', path: '/a' });
      assert.deepEqual(membersOf(here, 'workers'), [`${addressOf(3)}/a`]);
    });
  }

  it('is not believed about more members than there can be', async () => {
    const { here, peer, number } = await raw();
    const malformed = heard(here, MalformedInput);
    for (let from = 0; from < 101_000; from += 1000) {
      await peer.say(writer => {
        for (let i = from; i < from + 1000; i++)
          writer.system({
            number: number(),
            operation: 'group',
            path: `/${i}`,
            address: 'g',
            reason: 'join',
          });
      });
    }
    assert.lengthOf(membersOf(here, 'g'), 100_000);
    assert.equal(malformed[0]?.reason, 'more members of groups than a node can have');
  });

  it('only ever has members on its own node', async () => {
    const { here, say } = await raw();
    const own = join(here, 'workers', 'mine');
    await say({ reason: 'leave', address: 'workers', path: '/mine' });
    await say({ reason: 'join', address: 'workers', path: '/mine' });
    assert.sameMembers(membersOf(here, 'workers'), [own.address, `${addressOf(3)}/mine`]);
  });

  it('is heard with a list that has no begin, one that has no end, and one within another', async () => {
    const { here, say } = await raw();
    const changes = heard(here, GroupChanged);
    await say({ reason: 'end' });
    await say({ reason: 'join', address: 'workers', path: '/a' });
    await say({ reason: 'begin' });
    await say({ reason: 'join', address: 'workers', path: '/b' });
    await say({ reason: 'leave', address: 'workers', path: '/b' });
    await say({ reason: 'join', address: 'workers', path: '/c' });
    assert.deepEqual(membersOf(here, 'workers'), [`${addressOf(3)}/a`]);
    await say({ reason: 'begin' });
    await say({ reason: 'join', address: 'workers', path: '/d' });
    await say({ reason: 'end' });
    assert.deepEqual(textOf(changes), [
      ['workers', [`${addressOf(3)}/a`], []],
      ['workers', [`${addressOf(3)}/d`], [`${addressOf(3)}/a`]],
    ]);
  });

  it('can ask for the list again and again, and gets the next when it has confirmed the one before', async () => {
    const { here, peer, say } = await raw();
    join(here, 'workers', 'mine');
    peer.systems.length = 0;
    for (let i = 0; i < 5; i++) await say({ reason: 'discover' });
    assert.lengthOf(groupRecords(peer), 3);
    await peer.say(() => {}, { systemAck: peer.systems.at(-1)?.number as number });
    const list = [
      ['begin', '', ''],
      ['join', 'workers', '/mine'],
      ['end', '', ''],
    ];
    assert.deepEqual(groupRecords(peer).slice(-6), [...list, ...list]);
  });

  it('is not heard by a node that uses no groups', async () => {
    const cluster = newCluster();
    const here = await cluster.start(1);
    const malformed = heard(here, MalformedInput);
    const peer = await introduced(cluster, here, 3);
    await peer.say(writer =>
      writer.system({ number: 1, operation: 'group', path: '', address: '', reason: 'discover' }),
    );
    assert.deepEqual(groupRecords(peer), []);
    assert.deepEqual(malformed, []);
  });
});

async function pair(remoting: { allow?: RemotePolicy } = {}) {
  const cluster = newCluster();
  const here = await cluster.start(1, { remoting });
  const there = await cluster.start(2);
  await meet(cluster, here, there);
  return { cluster, here, there };
}

/** Two nodes with a worker each, that know of each other. */
async function joined() {
  const both = await pair();
  for (const node of [both.here, both.there]) join(node, 'workers', 'a');
  await both.cluster.clock.advance(100);
  assert.lengthOf(membersOf(both.here, 'workers'), 2);
  return both;
}

/** Makes the link between the two. */
async function meet(cluster: Cluster, here: Node, there: Node): Promise<void> {
  here.lookup(`${there.address}/nobody`).stop();
  await cluster.clock.advance(200);
}

function join(node: Node, group: string, name: string): Ref {
  const ref: Ref = node.spawn(() => {}, { name });
  node.groups.join(group, ref);
  return ref;
}

const membersOf = (node: Node, group: string) => node.groups.members(group).map(String);

const textOf = (changes: readonly GroupChanged[]) =>
  changes.map(({ group, joined, left }) => [group, joined.map(String), left.map(String)]);

/** A peer that says that it knows of groups. */
function introduced(cluster: Cluster, node: Node, port: number): Promise<RawPeer> {
  return RawPeer.join(cluster, node, port, String(port).repeat(32), ['groups']);
}

async function raw() {
  const cluster = newCluster();
  const here = await cluster.start(1);
  void here.groups;
  const peer = await introduced(cluster, here, 3);
  let last = 0;
  const number = () => ++last;
  const say = (record: { path?: string; address?: string; reason: string }) =>
    peer.say(writer =>
      writer.system({ number: number(), operation: 'group', path: '', address: '', ...record }),
    );
  return { cluster, here, peer, say, number };
}

const groupRecords = (peer: RawPeer) =>
  peer.systems
    .filter(({ operation }) => operation === 'group')
    .map(({ reason, address, path }) => [reason, address, path]);

function assertBalanced(node: Node): void {
  const { sent, handled, unhandled, queued, stashed, deadLetters } = node.stats();
  assert.equal(sent, handled + unhandled + queued + stashed + deadLetters.total);
}
