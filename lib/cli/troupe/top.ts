/** `troupe top`: the busiest actors of a node, live. */
import { messageOf } from '../../base/explain.ts';
import { type Cancel, systemClock } from '../../base/world.ts';
import { actorTable, headerOf } from '../../observe/console/format.ts';
import { sampled } from '../../observe/console/sampled.ts';
import type { Source } from '../../observe/console/source.ts';
import { lookOptions, nodeHelp, type TroupeCommand } from './command.ts';
import { print, printJson, widthOfTerminal, withLook } from './look.ts';
import { filterOf, listHelp, listOptions } from './ps.ts';
import { Screen, type TerminalStreams } from './screen.ts';
import { milliseconds } from './target.ts';
import { TopModel } from './topModel.ts';

export const top: TroupeCommand = {
  usage: '[NODE[/path]] [--once] [options]',
  summary: 'shows the busiest actors of a node, live',
  details: `${nodeHelp}${listHelp}\
  -i, --interval MS       how often it looks (1000)
      --once              prints one list and ends; also when standard output is no terminal

Keys: q quits; r, s, m, x, h, u, p sort by messages per second, share of the event loop, messages that wait, restarts,
messages handled, uptime, path; / filters; arrows mark an actor, Enter inspects it, Escape goes back; space pauses.
`,
  options: {
    ...lookOptions,
    ...listOptions,
    interval: { type: 'string', short: 'i' },
    once: { type: 'boolean' },
  },
  operands: [0, 1],
  async run(line) {
    const { values } = line;
    const given = filterOf(values, 'rate');
    const interval = milliseconds('interval', values.interval) ?? 1000;
    return withLook(line, async (look, under) => {
      const filter = { ...given, under };
      const isLive = values.once !== true && values.json !== true && process.stdout.isTTY;
      if (isLive && process.stdin.isTTY) {
        const streams = { input: process.stdin, output: process.stdout };
        await live(look, filter, interval, streams, hasColors());
        return 0;
      }
      await sampled(look);
      const [overview, { total, rows }] = [
        await look.query('overview', {}),
        await look.query('actors', filter),
      ];
      if (values.json === true) return printJson({ overview, total, rows });
      const more = total > rows.length ? [`${total} in all`] : [];
      return print([...headerOf(overview), '', ...actorTable(rows, widthOfTerminal()), ...more].join('\n'));
    });
  },
};

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const hasColors = () => {
  const { NO_COLOR } = process.env;
  return !NO_COLOR;
};

/** A node that does not answer may be very busy, which is worth waiting for: so often in a row. */
const mostFailures = 3;

/**
 * Shows it until a key or a signal ends it.
 * @throws what the node answers with when it is gone; the screen has been given back then
 */
export async function live(
  source: Pick<Source, 'query'>,
  { sort, search, ...filter }: ReturnType<typeof filterOf> & { readonly under: string | undefined },
  interval: number,
  streams: TerminalStreams,
  colors: boolean,
): Promise<void> {
  const model = new TopModel(sort, search);
  let wake = () => {};
  let finish = () => {};
  const finished = new Promise<void>(resolve => {
    finish = resolve;
  });
  let isDue = true;
  let failures = mostFailures - 1; // the first answer is not waited for again
  const draw = () => screen.draw(model.lines(screen.size, colors));
  const onKey = (key: Parameters<TopModel['press']>[0]) => {
    if (model.press(key)) isDue = true;
    draw();
    if (model.isOver) finish();
    if (isDue) wake();
  };
  const screen = new Screen(streams, onKey, draw);
  const onSignal = () => {
    model.isOver = true;
    finish();
  };
  for (const signal of signals) process.on(signal, onSignal);

  async function ask(): Promise<void> {
    isDue = false;
    const { closely: path, limit } = model;
    const wanted = { ...filter, sort: model.sort, search: model.search || undefined, limit };
    try {
      const [overview, actors, view] = await Promise.all([
        source.query('overview', {}),
        source.query('actors', wanted),
        path === undefined ? undefined : source.query('actor', { path, peek: 20 }),
      ]);
      const closely = path === undefined ? undefined : { path, view: view ?? undefined };
      model.take({ overview, actors, closely });
      failures = 0;
    } catch (error) {
      if (++failures >= mostFailures) throw error;
      model.complain(messageOf(error));
    }
    draw();
  }

  try {
    draw();
    while (!model.isOver) {
      if (isDue || !model.isPaused) {
        const asking = ask();
        asking.catch(() => {}); // once it is finished, nobody wants to know
        await Promise.race([asking, finished]);
      }
      if (model.isOver || isDue) continue;
      let cancel: Cancel = () => {};
      const waited = new Promise<void>(resolve => {
        wake = resolve;
        cancel = systemClock.after(interval, resolve);
      });
      await Promise.race([waited, finished]);
      cancel();
    }
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
    screen.close();
  }
}
