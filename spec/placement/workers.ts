/** Actors that the specs of this folder run in threads and processes. */
import { appendFileSync } from 'node:fs';
import { isMainThread, threadId } from 'node:worker_threads';
import { Actor, ANY, Process, type Ref, send, Terminated, thread, transfer } from '../../lib/index.ts';

const { TROUPE_SPEC: environment } = process.env;

/** Answers, and does what it is told to. */
export class Echo extends Actor<unknown> {
  static module = import.meta.url;
  #count = 0;

  override receive(message: unknown) {
    switch (message) {
      case 'where':
        return this.reply({ isMainThread, threadId, pid: process.pid });
      case 'who':
        return this.reply({
          ref: this.ref,
          parent: this.parent,
          address: this.ref.address,
          params: this.params,
        });
      case 'count':
        return this.reply(++this.#count);
      case 'environment':
        return this.reply(environment);
      case 'fail':
        throw Object.assign(new RangeError('as told'), { detail: 7 });
      case 'spin':
        for (;;) Math.sqrt(2);
      case 'exit':
        return process.exit(3);
      case 'crash':
        setImmediate(() => {
          throw new Error('nobody catches this');
        });
        return undefined;
      case 'stop':
        return this.stop();
      case 'kill':
        return this.ref.kill();
      case 'silence':
        return undefined;
      case 'child':
        return this.reply(this.spawn(Echo, { name: 'child' }));
      default:
        return this.reply(message);
    }
  }
}

/** Tells what happens to it to somebody else. */
export class Diary extends Actor<unknown, { readonly reader: Ref; readonly isFailing?: boolean }> {
  static module = import.meta.url;

  override preStart() {
    if (this.params.isFailing) throw new RangeError('it will not start');
    this.params.reader.tell('preStart');
  }

  override receive(message: unknown) {
    if (message === 'fail') throw new RangeError('as told');
    if (message instanceof Terminated)
      this.params.reader.tell(['terminated', (message.ref as Ref).address, message.reason]);
    else if (typeof message === 'object' && message !== null && 'watch' in message) {
      this.watch((message as { watch: Ref }).watch);
      this.reply('watching');
    } else if (typeof message === 'object' && message !== null && 'lookup' in message) {
      this.lookup((message as { lookup: string }).lookup).tell('found', this.ref);
    } else if (message === 'tell parent') this.parent.tell('from below');
    else this.params.reader.tell(['got', message], this.ref);
  }

  override preRestart(error: Error, message: unknown) {
    this.params.reader.tell(['preRestart', error.message, message]);
  }

  override postRestart(error: Error) {
    this.params.reader.tell(['postRestart', error.message]);
  }

  override postStop() {
    this.params.reader.tell('postStop');
  }
}

export class Deaf {
  static module = import.meta.url;
  readonly isActor = false;
}

class Hidden extends Actor {
  static module = import.meta.url;
}
export const hidden = () => Hidden;

/** Waits for the answer of another actor, and passes it on. */
export class Asker extends Actor<{ ask: Ref; message: unknown }> {
  static module = import.meta.url;

  override async receive({ ask, message }: { ask: Ref; message: unknown }) {
    try {
      this.reply(await ask.ask(message));
    } catch (error) {
      this.reply({ failed: (error as { code: string }).code });
    }
  }
}

/** Has children, one of which fails when it is told to. */
export class Family extends Actor<unknown> {
  static module = import.meta.url;

  override preStart() {
    this.spawn(Echo, { name: 'child' });
  }

  override receive(message: unknown) {
    if (message === 'children') this.reply(this.children);
    else this.forward(this.lookup('child'));
  }
}

/** Fills the pixels of an image, and gives it back. */
export class Painter extends Actor<{ pixels: Uint8Array; deep: { numbers: Float64Array }[] }> {
  static module = import.meta.url;

  override receive(image: { pixels: Uint8Array; deep: { numbers: Float64Array }[]; exit?: boolean }) {
    if (image.exit === true) process.exit(3);
    image.pixels.fill(7);
    this.reply(transfer(image));
    // What was moved is not here any more.
    this.reply(image.pixels.length);
  }
}

export class Greeter extends Actor<unknown, { greeting: string }> {
  static module = import.meta.url;

  override receive() {
    this.reply({ ref: this.ref, parent: this.parent, address: this.ref.address, params: this.params });
  }
}

/** Has an actor in a thread of its own. */
export class Nest extends Actor<unknown> {
  static module = import.meta.url;

  override preStart() {
    this.spawn(Echo, { name: 'inner', on: thread() });
  }

  override receive(message: unknown) {
    this.forward(this.lookup('inner'));
    if (message === 'stop') this.watch(this.lookup('inner'));
    if (message instanceof Terminated) this.stop();
  }
}

/** Is linked to whom it is told to. */
export class Linked extends Actor<{ link: Ref } | 'fail'> {
  static module = import.meta.url;

  override receive(message: { link: Ref } | 'fail') {
    if (message === 'fail') throw new Error('as told');
    this.link(message.link);
    this.reply('linked');
  }
}

/** Answers with what it has got so far, as a process. */
export class Collector extends Process {
  static module = import.meta.url;

  override *run() {
    const got: unknown[] = [];
    for (;;) {
      const message = yield* this.get(ANY);
      if (message === 'all') this.reply(got);
      else got.push(message);
    }
  }
}

/** Instances of it cross as such. */
export class Point {
  readonly x: number;
  constructor(x: number) {
    this.x = x;
  }
  get double(): number {
    return 2 * this.x;
  }
}

/** Uses its node. */
export class Citizen extends Actor<unknown> {
  static module = import.meta.url;

  override preStart() {
    this.node.register(Point);
  }

  override receive(message: unknown) {
    if (message instanceof Point) this.reply(new Point(message.double));
    else if (message === 'stop the node') void this.node.stop();
    else if (message === 'guardian') this.reply(this.node.guardian);
    else if (message === 'log') this.log.warn('hello', { from: 'below' });
    else {
      try {
        this.node.spawn(Echo);
      } catch (error) {
        this.reply(error);
      }
    }
  }
}

/** Has commands. */
export class Clerk extends Actor {
  static module = import.meta.url;
  override commands = {
    where: (word: string) => [word, isMainThread],
    ask: (path: string) => send(this.lookup(path), 'where', 'asked'),
  };
}

/** What a `Writer` is told. */
export interface Entry {
  readonly n: number;
  readonly then?: 'exit' | 'throw' | 'spin' | 'wait' | 'pid';
}

/** Writes into a file what it begins, before it does anything else: what stands there has begun, whatever happens then. */
export class Writer extends Actor<Entry, { readonly file: string }> {
  static module = import.meta.url;

  override receive({ n, then }: Entry): unknown {
    if (then === 'pid') return this.reply(process.pid);
    appendFileSync(this.params.file, `${n}\n`);
    if (then === 'exit') process.exit(3);
    if (then === 'throw') throw new Error('as told');
    if (then === 'spin') for (;;) Math.sqrt(2);
    if (then === 'wait') return new Promise(() => {});
    this.reply(n);
    return undefined;
  }
}

/** Does so, and takes odd numbers only when it has been told 'open'; 0 ends its process or thread. */
export class Picker extends Process<{ readonly file: string }> {
  static module = import.meta.url;

  override *run() {
    const isWanted = (message: unknown) => message === 'open' || (message as number) % 2 === 0;
    for (let wanted = isWanted; ; ) {
      const message = yield* this.get(wanted);
      appendFileSync(this.params.file, `${message}\n`);
      if (message === 0) process.exit(3);
      if (message === 'open') wanted = () => true;
      this.reply(message);
    }
  }
}

/** Does so, but puts aside what it is told until it is told 'open'. */
export class Hoarder extends Actor<number | 'open' | 'exit', { readonly file: string }> {
  static module = import.meta.url;
  #isOpen = false;

  override receive(message: number | 'open' | 'exit') {
    if (message === 'exit') process.exit(3);
    if (message === 'open') {
      this.#isOpen = true;
      this.unstashAll();
      this.reply('opened');
    } else if (this.#isOpen) {
      appendFileSync(this.params.file, `${message}\n`);
      this.reply(message);
    } else this.stash();
  }
}
