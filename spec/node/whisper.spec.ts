import { inspect } from 'node:util';
import { assert } from 'chai';
import createDebug from 'debug';
import { Director, Event, EventDropped, Null } from '../../lib/flow/index.ts';
import {
  Actor,
  ActorError,
  ActorStarted,
  DeadLetter,
  NodeDown,
  type NodeOptions,
  NodeRefused,
  NodeUp,
  oneForOne,
  Restart,
  Stop,
  ThreadExited,
} from '../../lib/index.ts';
import { Arbiter } from '../../lib/pool/index.ts';
import { startNode } from '../core/support.ts';

class Till extends Actor<string> {
  override receive(message: string) {
    if (message === 'unknown') this.unhandled(message);
    else if (message !== 'go on') throw new Error(message);
  }
}

describe('the namespaces of debug', () => {
  let lines: string[];
  const { log } = createDebug;
  const before = createDebug.disable();
  beforeEach(() => {
    lines = [];
    createDebug.log = (...line: unknown[]) => void lines.push(textOf(line));
  });
  afterEach(() => {
    createDebug.log = log;
    createDebug.enable(before);
  });

  /** A node that was started while `namespaces` were enabled. */
  async function startWith(namespaces: string, options: NodeOptions = {}) {
    createDebug.enable(namespaces);
    return startNode(options);
  }

  it('troupe:supervision has failures and what came of them', async () => {
    const decide = (error: Error) => (error.message === 'again' ? Restart : Stop);
    const { node, clock } = await startWith('troupe:supervision', { supervision: oneForOne({ decide }) });
    node.spawn(Till, { name: 'till' }).tell('go on').tell('again').tell('never again');
    await clock.settle();
    assert.deepEqual(lines, [
      'troupe:supervision /till failed: Error: again',
      'troupe:supervision /till was restarted',
      'troupe:supervision /till failed: Error: never again',
      'troupe:supervision /till has failed for good',
    ]);
  });

  it('troupe:deadletters has dead letters and unhandled messages', async () => {
    const { node, clock } = await startWith('troupe:deadletters');
    const till = node.spawn(Till, { name: 'till' });
    till.tell('unknown').stop();
    till.tell('too late');
    await clock.settle();
    assert.deepEqual(
      lines.sort(),
      [
        'troupe:deadletters (stopped) for /till: too late',
        'troupe:deadletters (stopped) for /till: unknown',
      ].sort(),
    );
    node.spawn(Till, { name: 'other' }).tell('unknown');
    await clock.settle();
    assert.equal(lines.at(-1), 'troupe:deadletters /other does not handle unknown');
  });

  it('troupe:node and troupe:shutdown have the start of the node and its end', async () => {
    const { node } = await startWith('troupe:node,troupe:shutdown');
    await node.stop();
    await node.stopped;
    assert.deepEqual(lines, [
      `troupe:node a node has started, incarnation ${node.incarnation}`,
      ...['beforeStop', 'unbind', 'drain', 'afterStop'].map(
        phase => `troupe:shutdown a node stops (stop): ${phase}`,
      ),
      'troupe:node a node has stopped',
    ]);
  });

  it('troupe:remoting has the nodes that come and go', async () => {
    const { node } = await startWith('troupe:remoting');
    node.events.publish(new NodeUp('b:1', 'one'));
    node.events.publish(new NodeDown('b:1', 'one', 'it left'));
    node.events.publish(new NodeRefused('c:1', 'its key is not on the list'));
    assert.deepEqual(lines, [
      'troupe:remoting a node: b:1 is up, incarnation one',
      'troupe:remoting a node: b:1 is down: it left',
      'troupe:remoting a node: c:1 was refused: its key is not on the list',
    ]);
  });

  it('troupe:placement has the ends of threads and processes', async () => {
    const { node } = await startWith('troupe:placement');
    const till = node.spawn(Till, { name: 'till' });
    node.events.publish(new ActorError(till, new ThreadExited('the thread has ended'), undefined));
    node.events.publish(new ActorError(till, new Error('boom'), undefined));
    assert.deepEqual(lines, ['troupe:placement /till has lost the place where it ran: the thread has ended']);
  });

  it('troupe:actors has who comes and goes', async () => {
    const { node, clock } = await startWith('troupe:actors');
    node.spawn(Till, { name: 'till' }).stop();
    await clock.settle();
    assert.deepEqual(lines, ['troupe:actors /till has started', 'troupe:actors /till has ended (stopped)']);
  });

  it('troupe:pool has the workers of an arbiter', async () => {
    const { node, clock } = await startWith('troupe:pool');
    const arbiter = await Arbiter.start({ node });
    arbiter.addMonitor('tills', { actor: Till, workers: 1, on: 'here' });
    await clock.settle();
    assert.match(lines.join('\n'), /^troupe:pool tills\[0\] is ready: \/\S+$/);
    await arbiter.stop();
  });

  it('troupe:flow has the events that go no further', async () => {
    const { node } = await startWith('troupe:flow');
    const director = new Director({ node, name: 'shop' });
    director.registerActor(Null, 'end');
    await director.start();
    const event = new Event({ data: 'a' });
    node.events.publish(new EventDropped('shop', event, 'end.inbox', 'overflow', undefined));
    assert.deepEqual(lines, [`troupe:flow shop: ${event.eventId} dropped at end.inbox (overflow)`]);
    await director.stop();
  });

  it('take what an actor is called as it is', async () => {
    const { node, clock } = await startWith('troupe:supervision');
    node.spawn(Till, { name: '%s%d%O' }).tell('boom');
    await clock.settle();
    assert.include(lines, 'troupe:supervision /%s%d%O failed: Error: boom');
  });

  it('cost nothing when DEBUG does not name them', async () => {
    const { node, clock } = await startWith('other:*');
    assert.isFalse(node.events.hears(DeadLetter));
    assert.isFalse(node.events.hears(ActorStarted));
    node.spawn(Till).tell('boom');
    await clock.settle();
    assert.isEmpty(lines);
  });

  it('are those that were enabled when the node started', async () => {
    const { node, clock } = await startWith('');
    createDebug.enable('troupe:*');
    node.spawn(Till).tell('boom');
    await clock.settle();
    assert.isEmpty(lines);
  });
});

/** What debug would print, without time and stack. */
function textOf([format, ...values]: unknown[]): string {
  const all = [...values.map(value => (typeof value === 'string' ? value : inspect(value)))];
  const text = String(format)
    .replace(/^\S+Z /, '')
    .replace(/%s/, () => String(all.shift()));
  return [text, ...all].join(' ').split('\n')[0] ?? '';
}
