/** Actors with commands, which the specs share. */
import { Actor, command, Process, Settings, type StandardSchemaV1 } from '../../lib/index.ts';
import { type Gate, gate } from '../core/support.ts';

export class Oops extends Error {
  override readonly name = 'Oops';
  readonly code = 'OOPS';
  readonly details = { part: 7 };
}

/** A schema of one number. */
export const oneNumber: StandardSchemaV1 = {
  '~standard': {
    version: 1,
    vendor: 'spec',
    validate: value =>
      Array.isArray(value) && value.length === 1 && typeof value[0] === 'number'
        ? { value: [value[0] * 2] }
        : { issues: [{ message: 'expected one number' }] },
  },
};

export class Worker extends Actor<string, { greeting: string; gates?: Gate[]; seen?: unknown[] }> {
  /** Others see what it is doing just now. */
  now: string[] = [];

  override commands = {
    add: (a: number, b: number) => a + b,
    who: () => this.ref.path,
    late: async (text: string) => {
      await Promise.resolve();
      return `${text}, late`;
    },
    version: 'not a function' as never,
  };

  override tasks = {
    greetBy: (worker: Worker, name: string) => worker.greet(name),
  };

  override settings = new Settings({ retries: 3, mode: 'fast' }, { mode: ['fast', 'slow'] });

  override receive(message: string) {
    this.params.seen?.push(message);
    if (message === 'fail') throw new Error('told to');
    this.reply(`received ${message}`);
  }

  @command greet(name: string) {
    return `${this.params.greeting}, ${name}`;
  }

  @command({ name: 'half-of', accepts: oneNumber }) double(n: number) {
    return n / 4;
  }

  @command async held(index: number) {
    this.now.push(`${index} begins`);
    await this.params.gates?.[index]?.opened;
    this.now.push(`${index} ends`);
    return [...this.now];
  }

  @command *counted() {
    const first = (yield Promise.resolve(1)) as number;
    const second = (yield Promise.resolve(2)) as number;
    return first + second;
  }

  @command fails(kind: 'error' | 'text' | 'later' | 'yielding' | 'given'): unknown {
    const oops = new Oops('no such part');
    if (kind === 'text') throw 'text';
    if (kind === 'later') return Promise.reject(oops);
    if (kind === 'yielding') return this.#failing(oops);
    if (kind === 'given') return oops;
    throw oops;
  }

  *#failing(error: Error) {
    yield Promise.resolve();
    throw error;
  }

  @command async *endless() {
    yield 1;
  }

  @command fn() {
    return () => {};
  }

  @command aborted(): Promise<string> {
    const { messageSignal } = this;
    return new Promise(resolve => messageSignal.addEventListener('abort', () => resolve('aborted')));
  }

  @command wait() {
    this.stash();
  }

  @command goOn() {
    this.unstashAll();
    return this.sender?.path.startsWith('/$ask/');
  }

  notMarked() {
    return 'not marked';
  }
}

/** Works through its messages one after the other, and answers commands meanwhile. */
export class Clerk extends Process<{ gate?: Gate; seen: unknown[] }, string> {
  *run({ seen }: { seen: unknown[] }) {
    while (true) {
      const text = yield* this.get(String);
      seen.push(text);
      this.reply(`got ${text}`);
    }
  }

  @command count() {
    return this.params.seen.length;
  }

  @command async held() {
    await this.params.gate?.opened;
    this.params.seen.push('held');
    return this.params.seen.length;
  }
}

export const newGates = (count: number): Gate[] => Array.from({ length: count }, () => gate());
