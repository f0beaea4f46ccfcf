import { assert } from 'chai';
import fc from 'fast-check';
import {
  type ClientMessage,
  decodeClient,
  decodeWorker,
  encodeClient,
  encodeWorker,
  Malformed,
  type WorkerMessage,
} from '../../../lib/flow/mdp/frames.ts';
import { clientFrames, disconnect, heartbeat, hex, ready, replyTo, requestTo } from './raw.ts';

describe('frames of RFC 7', () => {
  const client = Buffer.from('client');
  const body = [Buffer.from('one'), Buffer.from('two')];
  const workerMessages: [WorkerMessage, Buffer[]][] = [
    [{ command: 'ready', service: 'echo' }, ready('echo')],
    [{ command: 'request', client, body }, requestTo('client', 'one', 'two')],
    [{ command: 'reply', client, body }, replyTo('client', 'one', 'two')],
    [{ command: 'heartbeat' }, heartbeat()],
    [{ command: 'disconnect' }, disconnect()],
  ];

  for (const [message, frames] of workerMessages) {
    it(`write and read the ${message.command} of a worker, byte for byte`, () => {
      assert.deepEqual(encodeWorker(message), frames);
      assert.deepEqual(decodeWorker(frames), message);
    });
  }

  it('write and read what a client sends and gets, byte for byte', () => {
    const message: ClientMessage = { service: 'échō', body };
    assert.deepEqual(encodeClient(message), clientFrames('échō', 'one', 'two'));
    assert.deepEqual(decodeClient(clientFrames('échō', 'one', 'two')), message);
  });

  it('keep empty frames of a body', () => {
    assert.deepEqual(decodeClient(clientFrames('echo', '', '')), {
      service: 'echo',
      body: hex('', ''),
    });
  });

  const badWorkers: [string, Buffer[]][] = [
    ['no such command', hex('', 'MDPW01', 6)],
    ['no such command', hex('', 'MDPW01', 0)],
    ['no such command', hex('', 'MDPW01', 'ready')],
    ['no such command', hex('', 'MDPW01')],
    ['a ready of 3 frames', hex('', 'MDPW01', 1)],
    ['a ready of 5 frames', hex('', 'MDPW01', 1, 'echo', 'more')],
    ['a request of 5 frames', hex('', 'MDPW01', 2, 'client', '')],
    ['a reply of 5 frames', hex('', 'MDPW01', 3, 'client', '')],
    ['no empty frame follows', hex('', 'MDPW01', 3, 'client', 'x', 'body')],
    ['a heartbeat of 4 frames', hex('', 'MDPW01', 4, 'me')],
    ['a disconnect of 4 frames', hex('', 'MDPW01', 5, 'me')],
    ['no printable text', hex('', 'MDPW01', 1, '')],
    ['no printable text', hex('', 'MDPW01', 1, 'a\nb')],
    ['does not begin', clientFrames('echo', 'body')],
    ['does not begin', []],
  ];
  for (const [reason, frames] of badWorkers) {
    it(`refuse ${JSON.stringify(frames.map(String))} of a worker: ${reason}`, () => {
      const decoded = decodeWorker(frames);
      assert.instanceOf(decoded, Malformed);
      assert.include((decoded as Malformed).reason, reason);
    });
  }

  const badClients: [string, Buffer[]][] = [
    ['a body needs a fourth', hex('', 'MDPC01', 'echo')],
    ['a body needs a fourth', hex('', 'MDPC01')],
    ['does not begin', hex('x', 'MDPC01', 'echo', 'body')],
    ['does not begin', hex('MDPC01', 'echo', 'body')],
    ['does not begin', hex('', 'MDPC02', 'echo', 'body')],
    ['a name of 256 bytes', clientFrames('x'.repeat(256), 'body')],
    ['no text', [...hex('', 'MDPC01'), Buffer.of(0xff, 0xfe), Buffer.from('body')]],
  ];
  for (const [reason, frames] of badClients) {
    it(`refuse ${JSON.stringify(frames.map(frame => String(frame).slice(0, 9)))} of a client: ${reason}`, () => {
      const decoded = decodeClient(frames);
      assert.instanceOf(decoded, Malformed);
      assert.include((decoded as Malformed).reason, reason);
    });
  }

  it('never throw, and what they read they write the same', () => {
    const part = fc.oneof(
      fc.constantFrom(...hex('', 'MDPC01', 'MDPW01', 1, 2, 3, 4, 5, 'echo')),
      fc.uint8Array({ maxLength: 9 }).map(bytes => Buffer.from(bytes)),
    );
    const header = fc.constantFrom(hex('', 'MDPC01'), hex('', 'MDPW01'), []);
    fc.assert(
      fc.property(header, fc.array(part, { maxLength: 7 }), (start, rest) => {
        const frames = [...start, ...rest];
        const worker = decodeWorker(frames);
        const fromClient = decodeClient(frames);
        if (!(worker instanceof Malformed)) assert.deepEqual(encodeWorker(worker), frames);
        if (!(fromClient instanceof Malformed)) assert.deepEqual(encodeClient(fromClient), frames);
        assert.isTrue(worker instanceof Malformed || fromClient instanceof Malformed);
      }),
      { numRuns: 1000 },
    );
  });
});
