/**
 * What a thread is doing that does not answer: the inspector has it look at its own calls, in the middle of whatever they do. It
 * is never paused: one that waits for a debugger can't be ended. While the thread is inside native code nothing is found.
 */
import type { Session } from 'node:inspector';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../base/world.ts';
import type { Sample } from './line.ts';

/** Where a thread keeps the function that looks. */
const lookName = 'troupe.look';

/** How many calls are of interest. */
const mostCalls = 12;

/** What comes back from the thread. */
interface Said {
  readonly id?: number;
  readonly result?: { readonly result?: { readonly value?: Sample } };
}

/**
 * To be called in a thread that may be asked what it is doing.
 * @param actor gives the path of the actor whose code runs
 */
export function letSample(actor: () => string | undefined): void {
  const look = (): Sample => ({ calls: callsBelow(look), actor: actor() });
  Object.defineProperty(globalThis, Symbol.for(lookName), { value: look, configurable: true });
}

function callsBelow(inner: () => unknown): string[] {
  const { stackTraceLimit, prepareStackTrace } = Error;
  // Between the two is what the inspector runs.
  Error.stackTraceLimit = mostCalls + 1;
  Error.prepareStackTrace = (_, calls) => calls.slice(1).map(textOf);
  try {
    const found: { stack?: unknown } = {};
    Error.captureStackTrace(found, inner);
    return found.stack as string[];
  } finally {
    Object.assign(Error, { stackTraceLimit, prepareStackTrace });
  }
}

function textOf(call: NodeJS.CallSite): string {
  const where = call.getFileName() ?? '';
  const file = where.startsWith('file:') ? fileURLToPath(where) : where;
  return `${call.getFunctionName() || '(anonymous)'} (${file}:${call.getLineNumber()})`;
}

/** Undefined when nothing is found within `timeout` ms. */
export function sampleWorker(
  session: Session,
  threadId: number,
  clock: Clock,
  timeout: number,
): Promise<Sample | undefined> {
  return new Promise(resolve => {
    let sessionId: string | undefined;
    const cancel = clock.after(timeout, () => end(undefined));
    const end = (sample: Sample | undefined) => {
      cancel();
      session.disconnect();
      resolve(sample);
    };
    session.on('NodeWorker.attachedToWorker', ({ params }) => {
      // The ids that the inspector gives are others.
      if (!params.workerInfo.title.startsWith(`[worker ${threadId}]`)) return;
      sessionId = params.sessionId;
      const expression = `globalThis[Symbol.for('${lookName}')]?.()`;
      const question = { id: 1, method: 'Runtime.evaluate', params: { expression, returnByValue: true } };
      session.post('NodeWorker.sendMessageToWorker', { sessionId, message: JSON.stringify(question) });
    });
    session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
      if (params.sessionId !== sessionId) return;
      const { id, result } = JSON.parse(params.message) as Said;
      if (id === 1) end(result?.result?.value);
    });
    session.connect();
    session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
  });
}
