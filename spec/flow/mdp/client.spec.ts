import { assert } from 'chai';
import { SetupError } from '../../../lib/flow/events/errors.ts';
import { Client, type ClientEffect, type ClientOptions } from '../../../lib/flow/mdp/client.ts';
import { clientFrames, hex } from './raw.ts';

const a = 'tcp://a:5555';
const b = 'tcp://b:5555';

describe('the client', () => {
  it('sends a request on a socket of its own and gives its reply, byte for byte', () => {
    const { ask, receive } = start();
    assert.deepEqual(ask('echo', 'hi', 'there'), [`open 1 ${a}`, `1: ${frames('echo', 'hi', 'there')}`]);
    assert.deepEqual(receive(1, 'echo', 'Hi', 'There'), ['reply 1 Hi There']);
  });

  it('uses a socket again that waits for nothing', () => {
    const { ask, receive, client } = start();
    ask('echo', '1');
    receive(1, 'echo', 'done');
    assert.deepEqual(ask('other', '2'), [`1: ${frames('other', '2')}`]);
    assert.equal(client.lanes, 1);
  });

  it('has as many sockets as requests under way, so that no reply is taken for another', () => {
    const { ask, receive } = start();
    ask('echo', '1');
    ask('echo', '2');
    assert.deepEqual(receive(2, 'echo', 'two'), ['reply 2 two']);
    assert.deepEqual(receive(1, 'echo', 'one'), ['reply 1 one']);
  });

  it('closes a socket that nobody has used for a while', () => {
    const { ask, receive, pass, client } = start({ idle: 10_000 });
    ask('echo', '1');
    receive(1, 'echo', 'done');
    assert.deepEqual(pass(9000), []);
    assert.deepEqual(pass(1000), ['close 1']);
    assert.equal(client.lanes, 0);
    assert.equal(ask('echo', '2')[0], `open 2 ${a}`);
  });

  it('tries again on a fresh socket, and takes no late reply', () => {
    const { ask, receive, pass } = start();
    ask('echo', 'x');
    assert.deepEqual(pass(2500), [`1: ${frames('mmi.service', 'echo')}`]);
    assert.deepEqual(pass(2500), ['close 1', `open 2 ${a}`, `2: ${frames('echo', 'x')}`]);
    assert.deepEqual(receive(1, 'echo', 'late'), []);
    assert.deepEqual(receive(2, 'echo', 'again'), ['reply 1 again']);
  });

  it('fails when there is no reply to the last try: a broker that does not answer', () => {
    const { ask, pass, client } = start({ retries: 1, requestTimeout: 1000 });
    ask('echo', 'x');
    pass(1000);
    assert.include(
      pass(1000).join(),
      `failed 1 noBroker: the broker at ${a} does not answer, asked for echo (2 tries of 1000 ms)`,
    );
    assert.equal(client.pending, 0);
    assert.equal(client.lanes, 0);
  });

  it('fails when there is no reply: a service that nobody offers', () => {
    const { ask, receive, pass } = start({ retries: 0, requestTimeout: 1000 });
    ask('nope', 'x');
    pass(500);
    assert.deepEqual(receive(1, 'mmi.service', '404'), []);
    assert.include(pass(500).join(), 'failed 1 noWorker: no worker offers nope (1 try of 1000 ms)');
  });

  it('fails for what kept it from the last reply, not from one before', () => {
    const { ask, receive, pass } = start({ retries: 1, requestTimeout: 1000 });
    ask('nope', 'x');
    pass(500);
    receive(1, 'mmi.service', '404');
    pass(500);
    assert.include(pass(1000).join(), 'failed 1 noBroker');
  });

  it('fails when there is no reply: a worker that is slow', () => {
    const { ask, receive, pass } = start({ retries: 0, requestTimeout: 1000 });
    ask('slow', 'x');
    pass(500);
    receive(1, 'mmi.service', '200');
    assert.include(pass(500).join(), 'failed 1 timeout: slow has not answered');
  });

  it('asks the broker for nothing when the request is for the broker itself', () => {
    const { ask, receive, pass } = start();
    ask('mmi.service', 'echo');
    assert.deepEqual(pass(2500), []);
    assert.deepEqual(receive(1, 'mmi.service', '404'), ['reply 1 404']);
  });

  it('does not take the answer of the broker, when it comes late, for that to another question', () => {
    const { ask, receive, pass } = start();
    ask('echo', 'x');
    pass(2500);
    assert.deepEqual(receive(1, 'echo', 'done'), ['close 1', 'reply 1 done']);
    assert.deepEqual(ask('mmi.service', 'other').slice(0, 1), [`open 2 ${a}`]);
  });

  it('keeps a socket on which all that was asked is answered', () => {
    const { ask, receive, pass } = start();
    ask('echo', 'x');
    pass(2500);
    receive(1, 'mmi.service', '200');
    assert.deepEqual(receive(1, 'echo', 'done'), ['reply 1 done']);
  });

  it('drops replies that it has not asked for', () => {
    const { ask, receive } = start();
    ask('echo', 'x');
    assert.deepEqual(receive(1, 'other', 'y'), []);
    assert.deepEqual(receive(1, 'mmi.service', '200'), []);
    assert.deepEqual(receive(1, 'echo', 'y'), ['reply 1 y']);
    assert.deepEqual(receive(1, 'echo', 'y'), []);
    assert.deepEqual(receive(7, 'echo', 'y'), []);
  });

  it('drops what is no message', () => {
    const { ask, client, receive } = start();
    ask('echo', 'x');
    for (const message of [[], hex(''), hex('', 'MDPW01', 4), hex('', 'MDPC01', 'echo')]) {
      assert.deepEqual(shown(client.receive(1, message, 0)), []);
    }
    assert.deepEqual(receive(1, 'echo', 'y'), ['reply 1 y']);
  });

  describe('with several brokers', () => {
    it('asks one after the other', () => {
      const { ask, receive } = start({}, [a, b]);
      const asked = [1, 2, 1, 2].map(lane => {
        const [first] = ask('echo', 'x');
        receive(lane, 'echo', 'y');
        return first;
      });
      const sent = frames('echo', 'x');
      assert.deepEqual(asked, [`open 1 ${a}`, `open 2 ${b}`, `1: ${sent}`, `2: ${sent}`]);
    });

    it('tries the next one when one does not answer, and asks that last for a while', () => {
      const { ask, pass, receive } = start({ requestTimeout: 1000, idle: 100_000 }, [a, b]);
      ask('echo', 'x');
      pass(500);
      assert.include(pass(500), `open 2 ${b}`);
      receive(2, 'echo', 'y');
      for (let count = 0; count < 3; count++) {
        assert.deepEqual(ask('echo', 'x'), [`2: ${frames('echo', 'x')}`]);
        receive(2, 'echo', 'y');
      }
      pass(2000);
      assert.include(ask('echo', 'x').join() + ask('echo', 'x').join(), a);
    });

    it('trusts a broker again that answers again', () => {
      const { ask, client, pass, receive } = start({ requestTimeout: 1000 }, [a, b]);
      ask('echo', 'x');
      pass(1000);
      receive(2, 'echo', 'y');
      client.setBrokers([a], 0);
      ask('echo', 'x');
      receive(3, 'echo', 'y');
      client.setBrokers([a, b], 0);
      assert.deepEqual(ask('echo', 'x'), [`3: ${frames('echo', 'x')}`]);
    });

    it('trusts a broker that answers, however slow the worker is', () => {
      const { ask, pass, receive } = start({ requestTimeout: 1000 }, [a, b]);
      ask('slow', 'x');
      pass(500);
      receive(1, 'mmi.service', '200');
      pass(500);
      assert.equal(ask('echo', 'x')[0], `open 3 ${a}`);
    });

    it('asks a broker no more that has gone, but waits for what it was asked', () => {
      const { ask, client, receive } = start({}, [a, b]);
      ask('echo', '1');
      assert.deepEqual(shown(client.setBrokers([b], 0)), []);
      assert.deepEqual(ask('echo', '2'), [`open 2 ${b}`, `2: ${frames('echo', '2')}`]);
      assert.deepEqual(ask('echo', '3'), [`open 3 ${b}`, `3: ${frames('echo', '3')}`]);
      assert.deepEqual(receive(1, 'echo', 'y'), ['close 1', 'reply 1 y']);
    });
  });

  it('closes unused sockets to a broker that has gone', () => {
    const { ask, client, receive } = start({}, [a, b]);
    ask('echo', 'x');
    receive(1, 'echo', 'y');
    assert.deepEqual(shown(client.setBrokers([b], 0)), ['close 1']);
    assert.deepEqual(client.brokers, [b]);
  });

  it('keeps requests until it knows a broker', () => {
    const { ask, client } = start({}, []);
    assert.deepEqual(ask('echo', 'x'), []);
    assert.deepEqual(shown(client.setBrokers([a], 0)), [`open 1 ${a}`, `1: ${frames('echo', 'x')}`]);
  });

  it('gives up when it knows no broker', () => {
    const { ask, pass } = start({ retries: 0, requestTimeout: 1000 }, []);
    ask('echo', 'x');
    assert.deepEqual(pass(1000), [
      'failed 1 noBroker: there is no broker to ask for echo (1 try of 1000 ms)',
    ]);
  });

  it('closes all when it stops', () => {
    const { ask, client, receive, pass } = start();
    ask('echo', 'x');
    ask('echo', 'y');
    receive(1, 'echo', 'z');
    assert.deepEqual(shown(client.stop()), ['close 1', 'close 2']);
    assert.deepEqual(pass(20_000), []);
  });

  it('refuses options that make no sense', () => {
    assert.throws(
      () => new Client({ retries: -1 }),
      SetupError,
      /client: retries must be a whole number from 0/,
    );
    assert.throws(() => new Client({ requestTimeout: 0 }), SetupError, /requestTimeout/);
  });
});

function start(options: ClientOptions = {}, brokers: string[] = [a]) {
  const client = new Client(options);
  let now = 0;
  client.setBrokers(brokers, now);
  return {
    client,
    ask: (service: string, ...body: string[]) => shown(client.request(service, hex(...body), now).effects),
    receive: (lane: number, service: string, ...body: string[]) =>
      shown(client.receive(lane, clientFrames(service, ...body), now)),
    pass(ms: number): string[] {
      const did: string[] = [];
      const end = now + ms;
      const { tickInterval } = client;
      for (let at = now - (now % tickInterval) + tickInterval; at <= end; at += tickInterval) {
        now = at;
        did.push(...shown(client.tick(now)));
      }
      now = end;
      return did;
    },
  };
}

const frames = (service: string, ...body: string[]) => clientFrames(service, ...body).join('|');

const shown = (effects: readonly ClientEffect[]): string[] => effects.flatMap(textOf);

function textOf(effect: ClientEffect): string[] {
  switch (effect.type) {
    case 'open':
      return [`open ${effect.lane} ${effect.broker}`];
    case 'send':
      return [`${effect.lane}: ${effect.frames.join('|')}`];
    case 'close':
      return [`close ${effect.lane}`];
    case 'reply':
      return [`reply ${effect.request} ${effect.body.join(' ')}`];
    case 'failed':
      return [`failed ${effect.request} ${effect.why}: ${effect.text}`];
    case 'note':
      return [];
  }
}
