import { assert } from 'chai';
import { type CronFields, Schedule } from '../../../lib/flow/io/cron.ts';

/** The next times after the start of 2026, which is a Thursday, in UTC. */
function times(given: string | CronFields, count: number, timezone = 'UTC'): string[] {
  const schedule = new Schedule(given, timezone, 'a spec');
  const found: string[] = [];
  let at: number | undefined = Date.UTC(2026, 0, 1);
  for (let n = 0; n < count; n++) {
    at = schedule.next(at);
    if (at === undefined) break;
    found.push(new Date(at).toISOString().slice(0, 19));
  }
  return found;
}

describe('Schedule', () => {
  it('reads a text with seconds and without', () => {
    assert.deepEqual(times('15 4 * * *', 1), ['2026-01-01T04:15:00']);
    assert.deepEqual(times('30 15 4 * * *', 1), ['2026-01-01T04:15:30']);
  });

  it('takes fields as any before the last given one, and as the least behind it', () => {
    assert.deepEqual(times({ minute: 30 }, 2), ['2026-01-01T00:30:00', '2026-01-01T01:30:00']);
    assert.deepEqual(times({ month: 3 }, 2), ['2026-03-01T00:00:00', '2027-03-01T00:00:00']);
    assert.deepEqual(times({ year: 2030, second: '*/40' }, 2), [
      '2030-01-01T00:00:00',
      '2030-01-01T00:00:40',
    ]);
  });

  it('wants all fields of a date to match', () => {
    assert.deepEqual(times({ day: 13, dayOfWeek: 'fri' }, 2), ['2026-02-13T00:00:00', '2026-03-13T00:00:00']);
  });

  it('knows the weeks of the year', () => {
    assert.deepEqual(times({ week: 2, dayOfWeek: 'mon', hour: 6 }, 2), [
      '2026-01-05T06:00:00',
      '2027-01-11T06:00:00',
    ]);
    assert.deepEqual(times({ week: '10-20/10', dayOfWeek: 'sun' }, 3), [
      '2026-03-08T00:00:00',
      '2026-05-17T00:00:00',
      '2027-03-14T00:00:00',
    ]);
  });

  it('finds the rare week 53 by the second, without trying each', () => {
    assert.deepEqual(times({ year: '2027-2040', week: 53, second: '*' }, 1), ['2027-01-01T00:00:00']);
    assert.deepEqual(times({ year: '2028-2040', week: 53, second: '*' }, 1), ['2032-12-27T00:00:00']);
  });

  it('knows where it is, also about weeks', () => {
    assert.deepEqual(times({ hour: 4 }, 1, 'America/New_York'), ['2026-01-01T09:00:00']);
    assert.deepEqual(times({ week: 2, dayOfWeek: 'mon', hour: 0 }, 1, 'Asia/Tokyo'), ['2026-01-04T15:00:00']);
  });

  it('is never due when there is no such time', () => {
    assert.deepEqual(times('0 0 0 1 1 * 2020', 1), []);
  });
});
