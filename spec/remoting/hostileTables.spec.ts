/** What a peer can make this node remember is bounded. */
import { assert } from 'chai';
import type { Ref } from '../../lib/index.ts';
import { Hub } from '../../lib/remoting/hub.ts';
import { type Definitions, PlacesIn, PlacesOut } from '../../lib/remoting/places.ts';
import { Relays } from '../../lib/remoting/relays.ts';
import { FrameWriter } from '../../lib/remoting/wire.ts';
import { RawPeer } from './rawPeer.ts';
import { newCluster } from './support.ts';

const longest = `/${'x'.repeat(511)}`;

describe('the numbers of a peer', () => {
  it('reach from 1 to 65 536', () => {
    const places = new PlacesIn();
    for (const number of [0, 1, 65_536, 65_537]) places.define(number, '/x');
    assert.deepEqual(
      [0, 1, 65_536, 65_537].map(number => places.at(number)?.address),
      [undefined, '/x', '/x', undefined],
    );
  });

  it('stand for addresses of 512 characters at the most', () => {
    const places = new PlacesIn();
    places.define(1, longest);
    places.define(2, `${longest}x`);
    assert.equal(places.at(1)?.address, longest);
    assert.isUndefined(places.at(2));
  });

  it('take 4 MiB of text at the most, however often one of them is defined', () => {
    const places = new PlacesIn();
    const most = (4 * 1024 * 1024) / longest.length;
    for (let i = 0; i < 2 * most; i++) places.define(1, longest);
    for (let i = 2; i <= most + 1; i++) places.define(i, longest);
    assert.equal(places.at(most)?.address, longest);
    assert.isUndefined(places.at(most + 1));
    for (let i = 0; i < 2 * most; i++) places.define(1, longest.replace('x', `${i % 2}`));
    assert.equal(places.at(1)?.address, longest);
  });

  it('are given to no longer addresses here either', async () => {
    const cluster = newCluster();
    const node = await cluster.start(1);
    const peer = await RawPeer.join(cluster, node, 9);
    for (const path of [longest, `${longest}x`]) node.lookup(peer.address + path).tell('x');
    await peer.tell('/nobody', 'go on');
    assert.deepEqual(
      peer.messages.map(([to]) => to),
      [longest, `${longest}x`],
    );
    assert.equal(peer.defined, 1);
  });
});

describe('the numbers that this node gives', () => {
  it('are those that the other end takes: no more text than that', () => {
    const [here, there] = [new PlacesOut(), new PlacesIn()];
    const places = Array.from({ length: 8300 }, (_, i) => {
      const to = { step: `/${i}-`.padEnd(512, 'x') } as Ref;
      const frame: Definitions = { defined: [] };
      const place = here.ofRecipient(to, new FrameWriter(), frame);
      for (const { number, address } of frame.defined) there.define(number, address);
      return { place, path: to.step };
    });
    for (const { place, path } of places)
      assert.equal(typeof place === 'number' ? there.at(place)?.address : place, path);
    assert.deepEqual([typeof places[8191]?.place, typeof places[8192]?.place], ['number', 'string']);
  });
});

describe('the incarnations that are dead', () => {
  it('are 100 000 at the most: the oldest is forgotten first', () => {
    const hub = newHub();
    const lives = Array.from({ length: 100_002 }, (_, i) => i.toString(16).padStart(32, '0'));
    for (const life of lives) hub.hello('in', life, introduction, 0);
    const reasons = lives.slice(0, 2).map(life => {
      hub.heard('in', { source: life, target: self, link: 1, yourLink: 1 }, 0);
      return (hub.drain()[0] as { reason: string }).reason;
    });
    assert.deepEqual(reasons, ['unknown', 'quarantined']);
  });
});

describe('the routes of a peer', () => {
  it('are eight at the most: on the oldest it has to introduce itself again', () => {
    const hub = newHub();
    const life = 'b'.repeat(32);
    for (let i = 1; i <= 9; i++) hub.hello(`in ${i}`, life, introduction, 0);
    const header = { source: life, target: self, link: 1, yourLink: 1 };
    assert.isUndefined(hub.heard('in 1', header, 0));
    assert.isDefined(hub.heard('in 2', header, 0));
  });
});

describe('the inlets of other nodes', () => {
  it('are 10 000 at the most', async () => {
    const node = await newCluster().start(1);
    const inletOf = (host: string) => node.lookup(`${host}:1/x`).inlet;
    const [first, second] = [inletOf('first'), inletOf('second')];
    for (let i = 0; i < 9_999; i++) inletOf(`h${i}`);
    assert.equal(inletOf('second'), second);
    assert.notEqual(inletOf('first'), first);
  });
});

describe('the ways through relays', () => {
  it('are 10 000 at the most', () => {
    const relays = new Relays();
    const [first, second] = [relays.route('r:1', 'first:1'), relays.route('r:1', 'second:1')];
    for (let i = 0; i < 9_999; i++) relays.route('r:1', `h${i}:1`);
    assert.equal(relays.route('r:1', 'second:1'), second);
    assert.notEqual(relays.route('r:1', 'first:1'), first);
  });
});

const self = 'a'.repeat(32);

const newHub = () =>
  new Hub<string>({
    incarnation: self,
    heartbeatInterval: 1000,
    maxSilence: 3000,
    maxUnresponsive: 60_000,
    phi: undefined,
    via: () => undefined,
  });

const introduction = {
  kind: 'hello' as const,
  address: '127.0.0.1:2',
  version: '0',
  features: [],
  wantsRoute: false,
  link: 1,
  yourLink: 0,
  maxMessageSize: 1000,
  key: '',
  proof: '',
};
