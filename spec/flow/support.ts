/** Small actors of a flow, for specs. */
import { silentLogger } from '../../lib/base/log.ts';
import type { Clock } from '../../lib/base/world.ts';
import { Director, type DirectorOptions, Event, FlowActor } from '../../lib/flow/index.ts';
import { Node } from '../../lib/node/node.ts';
import { ManualClock } from '../../lib/testkit/manualClock.ts';

export const event = (data: unknown = null, more: object = {}) => new Event({ data, ...more });

/** Emits what the spec says. */
export class Tap extends FlowActor {
  override consume(_given?: Event): void {}

  put(data: unknown, outboxes?: string | string[]): Promise<void> | undefined {
    return this.emit(data instanceof Event ? data : event(data), outboxes);
  }

  say(line: string): void {
    this.log.info(line);
  }

  /** Emits these one after the other, waiting for room. */
  async putAll(all: Iterable<unknown>): Promise<void> {
    for (const data of all) await this.put(data);
  }
}

/** Sends everything on. */
export class Pass extends FlowActor {
  override consume(given: Event): Promise<void> | undefined {
    return this.send(given);
  }
}

/** Keeps what comes. */
export class Sink extends FlowActor {
  readonly events: Event[] = [];
  readonly origins: string[] = [];

  get data(): unknown[] {
    return this.events.map(({ data }) => data);
  }

  override consume(given: Event, origin: string): void {
    this.events.push(given);
    this.origins.push(origin);
  }
}

/** Consumes an event only when the spec lets it. */
export class Gate extends FlowActor {
  readonly waiting: { readonly event: Event; open(): void; fail(error: Error): void }[] = [];
  readonly done: unknown[] = [];

  override async consume(given: Event): Promise<void> {
    await new Promise<void>((open, fail) => this.waiting.push({ event: given, open, fail }));
    this.done.push(given.data);
    await this.send(given);
  }

  /** Lets the oldest that waits through. */
  async openNext(): Promise<void> {
    this.waiting.shift()?.open();
    await turn();
  }
}

/** Calls a function of the spec. */
export class Call extends FlowActor<{ fn: (given: Event, self: Call, origin: string) => unknown }> {
  override consume(given: Event, origin: string): Promise<void> | undefined {
    return this.params.fn(given, this, origin) as Promise<void> | undefined;
  }

  forward(given: Event, outboxes?: string | string[], options?: { check?: boolean }) {
    return this.send(given, outboxes, options);
  }

  fail(given: Event, error?: Error) {
    return this.sendError(given, error);
  }
}

/** Turns of the event loop, so that all that can happen now has happened. */
export async function turn(times = 3): Promise<void> {
  for (let i = 0; i < times; i++) await new Promise(resolve => setImmediate(resolve));
}

/** A director on time that the spec moves, without a log. */
export interface Quiet {
  readonly director: Director;
  readonly clock: ManualClock;
  readonly node: Node;
  readonly log: Sink;
  readonly errors: Sink;
  end(): Promise<void>;
}

export async function quietFlow(options: DirectorOptions = {}, realClock?: Clock): Promise<Quiet> {
  const clock = new ManualClock();
  const node = await Node.start({ clock: realClock ?? clock, logger: silentLogger });
  const director = new Director({ node, ...options });
  const log = director.registerLogActor(Sink, 'log') as Sink;
  const errors = director.registerErrorActor(Sink, 'errors') as Sink;
  return {
    director,
    clock,
    node,
    log,
    errors,
    end: async () => {
      await director.stop();
      await node.stop();
    },
  };
}

export const virtualWorld = (clock: ManualClock) => ({ clock });

/** What a promise is rejected with. */
export async function errorOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
}
