import { encode } from '@msgpack/msgpack';
import * as api from '@opentelemetry/api';
import { assert } from 'chai';
import {
  Actor,
  type Context,
  DeadLetter,
  MalformedInput,
  type Node,
  PoisonPill,
} from '../../../lib/index.ts';
import { type TracingOptions, tracing } from '../../../lib/observe/index.ts';
import { RawPeer, writeUser } from '../../remoting/rawPeer.ts';
import { addressOf, type Cluster, heard, newCluster } from '../../remoting/support.ts';
import { type Recording, recording } from './spans.ts';

const noop = () => {};
const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331';

interface Traced {
  readonly node: Node;
  readonly record: Recording;
}

/** So many nodes on one network, at the ports from 1, all of them traced. */
async function nodes(
  count: number,
  options: TracingOptions = {},
): Promise<{ cluster: Cluster; on: Traced[] }> {
  const cluster = newCluster();
  const on: Traced[] = [];
  for (let port = 1; port <= count; port++) {
    const node = await cluster.start(port);
    const record = recording();
    tracing(node, { tracerProvider: record.tracerProvider, ...options });
    on.push({ node, record });
  }
  return { cluster, on };
}

/** Tells what it is told to the actor at an address. */
const tellerOn = (node: Node, address: string) =>
  node.spawn(function teller(message: unknown) {
    node.lookup(address).tell(message);
  });

describe('the context of OpenTelemetry, between nodes', () => {
  it('goes along with what is told', async () => {
    const { cluster, on } = await nodes(2);
    const [here, there] = on as [Traced, Traced];
    there.node.spawn(function sink() {}, { name: 'sink' });
    tellerOn(here.node, `${addressOf(2)}/sink`)
      .tell('go')
      .tell('again');
    await cluster.clock.advance(100);
    const told = here.record.spans.map(({ id }) => [id]);
    assert.lengthOf(told, 2);
    assert.deepEqual(
      there.record.spans.map(({ name, links }) => [name, links]),
      told.map(ids => ['receive sink', ids]),
    );
    assert.equal(there.record.spans[0]?.attributes['troupe.node'], addressOf(2));
  });

  it('makes a question and what is done for it one trace, over three nodes', async () => {
    const { cluster, on } = await nodes(3);
    const [first, second, third] = on as [Traced, Traced, Traced];
    third.node.spawn(
      function store(_: unknown, context: Context) {
        context.reply('answer');
      },
      { name: 'store' },
    );
    second.node.spawn(
      function front(_: unknown, context: Context) {
        context.forward(second.node.lookup(`${addressOf(3)}/store`));
      },
      { name: 'front' },
    );
    const answer = first.node.lookup(`${addressOf(2)}/front`).ask('question');
    await cluster.clock.advance(200);
    assert.equal(await answer, 'answer');
    const ask = first.record.one('ask /front');
    const front = second.record.one('receive front');
    const store = third.record.one('receive store');
    assert.deepEqual([front.parent, store.parent], [ask.id, front.id]);
    assert.deepEqual([front.trace, store.trace], [ask.trace, ask.trace]);
  });

  it('says that a trace is not sampled: then none begins there', async () => {
    const { cluster, on } = await nodes(2, { sample: message => message === 'yes' });
    const [here, there] = on as [Traced, Traced];
    there.node.spawn(function sink() {}, { name: 'sink' });
    const sink = `${addressOf(2)}/sink`;
    tellerOn(here.node, sink).tell('no').tell('yes');
    const asked = here.node.lookup(sink).ask('no', { timeout: 50 }).catch(noop);
    await cluster.clock.advance(100);
    await asked;
    assert.deepEqual([here.record.spans.length, there.record.spans.length], [1, 1]);
  });

  it('goes along with large messages, and with small ones behind them', async () => {
    const { cluster, on } = await nodes(2);
    const [here, there] = on as [Traced, Traced];
    const got: unknown[] = [];
    there.node.spawn(
      function sink(message: unknown) {
        got.push(message instanceof Uint8Array ? message.length : message);
      },
      { name: 'sink' },
    );
    tellerOn(here.node, `${addressOf(2)}/sink`)
      .tell(new Uint8Array(2 ** 21))
      .tell('small');
    await cluster.clock.advance(1000);
    assert.deepEqual(got, [2 ** 21, 'small']);
    assert.deepEqual(
      there.record.spans.map(({ links }) => links),
      here.record.spans.map(({ id }) => [id]),
    );
  });

  it('reaches an actor that checks what it takes', async () => {
    const { cluster, on } = await nodes(2);
    const [here, there] = on as [Traced, Traced];
    class Careful extends Actor {
      static override accepts = {
        '~standard': { version: 1, vendor: 'spec', validate: (value: unknown) => ({ value }) },
      } as const;
      override receive() {}
    }
    there.node.spawn(Careful, { name: 'sink' });
    tellerOn(here.node, `${addressOf(2)}/sink`).tell('go');
    await cluster.clock.advance(100);
    assert.deepEqual(there.record.one('receive Careful').links, [here.record.one('receive teller').id]);
  });

  it('is not needed: a node that is not traced tells and is told as ever', async () => {
    const cluster = newCluster();
    const [plain, other] = [await cluster.start(1), await cluster.start(2)];
    const record = recording();
    tracing(other, { tracerProvider: record.tracerProvider });
    const got: unknown[] = [];
    for (const node of [plain, other])
      node.spawn(
        function sink(message: unknown) {
          got.push(message);
        },
        { name: 'sink' },
      );
    plain.lookup(`${addressOf(2)}/sink`).tell('from plain');
    tellerOn(other, `${addressOf(1)}/sink`).tell('from traced');
    await cluster.clock.advance(100);
    assert.sameMembers(got, ['from plain', 'from traced']);
    assert.deepEqual(record.one('receive sink').links, []);
  });

  it('crosses as the W3C writes it, with its state', async () => {
    const { cluster, on } = await nodes(1, { tells: 'child' });
    const [{ node, record }] = on as [Traced];
    const peer = await RawPeer.join(cluster, node, 2);
    const there = node.lookup(`${peer.address}/sink`);
    node.spawn(
      function front(message: unknown) {
        there.tell(message);
      },
      { name: 'front' },
    );
    there.tell('from nowhere');
    await peer.say(writer => {
      writer.context(`traceparent: ${parent}-01\ntracestate: vendor=1,other=2`);
      writeUser(writer, '/front', undefined, encode('sampled'));
      writer.context(`traceparent: ${parent}-00\ntracestate: vendor=1`);
      writeUser(writer, '/front', undefined, encode('not sampled'));
    });
    await cluster.clock.advance(100);
    assert.deepEqual(
      peer.messages.map(([, , message], i) => [message, peer.contexts[i]]),
      [
        ['from nowhere', undefined],
        [
          'sampled',
          `traceparent: ${parent.replace(/.{16}$/, record.one('receive front').id)}-01\ntracestate: vendor=1,other=2`,
        ],
        ['not sampled', `traceparent: ${parent}-00\ntracestate: vendor=1`],
      ],
    );
  });

  for (const [what, context, links] of [
    ['what it should be', `traceparent: ${parent}-01\ntracestate: vendor=1`, ['b7ad6b7169203331']],
    ['more fields than are known', `x: y\nTraceparent: ${parent}-01`, ['b7ad6b7169203331']],
    ['a later version, with more in it', `traceparent: cc${parent.slice(2)}-01-more`, ['b7ad6b7169203331']],
    ['no context', 'hello', []],
    ['no version', `traceparent: ff${parent.slice(2)}-01`, []],
    ['a version that has no more', `traceparent: ${parent}-01-more`, []],
    ['a trace of zeros', `traceparent: 00-${'0'.repeat(32)}-b7ad6b7169203331-01`, []],
    ['capital letters', `traceparent: ${parent.toUpperCase()}-01`, []],
  ] as const) {
    it(`is read from a peer that says ${what}`, async () => {
      const { cluster, on } = await nodes(1);
      const [{ node, record }] = on as [Traced];
      const got: unknown[] = [];
      node.spawn(
        function sink(message: unknown) {
          got.push(message);
        },
        { name: 'sink' },
      );
      const peer = await RawPeer.join(cluster, node, 2);
      await peer.say(writer => {
        writer.context(context);
        writeUser(writer, '/sink', undefined, encode('hello'));
        writeUser(writer, '/sink', undefined, encode('no context'));
      });
      await cluster.clock.advance(10);
      assert.deepEqual(got, ['hello', 'no context']);
      assert.deepEqual(
        record.spans.map(span => span.links),
        [[...links], []],
      );
    });
  }

  it('is malformed before anything but a message, and a frame leaves nothing behind for the next one', async () => {
    const { cluster, on } = await nodes(1);
    const [{ node, record }] = on as [Traced];
    const malformed = heard(node, MalformedInput);
    node.spawn(function sink() {}, { name: 'sink' });
    const peer = await RawPeer.join(cluster, node, 2);
    await peer.say(writer => writer.context(`traceparent: ${parent}-01`));
    await peer.tell('/sink', 'hello');
    await cluster.clock.advance(10);
    assert.lengthOf(malformed, 1);
    assert.deepEqual(record.one('receive sink').links, []);
  });

  it('is what the propagator makes of it', async () => {
    const key = api.createContextKey('spec');
    const propagator: api.TextMapPropagator = {
      inject: (context, carrier, setter) => {
        setter.set(carrier, 'spec', String(context.getValue(key) ?? 'first'));
        setter.set(carrier, 'too-long', 'x'.repeat(2048));
        setter.set(carrier, 'no-ascii', 'ä');
      },
      extract: (context, carrier, getter) => {
        assert.deepEqual(getter.keys(carrier), ['spec']);
        return context.setValue(key, `${getter.get(carrier, 'spec')} seen`);
      },
      fields: () => ['spec'],
    };
    const { cluster, on } = await nodes(1, { propagator });
    const [{ node }] = on as [Traced];
    const peer = await RawPeer.join(cluster, node, 2);
    node.spawn(
      function front() {
        node.lookup(`${peer.address}/sink`).tell('on');
      },
      { name: 'front' },
    );
    await peer.say(writer => {
      writer.context('spec: first');
      writeUser(writer, '/front', undefined, encode('go'));
    });
    await cluster.clock.advance(100);
    assert.deepEqual(peer.contexts, ['spec: first seen']);
  });

  it('disturbs neither PoisonPills nor dead letters', async () => {
    const { cluster, on } = await nodes(2);
    const [here, there] = on as [Traced, Traced];
    const letters = heard(there.node, DeadLetter);
    const sink = there.node.spawn(function sink() {}, { name: 'sink' });
    tellerOn(here.node, `${addressOf(2)}/sink`).tell(PoisonPill as never);
    const remote = here.node.lookup(`${addressOf(2)}/sink`);
    remote.tell(PoisonPill as never);
    await cluster.clock.advance(100);
    assert.isTrue(sink.isStopped);
    tellerOn(here.node, `${addressOf(2)}/sink`).tell('late');
    await cluster.clock.advance(100);
    assert.deepEqual(
      letters.map(({ message }) => message),
      ['late'],
    );
  });
});
