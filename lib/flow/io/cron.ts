/** The door to croner: when a schedule is due. Knows no timer. */
import type * as Croner from 'croner';
import { asError, show } from '../../base/errors.ts';
import { SetupError } from '../events/errors.ts';
import { loadPackage } from '../optional.ts';

/**
 * A schedule by its fields, each in the language of cron: `5`, `'*'`, `'1-5'`, `'1,15'`, `'1-59/10'`, `'mon-fri'`. Fields that stand
 * before the last given one and are not given are any; those behind it are the least: `{ hour: 4 }` is daily at 04:00:00. A date
 * must match all fields.
 */
export interface CronFields {
  year?: number | string | undefined;
  month?: number | string | undefined;
  day?: number | string | undefined;
  /** The week of the year, by ISO 8601, from 1 to 53. */
  week?: number | string | undefined;
  /** 0 and 7 are Sunday. */
  dayOfWeek?: number | string | undefined;
  /** The older name of `dayOfWeek`. */
  day_of_week?: number | string | undefined;
  hour?: number | string | undefined;
  minute?: number | string | undefined;
  second?: number | string | undefined;
}

const fields = ['year', 'month', 'day', 'week', 'dayOfWeek', 'hour', 'minute', 'second'] as const;
const least = {
  year: '*',
  month: '1',
  day: '1',
  week: '*',
  dayOfWeek: '*',
  hour: '0',
  minute: '0',
  second: '0',
} as const;

const aDay = 86_400_000;
/** Weeks that are looked through for the right one: some years have no week 53. */
const mostWeeks = 53 * 30;

/** A schedule. */
export class Schedule {
  readonly #cron: Croner.Cron;
  readonly #weeks: ReadonlySet<number> | undefined;
  readonly #timezone: string | undefined;

  /**
   * @param given a text of cron with five to seven fields (seconds first, the year last), or fields
   * @param timezone such as `Europe/Paris`; that of this machine unless given
   * @throws SetupError when it is none; PackageMissing without croner
   */
  constructor(given: string | CronFields, timezone: string | undefined, user: string) {
    const { Cron } = loadPackage<typeof Croner>('croner', user);
    const pattern = typeof given === 'string' ? given : patternOf(modern(given));
    this.#weeks = typeof given === 'string' ? undefined : weeksOf(given.week);
    this.#timezone = timezone;
    try {
      this.#cron = new Cron(pattern, {
        ...(timezone !== undefined && { timezone }),
        ...(typeof given !== 'string' && { domAndDow: true }),
      });
      this.next(0);
    } catch (error) {
      if (error instanceof SetupError) throw error;
      throw new SetupError(`${show(given)} is no schedule: ${asError(error).message}`, { cause: error });
    }
  }

  /**
   * When it is due for the first time after `wall`; undefined when never again.
   * @param wall ms since the Unix epoch
   */
  next(wall: number): number | undefined {
    let from = wall;
    for (let tries = 0; tries < mostWeeks; tries++) {
      const due = this.#cron.nextRun(new Date(from))?.getTime();
      if (due === undefined || this.#weeks === undefined) return due;
      const { week, daysLeft } = weekOf(due, this.#timezone);
      if (this.#weeks.has(week)) return due;
      // The next one that may be right is in another week: a ms earlier, since what is due then counts.
      from = Math.max(due, this.#startOfDay(due, daysLeft) - 1);
    }
    return undefined;
  }

  /** The start of the day that is so many days later, where the schedule is. */
  #startOfDay(wall: number, days: number): number {
    const { year, month, day } = dateOf(wall, this.#timezone);
    const guess = Date.UTC(year, month - 1, day + days);
    // How far that place is from UTC then; a change of the clocks happens later on that day.
    const there = dateOf(guess, this.#timezone);
    const offset = Date.UTC(there.year, there.month - 1, there.day, there.hour, there.minute) - guess;
    return guess - offset;
  }
}

/** Without older names. */
const modern = ({ day_of_week: dayOfWeek, ...given }: CronFields): CronFields =>
  dayOfWeek === undefined ? given : { dayOfWeek, ...given };

function patternOf(given: CronFields): string {
  const known: readonly string[] = fields;
  const strange = Object.keys(given).find(name => !known.includes(name));
  if (strange !== undefined)
    throw new SetupError(`a schedule has no field ${strange}: it has ${fields.join(', ')}`);
  const last = fields.findLastIndex(name => given[name] !== undefined);
  if (last === -1) throw new SetupError(`a schedule needs one of the fields ${fields.join(', ')}`);
  const text = (name: (typeof fields)[number]): string => {
    const value = given[name];
    if (value === undefined) return fields.indexOf(name) < last ? '*' : least[name];
    if (/^[\w*,/#?+-]+$/.test(String(value))) return String(value);
    throw new SetupError(
      `the ${name} of a schedule must be a field of cron such as '*/5', not ${show(value)}`,
    );
  };
  return ['second', 'minute', 'hour', 'day', 'month', 'dayOfWeek', 'year']
    .map(name => text(name as (typeof fields)[number]))
    .join(' ');
}

function weeksOf(given: number | string | undefined): ReadonlySet<number> | undefined {
  if (given === undefined || given === '*') return undefined;
  const weeks = new Set<number>();
  for (const part of String(given).split(',')) {
    const found = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part);
    const [, from, to, step] = found ?? [];
    const first = Number(from ?? 1);
    const end = Number(to ?? (from === undefined || step !== undefined ? 53 : from));
    const stride = Number(step ?? 1);
    if (found === null || first < 1 || end > 53 || first > end || stride < 1)
      throw new SetupError(`the week of a schedule must be such as 1, '1-10' or '*/2', not ${show(given)}`);
    for (let week = first; week <= end; week += stride) weeks.add(week);
  }
  return weeks;
}

interface LocalDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

function dateOf(wall: number, timezone: string | undefined): LocalDate {
  const parts = new Intl.DateTimeFormat('en-US', {
    ...(timezone !== undefined && { timeZone: timezone }),
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(wall);
  const part = (type: string) => Number(parts.find(one => one.type === type)?.value);
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
  };
}

/** The week, and how many days it is to the next one. */
function weekOf(wall: number, timezone: string | undefined): { week: number; daysLeft: number } {
  const { year, month, day } = dateOf(wall, timezone);
  const date = Date.UTC(year, month - 1, day);
  const weekday = (new Date(date).getUTCDay() + 6) % 7;
  // A week belongs to the year in which its Thursday is.
  const thursday = date + (3 - weekday) * aDay;
  const newYear = Date.UTC(new Date(thursday).getUTCFullYear(), 0, 1);
  return { week: 1 + Math.floor((thursday - newYear) / (7 * aDay)), daysLeft: 7 - weekday };
}
