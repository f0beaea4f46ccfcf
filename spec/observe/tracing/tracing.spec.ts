import * as api from '@opentelemetry/api';
import { ParentBasedSampler, SamplingDecision } from '@opentelemetry/sdk-trace-base';
import { assert } from 'chai';
import {
  Actor,
  type Context,
  ErrorIgnored,
  type Node,
  oneForOne,
  PoisonPill,
  Process,
  type Ref,
  Resume,
  sleep,
} from '../../../lib/index.ts';
import { type TracingOptions, tracing } from '../../../lib/observe/index.ts';
import { balancing, pool } from '../../../lib/pool/index.ts';
import { gate, heard, startNode } from '../../core/support.ts';
import { keepActive, recording } from './spans.ts';

const noop = () => {};
const forgiving = { supervision: oneForOne({ decide: () => Resume }) };

/** A node that is traced. */
async function start(options: TracingOptions = {}) {
  const { node, clock } = await startNode(forgiving);
  const record = recording();
  const stop = tracing(node, { tracerProvider: record.tracerProvider, ...options });
  return { node, clock, record, stop };
}

/** Three actors, each of which tells the next. */
function chain(node: Node): Ref {
  const last = node.spawn(function third() {});
  const second = node.spawn(function second(message: unknown) {
    last.tell(message);
  });
  return node.spawn(function first(message: unknown) {
    second.tell(message);
  });
}

for (const [how, keep] of [
  ['with a context manager', keepActive],
  ['without a context manager', () => noop],
] as const) {
  describe(`tracing(), ${how}`, () => {
    let leave = noop;
    before(() => {
      leave = keep();
    });
    after(() => leave());

    it('links what an actor receives to what told it', async () => {
      const { node, clock, record } = await start();
      chain(node).tell('go');
      await clock.settle();
      const [first, second, third] = ['first', 'second', 'third'].map(name => record.one(`receive ${name}`));
      assert.lengthOf(record.spans, 3);
      assert.deepEqual([first?.links, first?.parent], [[], undefined]);
      assert.deepEqual([second?.links, second?.parent], [[first?.id], undefined]);
      assert.deepEqual([third?.links, third?.parent], [[second?.id], undefined]);
      assert.lengthOf(new Set([first?.trace, second?.trace, third?.trace]), 3);
    });

    it('makes one trace of it with tells: child', async () => {
      const { node, clock, record } = await start({ tells: 'child' });
      chain(node).tell('go');
      await clock.settle();
      const [first, second, third] = ['first', 'second', 'third'].map(name => record.one(`receive ${name}`));
      assert.equal(second?.parent, first?.id);
      assert.equal(third?.parent, second?.id);
      assert.deepEqual([second?.trace, third?.trace], [first?.trace, first?.trace]);
      assert.isEmpty(third?.links);
    });

    it('makes questions and what is done for them parts of one trace', async () => {
      const { node, clock, record } = await start();
      const store = node.spawn(function store(_: unknown, context: Context) {
        context.reply(1);
      });
      const front = node.spawn(async function front(_: unknown, context: Context) {
        context.reply(await store.ask('how many?'));
      });
      const answer = front.ask('go');
      await clock.settle();
      assert.equal(await answer, 1);
      const outer = record.one('ask front');
      const receive = record.one('receive front');
      const inner = record.one('ask store');
      const last = record.one('receive store');
      assert.deepEqual(
        [outer.parent, receive.parent, inner.parent, last.parent],
        [undefined, outer.id, receive.id, inner.id],
      );
      assert.lengthOf(new Set(record.spans.map(({ trace }) => trace)), 1);
      assert.deepEqual([outer.kind, receive.kind], ['CLIENT', 'CONSUMER']);
    });

    it('says what each span is about', async () => {
      const { node, clock, record } = await start({ name: 'here' });
      class Clerk extends Actor {
        override receive() {
          this.reply('done');
        }
      }
      const ref = node.spawn(Clerk, { name: 'clerk' });
      const answer = ref.ask('go');
      await clock.settle();
      await answer;
      const common = {
        'messaging.system': 'troupe',
        'messaging.destination.name': '/clerk',
        'troupe.node': 'here',
      };
      assert.deepEqual(record.one('receive Clerk').attributes, {
        ...common,
        'messaging.operation.name': 'receive',
        'messaging.operation.type': 'process',
        'troupe.actor.class': 'Clerk',
        'troupe.actor.path': '/clerk',
        'troupe.outcome': 'handled',
      });
      assert.deepEqual(record.one('ask Clerk').attributes, {
        ...common,
        'messaging.operation.name': 'ask',
        'messaging.operation.type': 'send',
      });
    });

    it('records why an actor has failed', async () => {
      const { node, clock, record } = await start();
      node
        .spawn(function failing() {
          throw new RangeError('as told');
        })
        .tell('go');
      node
        .spawn(async function late() {
          await new Promise<void>(resolve => clock.after(5, resolve));
          throw new RangeError('later');
        })
        .tell('go');
      await clock.advance(10);
      const { error, exceptions, attributes } = record.one('receive failing');
      assert.deepEqual([error, exceptions], ['as told', ['as told']]);
      assert.equal(attributes['troupe.outcome'], 'failed');
      assert.equal(attributes['error.type'], 'RangeError');
      assert.equal(record.one('receive late').error, 'later');
    });

    it('ends a span with an error when its actor ends in the middle of it', async () => {
      const { node, clock, record } = await start();
      const ref = node.spawn(function hanging() {
        return new Promise(noop);
      });
      ref.tell('go');
      await clock.settle();
      ref.kill();
      await clock.settle();
      const { error, attributes } = record.one('receive hanging');
      assert.equal(attributes['troupe.outcome'], 'cut');
      assert.equal(attributes['error.type'], 'cut');
      assert.match(String(error), /before it was done/);
    });

    it('ends an ask with the error that the asker gets', async () => {
      const { node, clock, record } = await start();
      const silent = node.spawn(function silent() {});
      const refusing = node.spawn(function refusing(_: unknown, context: Context) {
        context.reply(new RangeError('no'));
      });
      const late = silent.ask('?', { timeout: 50 }).catch(noop);
      const refused = refusing.ask('?').catch(noop);
      await clock.advance(50);
      await Promise.all([late, refused]);
      assert.match(String(record.one('ask silent').error), /did not answer within 50 ms/);
      assert.equal(record.one('ask silent').attributes['error.type'], 'TIMEOUT');
      assert.equal(record.one('ask refusing').error, 'no');
      assert.isUndefined(record.one('receive silent').error);
    });

    it('keeps the context of what is stashed', async () => {
      const { node, clock, record } = await start();
      let isOpen = false;
      const ref = node.spawn(function stashing(message: unknown, context: Context) {
        if (message === 'open') {
          isOpen = true;
          context.unstashAll();
        } else if (!isOpen) context.stash();
      });
      node
        .spawn(function teller() {
          ref.tell('later');
        })
        .tell('go');
      await clock.settle();
      ref.tell('open');
      await clock.settle();
      const teller = record.one('receive teller');
      const outcomes = record.spans
        .filter(({ name }) => name === 'receive stashing')
        .map(({ links, attributes }) => [attributes['troupe.outcome'], links]);
      assert.deepEqual(outcomes, [
        ['stashed', [teller.id]],
        ['handled', []],
        ['handled', [teller.id]],
      ]);
    });

    it('goes on through forward()', async () => {
      const { node, clock, record } = await start();
      const worker = node.spawn(function worker(_: unknown, context: Context) {
        context.reply('done');
      });
      const front = node.spawn(function front(_: unknown, context: Context) {
        context.forward(worker);
      });
      const answer = front.ask('go');
      await clock.settle();
      assert.equal(await answer, 'done');
      assert.equal(record.one('receive front').parent, record.one('ask front').id);
      assert.equal(record.one('receive worker').parent, record.one('receive front').id);
    });

    for (const [kind, strategy, sender] of [
      ['that tells', undefined, 'receive Pool'],
      ['with one queue', balancing(), 'receive teller'],
    ] as const) {
      it(`goes on through a pool ${kind}`, async () => {
        const { node, clock, record } = await start();
        class Worker extends Actor {
          override receive() {}
        }
        const workers = node.spawn(pool(Worker, { size: 2, ...(strategy && { strategy }) }));
        await clock.settle();
        node
          .spawn(function teller() {
            workers.tell('work');
          })
          .tell('go');
        await clock.settle();
        assert.deepEqual(record.one('receive Pool').links, [record.one('receive teller').id]);
        assert.deepEqual(record.one('receive Worker').links, [record.one(sender).id]);
      });
    }

    it('goes on in generators, also after a yield', async () => {
      const { node, clock, record } = await start();
      const sink = node.spawn(function sink() {});
      class Clerk extends Process {
        override *run(): Generator<unknown, never, never> {
          for (;;) {
            yield* this.get();
            yield* sleep(5);
            sink.tell('done');
          }
        }
      }
      class Stepping extends Actor {
        override *receive() {
          yield Promise.resolve();
          sink.tell('done');
        }
      }
      node.spawn(Clerk).tell('a').tell('b');
      node.spawn(Stepping).tell('go');
      await clock.advance(50);
      const clerks = record.spans.filter(({ name }) => name === 'receive Clerk');
      const told = record.spans.filter(({ name }) => name === 'receive sink').map(({ links }) => links);
      assert.lengthOf(clerks, 2);
      assert.sameDeepMembers(told, [...clerks.map(({ id }) => [id]), [record.one('receive Stepping').id]]);
    });

    it('goes on in async runs', async () => {
      const { node, clock, record } = await start();
      const sink = node.spawn(function sink() {});
      class Clerk extends Process {
        override async run(): Promise<never> {
          for (;;) {
            await this.get();
            await sleep(5);
            sink.tell('done');
          }
        }
      }
      node.spawn(Clerk).tell('a').tell('b');
      await clock.advance(50);
      const clerks = record.spans.filter(({ name }) => name === 'receive Clerk').map(({ id }) => [id]);
      const told = record.spans.filter(({ name }) => name === 'receive sink').map(({ links }) => links);
      assert.lengthOf(clerks, 2);
      assert.deepEqual(told, clerks);
    });

    it('does not take others for the teller whose turn it happened to be', async () => {
      const { node, clock, record } = await start();
      const sink = node.spawn(function sink() {});
      class Clerk extends Process {
        override async run(): Promise<never> {
          for (;;) {
            await this.get();
            sink.tell('from the clerk');
          }
        }
      }
      const other = node.spawn(function other() {
        sink.tell('from the other');
      });
      const clerk = node.spawn(Clerk);
      await clock.settle();
      clerk.tell('go');
      other.tell('go');
      await clock.settle();
      const tellers = ['receive Clerk', 'receive other'].map(name => [record.one(name).id]);
      assert.sameDeepMembers(
        record.spans.filter(({ name }) => name === 'receive sink').map(({ links }) => links),
        tellers,
      );
    });

    it('begins no trace for what comes of one that is not sampled', async () => {
      const { node, clock, record } = await start({ sample: 0 });
      const ref = chain(node);
      ref.tell('go');
      const asked = ref.ask('go', { timeout: 10 }).catch(noop);
      await clock.advance(10);
      await asked;
      assert.isEmpty(record.spans);
    });

    it('asks whether a trace may begin, and then no more', async () => {
      const asked: unknown[] = [];
      const { node, clock, record } = await start({
        sample: (message, to) => {
          asked.push([message, to.path]);
          return message === 'yes';
        },
      });
      const last = node.spawn(function last() {}, { name: 'last' });
      const ref = node.spawn(
        function first(message: unknown) {
          last.tell(`after ${message}`);
        },
        { name: 'first' },
      );
      ref.tell('yes').tell('no');
      await clock.settle();
      assert.deepEqual(asked, [
        ['yes', '/first'],
        ['no', '/first'],
      ]);
      assert.deepEqual([record.count('receive first'), record.count('receive last')], [1, 1]);
    });

    it('begins with the message of a timer, and makes nothing of what the actor never sees', async () => {
      const asked: unknown[] = [];
      const { node, clock, record } = await start({
        sample: message => {
          asked.push(message);
          return true;
        },
      });
      class Ticking extends Actor {
        override preStart() {
          this.timers.once('key', 5, 'tick');
        }
        override receive() {
          this.stop();
        }
      }
      node.spawn(Ticking);
      node.spawn(function poisoned() {}).tell(PoisonPill as never);
      await clock.advance(10);
      assert.deepEqual(asked, ['tick']);
      assert.deepEqual(
        record.spans.map(({ name, links }) => [name, links]),
        [['receive Ticking', []]],
      );
    });

    it('follows what the sampler of the SDK says of the first span, to the last one', async () => {
      const decided: string[] = [];
      const root = {
        shouldSample: (_: unknown, __: unknown, name: string) => {
          decided.push(name);
          return { decision: SamplingDecision.NOT_RECORD };
        },
        toString: () => 'never',
      };
      const record = recording(new ParentBasedSampler({ root }));
      const { node, clock } = await start({ tracerProvider: record.tracerProvider });
      chain(node).tell('go');
      await clock.settle();
      assert.deepEqual(decided, ['receive first']);
      assert.isEmpty(record.spans);
    });

    it('samples the share that it was told to', async () => {
      const { node, clock, record } = await start({ sample: 0.25 });
      const ref = node.spawn(function sink() {});
      for (let i = 0; i < 2000; i++) ref.tell(i);
      await clock.settle();
      assert.approximately(record.spans.length, 500, 120);
    });

    it('begins with what is active where a message comes from', async () => {
      const { node, clock, record } = await start();
      const ref = node.spawn(function sink() {});
      const tracer = record.tracerProvider.getTracer('spec');
      const span = tracer.startSpan('request');
      api.context.with(api.trace.setSpan(api.ROOT_CONTEXT, span), () => ref.tell('go'));
      await clock.settle();
      span.end();
      const expected = how === 'with a context manager' ? [record.one('request').id] : [];
      assert.deepEqual(record.one('receive sink').links, expected);
    });

    it('stops', async () => {
      const { node, clock, record, stop } = await start();
      const held = gate();
      const ref = node.spawn(function waiting() {
        return held.opened;
      });
      ref.tell('first');
      await clock.settle();
      stop();
      stop();
      ref.tell('second');
      held.open();
      await clock.settle();
      assert.equal(record.count('receive waiting'), 1);
      tracing(node, { tracerProvider: record.tracerProvider });
      ref.tell('third');
      await clock.settle();
      assert.equal(record.count('receive waiting'), 2);
    });
  });
}

describe('tracing()', () => {
  let leave = noop;
  before(() => {
    leave = keepActive();
  });
  after(() => leave());

  const activeId = () => api.trace.getSpanContext(api.context.active())?.spanId;

  it('makes the span active for the code of the actor, also after an await', async () => {
    const { node, clock, record } = await start();
    const active: unknown[] = [];
    node
      .spawn(async function waiting() {
        active.push(activeId());
        await new Promise<void>(resolve => clock.after(5, resolve));
        active.push(activeId());
      })
      .tell('go');
    await clock.advance(10);
    const { id } = record.one('receive waiting');
    assert.deepEqual(active, [id, id]);
  });

  it('makes it active in generators, message by message', async () => {
    const { node, clock, record } = await start();
    const active: unknown[] = [];
    class Clerk extends Process {
      override *run(): Generator<unknown, never, never> {
        for (;;) {
          yield* this.get();
          yield* sleep(5);
          active.push(activeId());
        }
      }
    }
    node.spawn(Clerk).tell('a').tell('b');
    await clock.advance(50);
    assert.deepEqual(
      active,
      record.spans.map(({ id }) => id),
    );
    assert.lengthOf(active, 2);
  });

  it('carries on what the actor has made active itself', async () => {
    const { node, clock, record } = await start({ tells: 'child' });
    const sink = node.spawn(function sink() {});
    const tracer = record.tracerProvider.getTracer('spec');
    node
      .spawn(function teller() {
        tracer.startActiveSpan('own', span => {
          sink.tell('go');
          span.end();
        });
      })
      .tell('go');
    await clock.settle();
    assert.equal(record.one('own').parent, record.one('receive teller').id);
    assert.equal(record.one('receive sink').parent, record.one('own').id);
  });

  it('shows nobody what was active for somebody else', async () => {
    const { node, clock, record } = await start();
    const active: unknown[] = [];
    class Starting extends Actor {
      override preStart() {
        active.push(activeId());
      }
      override receive() {}
    }
    const span = record.tracerProvider.getTracer('spec').startSpan('request');
    api.context.with(api.trace.setSpan(api.ROOT_CONTEXT, span), () => node.spawn(Starting));
    await clock.settle();
    assert.deepEqual(active, [undefined]);
  });

  it('works for who looks on, too: a sample function that throws is told of once', async () => {
    const { node, clock, record } = await start({
      sample: () => {
        throw new Error('clumsy');
      },
    });
    const errors = heard(node, ErrorIgnored);
    node.spawn(noop).tell('a').tell('b');
    await clock.settle();
    assert.deepEqual(
      errors.map(({ error }) => error.message),
      ['clumsy'],
    );
    assert.isEmpty(record.spans);
  });

  it('can be asked for more than once, and goes on until all have stopped', async () => {
    const { node, clock, record, stop } = await start();
    const other = tracing(node, { sample: 0 });
    const ref = node.spawn(function sink() {});
    stop();
    ref.tell('a');
    await clock.settle();
    assert.equal(record.count('receive sink'), 1);
    other();
    ref.tell('b');
    await clock.settle();
    assert.equal(record.count('receive sink'), 1);
  });

  it('refuses what is no node', () => {
    for (const node of [undefined, 'node', {}])
      assert.throws(() => tracing(node as never), TypeError, 'tracing: expected a node');
  });

  it('refuses a node that has another tracer', async () => {
    const { node } = await startNode();
    node.instruments.trace({ told: noop, asked: () => undefined, pack: String, unpack: String });
    assert.throws(() => tracing(node), TypeError, 'has a tracer already');
    assert.throws(() => tracing(node), TypeError, 'has a tracer already');
  });

  for (const [options, message] of [
    [{ sample: 2 }, 'sample must be a number from 0 to 1 or a function, not 2'],
    [{ sample: Number.NaN }, 'sample must be a number from 0 to 1 or a function, not NaN'],
    [{ tells: 'parent' }, "tells must be 'link' or 'child', not \"parent\""],
    [{ name: 7 }, 'name must be a text, not 7'],
    [{ tracerProvider: {} }, 'tracerProvider must be a TracerProvider'],
    [{ propagator: { inject: noop } }, 'propagator must be a TextMapPropagator'],
  ] as const) {
    it(`refuses ${JSON.stringify(options)}`, async () => {
      const { node } = await startNode();
      assert.throws(() => tracing(node, options as never), TypeError, message);
    });
  }
});
