import { assert } from 'chai';
import {
  announcement,
  BrokerList,
  isEndpoint,
  Registrar,
  type RegistrarEffect,
  type RegistrarOptions,
  withdrawal,
} from '../../../lib/flow/mdp/registration.ts';
import { hex } from './raw.ts';

const a = 'tcp://a.example:5555';
const b = 'tcp://[::1]:5556';

describe('the registration service', () => {
  it('tells all of a broker that announces itself, byte for byte', () => {
    const { receive } = start();
    assert.deepEqual(announcement('id-a', a), hex('', 'MDPR01', 1, 'id-a', a));
    assert.deepEqual(receive(announcement('id-a', a)), [
      hex('BrokerUpdates', 'MDPR01', 4, 'id-a', a).map(String),
    ]);
  });

  it('tells nothing new when it hears of a broker again', () => {
    const { receive } = start();
    receive(announcement('id-a', a));
    assert.deepEqual(receive(announcement('id-a', a)), []);
    assert.equal(receive(announcement('id-a', b)).length, 1);
  });

  it('tells who subscribes at once, and all at the interval', () => {
    const { registrar, receive, pass } = start();
    receive(announcement('id-a', a));
    assert.deepEqual(published(registrar.subscribed(0)).length, 1);
    assert.deepEqual(pass(2499), []);
    assert.equal(pass(1).length, 1);
  });

  it('says only once each broker has had time to announce itself that it knows all', () => {
    const { pass } = start();
    const kinds = pass(10_000).map(([, , kind]) => kind);
    assert.deepEqual(kinds, ['\x04', '\x04', '\x03', '\x03']);
  });

  it('forgets a broker of which it has not heard, and tells so', () => {
    const { registrar, receive, pass } = start();
    receive(announcement('id-a', a));
    pass(5000);
    receive(announcement('id-b', b));
    assert.deepEqual(pass(2500).at(-1), hex('BrokerUpdates', 'MDPR01', 3, 'id-b', b).map(String));
    assert.deepEqual(registrar.brokers, [b]);
  });

  it('forgets a broker that withdraws', () => {
    const { registrar, receive } = start();
    receive(announcement('id-a', a));
    assert.deepEqual(withdrawal('id-a'), hex('', 'MDPR01', 2, 'id-a'));
    assert.equal(receive(withdrawal('id-a')).length, 1);
    assert.deepEqual(registrar.brokers, []);
    assert.deepEqual(receive(withdrawal('id-a')), []);
  });

  it('has no more brokers than it may have', () => {
    const { registrar, receive } = start({ maxBrokers: 1 });
    receive(announcement('id-a', a));
    receive(announcement('id-b', b));
    receive(announcement('id-a', b));
    assert.deepEqual(registrar.brokers, [b]);
  });

  const hostile: Buffer[][] = [
    [],
    hex(''),
    hex('', 'MDPR02', 1, 'id', a),
    hex('', 'MDPR01'),
    hex('', 'MDPR01', 9),
    hex('', 'MDPR01', 1, 'id'),
    hex('', 'MDPR01', 1, 'id', a, 'more'),
    hex('', 'MDPR01', 1, 'an id', a),
    hex('', 'MDPR01', 1, '', a),
    hex('', 'MDPR01', 1, 'id', 'tcp://*:5555'),
    hex('', 'MDPR01', 1, 'id', 'file:///etc/passwd'),
    hex('', 'MDPR01', 1, 'id', '5555'),
  ];
  for (const frames of hostile) {
    it(`drops ${JSON.stringify(frames.map(String))} and says so`, () => {
      const { registrar } = start();
      const effects = registrar.receive(Buffer.from('x'), frames, 0);
      assert.deepEqual(
        effects.map(({ type }) => type),
        ['note'],
      );
      assert.deepEqual(registrar.brokers, []);
    });
  }
});

describe('the list of brokers', () => {
  it('has those that are given and those that it is told of, each once', () => {
    const list = new BrokerList([a]);
    assert.isUndefined(list.receive(hex('BrokerUpdates', 'MDPR01', 4, 'id-a', a, 'id-b', b)));
    assert.deepEqual(list.endpoints, [a, b]);
  });

  it('loses a broker when the registrar knows all and not that one', () => {
    const list = new BrokerList([]);
    list.receive(hex('BrokerUpdates', 'MDPR01', 3, 'id-a', a, 'id-b', b));
    list.receive(hex('BrokerUpdates', 'MDPR01', 4, 'id-b', b));
    assert.deepEqual(list.endpoints, [a, b]);
    list.receive(hex('BrokerUpdates', 'MDPR01', 3, 'id-b', b));
    assert.deepEqual(list.endpoints, [b]);
  });

  it('has the new endpoint of a broker that has moved', () => {
    const list = new BrokerList([]);
    list.receive(hex('BrokerUpdates', 'MDPR01', 4, 'id', a));
    list.receive(hex('BrokerUpdates', 'MDPR01', 4, 'id', b));
    assert.deepEqual(list.endpoints, [b]);
  });

  const hostile: [Buffer[], RegExp][] = [
    [[], /another scope/],
    [hex('Other', 'MDPR01', 3), /another scope/],
    [hex('BrokerUpdates', 'MDPR02', 3), /another protocol/],
    [hex('BrokerUpdates', 'MDPR01'), /no command/],
    [hex('BrokerUpdates', 'MDPR01', 9), /no command/],
    [hex('BrokerUpdates', 'MDPR01', 3, 'id'), /no command/],
    [hex('BrokerUpdates', 'MDPR01', 3, 'id', 'nowhere'), /none/],
  ];
  for (const [frames, reason] of hostile) {
    it(`drops ${JSON.stringify(frames.map(String))}, with all that is in it`, () => {
      const list = new BrokerList([]);
      list.receive(hex('BrokerUpdates', 'MDPR01', 3, 'id-a', a));
      assert.match(list.receive(frames) ?? '', reason);
      assert.deepEqual(list.endpoints, [a]);
    });
  }

  it('knows an endpoint when it sees one', () => {
    for (const endpoint of [a, b, 'tcp://127.0.0.1:1', 'ipc:///tmp/x', 'inproc://x'])
      assert.isTrue(isEndpoint(endpoint));
    for (const text of ['', 'tcp://a', 'tcp://a:', 'tcp://*:1', 'http://a:1', 'tcp://a:1\n', 'tcp://a b:1']) {
      assert.isFalse(isEndpoint(text), text);
    }
  });
});

function start(options: RegistrarOptions = {}) {
  const registrar = new Registrar(options);
  let now = 0;
  registrar.start(now);
  return {
    registrar,
    receive: (frames: Buffer[]) => published(registrar.receive(Buffer.from('peer'), frames, now)),
    pass(ms: number): string[][] {
      const did: string[][] = [];
      const end = now + ms;
      const { tickInterval } = registrar;
      for (let at = now - (now % tickInterval) + tickInterval; at <= end; at += tickInterval) {
        now = at;
        did.push(...published(registrar.tick(now)));
      }
      now = end;
      return did;
    },
  };
}

const published = (effects: readonly RegistrarEffect[]): string[][] =>
  effects.flatMap(effect => (effect.type === 'publish' ? [effect.frames.map(String)] : []));
