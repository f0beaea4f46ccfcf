import { readFileSync } from 'node:fs';
import { assert } from 'chai';
import { metrics } from '../../../lib/observe/index.ts';
import { families } from '../../../lib/observe/metrics/families.ts';
import { Simulation } from '../../../lib/testkit/index.ts';
// Imported for what it awaits: there is one of each class then.
import { newCluster } from '../../remoting/support.ts';
import { Scrape } from './prometheus.ts';

const remoting = { insecure: true };

describe('metrics of two nodes', () => {
  const running: Simulation[] = [];

  afterEach(async () => {
    for (const simulation of running.splice(0)) await simulation.stop();
  });

  async function pair() {
    const simulation = new Simulation({ seed: 1, link: { delay: 25 } });
    running.push(simulation);
    const [a, b] = [await simulation.node({ remoting }), await simulation.node({ remoting })];
    const [ofA, ofB] = [metrics(a), metrics(b)];
    const scrape = () => [new Scrape(ofA.text()), new Scrape(ofB.text())] as const;
    return { simulation, a, b, scrape };
  }

  it('count what has crossed, and measure the way', async () => {
    const { simulation, a, b, scrape } = await pair();
    b.spawn(function sink() {}, { name: 'sink' });
    for (let i = 0; i < 100; i++) a.lookup(`${b.address}/sink`).tell(`message ${i}`);
    await simulation.run(3600);
    const [atA, atB] = scrape();
    const [{ sent, received } = assert.fail()] = a.peers();
    const peer = { peer: b.address as string };
    assert.equal(atA.value('troupe_remoting_sent_messages_total'), 100);
    assert.equal(atB.value('troupe_remoting_received_messages_total'), 100);
    assert.equal(atA.value('troupe_remoting_sent_bytes_total'), sent.bytes);
    assert.isAbove(sent.bytes, 100 * 'message 10'.length);
    assert.equal(atA.value('troupe_remoting_received_bytes_total'), received.bytes);
    assert.equal(atB.value('troupe_remoting_received_bytes_total'), sent.bytes);
    assert.equal(atA.value('troupe_remoting_peer_sent_bytes_total', peer), sent.bytes);
    assert.equal(atA.value('troupe_remoting_peer_received_bytes_total', peer), received.bytes);
    assert.equal(atA.value('troupe_remoting_round_trip_seconds', peer), 0.05);
    assert.equal(atA.value('troupe_remoting_queued_messages', peer), 0);
    assert.isBelow(atA.value('troupe_remoting_silence_seconds', peer), 1.1);
    assert.equal(atA.value('troupe_remoting_peers', { state: 'up' }), 1);
    assert.equal(atB.value('troupe_messages_handled_total', { class: 'sink' }), 100);
    assert.equal(atA.value('troupe_remoting_malformed_total'), 0);
    assert.isEmpty(atA.samples('troupe_remoting_suspicion_phi'));
  });

  it('show what waits for a node that is not there, and then who is cut off', async () => {
    const { simulation, a, b, scrape } = await pair();
    a.lookup('n9:1/sink').tell('it');
    const peer = { peer: 'n9:1' };
    const [early] = scrape();
    assert.equal(early.value('troupe_remoting_peers', { state: 'connecting' }), 1);
    assert.equal(early.value('troupe_remoting_queued_messages', peer), 1);
    assert.isAbove(early.value('troupe_remoting_queued_bytes', peer), 0);
    assert.isEmpty(early.samples('troupe_remoting_round_trip_seconds'));
    a.lookup(`${b.address}/sink`).tell('it');
    await simulation.run(5000);
    simulation.partition(a, b);
    await simulation.run(10_000);
    const [late] = scrape();
    assert.equal(late.value('troupe_remoting_peers', { state: 'quarantined' }), 1);
    assert.equal(late.value('troupe_remoting_peers', { state: 'up' }), 0);
    assert.equal(late.value('troupe_dead_letters_total', { reason: 'expired' }), 1);
    assert.equal(late.value('troupe_remoting_sent_messages_total'), 1);
    assert.isEmpty(late.samples('troupe_remoting_queued_messages'));
  });

  it('put nodes together that have a new name at every start', async () => {
    const cluster = newCluster();
    const server = await cluster.start(1);
    const open = metrics(server);
    const hello = async () => {
      const client = await cluster.start(0, { address: undefined, remoting: {} });
      client.lookup(`${server.address}/nobody`).tell('hello');
      await cluster.clock.advance(3000);
      return client;
    };
    const [one] = [await hello(), await hello()];
    const now = new Scrape(open.text());
    assert.equal(now.value('troupe_remoting_queued_messages', { peer: 'other' }), 0);
    assert.lengthOf(now.samples('troupe_remoting_round_trip_seconds'), 1);
    assert.isEmpty(now.samples('troupe_remoting_peer_sent_bytes_total'));
    assert.equal(now.value('troupe_remoting_peers', { state: 'up' }), 2);
    assert.equal(now.value('troupe_remoting_received_messages_total'), 2);
    const stopped = one.stop();
    await cluster.clock.advance(5000);
    await stopped;
    assert.equal(new Scrape(open.text()).value('troupe_remoting_received_messages_total'), 2);
  });

  it('are all on the page about them, with their types', () => {
    const page = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| `((?:troupe|process|nodejs)_[a-z0-9_]+)` \| (\w+) \|/gm)];
    assert.sameMembers(
      rows.map(([, name, type]) => `${name} ${type}`),
      families('troupe', true).map(({ name, type }) => `${name} ${type}`),
    );
    const names = families('troupe', true).map(({ name }) => name);
    const used = page.match(/\btroupe_[a-z_]+/g) ?? [];
    assert.deepEqual(
      used.filter(name => !names.includes(name.replace(/_(bucket|sum|count)$/, ''))),
      [],
    );
  });
});
