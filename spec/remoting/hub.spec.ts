import { assert } from 'chai';
import { type Action, Hub, type HubOptions } from '../../lib/remoting/hub.ts';
import type { Introduction } from '../../lib/remoting/wire.ts';

const self = 'a'.repeat(32);
const theirs = 'b'.repeat(32);
const later = 'c'.repeat(32);
const peer = '127.0.0.1:2';

describe('Hub', () => {
  describe('dial()', () => {
    it('connects, then says hello', () => {
      const hub = newHub();
      assert.deepEqual(hub.dial(peer, 0), [{ type: 'connect', address: peer }]);
      assert.deepEqual(hub.connected(peer, 'out', 0), [
        { type: 'hello', route: 'out', wantsRoute: false, link: 1, yourLink: 0 },
      ]);
    });

    it('does nothing while it connects, and nothing when it is up', () => {
      const hub = dialled();
      assert.deepEqual(hub.dial(peer, 1), []);
      hub.welcome('out', theirs, welcomeFrom(peer), 2);
      assert.deepEqual(hub.dial(peer, 3), []);
    });

    it('brings the link up when the peer answers', () => {
      const hub = dialled();
      assert.deepEqual(hub.welcome('out', theirs, welcomeFrom(peer), 2500), [linkUp('out')]);
      assert.isTrue(hub.isUp(peer));
    });

    it('says hello again at every tick, and gives up after maxSilence', () => {
      const hub = dialled();
      const again: Action<string>[] = [
        { type: 'seek', address: peer },
        { type: 'hello', route: 'out', wantsRoute: false, link: 1, yourLink: 0 },
      ];
      assert.deepEqual(hub.tick(1000, isCut), again);
      assert.deepEqual(hub.tick(2000, isCut), again);
      assert.deepEqual(hub.tick(3000, isCut), [
        { type: 'linkDown', address: peer, incarnation: undefined, reason: 'expired' },
        { type: 'disconnect', route: 'out' },
      ]);
      assert.deepEqual(hub.tick(4000, isCut), []);
      assert.isTrue(hub.isIdle);
    });

    it('waits for the next tick when it has just been turned down', () => {
      const hub = dialled();
      hub.refused('out', theirs, 'quarantined', 100);
      assert.deepEqual(hub.dial(peer, 900), []);
      assert.deepEqual(hub.tick(1000, isCut), [{ type: 'connect', address: peer }]);
      hub.connected(peer, 'again', 1000);
      assert.notDeepInclude(hub.tick(2000, isCut), { type: 'connect', address: peer });
      hub.tick(3000, isCut);
      assert.deepInclude(hub.tick(4000, isCut), {
        type: 'linkDown',
        address: peer,
        incarnation: undefined,
        reason: 'expired',
      });
    });

    it('can connect after it has failed to', () => {
      const hub = dialled();
      for (const now of [1000, 2000, 3000]) hub.tick(now, isCut);
      assert.deepEqual(hub.dial(peer, 4000), [{ type: 'connect', address: peer }]);
      hub.connected(peer, 'again', 4000);
      assert.deepEqual(hub.welcome('again', theirs, welcomeFrom(peer), 4100), [linkUp('again', 2)]);
    });

    it('closes a route that comes too late', () => {
      assert.deepEqual(newHub().connected(peer, 'out', 0), [{ type: 'disconnect', route: 'out' }]);
    });
  });

  describe('hello()', () => {
    it('answers a peer that nobody dialled, and uses its route', () => {
      assert.deepEqual(newHub().hello('in', theirs, helloFrom(peer), 0), [
        { type: 'welcome', route: 'in', target: theirs, link: 1, yourLink: 1 },
        linkUp('in'),
      ]);
    });

    it('spares the peer a connection of ours', () => {
      const hub = newHub();
      hub.hello('in', theirs, helloFrom(peer), 0);
      assert.deepEqual(hub.dial(peer, 1), []);
    });

    it('brings the link up once when both dial at the same time, on the route that has been heard', () => {
      const hub = dialled();
      assert.deepEqual(hub.hello('in', theirs, helloFrom(peer), 1), [
        { type: 'welcome', route: 'in', target: theirs, link: 1, yourLink: 1 },
        linkUp('in'),
      ]);
      assert.deepEqual(hub.welcome('out', theirs, welcomeFrom(peer), 2), []);
    });

    it('welcomes a peer again that did not hear the first welcome', () => {
      const hub = newHub();
      hub.hello('in', theirs, helloFrom(peer), 0);
      assert.deepEqual(hub.hello('in', theirs, helloFrom(peer), 1000), [
        { type: 'welcome', route: 'in', target: theirs, link: 1, yourLink: 1 },
      ]);
    });

    it('takes the link down and up again for another incarnation', () => {
      const hub = up();
      assert.deepEqual(hub.hello('in', later, helloFrom(peer), 100), [
        { type: 'welcome', route: 'in', target: later, link: 2, yourLink: 1 },
        { type: 'linkDown', address: peer, incarnation: theirs, reason: 'newIncarnation' },
        { type: 'linkUp', address: peer, incarnation: later, route: 'in', link: 2, yourLink: 1 },
      ]);
    });

    it('keeps its connection to that address for the life that is there now', () => {
      const hub = up();
      const actions = hub.welcome('out', later, welcomeFrom(peer), 100);
      assert.deepEqual(types(actions), ['linkDown', 'linkUp']);
      assert.deepInclude(actions[1], { route: 'out' });
      assert.deepInclude(hub.stop(), { type: 'disconnect', route: 'out' });
    });

    it('dials who had come by itself when it is not heard any more', () => {
      const hub = newHub();
      hub.hello('in', theirs, helloFrom(peer), 0);
      assert.deepInclude(hub.broken(peer, 'in'), { type: 'connect', address: peer });
      hub.connected(peer, 'out', 1);
      assert.notDeepInclude(hub.tick(1000, isCut), { type: 'connect', address: peer });
    });

    it('does not let the incarnation before return', () => {
      const hub = up();
      hub.hello('in', later, helloFrom(peer), 100);
      assert.notDeepInclude(types(hub.hello('in', theirs, helloFrom(peer), 101)), 'linkUp');
    });

    it('goes over to the new connection of a peer that has reconnected', () => {
      const hub = newHub();
      hub.hello('in', theirs, helloFrom(peer), 0);
      hub.hello('in again', theirs, helloFrom(peer), 1000);
      const goodbye = hub.stop().find(({ type }) => type === 'goodbye');
      assert.deepInclude(goodbye, { route: 'in again' });
    });
  });

  describe('welcome()', () => {
    it('means nothing from a peer that nobody dialled', () => {
      assert.deepEqual(newHub().welcome('in', theirs, welcomeFrom(peer), 0), []);
    });
  });

  describe('a node that has another name than it was dialled by', () => {
    it('is refused, with the name that it has', () => {
      assert.deepEqual(dialled().welcome('out', theirs, welcomeFrom('10.0.0.1:2'), 1), [
        { type: 'misnamed', address: peer, name: '10.0.0.1:2' },
        { type: 'linkDown', address: peer, incarnation: undefined, reason: 'refused' },
        { type: 'disconnect', route: 'out' },
      ]);
    });
  });

  describe('a link that one side has lost', () => {
    it('is asked about, and not given up, when the same life does not know it', () => {
      const hub = up();
      assert.deepEqual(hub.refused('out', theirs, 'unknown', 100), [
        { type: 'hello', route: 'out', wantsRoute: false, link: 1, yourLink: 1 },
      ]);
      assert.isTrue(hub.isUp(peer));
    });

    it('begins anew here as well when the other side has begun anew', () => {
      const hub = up();
      assert.deepEqual(types(hub.welcome('out', theirs, welcomeFrom(peer, 2), 5)), [
        'linkDown',
        'linkUp',
        'hello',
      ]);
    });

    it('goes on when what came before is heard again', () => {
      const hub = up();
      hub.hello('in', theirs, introduction('hello', peer, false, 2), 5);
      assert.notInclude(types(hub.hello('in', theirs, helloFrom(peer), 6)), 'linkDown');
    });

    it('is not given up for a refusal of what was sent to the life before', () => {
      assert.deepEqual(up().refused('out', theirs, 'stale', 100), []);
    });
  });

  describe('heard()', () => {
    it('lets a peer speak that is up, on a route where it has introduced itself', () => {
      const hub = up();
      assert.equal(hub.heard('out', from(theirs, self), 1), peer);
      hub.hello('another', theirs, helloFrom(peer), 1);
      assert.equal(hub.heard('another', from(theirs, self), 1), peer);
      assert.deepEqual(hub.drain(), []);
    });

    it('wants it to introduce itself first on any other, which takes nothing down', () => {
      const hub = up();
      assert.isUndefined(hub.heard('another', from(theirs, self), 1));
      assert.deepEqual(hub.drain(), [
        { type: 'refuse', route: 'another', target: theirs, reason: 'introduce' },
      ]);
      assert.isTrue(hub.isUp(peer));
    });

    it('refuses one that it does not know', () => {
      const hub = newHub();
      assert.isUndefined(hub.heard('in', from(theirs, self), 0));
      assert.deepEqual(hub.drain(), [{ type: 'refuse', route: 'in', target: theirs, reason: 'unknown' }]);
    });

    it('refuses what is meant for an incarnation of this node that is no more', () => {
      const hub = up();
      assert.isUndefined(hub.heard('out', from(theirs, later), 1));
      assert.deepEqual(hub.drain(), [{ type: 'refuse', route: 'out', target: theirs, reason: 'stale' }]);
    });
  });

  describe('tick()', () => {
    it('has nothing to do without peers', () => {
      assert.deepEqual(newHub().tick(0, isCut), []);
    });

    it('sends a heartbeat to a peer that was sent nothing', () => {
      const hub = up();
      hub.sent(peer, 0);
      assert.deepEqual(hub.tick(1000, isCut), [{ type: 'heartbeat', address: peer, lag: 0 }]);
    });

    it('sends none to a peer that has just been sent something', () => {
      const hub = up();
      hub.sent(peer, 900);
      assert.deepEqual(hub.tick(1000, isCut), []);
    });

    it('takes a peer down that was silent for exactly maxSilence, and tells it', () => {
      const hub = up();
      assert.notInclude(types([...hub.tick(1000, isCut), ...hub.tick(2000, isCut)]), 'linkDown');
      assert.deepEqual(hub.tick(3000, isCut), [
        { type: 'goodbye', route: 'out', target: theirs, reason: 'silence' },
        { type: 'linkDown', address: peer, incarnation: theirs, reason: 'silence' },
        { type: 'disconnect', route: 'out' },
      ]);
      assert.deepEqual(hub.tick(4000, isCut), []);
    });

    it('keeps a peer that is heard', () => {
      const hub = up();
      for (let now = 1000; now <= 10_000; now += 1000) {
        assert.notInclude(types(hub.tick(now, isCut)), 'linkDown');
        hub.heard('out', from(theirs, self), now);
      }
    });

    it('does not blame a peer for the time in which this node itself did not run', () => {
      const hub = up();
      hub.tick(1000, isCut);
      assert.notInclude(types(hub.tick(60_000, isCut)), 'linkDown');
    });
  });

  describe('a peer whose connection stands, but which says nothing', () => {
    it('is unresponsive, which is told once, and not down', () => {
      const hub = up();
      const actions = [1000, 2000, 3000, 4000].flatMap(now => hub.tick(now, stands));
      assert.deepEqual(
        actions.filter(({ type }) => type === 'unresponsive' || type === 'linkDown'),
        [{ type: 'unresponsive', address: peer, incarnation: theirs }],
      );
    });

    it('is responsive again with its next word', () => {
      const hub = up();
      for (const now of [1000, 2000, 3000]) hub.tick(now, stands);
      hub.heard('out', from(theirs, self), 3500);
      assert.deepEqual(hub.drain(), [{ type: 'responsive', address: peer, incarnation: theirs }]);
    });

    it('is down once the connection has broken', () => {
      const hub = up();
      for (const now of [1000, 2000, 3000]) hub.tick(now, stands);
      assert.include(types(hub.tick(4000, isCut)), 'linkDown');
    });

    it('is down after maxUnresponsive', () => {
      const hub = up({ maxUnresponsive: 5000 });
      for (const now of [1000, 2000, 3000, 4000]) hub.tick(now, stands);
      assert.include(types(hub.tick(5000, stands)), 'linkDown');
    });

    it('has as much more time as its event loop was late', () => {
      const hub = up();
      hub.lagging(peer, 1500);
      for (const now of [1000, 2000, 3000, 4000]) assert.notInclude(types(hub.tick(now, isCut)), 'linkDown');
      assert.include(types(hub.tick(5000, isCut)), 'linkDown');
    });
  });

  describe('the phi-accrual detector', () => {
    it('takes a regular peer down sooner than an irregular one', () => {
      const downAfter = (pauses: readonly number[]): number => {
        const hub = up({ phi: 8, maxSilence: 60_000 });
        let now = 0;
        for (const pause of pauses) {
          now += pause;
          hub.heard('out', from(theirs, self), now);
        }
        for (let silence = 500; ; silence += 500) {
          hub.tick(now + silence, isCut);
          if (!hub.isUp(peer)) return silence;
        }
      };
      const regular = downAfter(new Array(50).fill(1000));
      const irregular = downAfter(Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? 600 : 3000)));
      assert.isAbove(irregular, regular);
      assert.isAbove(regular, 1000);
    });
  });

  describe('a peer with several ways to it', () => {
    it('is sought on all of them when it has said nothing for half of maxSilence', () => {
      const hub = up();
      hub.tick(1000, isCut);
      assert.deepEqual(hub.tick(2000, isCut).slice(0, 2), [
        { type: 'seek', address: peer },
        { type: 'hello', route: 'out', wantsRoute: true, link: 1, yourLink: 1 },
      ]);
    });

    it('is sent to by the way on which it answers, at once', () => {
      const hub = up();
      for (const now of [1000, 2000]) hub.tick(now, isCut);
      hub.connected(peer, 'via r:1', 2000);
      assert.deepEqual(hub.welcome('via r:1', theirs, welcomeFrom(peer), 2100), [
        { type: 'reroute', address: peer, route: 'via r:1', isUrgent: true },
      ]);
      assert.isFalse(hub.isStraight(peer));
    });

    it('is sent to by the way that it asks for', () => {
      const hub = up();
      assert.deepInclude(hub.hello('via r:1', theirs, helloFrom(peer, true), 100), {
        type: 'reroute',
        address: peer,
        route: 'via r:1',
        isUrgent: true,
      });
    });

    it('stays on the straight way when it only says hello through a relay', () => {
      assert.notInclude(types(up().hello('via r:1', theirs, helloFrom(peer), 100)), 'reroute');
    });

    it('goes back to the straight way, without haste, when that answers again, and says so', () => {
      const hub = up();
      hub.hello('via r:1', theirs, helloFrom(peer, true), 100);
      assert.deepInclude(hub.tick(1000, isCut), {
        type: 'hello',
        route: 'out',
        wantsRoute: false,
        link: 1,
        yourLink: 1,
      });
      assert.deepEqual(hub.welcome('out', theirs, welcomeFrom(peer), 1100), [
        { type: 'reroute', address: peer, route: 'out', isUrgent: false },
        { type: 'hello', route: 'out', wantsRoute: true, link: 1, yourLink: 1 },
      ]);
      assert.isTrue(hub.isStraight(peer));
    });

    it('is stranded, and sought, when the relay is lost that leads to it', () => {
      const hub = up();
      hub.hello('relay', later, helloFrom('r:1'), 0);
      hub.hello('via r:1', theirs, helloFrom(peer, true), 100);
      assert.deepEqual(hub.goodbye('relay', later, 'stop', 200), [
        { type: 'linkDown', address: 'r:1', incarnation: later, reason: 'goodbye' },
        { type: 'stranded', address: peer },
        { type: 'seek', address: peer },
        { type: 'hello', route: 'out', wantsRoute: true, link: 1, yourLink: 1 },
      ]);
    });
  });

  describe('an incarnation that was declared down', () => {
    it('is refused, and reported, when it comes back', () => {
      assert.deepEqual(silenced().hello('in', theirs, helloFrom(peer), 5000), [
        { type: 'quarantined', address: peer, incarnation: theirs },
        { type: 'refuse', route: 'in', target: theirs, reason: 'quarantined' },
      ]);
    });

    it('may not speak', () => {
      const hub = silenced();
      assert.isUndefined(hub.heard('out', from(theirs, self), 5000));
      assert.deepEqual(hub.drain(), [
        { type: 'refuse', route: 'out', target: theirs, reason: 'quarantined' },
      ]);
    });

    it('makes way for its successor', () => {
      assert.include(types(silenced().hello('in', later, helloFrom(peer), 5000)), 'linkUp');
    });

    it('is forgotten after an hour', () => {
      assert.include(types(silenced().hello('in', theirs, helloFrom(peer), 3_603_001)), 'linkUp');
    });
  });

  describe('goodbye()', () => {
    it('takes the link down at once and is not answered', () => {
      assert.deepEqual(up().goodbye('out', theirs, 'stop', 1), [
        { type: 'linkDown', address: peer, incarnation: theirs, reason: 'goodbye' },
        { type: 'disconnect', route: 'out' },
      ]);
    });

    it('of an unknown peer means nothing', () => {
      assert.deepEqual(newHub().goodbye('in', theirs, 'stop', 0), []);
    });

    it('because of silence is mutual: the other one is refused from then on', () => {
      const hub = up();
      hub.goodbye('out', theirs, 'silence', 1);
      assert.include(types(hub.hello('in', theirs, helloFrom(peer), 2)), 'refuse');
    });
  });

  describe('refused()', () => {
    it('ends the life before for good when the next one is heard', () => {
      const hub = up();
      hub.refused('out', later, 'unknown', 100);
      assert.notInclude(types(hub.hello('in', theirs, helloFrom(peer), 101)), 'linkUp');
      assert.include(types(hub.hello('in', later, helloFrom(peer), 102)), 'linkUp');
    });

    it('means nothing any more from a life that has ended', () => {
      const hub = up();
      hub.hello('in', later, helloFrom(peer), 100);
      assert.deepEqual(hub.refused('in', theirs, 'unknown', 101), []);
      assert.isTrue(hub.isUp(peer));
    });

    for (const [reason, down] of [
      ['unknown', 'newIncarnation'],
      ['stale', 'newIncarnation'],
      ['quarantined', 'quarantined'],
      ['other', 'refused'],
    ] as const) {
      it(`takes the link down as ${down} when the reason is ${reason}`, () => {
        assert.deepInclude(up().refused('out', later, reason, 100)[0], { type: 'linkDown', reason: down });
      });
    }

    it('makes a peer introduce itself when that is all that it lacks', () => {
      assert.deepEqual(up().refused('out', theirs, 'introduce', 100), [
        { type: 'hello', route: 'out', wantsRoute: false, link: 1, yourLink: 1 },
      ]);
    });

    it('of an unknown peer means nothing', () => {
      assert.deepEqual(newHub().refused('in', theirs, 'unknown', 100), []);
    });
  });

  describe('expel()', () => {
    it('says goodbye and takes the link down', () => {
      assert.deepEqual(types(up().expel(peer)), ['goodbye', 'linkDown', 'disconnect']);
    });
  });

  describe('gone()', () => {
    it('takes the link down at once, without a word', () => {
      assert.deepEqual(up().gone('out'), [
        { type: 'linkDown', address: peer, incarnation: theirs, reason: 'goodbye' },
        { type: 'disconnect', route: 'out' },
      ]);
    });

    it('means nothing for a route of nobody', () => {
      assert.deepEqual(up().gone('in'), []);
    });
  });

  describe('stop()', () => {
    it('says goodbye to every peer', () => {
      const hub = up();
      hub.hello('in', later, helloFrom('127.0.0.1:3'), 0);
      const goodbyes = hub.stop().filter(({ type }) => type === 'goodbye');
      assert.deepEqual(goodbyes, [
        { type: 'goodbye', route: 'out', target: theirs, reason: 'stop' },
        { type: 'goodbye', route: 'in', target: later, reason: 'stop' },
      ]);
      assert.isTrue(hub.isIdle);
    });
  });

  describe('standings()', () => {
    it('tells who is connected, tried and cut off', () => {
      const hub = up();
      hub.dial('127.0.0.1:9', 500);
      const shown = () =>
        hub
          .standings(3000)
          .map(({ address, incarnation, state, since }) => ({ address, incarnation, state, since }));
      assert.deepEqual(shown(), [
        { address: peer, incarnation: theirs, state: 'up', since: 0 },
        { address: '127.0.0.1:9', incarnation: undefined, state: 'connecting', since: 500 },
      ]);
      hub.tick(1000, stands);
      hub.tick(2000, stands);
      hub.tick(3000, stands);
      assert.equal(shown()[0]?.state, 'unresponsive');
      for (let now = 4000; now <= 5000; now += 1000) hub.tick(now, isCut);
      assert.deepEqual(shown(), [{ address: peer, incarnation: theirs, state: 'quarantined', since: 0 }]);
      assert.isEmpty(hub.standings(3_700_000));
    });

    it('does not show one as cut off that has been replaced by a new life', () => {
      const hub = up();
      hub.hello('in', later, helloFrom(peer), 10);
      hub.goodbye('in', later, 'stop', 20);
      assert.isEmpty(hub.standings(30));
    });

    it('shows a thousand that are cut off, the last ones', () => {
      const hub = newHub();
      for (let i = 0; i < 1001; i++)
        hub.hello(`in${i}`, String(i).padStart(32, '0'), helloFrom(`127.0.0.1:${i + 1}`), 0);
      for (const now of [1000, 2000, 3000]) hub.tick(now, isCut);
      const shown = hub.standings(3000);
      assert.lengthOf(shown, 1000);
      assert.notInclude(
        shown.map(({ address }) => address),
        '127.0.0.1:1',
      );
    });
  });
});

const newHub = (options: Partial<HubOptions<string>> = {}) =>
  new Hub<string>({
    incarnation: self,
    heartbeatInterval: 1000,
    maxSilence: 3000,
    maxUnresponsive: 60_000,
    phi: undefined,
    via: route => /^via (.*)$/.exec(route)?.[1],
    ...options,
  });

/** What the layer below says of every route. */
const isCut = () => false;
const stands = () => true;

const introduction = (
  kind: 'hello' | 'welcome',
  address: string,
  wantsRoute = false,
  link = 1,
): Introduction => ({
  kind,
  address,
  version: '0',
  features: [],
  wantsRoute,
  link,
  yourLink: 0,
  maxMessageSize: 1000,
  key: '',
  proof: '',
});
/** The header of a frame. */
const from = (source: string, target: string, link = 1, yourLink = 1) => ({ source, target, link, yourLink });

const helloFrom = (address: string, wantsRoute = false) => introduction('hello', address, wantsRoute);
const welcomeFrom = (address: string, link = 1) => introduction('welcome', address, false, link);

function dialled(options: Partial<HubOptions<string>> = {}): Hub<string> {
  const hub = newHub(options);
  hub.dial(peer, 0);
  hub.connected(peer, 'out', 0);
  return hub;
}

function up(options: Partial<HubOptions<string>> = {}): Hub<string> {
  const hub = dialled(options);
  hub.welcome('out', theirs, welcomeFrom(peer), 0);
  return hub;
}

function silenced(): Hub<string> {
  const hub = up();
  for (const now of [1000, 2000, 3000]) hub.tick(now, isCut);
  return hub;
}

const linkUp = (route: string, link = 1): Action<string> => ({
  type: 'linkUp',
  address: peer,
  incarnation: theirs,
  route,
  link,
  yourLink: 1,
});
const types = (actions: readonly Action<string>[]): string[] => actions.map(({ type }) => type);
