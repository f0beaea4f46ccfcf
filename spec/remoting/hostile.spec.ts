import { encode } from '@msgpack/msgpack';
import { assert } from 'chai';
import { DeadLetter, MalformedInput, type Node, NodeDown, NodeRefused, NodeUp } from '../../lib/index.ts';
import { digitsOf, FrameWriter, handshakeFrame, stamp } from '../../lib/remoting/wire.ts';
import { TestProbe } from '../../lib/testkit/index.ts';
import { RawPeer, writeUser } from './rawPeer.ts';
import { type Cluster, heard, newCluster, seeded } from './support.ts';

describe('a peer that says what it should not', () => {
  it('is reported for bytes that are no frame, and harms nothing', async () => {
    const { node, peer, probe } = await joined();
    const malformed = heard(node, MalformedInput);
    for (const bytes of [[], [1, 2, 3], new Array(100).fill(0)]) await peer.send(Uint8Array.from(bytes));
    await peer.tell('/probe', 'still here');
    assert.lengthOf(malformed, 3);
    assert.deepEqual(probe.messages, ['still here']);
  });

  it('is counted, and reported ten times in a second at the most', async () => {
    const { node, peer, cluster } = await joined();
    const malformed = heard(node, MalformedInput);
    for (let i = 0; i < 100; i++) void peer.send(Uint8Array.of(1));
    await cluster.clock.advance(1000);
    void peer.send(Uint8Array.of(1));
    await cluster.clock.advance(5);
    assert.lengthOf(malformed, 11);
    assert.equal(malformed[10]?.count, 91);
    assert.equal(node.stats().malformed, 101);
  });

  it('is refused, in words that it understands, when it speaks another version', async () => {
    const { node, peer } = await joined();
    const refused = heard(node, NodeRefused);
    const frame = new FrameWriter();
    frame.control(peer.introduction('hello'));
    const bytes = frame.take();
    stamp(bytes, {
      flags: 1,
      source: 'c'.repeat(32),
      target: '',
      link: 0,
      yourLink: 0,
      sequence: 0,
      ack: 0,
      systemAck: 0,
    });
    bytes[2] = 2;
    await peer.send(bytes);
    assert.match(refused[0]?.reason ?? '', /version 2 of the protocol, and only 1 is spoken here/);
    assert.match(JSON.stringify(peer.controls), /refuse.*version 2/);
  });

  it('is believed when it says the same of this node, which gives it up', async () => {
    const { node, peer } = await joined();
    const refused = heard(node, NodeRefused);
    const downs = heard(node, NodeDown);
    const frame = new FrameWriter();
    frame.control({ kind: 'refuse', reason: 'it speaks version 1, and only 2 is spoken here' });
    const bytes = frame.take();
    stamp(bytes, {
      flags: 1,
      source: peer.incarnation,
      target: '',
      link: 0,
      yourLink: 0,
      sequence: 0,
      ack: 0,
      systemAck: 0,
    });
    bytes[2] = 2;
    await peer.send(bytes);
    assert.deepEqual(
      refused.map(({ reason }) => reason),
      ['it speaks version 1, and only 2 is spoken here'],
    );
    assert.lengthOf(downs, 1);
  });

  it('is told which frames are lost until it has noted it, and nothing is confirmed before that', async () => {
    const { peer, probe, cluster } = await joined();
    await peer.tell('/probe', 1);
    await peer.tell('/probe', 4, undefined, { sequence: 4, flags: 4 });
    assert.deepEqual(peer.lost, [[2, 3]]);
    await cluster.clock.advance(1000);
    assert.deepEqual(peer.lost.slice(0, 2), [
      [2, 3],
      [2, 3],
    ]);
    assert.equal(peer.headers.at(-1)?.ack, 1);
    await peer.say(writer => writer.range('noted', { first: 2, last: 3 }), { flags: 2, sequence: 4 });
    assert.equal(peer.headers.at(-1)?.ack, 4);
    assert.deepEqual(probe.messages, [1, 4]);
  });

  it('is told about the loss of its last frames by the number in its heartbeat', async () => {
    const { peer } = await joined();
    await peer.say(writer => writer.control({ kind: 'heartbeat', lag: 0 }), { flags: 2, sequence: 3 });
    assert.deepEqual(peer.lost, [[1, 3]]);
  });

  it('gets a message that it says is lost back as a dead letter in doubt, and not what it has confirmed', async () => {
    const { node, peer, cluster } = await joined();
    const letters = heard(node, DeadLetter);
    const ref = node.lookup(`${peer.address}/x`);
    for (const message of ['first', 'second', 'third']) {
      ref.tell(message);
      await cluster.clock.advance(5);
    }
    await peer.say(writer => writer.range('lost', { first: 2, last: 2 }), { flags: 2, sequence: 0, ack: 1 });
    assert.deepEqual(
      letters.map(({ message, reason }) => [message, reason]),
      [['second', 'inDoubt']],
    );
    assert.deepEqual(peer.noted, [[2, 2]]);
    const { sent, transmitted, deadLetters } = node.stats();
    assert.deepEqual([transmitted, deadLetters.inDoubt], [2, 1]);
    assert.isAtLeast(sent, 1);
  });

  it('is sent its system records again when they were lost, in order', async () => {
    const { node, peer, cluster } = await joined();
    node.lookup(`${peer.address}/x`).stop();
    await cluster.clock.advance(5);
    node.lookup(`${peer.address}/y`).kill();
    await cluster.clock.advance(5);
    await peer.say(writer => writer.range('lost', { first: 1, last: 1 }), { flags: 2, sequence: 0 });
    assert.deepEqual(
      peer.systems.map(({ number, operation }) => `${number} ${operation}`),
      ['1 stop', '2 kill', '1 stop', '2 kill'],
    );
  });

  it('has its definitions repeated until it has confirmed one', async () => {
    const { node, peer, cluster } = await joined();
    const ref = node.lookup(`${peer.address}/x`);
    ref.tell(1);
    await cluster.clock.advance(5);
    ref.tell(2);
    await cluster.clock.advance(5);
    assert.deepEqual(
      peer.messages.map(([to]) => to),
      ['/x', '/x'],
    );
    assert.equal(peer.defined, 2);
    await peer.say(() => {}, { flags: 2, sequence: 0, ack: 1 });
    ref.tell(3);
    await cluster.clock.advance(5);
    assert.equal(peer.defined, 2);
  });

  it('is taken at its word in chunks, if nothing is missing and nothing too large', async () => {
    const { node, peer, probe } = await joined();
    const bytes = encode('x'.repeat(5000));
    const chunk = (stream: number, offset: number, end: number, total = bytes.length) =>
      peer.say(writer =>
        writer.chunk({
          stream,
          offset,
          total,
          recipient: '/probe',
          sender: undefined,
          bytes: bytes.subarray(offset, end),
        }),
      );
    const malformed = heard(node, MalformedInput);
    await chunk(1, 0, 2000);
    await chunk(1, 3000, bytes.length); // one is missing
    await chunk(2, 0, 2000);
    await chunk(2, 2000, bytes.length);
    await chunk(3, 0, 2000, 2 ** 31);
    assert.deepEqual(
      probe.messages.map(message => (message as string).length),
      [5000],
    );
    assert.match(malformed[0]?.reason ?? '', /more than maxMessageSize/);
  });

  it('may not wrap frames in frames: only a relay passes them on, and once', async () => {
    const { node, peer, probe } = await joined();
    let frame = handshakeFrame(peer.incarnation, '0'.repeat(32), peer.introduction('hello'));
    for (let i = 0; i < 2000; i++) {
      const writer = new FrameWriter();
      writer.relay('relayed', peer.address, frame);
      frame = writer.take();
    }
    await peer.say(writer => writer.relay('relayed', 'other:1', frame));
    await peer.tell('/probe', 'still here');
    assert.deepEqual(probe.messages, ['still here']);
    assert.isAbove(node.stats().malformed, 0);
  });

  it('does not get at an actor by a path that is none', async () => {
    const { node, peer } = await joined();
    const actor = node.spawn(() => {}, { name: 'private' });
    await peer.say(writer =>
      writer.system({ number: 1, operation: 'kill', path: 'Xprivate', address: '', reason: '' }),
    );
    assert.isFalse(actor.isStopped);
  });

  it('can not answer an ask that it was not asked', async () => {
    const { node, peer, cluster } = await joined();
    node.spawn(() => {}, { name: 'mute' });
    const answer = node.lookup('/mute').ask('secret', { timeout: 1000 });
    const tag = node.incarnation.slice(-8);
    for (let i = 0; i < 9; i++)
      for (const name of [`${i}`, `${tag}-${i}`, `${i}-`]) await peer.tell(`/$ask/${name}`, 'forged');
    const failed = answer.catch(({ code }) => code);
    await cluster.clock.advance(2000);
    assert.equal(await failed, 'TIMEOUT');
  });

  it('watches in its own name alone', async () => {
    const { node, peer } = await joined();
    const malformed = heard(node, MalformedInput);
    await peer.say(writer =>
      writer.system({ number: 1, operation: 'watch', path: '/probe', address: '127.0.0.1:7/x', reason: '' }),
    );
    assert.match(malformed[0]?.reason ?? '', /in the name of another node/);
  });

  it('can not write lines of its own into the log', async () => {
    const { node, peer } = await joined();
    const refused = heard(node, NodeRefused);
    await peer.handshake({ kind: 'refuse', reason: `\x1b[2J\nall is well${'x'.repeat(1000)}` });
    assert.lengthOf(refused, 1);
    assert.match(refused[0]?.reason ?? '', /^ \[2J all is wellx+$/);
    assert.lengthOf(refused[0]?.reason ?? '', 200);
  });

  it('harms nothing with any of 20 000 frames', async () => {
    const { node, peer, cluster } = await joined();
    const random = seeded(11);
    for (let i = 0; i < 20_000; i++) {
      const frame = sample(peer, node);
      for (let n = 0; n < 3; n++) frame[Math.floor(random() * frame.length)] = Math.floor(random() * 256);
      void peer.send(frame);
      if (i % 2000 === 0) await cluster.clock.advance(1);
    }
    await cluster.clock.advance(10);
    const probe = new TestProbe(node, 'after');
    node.lookup('/after').tell('alive');
    assert.equal(await probe.next(), 'alive');
  });

  it('sees the bytes of a bomb become a dead letter', async () => {
    const { node, peer } = await joined();
    const letters = heard(node, DeadLetter);
    await peer.say(writer =>
      writeUser(writer, '/probe', undefined, Uint8Array.of(0xdd, 0x3b, 0x9a, 0xca, 0)),
    );
    assert.deepEqual(
      letters.map(({ reason }) => reason),
      ['undecodable'],
    );
  });

  it('is not heard twice for the same frame', async () => {
    const { peer, probe } = await joined();
    await peer.tell('/probe', 1, undefined, { sequence: 1 });
    await peer.tell('/probe', 1, undefined, { sequence: 1 });
    assert.deepEqual(probe.messages, [1]);
  });

  it('has its system records obeyed once, and in order', async () => {
    const { node, peer } = await joined();
    const refs = ['x', 'y'].map(name => node.spawn(() => {}, { name }));
    const stop = (number: number, path: string) => (writer: FrameWriter) =>
      writer.system({ number, operation: 'stop', path, address: '', reason: '' });
    await peer.say(stop(2, '/y'));
    assert.deepEqual(
      refs.map(ref => ref.isStopped),
      [false, false],
    );
    await peer.say(stop(1, '/x'));
    await peer.say(stop(2, '/y'));
    assert.deepEqual(
      refs.map(ref => ref.isStopped),
      [true, true],
    );
  });

  it('is not delivered to when it means another incarnation of this node', async () => {
    const { peer, probe } = await joined();
    await peer.tell('/probe', 'old', undefined, { target: 'e'.repeat(32) });
    assert.deepEqual(probe.messages, []);
    assert.deepInclude(peer.controls, { kind: 'refuse', reason: 'stale' });
  });

  it('may say goodbye twice, and is not answered', async () => {
    const { node, peer } = await joined();
    const downs = heard(node, NodeDown);
    const before = peer.controls.length;
    await peer.handshake({ kind: 'goodbye', reason: 'stop' });
    await peer.handshake({ kind: 'goodbye', reason: 'stop' });
    assert.lengthOf(downs, 1);
    assert.lengthOf(peer.controls, before);
  });

  it('is not taken for the answer to a hello of a life before', async () => {
    const { cluster, node } = await joined();
    const ups = heard(node, NodeUp);
    const stranger = await RawPeer.join(cluster, node, 8, 'f'.repeat(32));
    await stranger.handshake({ kind: 'goodbye', reason: 'stop' });
    cluster.network.cut(node.address, stranger.address);
    node.lookup(`${stranger.address}/x`).tell('x');
    await stranger.handshake(stranger.introduction('welcome'), 'e'.repeat(32));
    assert.lengthOf(ups, 1);
  });

  it('is told when an actor ends that it has asked', async () => {
    const { node, peer, cluster } = await joined();
    const target = node.spawn(() => {}, { name: 'mute' });
    await peer.tell('/mute', 'own', `${peer.address}/$ask/1`);
    target.stop();
    await cluster.clock.advance(10);
    assert.include(
      peer.systems.map(({ operation, path }) => `${operation} ${path}`),
      'terminated /$ask/1',
    );
  });

  it('is believed when it answers the hello of this life', async () => {
    const { cluster, node } = await joined();
    const stranger = await RawPeer.join(cluster, node, 8, 'f'.repeat(32));
    await stranger.handshake({ kind: 'goodbye', reason: 'stop' });
    const ups = heard(node, NodeUp);
    cluster.network.cut(node.address, stranger.address);
    node.lookup(`${stranger.address}/x`).tell('x');
    await stranger.handshake(stranger.introduction('welcome'), digitsOf(node.incarnation));
    assert.lengthOf(ups, 1);
  });

  it('does not mix up the asks of two nodes that have the same number', async () => {
    const { node, peer, cluster } = await joined();
    const target = node.spawn(() => {}, { name: 'mute' });
    // One that another node asked and this peer forwarded; then one of the peer's own.
    await peer.tell('/mute', 'forwarded', '127.0.0.1:7/$ask/1');
    await peer.tell('/mute', 'own', `${peer.address}/$ask/1`);
    target.stop();
    await cluster.clock.advance(10);
    assert.include(
      peer.systems.map(({ operation, path }) => `${operation} ${path}`),
      'terminated /$ask/1',
    );
  });
});

async function joined(): Promise<{ cluster: Cluster; node: Node; peer: RawPeer; probe: TestProbe }> {
  const cluster = newCluster();
  const node = await cluster.start(1);
  const probe = new TestProbe(node, 'probe');
  return { cluster, node, probe, peer: await RawPeer.join(cluster, node, 9) };
}

function sample(peer: RawPeer, node: Node): Uint8Array {
  const writer = new FrameWriter();
  writer.define(1, `${node.address}/probe`);
  writeUser(writer, 1, `${peer.address}/x`, encode({ a: [1, 'two'] }));
  writer.system({ number: 1, operation: 'watch', path: '/probe', address: `${peer.address}/x`, reason: '' });
  return writer.take({
    flags: 0,
    source: peer.incarnation,
    target: digitsOf(node.incarnation),
    link: 1,
    yourLink: 1,
    sequence: 1,
    ack: 0,
    systemAck: 0,
  });
}
