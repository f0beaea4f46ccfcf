/** `troupe ping`: how long it takes to a node, or to an actor and through its mailbox, and back. */
import { messageOf } from '../../base/explain.ts';
import { systemClock } from '../../base/world.ts';
import { isNodeAddress } from '../../core/address.ts';
import { CannotLook } from '../../observe/console/cannotLook.ts';
import { span } from '../../observe/console/format.ts';
import { lookOptions, nodeHelp, type TroupeCommand } from './command.ts';
import { print, printJson, withLook } from './look.ts';
import { type Look, lookOptionsOf, milliseconds, wholeNumber } from './target.ts';

interface Settings {
  readonly count: number;
  readonly interval: number;
  readonly timeout: number;
  readonly isSilent: boolean;
}

export interface PingResult {
  readonly asked: number;
  readonly answered: number;
  /** In ms; undefined when nothing was answered. */
  readonly min: number | undefined;
  readonly avg: number | undefined;
  readonly max: number | undefined;
}

export const ping: TroupeCommand = {
  usage: '[NODE][/path] [--count N] [--interval MS]',
  summary: 'measures the time to a node or an actor and back',
  details: `${nodeHelp}\
  -c, --count N           how often (4)
  -i, --interval MS       from one to the next (1000)

To a node: there and back by remoting, or through its socket, whether it is --observable or not. To an actor: also
through its mailbox. Ends with 0 when all have been answered. Ctrl-C ends it earlier.
`,
  options: {
    ...lookOptions,
    count: { type: 'string', short: 'c' },
    interval: { type: 'string', short: 'i' },
  },
  operands: [0, 1],
  async run(line) {
    const { values } = line;
    const settings = {
      count: wholeNumber('count', values.count) ?? 4,
      interval: milliseconds('interval', values.interval) ?? 1000,
      timeout: lookOptionsOf(values).timeout,
      isSilent: values.json === true,
    };
    return withLook(line, async (look, path) => {
      const result = await pingAll(look, path, settings);
      if (values.json === true) printJson(result);
      else print(summary(result));
      return result.answered === result.asked ? 0 : 1;
    });
  },
};

/** The title of a node on this machine need not be an address. */
function nameOf(title: string, path = ''): string {
  return path === '' || isNodeAddress(title) ? title + path : `${path} on ${title}`;
}

async function pingAll(look: Look, path: string | undefined, settings: Settings): Promise<PingResult> {
  const { count, interval, timeout, isSilent } = settings;
  let wake = () => {};
  let isOver = false;
  const onInterrupt = () => {
    isOver = true;
    wake();
  };
  process.once('SIGINT', onInterrupt);
  const say = (text: string) => {
    if (!isSilent) print(text);
  };
  const times: number[] = [];
  let asked = 0;
  const connected = await timed(look, undefined, timeout);
  say(`${nameOf(look.title, path)}: connected in ${span(connected)}`);
  for (; asked < count && !isOver; ) {
    asked++;
    try {
      const time = await timed(look, path, timeout);
      times.push(time);
      say(`${asked}: ${span(time)}`);
    } catch (error) {
      say(`${asked}: no answer: ${messageOf(error)}`);
      if (error instanceof CannotLook) isOver = true;
    }
    if (asked < count && !isOver)
      await new Promise<void>(resolve => {
        const cancel = systemClock.after(interval, resolve);
        wake = () => {
          cancel();
          resolve();
        };
      });
  }
  process.off('SIGINT', onInterrupt);
  return resultOf(asked, times);
}

async function timed(look: Look, path: string | undefined, timeout: number): Promise<number> {
  const began = systemClock.now();
  await look.ping(path, timeout);
  return systemClock.now() - began;
}

export function resultOf(asked: number, times: readonly number[]): PingResult {
  const answered = times.length;
  if (answered === 0) return { asked, answered, min: undefined, avg: undefined, max: undefined };
  const avg = times.reduce((sum, one) => sum + one, 0) / answered;
  return { asked, answered, min: Math.min(...times), avg, max: Math.max(...times) };
}

export function summary({ asked, answered, min, avg, max }: PingResult): string {
  const times =
    min === undefined || avg === undefined || max === undefined
      ? ''
      : `; min/avg/max ${[min, avg, max].map(span).join(' / ')}`;
  return `${asked} asked, ${answered} answered${times}`;
}
