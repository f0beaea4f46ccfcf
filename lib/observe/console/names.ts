/** What can be called in a console: the same whether the node is this process's own, behind a socket, or another one. */
import { inspect } from 'node:util';
import { show } from '../../base/errors.ts';
import { formatReport } from '../doctor/report.ts';
import { CannotLook } from './cannotLook.ts';
import { shown, type Terminal } from './evaluator.ts';
import { actorTable, actorText, eventLine, headerOf, traceLine } from './format.ts';
import { ofThisRealm } from './realm.ts';
import { sampled } from './sampled.ts';
import type { Deed, Source } from './source.ts';
import { treeOf, treeText } from './treeText.ts';

export interface Desk {
  readonly source: Source;
  /** How wide the terminal is by now. */
  readonly terminal: () => Terminal;
  readonly print: (text: string) => void;
  /** Resolves when nobody waits for what is running now. */
  readonly abandoned: () => Promise<void>;
}

/** How it is shown; as a value it is what it was. */
function seenAs<T extends object>(value: T, text: () => string): T {
  return Object.defineProperty(value, inspect.custom, { value: text });
}

export const helpText = `\
tree(path?, { depth, limit })    the actors at and below a path (everywhere), with their state, restarts and messages
ps({ sort, search, under, limit, system })
                                 actors in a list; sort: path, rate, share, handled, queued, restarts or uptime
inspect(path)                    one actor closely: its mailbox, who watches it, what happened to it
stats()                          how the node does
events({ kinds, levels, subject, search, limit })
                                 what has happened since somebody has looked, the newest last
deadLetters({ reason, limit })   messages that nobody got
doctor({ slow })                 what is stuck
exhibits()                       flows, pools and whatever else shows itself
tell(path, message)              sends a message; send is the same
ask(path, message, timeout?)     sends one and shows the answer; timeout in ms (5000)
restart(path)  stop(path)  kill(path)
trace(path)                      prints each message that the actor takes, until Ctrl-C
query(name, params?)             any question that the node answers
help()                           this

What these give is shown when it is there; in longer code write await: (await ps()).filter(({ queued }) => queued > 0)
`;

/** The names and what they do. */
export function namesFor({ source, terminal, print, abandoned }: Desk): Record<string, unknown> {
  const pathOf = (verb: string, path: unknown): string => {
    if (typeof path === 'string' && path.startsWith('/')) return path;
    throw new TypeError(`${verb}: expected the path of an actor, such as '/a/b', not ${show(path)}`);
  };
  const optionsOf = (verb: string, options: unknown): object => {
    if (typeof options === 'object' && options !== null) return ofThisRealm(options) as object;
    throw new TypeError(`${verb}: expected an object of options, not ${show(options)}`);
  };
  const width = () => terminal().columns;

  async function inspectActor(given: unknown) {
    const path = pathOf('inspect', given);
    const actor = await source.query('actor', { path, peek: 10 });
    if (actor === undefined) throw new CannotLook(`there is no live actor ${path}; tree() shows all`);
    return seenAs(actor, () => actorText(actor));
  }

  async function trace(given: unknown): Promise<void> {
    const path = pathOf('trace', given);
    const until = abandoned();
    const stop = await source.trace(path, (trace, skipped) =>
      print(trace === undefined ? `… and ${skipped} more within a second` : traceLine(trace)),
    );
    print(`each message that ${path} takes, until Ctrl-C:`);
    await until;
    stop();
  }

  async function act(deed: Deed, path: unknown): Promise<void> {
    const { text } = await source.control(deed, pathOf(deed, path));
    print(text);
  }

  const functions = {
    async tree(path: unknown = '/', options: unknown = {}) {
      const lines = await treeOf(source, pathOf('tree', path), optionsOf('tree', options));
      return seenAs(lines, () => treeText(lines));
    },
    async ps(filter: unknown = {}) {
      await sampled(source);
      const { rows, total } = await source.query('actors', { limit: 50, ...optionsOf('ps', filter) });
      return seenAs([...rows], () =>
        [...actorTable(rows, width()), ...(total > rows.length ? [`${total} in all`] : [])].join('\n'),
      );
    },
    inspect: inspectActor,
    async stats() {
      await sampled(source);
      const view = await source.query('overview', {});
      return seenAs(view, () => headerOf(view).join('\n'));
    },
    async events(filter: unknown = {}) {
      const found = [
        ...(await source.query('events', { limit: 50, ...optionsOf('events', filter) })),
      ].reverse();
      return seenAs(
        found,
        () => found.map(eventLine).join('\n') || 'nothing has happened since somebody has looked',
      );
    },
    deadLetters: async (filter: unknown = {}) =>
      source.query('deadLetters', { limit: 50, ...optionsOf('deadLetters', filter) }),
    async doctor(options: unknown = {}) {
      const diagnosis = await source.query('doctor', optionsOf('doctor', options));
      return seenAs(diagnosis, () => formatReport(diagnosis, { width: width() }));
    },
    exhibits: async () => source.query('exhibits', {}),
    tell: async (path: unknown, message: unknown) => source.tell(pathOf('tell', path), ofThisRealm(message)),
    send: async (path: unknown, message: unknown) => source.tell(pathOf('send', path), ofThisRealm(message)),
    ask: async (path: unknown, message: unknown, timeout?: number) =>
      source.ask(pathOf('ask', path), ofThisRealm(message), timeout),
    restart: (path: unknown) => act('restart', path),
    stop: (path: unknown) => act('stop', path),
    kill: (path: unknown) => act('kill', path),
    trace,
    query: async (name: never, params: unknown = {}) =>
      source.query(name, optionsOf('query', params) as never),
    help: async () => void print(helpText.trimEnd()),
  };
  return Object.fromEntries(
    Object.entries(functions).map(([name, act]) => [
      name,
      (...args: unknown[]) => shown((act as (...args: unknown[]) => Promise<unknown>)(...args)),
    ]),
  );
}
