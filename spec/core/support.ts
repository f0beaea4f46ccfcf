/** What the specs of the core share: nodes on a clock that stands still, which are stopped after each spec. */
import { type EventClass, Node, type NodeOptions, silentLogger } from '../../lib/index.ts';
import { captureEvents, ManualClock } from '../../lib/testkit/index.ts';

const running: { node: Node; clock: ManualClock }[] = [];

/** A local node whose time is `clock`, and whose chance is always the middle. */
export async function startNode(options: NodeOptions = {}): Promise<{ node: Node; clock: ManualClock }> {
  const clock = new ManualClock();
  const node = await Node.start({ clock, logger: silentLogger, random: () => 0.5, ...options });
  running.push({ node, clock });
  await clock.settle(); // the guardian has started: what is heard from now on is not about it
  return { node, clock };
}

afterEach(async () => {
  for (const { node, clock } of running.splice(0)) {
    const stopped = node.stop();
    await clock.advance(20_000); // whoever still hangs is let go of and killed meanwhile
    await stopped;
  }
});

/** All events of a class from now on. */
export const heard = <E>(node: Node, event: EventClass<E>): E[] => captureEvents(node, event).events;

/** A promise and what settles it: what a spec holds an actor with. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
  fail(error: Error): void;
}

export function gate(): Gate {
  let [open, fail]: [() => void, (error: Error) => void] = [() => {}, () => {}];
  const opened = new Promise<void>((resolve, reject) => {
    [open, fail] = [resolve, reject];
  });
  return { opened, open: () => open(), fail: error => fail(error) };
}

/** What `promise` is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('the promise was not rejected');
}

/** A function actor that puts what it gets into `seen`. */
export const into = (seen: unknown[]) => (message: unknown) => void seen.push(message);

/** How a promise has ended, as soon as it has. */
export function outcomeOf(promise: Promise<unknown>): unknown[] {
  const outcome: unknown[] = [];
  promise.then(
    value => outcome.push(value),
    error => outcome.push(error),
  );
  return outcome;
}

export function boom(): never {
  throw new Error('boom');
}

export async function soon() {
  await Promise.resolve();
}
