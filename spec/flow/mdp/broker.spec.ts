import { assert } from 'chai';
import { SetupError } from '../../../lib/flow/events/errors.ts';
import { Broker, type BrokerEffect, type BrokerOptions, type Send } from '../../../lib/flow/mdp/broker.ts';
import { clientFrames, disconnect, heartbeat, hex, ready, replyTo, requestTo } from './raw.ts';

describe('the broker', () => {
  it('brings a request to a worker and its reply to the client, byte for byte', () => {
    const { broker, worker, client } = start();
    worker('w', ready('echo'));
    assert.deepEqual(client('c', clientFrames('echo', 'hi', 'there')), [
      ['w', ...requestTo('c', 'hi', 'there')].map(String),
    ]);
    assert.deepEqual(worker('w', replyTo('c', 'Hi', 'There')), [
      ['c', ...clientFrames('echo', 'Hi', 'There')].map(String),
    ]);
    assert.include(broker.stats, { workers: 1, idle: 1, waiting: 0, requests: 1, replies: 1, dropped: 0 });
  });

  it('keeps requests until a worker is there, in their order', () => {
    const { worker, client } = start();
    assert.deepEqual(client('c', clientFrames('echo', '1')), []);
    assert.deepEqual(client('d', clientFrames('echo', '2')), []);
    assert.deepEqual(bodies(worker('w', ready('echo'))), ['1']);
    assert.deepEqual(bodies(worker('w', replyTo('c', 'done'))), ['done', '2']);
  });

  it('gives a worker one request at a time', () => {
    const { worker, client, broker } = start();
    worker('w', ready('echo'));
    client('c', clientFrames('echo', '1'));
    assert.deepEqual(client('c', clientFrames('echo', '2')), []);
    assert.include(broker.stats, { idle: 0, waiting: 1 });
  });

  it('shares ten requests between two workers: the one that has waited longest is next', () => {
    const { worker, client } = start();
    const taken: string[] = [];
    for (const name of ['w', 'v']) worker(name, ready('echo'));
    for (let count = 0; count < 10; count++) {
      const [[to] = []] = client('c', clientFrames('echo', 'x'));
      taken.push(String(to));
      worker(String(to), replyTo('c', 'y'));
    }
    assert.equal(taken.join(''), 'wvwvwvwvwv');
  });

  it('keeps services apart', () => {
    const { worker, client } = start();
    worker('w', ready('echo'));
    assert.deepEqual(client('c', clientFrames('other', 'x')), []);
    assert.deepEqual(bodies(worker('v', ready('other'))), ['x']);
  });

  it('drops a request that has found no worker in time', () => {
    const { broker, worker, client, pass } = start({ expiry: 1000 });
    client('c', clientFrames('nope', 'x'));
    pass(999);
    assert.include(broker.stats, { waiting: 1, dropped: 0 });
    pass(251);
    assert.include(broker.stats, { waiting: 0, dropped: 1, services: 0 });
    assert.deepEqual(worker('w', ready('nope')), []);
  });

  it('gives no worker what has expired since the last look at the time', () => {
    const { worker, client, move } = start({ expiry: 1000 });
    client('c', clientFrames('late', 'x'));
    move(1000);
    assert.deepEqual(worker('w', ready('late')), []);
  });

  it('drops requests beyond those that may wait', () => {
    const { broker, client } = start({ maxRequests: 2 });
    for (const body of ['1', '2', '3']) client('c', clientFrames('nope', body));
    assert.include(broker.stats, { waiting: 2, dropped: 1 });
  });

  it('drops requests beyond the bytes that may wait, until there is room again', () => {
    const { broker, worker, client } = start({ maxBytes: 10 });
    client('c', clientFrames('echo', '123456'));
    client('c', clientFrames('echo', '12345'));
    client('c', clientFrames('echo', '12', '34'));
    assert.include(broker.stats, { waiting: 2, dropped: 1 });
    worker('w', ready('echo'));
    worker('w', replyTo('c', 'x'));
    worker('w', replyTo('c', 'y'));
    client('c', clientFrames('other', '1234567890'));
    assert.include(broker.stats, { waiting: 1, dropped: 1 });
  });

  describe('management (RFC 8)', () => {
    it('says whether a service has a worker, idle or not', () => {
      const { worker, client } = start();
      const asked = (name: string) => client('c', clientFrames('mmi.service', name));
      assert.deepEqual(asked('echo'), [['c', '', 'MDPC01', 'mmi.service', '404']]);
      worker('w', ready('echo'));
      assert.deepEqual(asked('echo'), [['c', '', 'MDPC01', 'mmi.service', '200']]);
      client('c', clientFrames('echo', 'x'));
      assert.deepEqual(bodies(asked('echo')), ['200']);
      worker('w', disconnect());
      assert.deepEqual(bodies(asked('echo')), ['404']);
    });

    it('does not take a service for one that only has requests', () => {
      const { client } = start();
      client('c', clientFrames('nope', 'x'));
      assert.deepEqual(bodies(client('c', clientFrames('mmi.service', 'nope'))), ['404']);
    });

    it('knows nothing else', () => {
      const { client } = start();
      assert.deepEqual(client('c', clientFrames('mmi.foo', 'x')), [['c', '', 'MDPC01', 'mmi.foo', '501']]);
    });

    it('is for the broker alone', () => {
      const { broker, worker } = start();
      assert.deepEqual(worker('w', ready('mmi.echo')), [told('w')]);
      assert.equal(broker.stats.workers, 0);
    });
  });

  describe('heartbeats', () => {
    it('go to a worker at the interval when nothing else does', () => {
      const { worker, client, pass } = start();
      worker('w', ready('echo'));
      assert.deepEqual(pass(2499), []);
      assert.deepEqual(pass(1), [beat('w')]);
      worker('w', heartbeat());
      assert.deepEqual(pass(1250), []);
      client('c', clientFrames('echo', 'x'));
      assert.deepEqual(pass(2499), []);
      assert.deepEqual(pass(1), [beat('w')]);
    });

    it('keep a worker, as all does that it sends', () => {
      const { broker, worker, client, pass } = start();
      worker('w', ready('echo'));
      pass(7000);
      worker('w', heartbeat());
      pass(7000);
      client('c', clientFrames('echo', 'x'));
      worker('w', replyTo('c', 'y'));
      pass(7000);
      assert.equal(broker.stats.workers, 1);
      pass(1000);
      assert.equal(broker.stats.workers, 0);
    });

    it('are not needed for longer from a worker at work, if that is wanted', () => {
      const { broker, worker, client, pass } = start({ maxBusy: 20_000 });
      worker('w', ready('echo'));
      worker('v', ready('echo'));
      client('c', clientFrames('echo', 'x'));
      pass(19_000);
      assert.include(broker.stats, { workers: 1, idle: 0 });
      assert.deepEqual(bodies(worker('w', replyTo('c', 'y'))), ['y']);
    });

    it('from somebody who is not registered make the broker say so', () => {
      const { worker } = start();
      assert.deepEqual(worker('w', heartbeat()), [told('w')]);
    });
  });

  describe('a worker that dies', () => {
    it('is not asked any more', () => {
      const { worker, client, pass } = start();
      worker('w', ready('echo'));
      worker('v', ready('echo'));
      pass(5000);
      worker('v', heartbeat());
      pass(2500);
      assert.deepEqual(taker(client('c', clientFrames('echo', '1'))), 'v');
      assert.deepEqual(client('c', clientFrames('echo', '2')), []);
    });

    it('takes what it has not answered with it', () => {
      const { broker, worker, client } = start();
      worker('w', ready('echo'));
      client('c', clientFrames('echo', 'x'));
      worker('w', disconnect());
      assert.deepEqual(worker('v', ready('echo')), []);
      assert.include(broker.stats, { dropped: 1, resent: 0, waiting: 0 });
    });

    it('leaves what it has not answered to another one, if that is wanted', () => {
      const { broker, worker, client, pass } = start({ resend: true });
      worker('w', ready('echo'));
      worker('v', ready('echo'));
      client('c', clientFrames('echo', 'x'));
      pass(5000);
      worker('v', heartbeat());
      assert.deepEqual(pass(2500), [['v', ...requestTo('c', 'x')].map(String)]);
      assert.deepEqual(worker('v', replyTo('c', 'y')), [['c', ...clientFrames('echo', 'y')].map(String)]);
      assert.include(broker.stats, { dropped: 0, resent: 1, replies: 1 });
    });

    it('leaves it before all that came later', () => {
      const { worker, client } = start({ resend: true });
      worker('w', ready('echo'));
      for (const body of ['1', '2', '3']) client('c', clientFrames('echo', body));
      worker('w', disconnect());
      assert.deepEqual(bodies(worker('v', ready('echo'))), ['1']);
      assert.deepEqual(bodies(worker('v', replyTo('c', 'done'))), ['done', '2']);
    });

    it('leaves nothing that has expired', () => {
      const { broker, worker, client, pass } = start({ resend: true, expiry: 2000 });
      worker('w', ready('echo'));
      client('c', clientFrames('echo', 'x'));
      pass(2500);
      worker('w', disconnect());
      assert.include(broker.stats, { waiting: 0, dropped: 1, resent: 0 });
    });

    it('is noticed at once when its connection goes, if nobody can come back with that address', () => {
      const { broker, worker, lost } = start();
      worker('\0auto', ready('echo'));
      worker('fixed', ready('echo'));
      lost('\0auto');
      lost('fixed');
      assert.equal(broker.stats.workers, 1);
    });

    it('is noticed when a request does not reach it, which then was not sent at all', () => {
      const { broker, worker, client, undelivered, effects } = start();
      worker('w', ready('echo'));
      worker('v', ready('echo'));
      client('c', clientFrames('echo', 'x'));
      assert.deepEqual(undelivered(effects.at(-1) as Send), [['v', ...requestTo('c', 'x')].map(String)]);
      assert.include(broker.stats, { workers: 1, resent: 0, dropped: 0 });
    });
  });

  it('drops the requests of a client whose connection has gone', () => {
    const { broker, client, lost } = start();
    client('\0auto', clientFrames('echo', 'x'));
    client('fixed', clientFrames('echo', 'x'));
    lost('\0auto');
    lost('fixed');
    assert.include(broker.stats, { waiting: 1, dropped: 1 });
  });

  it('takes no harm from a client that has gone before its reply', () => {
    const { worker, client, undelivered, effects } = start();
    worker('w', ready('echo'));
    client('c', clientFrames('echo', 'x'));
    worker('w', replyTo('c', 'y'));
    assert.deepEqual(undelivered(effects.at(-1) as Send), []);
  });

  it('lets a worker that says goodbye go at once, and does not answer that', () => {
    const { broker, worker } = start();
    worker('w', ready('echo'));
    assert.deepEqual(worker('w', disconnect()), []);
    assert.include(broker.stats, { workers: 0, services: 0 });
    assert.deepEqual(worker('w', disconnect()), []);
  });

  describe('a worker that sends what it may not', () => {
    const mistakes: [string, Buffer[]][] = [
      ['a second READY', ready('echo')],
      ['a READY for another service', ready('other')],
      ['a reply to nothing', replyTo('c', 'x')],
      ['a request', requestTo('c', 'x')],
      ['no command', hex('', 'MDPW01')],
      ['another command', hex('', 'MDPW01', 6)],
      ['a heartbeat with more in it', hex('', 'MDPW01', 4, 'x')],
    ];
    for (const [name, frames] of mistakes) {
      it(`is told to go: ${name}`, () => {
        const { broker, worker } = start();
        worker('w', ready('echo'));
        assert.deepEqual(worker('w', frames), [told('w')]);
        assert.equal(broker.stats.workers, 0);
        assert.deepEqual(worker('w', ready('echo')), []);
        assert.equal(broker.stats.workers, 1);
      });
    }

    it('is told to go: a reply to somebody who has not asked', () => {
      const { broker, worker, client } = start();
      worker('w', ready('echo'));
      client('c', clientFrames('echo', 'x'));
      assert.deepEqual(worker('w', replyTo('other', 'y')), [told('w')]);
      assert.include(broker.stats, { workers: 0, dropped: 1 });
    });

    it('is told to go when it is not registered: a reply', () => {
      const { worker } = start();
      assert.deepEqual(worker('w', replyTo('c', 'x')), [told('w')]);
    });

    it('is told to go when there are too many', () => {
      const { worker } = start({ maxWorkers: 1 });
      worker('w', ready('echo'));
      assert.deepEqual(worker('v', ready('echo')), [told('v')]);
    });
  });

  for (const frames of [[], hex(''), hex('x'), hex('', 'MDPC01'), hex('', 'MDPX01', 1), hex('', '', '')]) {
    it(`drops ${JSON.stringify(frames.map(String))} and says so`, () => {
      const { worker, effects } = start();
      assert.deepEqual(worker('stranger', frames), []);
      assert.equal(effects.filter(({ type }) => type === 'note').length, 1);
    });
  }

  it('tells its workers when it stops', () => {
    const { broker, worker, client } = start();
    worker('w', ready('echo'));
    worker('v', ready('echo'));
    client('c', clientFrames('nope', 'x'));
    assert.deepEqual(sends(broker.stop(0)), [told('w'), told('v')]);
    assert.include(broker.stats, { workers: 0, waiting: 0, services: 0 });
  });

  const badOptions: [BrokerOptions, RegExp][] = [
    [{ heartbeatInterval: 0 }, /broker: heartbeatInterval must be milliseconds, more than 0, not 0/],
    [{ liveness: 1.5 }, /liveness must be a whole number from 1 up/],
    [{ expiry: Number.NaN }, /expiry must be milliseconds/],
    [{ resend: 1 as never }, /resend must be true or false/],
    [{ maxRequests: 0 }, /maxRequests must be/],
  ];
  for (const [options, message] of badOptions) {
    it(`refuses ${Object.keys(options)} ${Object.values(options)}`, () => {
      assert.throws(() => new Broker(options), SetupError, message);
    });
  }
});

/** A broker on a time of its own; what it sends is shown as [address, ...frames]. */
function start(options: BrokerOptions = {}) {
  const broker = new Broker(options);
  const effects: BrokerEffect[] = [];
  let now = 0;
  const note = (some: BrokerEffect[]) => {
    effects.push(...some);
    return sends(some);
  };
  const receive = (from: string, frames: Buffer[]) => note(broker.receive(Buffer.from(from), frames, now));
  return {
    broker,
    effects,
    worker: receive,
    client: receive,
    lost: (peer: string) => note(broker.lost(Buffer.from(peer), now)),
    undelivered: (send: Send) => note(broker.undelivered(send, now)),
    /** Time passes without a look at it. */
    move(ms: number) {
      now += ms;
    },
    /** Time passes, with a look at it as often as the broker wants it. */
    pass(ms: number): string[][] {
      const sent: string[][] = [];
      const end = now + ms;
      const { tickInterval } = broker;
      for (let at = now - (now % tickInterval) + tickInterval; at <= end; at += tickInterval) {
        now = at;
        sent.push(...note(broker.tick(now)));
      }
      now = end;
      return sent;
    },
  };
}

const sends = (effects: readonly BrokerEffect[]): string[][] =>
  effects.flatMap(effect => (effect.type === 'send' ? [[effect.to, ...effect.frames].map(String)] : []));

const told = (worker: string) => [worker, ...disconnect()].map(String);
const beat = (worker: string) => [worker, ...heartbeat()].map(String);
const bodies = (sent: string[][]) => sent.map(frames => frames.at(-1));
const taker = (sent: string[][]) => sent[0]?.[0];
