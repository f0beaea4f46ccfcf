import { assert } from 'chai';
import { JSONEvent } from '../../lib/flow/events/jsonEvent.ts';
import { Director, FlowActor, LogEvent, WiringError } from '../../lib/flow/index.ts';
import { errorOf, event, Pass, quietFlow, Sink, Tap } from './support.ts';

class LogsOnly extends Sink {
  static override input = LogEvent;
}
class Picky extends FlowActor<{ outbox: string }> {
  override consume(): void {}
  override validate(): string[] {
    return this.outboxes.includes(this.params.outbox) ? [] : [`no outbox ${this.params.outbox}`];
  }
}
class Broken extends FlowActor {
  static override input = 'Event' as never;
  override consume(): void {}
}

const edges = (director: Director) =>
  director
    .graph()
    .edges.filter(({ isDefault }) => !isDefault)
    .map(edge => `${edge.kind} ${edge.source}.${edge.outbox} -> ${edge.destination}.${edge.inbox}`);

async function faultsOf(director: Director): Promise<readonly string[]> {
  const error = await errorOf(director.start());
  assert.instanceOf(error, WiringError);
  assert.isFalse(director.isRunning);
  return (error as WiringError).faults;
}

function three() {
  const director = new Director();
  const a = director.registerActor(Pass, 'a');
  const b = director.registerActor(Pass, 'b');
  const c = director.registerActor(Pass, 'c');
  return { director, a, b, c };
}

describe('wiring: names of boxes', () => {
  it('a box without a name has the name of the other end', () => {
    const { director, a, b } = three();
    director.connectQueue(a, b);
    assert.deepEqual(edges(director), ['event a.b -> b.a']);
  });

  it('a named outbox gives its name to the inbox', () => {
    const { director, a, b } = three();
    director.connectQueue([a, 'x'], b);
    assert.deepEqual(edges(director), ['event a.x -> b.x']);
  });

  it('a named inbox leaves the outbox its name', () => {
    const { director, a, b } = three();
    director.connectQueue(a, [b, 'y']);
    assert.deepEqual(edges(director), ['event a.b -> b.y']);
  });

  it('both ends can be named', () => {
    const { director, a, b } = three();
    director.connectQueue([a, 'x'], [b, 'y']);
    assert.deepEqual(edges(director), ['event a.x -> b.y']);
  });

  it('a list of destinations is one queue to each', () => {
    const { director, a, b, c } = three();
    director.connectQueue(a, [b, [c, 'y']]);
    assert.deepEqual(edges(director), ['event a.b -> b.a', 'event a.c -> c.y']);
  });

  it('several outboxes are one queue each', () => {
    const { director, a, b } = three();
    director.connectQueue([a, ['x', 'z']], b);
    assert.deepEqual(edges(director), ['event a.x -> b.x', 'event a.z -> b.z']);
  });

  it('error and log queues mark their inboxes', () => {
    const { director, a, b } = three();
    director.connectErrorQueue(a, b);
    director.connectErrorQueue([a, 'x'], b);
    director.connectLogQueue(a, b);
    assert.deepEqual(edges(director), [
      'error a.b -> b.error_a',
      'error a.x -> b.error_x',
      'log a.b -> b.log_a',
    ]);
  });

  it('actors can be given by name, also before they are registered', () => {
    const director = new Director();
    director.connectQueue('a', ['b', 'c']);
    director.connectQueue('a', 'b');
    director.registerActor(Pass, 'a');
    director.registerActor(Pass, 'b');
    assert.deepEqual(edges(director), ['event a.b -> b.c', 'event a.b -> b.a']);
  });

  it('the names of other versions do the same', () => {
    const director = new Director();
    const a = director.registerModule(Pass, 'a');
    const b = director.registerModule(Pass, 'b');
    director.registerLogModule(Sink, 'log');
    director.registerFailedModule(Sink, 'failed');
    director.connect(a, b);
    director.connectError(b, a);
    director.connectQueueError(a, b);
    assert.deepEqual(edges(director), [
      'event a.b -> b.a',
      'error b.a -> a.error_b',
      'error a.b -> b.error_a',
    ]);
  });

  it('an actor without a name has that of its class', () => {
    assert.equal(new Director().registerActor(Pass).name, 'pass');
  });
});

describe('wiring: what is refused before anything starts', () => {
  it('tells all faults in one error', async () => {
    const director = new Director();
    const a = director.registerActor(Pass, 'a');
    director.registerActor(Pass, 'a');
    director.registerActor(Pass, 'with/slash');
    director.connectQueue(a, 'nobody');
    director.connectQueue(7 as never, a);
    director.connectQueue(a, a, { size: 0 });
    director.connectQueue(a, a, { policy: 'wait' as never });
    const faults = await faultsOf(director);
    assert.deepEqual(
      faults.map(fault => fault.replace(/[:,].*/s, '')),
      [
        'two actors have the name "a"',
        'the name "with/slash" has a slash',
        'connectQueue',
        'connectQueue',
        'connectQueue',
        'connectQueue',
      ],
    );
    assert.match(
      faults.join('\n'),
      /no actor "nobody"[\s\S]*source must be an actor[\s\S]*size must be[\s\S]*policy must be/,
    );
    assert.deepEqual(director.check(), faults);
  });

  it('with them what actors find wrong with themselves, unless that may come of a queue that can not be', async () => {
    class Picky extends Pass {
      override validate() {
        return this.outboxes.length === 0 ? ['it leads nowhere'] : [];
      }
    }
    const director = new Director();
    const doubtful = director.registerActor(Picky, 'doubtful');
    director.registerActor(Picky, 'lonely');
    director.connectQueue(doubtful, 'nobody');
    assert.deepEqual(await faultsOf(director), [
      'connectQueue: there is no actor "nobody": register it, or correct the name',
      'lonely: it leads nowhere',
    ]);
  });

  it('an actor that is registered twice', async () => {
    const director = new Director();
    const actor = new Pass('a');
    director.registerActor(actor);
    director.registerActor(actor);
    assert.deepEqual(await faultsOf(director), ['the actor "a" is registered twice']);
  });

  it('a queue that is connected twice', async () => {
    const { director, a, b } = three();
    director.connectQueue(a, b);
    director.connectQueue(a, b);
    assert.deepEqual(await faultsOf(director), ['the queue a.b -> b.a is connected twice']);
  });

  it('classes of events that cannot be converted', async () => {
    const director = new Director();
    const json = director.registerActor(
      class extends Pass {
        static override output = JSONEvent;
      },
      'json',
    );
    const logs = director.registerActor(LogsOnly, 'logs');
    director.connectQueue(json, [logs, director.registerActor(Sink, 'any')]);
    const [fault, ...others] = await faultsOf(director);
    assert.match(fault ?? '', /json\.logs -> logs\.json carries JSONEvent, .* converted to LogEvent/);
    assert.deepEqual(others, []);
  });

  it('a class that may turn out to be the right one is let through', async () => {
    const { director, end } = await quietFlow();
    director.connectQueue(director.registerActor(Pass, 'a'), director.registerActor(LogsOnly, 'logs'));
    await director.start();
    await end();
  });

  it('input that is no class of events', async () => {
    const director = new Director();
    director.registerActor(Broken, 'broken');
    assert.match((await faultsOf(director)).join(), /broken: input must be a class of events/);
  });

  it('what an actor itself finds wrong, which knows its boxes by then', async () => {
    const director = new Director();
    const good = director.registerActor(Picky, 'good', { outbox: 'sink' });
    director.registerActor(Picky, 'bad', { outbox: 'nowhere' });
    director.connectQueue(good, director.registerActor(Sink, 'sink'));
    assert.deepEqual(await faultsOf(director), ['bad: no outbox nowhere']);
  });

  it('log and error queues that go round for ever', async () => {
    const { director, a } = three();
    const log = director.registerLogActor(Sink, 'log');
    director.connectLogQueue(log, a);
    director.connectErrorQueue(a, a);
    const faults = await faultsOf(director);
    assert.match(
      faults.join('\n'),
      /log actor log can't have a log queue[\s\S]*a\.a -> a\.error_a leads back/,
    );
  });

  it('a log queue that would make actors wait', async () => {
    const { director, a, b } = three();
    director.connectLogQueue(a, b, { policy: 'block' });
    assert.match((await faultsOf(director)).join(), /must not be block/);
  });

  it('two names that can mean two things', async () => {
    const { director } = three();
    director.connectQueue('a', ['b', 'c']);
    assert.match((await faultsOf(director)).join(), /can mean two actors/);
  });

  it('options of actors that make no sense', async () => {
    const director = new Director();
    director.registerActor(Pass, 'a', { concurrency: 0 });
    director.registerActor(Pass, 'b', { timeout: -1, rescue: { max: 0.5 }, restart: { max: -1 } });
    assert.deepEqual(
      (await faultsOf(director)).map(fault => fault.split(' must')[0]),
      ['a: concurrency', 'b: timeout', 'b: rescue.max', 'b: restart: max'],
    );
  });

  it('what is no actor at all', () => {
    const director = new Director();
    assert.throws(() => director.registerActor(class {} as never, 'x'), TypeError, /extends FlowActor/);
  });

  it('options of the director that make no sense', () => {
    assert.throws(() => new Director({ size: 0 }), TypeError, /size/);
    assert.throws(() => new Director({ policy: 'x' as never }), TypeError, /policy/);
    assert.throws(() => new Director({ sizes: 1 } as never), TypeError, /no option "sizes"/);
    assert.throws(() => new Director({ stopTimeout: -1 }), TypeError, /stopTimeout/);
    assert.throws(
      () => new Director({ stopTimeout: Number.POSITIVE_INFINITY }),
      TypeError,
      /stopTimeout .*finite/,
    );
    assert.throws(() => new Director({ name: '' }), TypeError, /name/);
    assert.throws(() => new Director({ restart: { max: -1 } }), TypeError, /restart/);
  });

  it('a corrected wiring starts', async () => {
    const { director, end } = await quietFlow();
    const tap = director.registerActor(Tap, 'tap');
    director.connectQueue(tap, 'sink');
    await faultsOf(director);
    const sink = director.registerActor(Sink, 'sink');
    await director.start();
    tap.put(event('late'));
    await director.settled();
    assert.deepEqual(sink.data, ['late']);
    await end();
  });
});

describe('wiring: drawings', () => {
  it('gives nodes with shapes and edges with kinds', () => {
    const { director, a, b } = three();
    director.connectQueue([a, 'x'], [b, 'y'], { size: 7, policy: 'fail' });
    const { nodes, edges: drawn } = director.graph();
    assert.deepInclude(nodes, { name: 'a', type: 'Pass', shape: 'box', role: 'actor' });
    assert.deepEqual(drawn[0], {
      kind: 'event',
      source: 'a',
      outbox: 'x',
      destination: 'b',
      inbox: 'y',
      size: 7,
      policy: 'fail',
      isDefault: false,
    });
    assert.lengthOf(
      drawn.filter(({ kind, isDefault }) => kind === 'error' && isDefault),
      3,
    );
  });

  it('knows what parameters a class takes, as far as types go', () => {
    class Marked extends FlowActor<{ mark: string }> {
      override consume(): void {}
    }
    const director = new Director();
    const marked: Marked = director.registerActor(Marked, 'a', { mark: '!', concurrency: 1 });
    assert.equal(marked.params.mark, '!');
    // @ts-expect-error: a text is due
    director.registerActor(Marked, 'b', { mark: 1 });
    // @ts-expect-error: nothing is called so
    director.registerActor(Marked, 'c', { mark: '!', concurency: 1 });
    // @ts-expect-error: nor that
    director.registerErrorActor(Marked, 'd', { marc: '!' });
  });

  it('draws for Mermaid', () => {
    const director = new Director();
    const a = director.registerActor(
      class extends Pass {
        static override shape = 'cloud';
      },
      'a "quoted"',
    );
    const b = director.registerActor(Sink, 'b');
    director.connectQueue(a, b);
    director.connectQueue([a, 'x'], b);
    director.connectQueue([a, '<b>#1;\n`'], b);
    director.connectErrorQueue(a, b);
    assert.equal(
      director.mermaid(),
      [
        'flowchart LR',
        '  n2(("a #quot;quoted#quot;"))',
        '  n3["b"]',
        '  n2 --> n3',
        '  n2 -->|"x"| n3',
        '  n2 -->|"#60;b#62;#35;1;#10;#96;"| n3',
        '  n2 -.->|"error"| n3',
        '',
      ].join('\n'),
    );
    assert.include(director.mermaid({ defaults: true }), 'default_stdout');
  });
});
