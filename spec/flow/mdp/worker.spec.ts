import { assert } from 'chai';
import { SetupError } from '../../../lib/flow/events/errors.ts';
import { Worker, type WorkerEffect, type WorkerOptions } from '../../../lib/flow/mdp/worker.ts';
import { clientFrames, disconnect, heartbeat, hex, ready, replyTo, requestTo } from './raw.ts';

describe('the worker', () => {
  it('says what it offers on a new socket', () => {
    assert.deepEqual(start().first, ['open', frames(ready('echo'))]);
  });

  it('does one request after the other, byte for byte', () => {
    const { worker, receive } = start();
    assert.deepEqual(receive(requestTo('c', 'hi', 'there')), ['do hi there']);
    assert.isTrue(worker.isBusy);
    assert.deepEqual(shown(worker.reply(hex('Hi', 'There'), 0)), [frames(replyTo('c', 'Hi', 'There'))]);
    assert.deepEqual(receive(requestTo('d', 'x')), ['do x']);
    assert.deepEqual(shown(worker.reply(hex('y'), 0)), [frames(replyTo('d', 'y'))]);
    assert.isFalse(worker.isBusy);
  });

  it('answers once', () => {
    const { worker, receive } = start();
    receive(requestTo('c', 'x'));
    worker.reply(hex('y'), 0);
    assert.deepEqual(worker.reply(hex('z'), 0), []);
  });

  it('sends a heartbeat at the interval when it sends nothing else, also at work', () => {
    const { worker, receive, pass } = start();
    assert.deepEqual(pass(2400), []);
    receive(requestTo('c', 'x'));
    assert.deepEqual(pass(100), [frames(heartbeat())]);
    assert.deepEqual(pass(2400), []);
    worker.reply(hex('y'), 4900);
    assert.deepEqual(pass(2400), []);
    receive(heartbeat());
    assert.deepEqual(pass(200), [frames(heartbeat())]);
  });

  it('begins again on a new socket when the broker is silent, after pauses that grow', () => {
    const { pass } = start();
    const beats = [frames(heartbeat()), frames(heartbeat())];
    assert.deepEqual(pass(7500), [...beats, 'close']);
    assert.deepEqual(pass(75), []);
    assert.deepEqual(pass(25), ['open', frames(ready('echo'))]);
    assert.deepEqual(pass(7500), [...beats, 'close']);
    assert.deepEqual(pass(175), []);
    assert.deepEqual(pass(25), ['open', frames(ready('echo'))]);
  });

  it('stays with a broker that it hears of', () => {
    const { pass, receive } = start();
    for (let count = 0; count < 20; count++) {
      assert.notInclude(pass(7400), 'close');
      receive(heartbeat());
    }
  });

  it('begins again when the broker says so', () => {
    const { receive, pass } = start();
    assert.deepEqual(receive(disconnect()), ['close']);
    assert.deepEqual(receive(requestTo('c', 'x')), []);
    assert.deepEqual(pass(100), ['open', frames(ready('echo'))]);
  });

  it('does not begin again before what it does is done, and keeps that reply for itself', () => {
    const { worker, receive, pass } = start();
    receive(requestTo('c', 'x'));
    assert.deepEqual(receive(disconnect()), ['close']);
    assert.deepEqual(pass(60_000), []);
    assert.deepEqual(shown(worker.reply(hex('y'), 60_000)), ['open', frames(ready('echo'))]);
  });

  it('keeps a reply for itself that a former conversation wants', () => {
    const { worker, receive } = start();
    receive(requestTo('c', 'x'));
    receive(disconnect());
    assert.deepEqual(shown(worker.reply(hex('y'), 0)), []);
  });

  const mistakes: [string, Buffer[]][] = [
    ['a READY', ready('echo')],
    ['a reply', replyTo('c', 'x')],
    ['what is for clients', clientFrames('echo', 'x')],
    ['nothing', []],
    ['a request without a body', hex('', 'MDPW01', 2, 'c', '')],
  ];
  for (const [name, message] of mistakes) {
    it(`leaves a broker that sends ${name}`, () => {
      const { receive } = start();
      assert.deepEqual(receive(message), [frames(disconnect()), 'close']);
    });
  }

  it('leaves a broker that sends a second request', () => {
    const { receive } = start();
    receive(requestTo('c', 'x'));
    assert.deepEqual(receive(requestTo('d', 'y')), [frames(disconnect()), 'close']);
  });

  it('says goodbye when it stops, and begins nothing any more', () => {
    const { worker, receive, pass } = start();
    receive(requestTo('c', 'x'));
    assert.deepEqual(shown(worker.stop(0)), [frames(disconnect()), 'close']);
    assert.deepEqual(worker.reply(hex('y'), 0), []);
    assert.deepEqual(pass(100_000), []);
    assert.deepEqual(worker.stop(0), []);
  });

  it('says nothing when it stops between two conversations', () => {
    const { worker, receive, pass } = start();
    receive(disconnect());
    assert.deepEqual(worker.stop(0), []);
    assert.deepEqual(pass(100_000), []);
  });

  it('refuses options that make no sense', () => {
    assert.throws(() => new Worker('x', { reconnectMin: -1 }, Math.random), SetupError, /reconnectMin/);
  });
});

/** A worker on a time of its own, which chance makes neither faster nor slower. */
function start(options: WorkerOptions = {}) {
  const worker = new Worker('echo', options, () => 0.5);
  let now = 0;
  const first = shown(worker.start(now));
  return {
    worker,
    first,
    receive: (message: Buffer[]) => shown(worker.receive(message, now)),
    pass(ms: number): string[] {
      const did: string[] = [];
      const end = now + ms;
      const { tickInterval } = worker;
      for (let at = now - (now % tickInterval) + tickInterval; at <= end; at += tickInterval) {
        now = at;
        did.push(...shown(worker.tick(now)));
      }
      now = end;
      return did;
    },
  };
}

const frames = (message: readonly Buffer[]) => message.map(String).join('|');

function shown(effects: readonly WorkerEffect[]): string[] {
  return effects.flatMap(effect => {
    if (effect.type === 'note') return [];
    if (effect.type === 'send') return [frames(effect.frames)];
    return [effect.type === 'request' ? `do ${effect.body.join(' ')}` : effect.type];
  });
}
