/** What the specs of the dashboard share: a node on a clock that stands still, and real HTTP. */
import { type IncomingMessage, request } from 'node:http';
import { Actor, type Node, type NodeOptions, oneForOne, type Ref, Restart } from '../../../lib/index.ts';
import { type Dashboard, type DashboardOptions, dashboard } from '../../../lib/observe/index.ts';
import type { ManualClock } from '../../../lib/testkit/index.ts';
import { startNode } from '../../core/support.ts';

export const token = 'a-token-that-is-long';

export interface Shown {
  readonly node: Node;
  readonly clock: ManualClock;
  readonly board: Dashboard;
}

/** A node with a dashboard on a port that was free; both end with the spec. */
export async function showNode(
  options: DashboardOptions = {},
  nodeOptions: NodeOptions = {},
): Promise<Shown> {
  const { node, clock } = await startNode({
    supervision: oneForOne({ decide: () => Restart, max: 100, within: 1 }),
    ...nodeOptions,
  });
  return { node, clock, board: await dashboard(node, { port: 0, ...options }) };
}

/** Asks the actor that it is sent, and waits for the answer; answers whatever else it is sent. */
export class Asker extends Actor {
  override receive(message: unknown) {
    if (!(message instanceof Object)) return this.reply('yes');
    return (message as Ref).ask('?', { timeout: 600_000 });
  }
}

/** Two actors that wait for each other's answers from now on. */
export function letCircle(node: Node): void {
  const [anna, bert] = [node.spawn(Asker, { name: 'anna' }), node.spawn(Asker, { name: 'bert' })];
  anna.tell(bert);
  bert.tell(anna);
}

/** An actor that gets 30 messages more per second than it takes, and whose mailbox so only grows until it ends. */
export function letGrow({ node, clock }: Shown): Ref {
  const ref = node.spawn(() => new Promise<void>(resolve => clock.after(100, resolve)), { name: 'slow' });
  const feed = () => {
    if (ref.isStopped) return;
    ref.tell('more');
    clock.after(25, feed);
  };
  feed();
  return ref;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the answer is
  readonly json: any;
}

export interface Asking {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** With any header, `Host` too, which `fetch` does not let one set. */
export function ask({ port }: Dashboard, path: string, asking: Asking = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body } = asking;
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, async response => {
      let text = '';
      try {
        for await (const chunk of response.setEncoding('utf8')) text += chunk;
      } catch (error) {
        return reject(error);
      }
      const isJson = response.headers['content-type']?.startsWith('application/json');
      const json = isJson && text !== '' ? JSON.parse(text) : undefined;
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Does something by hand, with all that is needed for it but what is taken away. */
export function command(
  board: Dashboard,
  action: string,
  body: object,
  headers: Record<string, string> = {},
) {
  const all: Record<string, string> = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'x-troupe-control': '1',
    ...headers,
  };
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
  return ask(board, `/api/control/${action}`, {
    method: 'POST',
    headers: given,
    body: JSON.stringify(body),
  });
}

export interface Told {
  readonly kind: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever was told
  readonly data: any;
}

/** An open stream; `next` gives what was told after what it gave before. */
export interface Listening {
  next(kind?: string): Promise<Told>;
  /** Resolves when the other side has ended it. */
  readonly ended: Promise<void>;
  close(): void;
}

export function listen({ port }: Dashboard, path: string): Promise<Listening> {
  const told: Told[] = [];
  let wake = () => {};
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, agent: false }, response => {
      if (response.statusCode !== 200) return reject(new Error(`answered ${response.statusCode}`));
      let rest = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        const messages = (rest + chunk).split('\n\n');
        rest = messages.pop() as string;
        for (const message of messages) {
          const [, kind = '', json = ''] = /^event: (\w+)\ndata: (.*)$/.exec(message) ?? [];
          if (kind !== '') told.push({ kind, data: JSON.parse(json) });
        }
        wake();
      });
      const ended = new Promise<void>(end => response.on('close', end));
      const next = async (kind?: string): Promise<Told> => {
        for (;;) {
          const at = told.findIndex(one => kind === undefined || one.kind === kind);
          if (at !== -1) return told.splice(at, 1)[0] as Told;
          await new Promise<void>(woken => {
            wake = woken;
          });
        }
      };
      resolve({ next, ended, close: () => sent.destroy() });
    });
    sent.on('error', reject);
    sent.end();
  });
}
