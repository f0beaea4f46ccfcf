/** Actors for the spec of `startnode` to run. */
import { AssertionError } from 'node:assert';
import { writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { setImmediate as immediate } from 'node:timers/promises';
import { Actor, Process } from 'troupe';

/** Prints what it was spawned with and what it is told; stops when that is `"stop"`. */
export class Printer extends Actor<unknown, unknown> {
  override preStart() {
    console.log(`${this.ref} starts with ${JSON.stringify(this.params)}`);
  }

  override receive(message: unknown) {
    console.log(`got ${JSON.stringify(message)}`);
    if (message === 'stop') this.stop();
  }

  override postStop() {
    console.log('stopped in order');
  }
}

export class Returning extends Process {
  async run() {
    createServer().listen(0, '127.0.0.1'); // a handle that it forgets to close
  }
}

export class FailingToStart extends Actor {
  override preStart() {
    throw new Error('no database', {
      cause: new Error('connection refused', { cause: new Error('no route') }),
    });
  }
}

export class Crashing extends Process {
  async run() {
    throw new Error('it is broken', { cause: new TypeError('x is not a function') });
  }
}

export class Killed extends Actor {
  override preStart() {
    this.ref.kill();
  }
}

/** Takes for ever to stop. */
export class Stubborn extends Actor {
  override preStart() {
    console.log('started');
  }

  override postStop() {
    console.log('stopping');
    return new Promise(() => {});
  }
}

/** Logs a warning, an info and what is in a dead letter. */
export class Logging extends Process {
  *run() {
    this.log.warn('a warning', { size: 1 });
    this.log.info('an info');
    this.log.debug('a debug');
    const gone = this.spawn(() => {});
    gone.stop();
    yield gone.join();
    gone.tell('too late');
  }
}

/** Logs what does not fit into a line. */
export class LoggingOddly extends Process {
  async run() {
    const self: { self?: unknown } = {};
    self.self = self;
    this.log.child({ actor: '/odd' }).info('two\nlines', { self, big: 123n, level: 'mine' });
    this.log.info('x'.repeat(1_000_000), { many: new Array(1000).fill('y'.repeat(100)) });
    const cause = Object.assign(new Error('the cause'), { code: 'E_CAUSE' });
    this.log.error('failed', new RangeError('broken', { cause }));
  }
}

/** Logs until the other end of standard error must be closed. */
export class LoggingMuch extends Process {
  async run() {
    console.log('starts');
    while (!isClosed(2)) {
      this.log.info('a line');
      await immediate();
    }
    for (let i = 0; i < 100; i++) this.log.info('a line for nobody');
    await immediate();
    console.log('ends');
  }
}

function isClosed(descriptor: number): boolean {
  try {
    writeSync(descriptor, '.');
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPIPE';
  }
}

/** Prints what the tasks of the node's end are told; that of `drain` takes for ever if the params say so. */
export class Serving extends Actor<string, { hangs: boolean } | undefined> {
  override preStart() {
    for (const phase of ['beforeStop', 'unbind', 'drain', 'afterStop'] as const) {
      this.node.shutdown.addTask(phase, 'print', ({ reason }) => {
        console.log(`${phase}: ${reason}`);
        return phase === 'drain' && this.params?.hangs ? new Promise(() => {}) : undefined;
      });
    }
    console.log('serves');
  }

  override receive(message: string) {
    if (message === 'stop') this.stop();
    else throw new AssertionError({ message: 'escalates' });
  }

  override postStop() {
    console.log('stopped');
  }
}

export class NoActor {}
export const version = 1;
