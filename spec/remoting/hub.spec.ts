import { assert } from 'chai';
import { type Action, Hub } from '../../lib/remoting/hub.ts';

const self = 'a'.repeat(32);
const theirs = 'b'.repeat(32);
const later = 'c'.repeat(32);
const peer = '127.0.0.1:2';

describe('Hub', () => {
  describe('dial()', () => {
    it('connects, then says hello', () => {
      const hub = newHub();
      assert.deepEqual(hub.dial(peer, 0), [{ type: 'connect', address: peer }]);
      assert.deepEqual(hub.connected(peer, 'out', 0), [{ type: 'hello', route: 'out' }]);
    });

    it('does nothing while it connects, and nothing when it is up', () => {
      const hub = dialled();
      assert.deepEqual(hub.dial(peer, 1), []);
      hub.welcome('out', peer, theirs, 2);
      assert.deepEqual(hub.dial(peer, 3), []);
    });

    it('brings the link up when the peer answers', () => {
      const hub = dialled();
      assert.deepEqual(hub.welcome('out', peer, theirs, 2500), [linkUp('out')]);
      assert.isTrue(hub.isUp(peer));
    });

    it('says hello again at every tick, and gives up after maxSilence', () => {
      const hub = dialled();
      assert.deepEqual(hub.tick(1000), [{ type: 'hello', route: 'out' }]);
      assert.deepEqual(hub.tick(2000), [{ type: 'hello', route: 'out' }]);
      assert.deepEqual(hub.tick(3000), [
        { type: 'linkDown', address: peer, incarnation: undefined, reason: 'expired' },
        { type: 'disconnect', route: 'out' },
      ]);
      assert.deepEqual(hub.tick(4000), []);
      assert.isTrue(hub.isIdle);
    });

    it('can connect after it has failed to', () => {
      const hub = dialled();
      for (const now of [1000, 2000, 3000]) hub.tick(now);
      assert.deepEqual(hub.dial(peer, 4000), [{ type: 'connect', address: peer }]);
      hub.connected(peer, 'again', 4000);
      assert.deepEqual(hub.welcome('again', peer, theirs, 4100), [linkUp('again')]);
    });

    it('closes a route that comes too late', () => {
      assert.deepEqual(newHub().connected(peer, 'out', 0), [{ type: 'disconnect', route: 'out' }]);
    });
  });

  describe('hello()', () => {
    it('answers a peer that nobody dialled, and uses its route', () => {
      assert.deepEqual(newHub().hello('in', peer, theirs, 0), [
        { type: 'welcome', route: 'in', target: theirs },
        linkUp('in'),
      ]);
    });

    it('spares the peer a connection of ours', () => {
      const hub = newHub();
      hub.hello('in', peer, theirs, 0);
      assert.deepEqual(hub.dial(peer, 1), []);
    });

    it('brings the link up once when both dial at the same time, on the own route', () => {
      const hub = dialled();
      assert.deepEqual(hub.hello('in', peer, theirs, 1), [
        { type: 'welcome', route: 'in', target: theirs },
        linkUp('out'),
      ]);
      assert.deepEqual(hub.welcome('out', peer, theirs, 2), []);
    });

    it('welcomes a peer again that did not hear the first welcome', () => {
      const hub = newHub();
      hub.hello('in', peer, theirs, 0);
      assert.deepEqual(hub.hello('in', peer, theirs, 1000), [
        { type: 'welcome', route: 'in', target: theirs },
      ]);
    });

    it('takes the link down and up again for another incarnation', () => {
      const hub = up();
      assert.deepEqual(hub.hello('in', peer, later, 100), [
        { type: 'welcome', route: 'in', target: later },
        { type: 'linkDown', address: peer, incarnation: theirs, reason: 'newIncarnation' },
        { type: 'disconnect', route: 'out' },
        { type: 'linkUp', address: peer, incarnation: later, route: 'in' },
      ]);
    });

    it('does not let the incarnation before return', () => {
      const hub = up();
      hub.hello('in', peer, later, 100);
      assert.notDeepInclude(types(hub.hello('in', peer, theirs, 101)), 'linkUp');
    });

    it('goes over to the new connection of a peer that has reconnected', () => {
      const hub = newHub();
      hub.hello('in', peer, theirs, 0);
      hub.hello('in again', peer, theirs, 1000);
      const goodbye = hub.stop().find(({ type }) => type === 'goodbye');
      assert.deepInclude(goodbye, { route: 'in again' });
    });
  });

  describe('welcome()', () => {
    it('means nothing from a peer that nobody dialled', () => {
      assert.deepEqual(newHub().welcome('in', peer, theirs, 0), []);
    });
  });

  describe('heard()', () => {
    it('lets a peer speak that is up, on whatever route', () => {
      const hub = up();
      assert.equal(hub.heard('out', theirs, self, 1), peer);
      assert.equal(hub.heard('another', theirs, self, 1), peer);
      assert.deepEqual(hub.drain(), []);
    });

    it('refuses one that it does not know', () => {
      const hub = newHub();
      assert.isUndefined(hub.heard('in', theirs, self, 0));
      assert.deepEqual(hub.drain(), [{ type: 'refuse', route: 'in', target: theirs, reason: 'unknown' }]);
    });

    it('refuses what is meant for an incarnation of this node that is no more', () => {
      const hub = up();
      assert.isUndefined(hub.heard('out', theirs, later, 1));
      assert.deepEqual(hub.drain(), [{ type: 'refuse', route: 'out', target: theirs, reason: 'stale' }]);
    });
  });

  describe('tick()', () => {
    it('has nothing to do without peers', () => {
      assert.deepEqual(newHub().tick(0), []);
    });

    it('sends a heartbeat to a peer that was sent nothing', () => {
      const hub = up();
      hub.sent(peer, 0);
      assert.deepEqual(hub.tick(1000), [{ type: 'heartbeat', address: peer }]);
    });

    it('sends none to a peer that has just been sent something', () => {
      const hub = up();
      hub.sent(peer, 900);
      assert.deepEqual(hub.tick(1000), []);
    });

    it('takes a peer down that was silent for exactly maxSilence, and tells it', () => {
      const hub = up();
      assert.notInclude(types([...hub.tick(1000), ...hub.tick(2000)]), 'linkDown');
      assert.deepEqual(hub.tick(3000), [
        { type: 'goodbye', route: 'out', target: theirs, reason: 'silence' },
        { type: 'linkDown', address: peer, incarnation: theirs, reason: 'silence' },
        { type: 'disconnect', route: 'out' },
      ]);
      assert.deepEqual(hub.tick(4000), []);
    });

    it('keeps a peer that is heard', () => {
      const hub = up();
      for (let now = 1000; now <= 10_000; now += 1000) {
        assert.notInclude(types(hub.tick(now)), 'linkDown');
        hub.heard('out', theirs, self, now);
      }
    });

    it('does not blame a peer for the time in which this node itself did not run', () => {
      const hub = up();
      hub.tick(1000);
      assert.notInclude(types(hub.tick(60_000)), 'linkDown');
    });
  });

  describe('an incarnation that was declared down', () => {
    it('is refused, and reported, when it comes back', () => {
      assert.deepEqual(silenced().hello('in', peer, theirs, 5000), [
        { type: 'quarantined', address: peer, incarnation: theirs },
        { type: 'refuse', route: 'in', target: theirs, reason: 'quarantined' },
      ]);
    });

    it('may not speak', () => {
      const hub = silenced();
      assert.isUndefined(hub.heard('out', theirs, self, 5000));
      assert.deepEqual(hub.drain(), [
        { type: 'refuse', route: 'out', target: theirs, reason: 'quarantined' },
      ]);
    });

    it('makes way for its successor', () => {
      assert.include(types(silenced().hello('in', peer, later, 5000)), 'linkUp');
    });

    it('is forgotten after an hour', () => {
      assert.include(types(silenced().hello('in', peer, theirs, 3_603_001)), 'linkUp');
    });
  });

  describe('goodbye()', () => {
    it('takes the link down at once and is not answered', () => {
      assert.deepEqual(up().goodbye(theirs, 'stop', 1), [
        { type: 'linkDown', address: peer, incarnation: theirs, reason: 'goodbye' },
        { type: 'disconnect', route: 'out' },
      ]);
    });

    it('of an unknown peer means nothing', () => {
      assert.deepEqual(newHub().goodbye(theirs, 'stop', 0), []);
    });

    it('because of silence is mutual: the other one is refused from then on', () => {
      const hub = up();
      hub.goodbye(theirs, 'silence', 1);
      assert.include(types(hub.hello('in', peer, theirs, 2)), 'refuse');
    });
  });

  describe('refused()', () => {
    for (const [reason, down] of [
      ['unknown', 'newIncarnation'],
      ['stale', 'newIncarnation'],
      ['quarantined', 'quarantined'],
      ['other', 'refused'],
    ] as const) {
      it(`takes the link down as ${down} when the reason is ${reason}`, () => {
        assert.deepInclude(up().refused('out', later, reason)[0], { type: 'linkDown', reason: down });
      });
    }

    it('of an unknown peer means nothing', () => {
      assert.deepEqual(newHub().refused('in', theirs, 'unknown'), []);
    });
  });

  describe('stop()', () => {
    it('says goodbye to every peer', () => {
      const hub = up();
      hub.hello('in', '127.0.0.1:3', later, 0);
      const goodbyes = hub.stop().filter(({ type }) => type === 'goodbye');
      assert.deepEqual(goodbyes, [
        { type: 'goodbye', route: 'out', target: theirs, reason: 'stop' },
        { type: 'goodbye', route: 'in', target: later, reason: 'stop' },
      ]);
      assert.isTrue(hub.isIdle);
    });
  });
});

const newHub = () => new Hub<string>({ incarnation: self, heartbeatInterval: 1000, maxSilence: 3000 });

function dialled(): Hub<string> {
  const hub = newHub();
  hub.dial(peer, 0);
  hub.connected(peer, 'out', 0);
  return hub;
}

function up(): Hub<string> {
  const hub = dialled();
  hub.welcome('out', peer, theirs, 0);
  return hub;
}

function silenced(): Hub<string> {
  const hub = up();
  for (const now of [1000, 2000, 3000]) hub.tick(now);
  return hub;
}

const linkUp = (route: string): Action<string> => ({
  type: 'linkUp',
  address: peer,
  incarnation: theirs,
  route,
});
const types = (actions: readonly Action<string>[]): string[] => actions.map(({ type }) => type);
