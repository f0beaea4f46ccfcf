/**
 * What a thread is doing that does not answer: its JavaScript is interrupted by the inspector, for as long as it takes to
 * read the calls that are under way. Where another inspector is at work, or the thread is inside native code, nothing is found.
 */
import type { Session } from 'node:inspector';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../base/world.ts';
import type { Sample } from './line.ts';

/** Where a thread keeps a function that says which actor's code runs. */
export const busyActor = Symbol.for('troupe.busyActor');

/** How many calls are of interest. */
const mostCalls = 12;

interface CallFrame {
  readonly callFrameId: string;
  readonly functionName: string;
  readonly url: string;
  readonly location: { readonly scriptId: string; readonly lineNumber: number };
}

interface Said {
  readonly id?: number;
  readonly method?: string;
  readonly params?: {
    readonly callFrames?: readonly CallFrame[];
    readonly scriptId?: string;
    readonly url?: string;
  };
  readonly result?: { readonly result?: { readonly value?: unknown } };
}

export function sampleWorker(
  session: Session,
  threadId: number,
  clock: Clock,
  timeout: number,
): Promise<Sample | undefined> {
  return new Promise(resolve => {
    let sessionId: string | undefined;
    let calls: readonly string[] | undefined;
    const urls = new Map<string, string>();
    const cancel = clock.after(timeout, () => end(undefined));
    const tell = (id: number, method: string, params = {}) =>
      session.post('NodeWorker.sendMessageToWorker', {
        sessionId: sessionId as string,
        message: JSON.stringify({ id, method, params }),
      });
    const release = () => {
      // It would stay interrupted, and then it can't even be ended: nor this process, which waits for it.
      if (sessionId !== undefined) {
        tell(3, 'Debugger.disable');
        session.post('NodeWorker.detach', { sessionId });
      }
      session.disconnect();
    };
    process.once('exit', release);
    const end = (actor: unknown) => {
      cancel();
      process.off('exit', release);
      release();
      resolve(calls && { calls, actor: typeof actor === 'string' ? actor : undefined });
    };
    session.on('NodeWorker.attachedToWorker', ({ params }) => {
      // The ids that the inspector gives are others.
      if (!params.workerInfo.title.startsWith(`[worker ${threadId}]`)) return;
      sessionId = params.sessionId;
      tell(0, 'Debugger.enable');
      tell(1, 'Debugger.pause');
    });
    session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
      if (params.sessionId !== sessionId) return;
      const said = JSON.parse(params.message) as Said;
      const frames = said.params?.callFrames;
      if (said.method === 'Debugger.scriptParsed')
        urls.set(String(said.params?.scriptId), String(said.params?.url));
      else if (said.method === 'Debugger.paused' && frames !== undefined) {
        calls = frames.slice(0, mostCalls).map(frame => textOf(frame, urls));
        const expression = `globalThis[Symbol.for('${busyActor.description}')]?.()`;
        const { callFrameId } = frames[0] ?? {};
        if (callFrameId === undefined) end(undefined);
        else tell(2, 'Debugger.evaluateOnCallFrame', { callFrameId, expression, returnByValue: true });
      } else if (said.id === 2) end(said.result?.result?.value);
    });
    session.connect();
    session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
  });
}

function textOf({ functionName, url, location }: CallFrame, urls: ReadonlyMap<string, string>): string {
  const where = url === '' ? (urls.get(location.scriptId) ?? '') : url;
  const file = where.startsWith('file:') ? fileURLToPath(where) : where;
  return `${functionName || '(anonymous)'} (${file}:${location.lineNumber + 1})`;
}
