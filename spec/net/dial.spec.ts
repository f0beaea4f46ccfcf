import { once } from 'node:events';
import { assert } from 'chai';
import { dial } from '../../lib/net/dial.ts';
import { TcpError } from '../../lib/net/tcpError.ts';
import { ManualClock } from '../../lib/testkit/index.ts';
import { rejection } from '../core/support.ts';
import { plainServer } from './support.ts';

const never = new AbortController().signal;

describe('dial()', () => {
  it('gives a socket that is connected, and leaves no timer behind', async () => {
    const clock = new ManualClock();
    const { port, accepted } = await plainServer();
    const socket = await dial({ host: '127.0.0.1', port, connectTimeout: 5 }, clock, never);
    const peer = await accepted.next();
    socket.end('hello\n');
    assert.equal(await peer.lines.next(), 'hello');
    assert.equal(clock.pending, 0);
    assert.lengthOf(socket.listeners('error'), 0);
  });

  it('gives up after connectTimeout', async () => {
    const alarms: (() => void)[] = [];
    const clock = new ManualClock();
    clock.after = (delay, run) => {
      assert.equal(delay, 5);
      alarms.push(run);
      return () => {};
    };
    const { port } = await plainServer();
    const dialled = dial({ host: '127.0.0.1', port, connectTimeout: 5 }, clock, never);
    for (const alarm of alarms) alarm();
    const error = await rejection(dialled);
    assert.instanceOf(error, TcpError);
    assert.equal(error.message, `127.0.0.1:${port} can't be reached: no answer within 5 ms`);
  });

  it('gives up when it is aborted, before and while it connects', async () => {
    const clock = new ManualClock();
    const { port } = await plainServer();
    const before = dial({ host: '127.0.0.1', port, connectTimeout: 5 }, clock, AbortSignal.abort());
    assert.include((await rejection(before)).message, 'the actor is stopping');
    const controller = new AbortController();
    const dialled = dial({ host: '127.0.0.1', port, connectTimeout: 5 }, clock, controller.signal);
    controller.abort();
    assert.include((await rejection(dialled)).message, 'the actor is stopping');
    assert.equal(clock.pending, 0);
  });

  it('says why nobody could be reached, with the error of the system as its cause', async () => {
    const { port, server } = await plainServer();
    server.close();
    await once(server, 'close');
    const destination = { host: '127.0.0.1', port, connectTimeout: 5000 };
    const error = (await rejection(dial(destination, new ManualClock(), never))) as TcpError;
    assert.equal(error.problem, 'connect');
    assert.equal((error.cause as NodeJS.ErrnoException).code, 'ECONNREFUSED');
  });
});
