/** What is known of a node, as text for a terminal. Whatever comes from actors can't move the cursor. */
import type { ActorRow, ActorView, EventView, NodeView } from '../observatory/views.ts';
import type { TraceView } from './tracing.ts';

/** Names may be any text. */
export const clean = (text: string): string => text.replace(/\p{Cc}|\p{Cf}/gu, '�');
/** The same of what may have several lines. */
export const cleanLines = (text: string): string => text.split('\n').map(clean).join('\n');

/** `text` in at most `width` columns, shortened where a path says the least: in the middle. */
export function shorten(text: string, width: number): string {
  const letters = [...text];
  if (letters.length <= width) return text;
  if (width <= 1) return '…'.slice(0, width);
  const head = Math.floor((width - 1) / 3);
  return `${letters.slice(0, head).join('')}…${letters.slice(letters.length - (width - 1 - head)).join('')}`;
}

/** `text` in at most `width` columns, without its end. */
export function cut(text: string, width: number): string {
  const letters = [...text];
  return letters.length <= width ? text : `${letters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

const widthOf = (text: string) => [...text].length;
const padEnd = (text: string, width: number) => text + ' '.repeat(Math.max(0, width - widthOf(text)));
const padStart = (text: string, width: number) => ' '.repeat(Math.max(0, width - widthOf(text))) + text;

export interface Column<T> {
  readonly title: string;
  readonly isNumber?: boolean;
  /** The least width that it may be shortened to; it keeps its own unless given. */
  readonly least?: number;
  text(row: T): string;
}

/** Lines of columns, the first of them the titles. */
export function table<T>(rows: readonly T[], columns: readonly Column<T>[], width: number): string[] {
  const cells = [columns.map(({ title }) => title), ...rows.map(row => columns.map(({ text }) => text(row)))];
  const widths = columns.map((_, i) => Math.max(...cells.map(line => widthOf(line[i] ?? ''))));
  let surplus = widths.reduce((sum, one) => sum + one + 2, -2) - width;
  for (const [i, { least }] of columns.entries()) {
    if (least === undefined || surplus <= 0) continue;
    const taken = Math.min(surplus, Math.max(0, (widths[i] ?? 0) - least));
    widths[i] = (widths[i] ?? 0) - taken;
    surplus -= taken;
  }
  return cells.map(line =>
    line
      .map((cell, i) => {
        const [wide, text] = [widths[i] ?? 0, shorten(cell, widths[i] ?? 0)];
        if (columns[i]?.isNumber === true) return padStart(text, wide);
        return i === line.length - 1 ? text : padEnd(text, wide);
      })
      .join('  '),
  );
}

export const actorColumns: readonly Column<ActorRow>[] = [
  { title: 'path', least: 12, text: ({ path }) => clean(path) },
  { title: 'class', least: 8, text: ({ className }) => clean(className) },
  { title: 'state', text: ({ state }) => state },
  { title: 'msg/s', isNumber: true, text: ({ rate }) => perSecond(rate) },
  { title: 'share', isNumber: true, text: ({ share }) => percent(share) },
  { title: 'queued', isNumber: true, text: ({ queued, stashed }) => amount(queued + stashed) },
  { title: 'restarts', isNumber: true, text: ({ restarts }) => amount(restarts) },
  {
    title: 'busy for',
    isNumber: true,
    text: ({ busyFor }) => (typeof busyFor === 'number' ? span(busyFor) : ''),
  },
];

export const actorTable = (rows: readonly ActorRow[], width: number): string[] =>
  table(rows, actorColumns, width);

/** Thousands apart: 12 345. */
export const amount = (count: number): string => String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ' ');
export const perSecond = (rate: number): string => (rate > 0 && rate < 10 ? rate.toFixed(1) : amount(rate));
export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
export const bytes = (count: number): string => `${(count / 1024 / 1024).toFixed(1)} MiB`;

/** ms as people say it. */
export function span(ms: number): string {
  if (ms < 1) return `${(ms * 1000).toFixed(0)} µs`;
  if (ms < 1000) return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1000)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `14:05:09.123`. */
export const timeOf = (at: number): string => new Date(at).toISOString().slice(11, 23);

/** How a node does, in a few lines. */
export function headerOf({ address, pid, versions, stats, rates, eventLoop, memory }: NodeView): string[] {
  const { delay, utilization } = eventLoop;
  const waiting = stats.queued + stats.stashed;
  return [
    `${clean(address ?? 'no address')}  pid ${pid}  troupe ${versions.troupe}  node ${versions.node}  actors: ${amount(stats.actors)}  waiting messages: ${amount(waiting)}`,
    `messages/s: ${perSecond(rates.handled)} handled, ${perSecond(rates.sent)} sent, ${perSecond(rates.deadLetters)} dead letters; restarts/s: ${perSecond(rates.restarts)}`,
    `event loop: ${percent(utilization)} busy, late by ${span(delay.mean)} (99 %: ${span(delay.p99)}, most ${span(delay.max)}); memory: ${bytes(memory.rss)}, heap ${bytes(memory.heapUsed)} of ${bytes(memory.heapTotal)}`,
  ];
}

/** One actor, closely. */
export function actorText(actor: ActorView): string {
  const { meters, ...facts } = factsOf(actor);
  const lines = Object.entries({ ...facts, ...meters })
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${`${name}:`.padEnd(16)}${value}`);
  const { mailbox, history } = actor;
  const waiting = mailbox.map(
    ({ text, sender }) => `  ${oneLine(text)}${sender ? `  from ${clean(sender)}` : ''}`,
  );
  return [
    ...lines,
    ...(waiting.length > 0 ? ['next in its mailbox:', ...waiting] : []),
    ...(history.length > 0 ? ['what happened to it:', ...history.map(event => `  ${eventLine(event)}`)] : []),
  ].join('\n');
}

function factsOf(actor: ActorView) {
  const { current, lastError, restartsLeft, busyFor } = actor;
  const list = (all: readonly string[]) => all.map(clean).join(', ');
  return {
    ...{ actor: clean(actor.address), class: clean(actor.className), state: actor.state as string },
    uptime: span(actor.uptime),
    restarts: `${actor.restarts}${typeof restartsLeft === 'number' ? ` (${restartsLeft} left)` : ''}`,
    mailbox: `${amount(actor.queued)} queued, ${amount(actor.stashed)} stashed`,
    meters: {
      handled: `${amount(actor.handled)}, ${perSecond(actor.rate)} per second`,
      share: `${percent(actor.share)} of the event loop, at most ${span(actor.longestTurn)} at once`,
      'busy for': typeof busyFor === 'number' ? span(busyFor) : '',
      'busy with': current
        ? `${oneLine(current.text)}${current.sender ? `  from ${clean(current.sender)}` : ''}`
        : '',
      children: amount(actor.children),
      watchers: list(actor.watchers),
      watches: list(actor.watching),
      links: list(actor.links),
      'last error': lastError ? `${timeOf(lastError.at)} ${oneLine(lastError.text)}` : '',
    },
  };
}

export const oneLine = (text: string): string => clean(text.replace(/\s*\n\s*/g, ' '));

export const eventLine = ({ at, level, kind, subject, text }: EventView): string =>
  `${timeOf(at)} ${level.padEnd(5)} ${clean(kind)} ${clean(subject ?? '')} ${oneLine(text)}`.trimEnd();

/** `14:05:09.123 /counter ← add from /user$1: handled in 0.1 ms`. */
export function traceLine({ at, path, sender, message, ms, outcome, error }: TraceView): string {
  const from = sender === undefined ? '' : `  from ${clean(sender)}`;
  const failure = error === undefined ? '' : `: ${oneLine(error)}`;
  return `${timeOf(at)} ${clean(path)} ← ${oneLine(message)}${from}  ${outcome}${failure} in ${span(ms)}`;
}
