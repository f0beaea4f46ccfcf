import { assert } from 'chai';
import { Event, JSONEvent, LogEvent, parseEvent, serializeEvent } from '../../../lib/flow/events/index.ts';

const created = new Date(2026, 0, 31, 9, 5, 7, 45).getTime();

describe('LogEvent', () => {
  it('is a line of a log', () => {
    const event = new LogEvent({ level: 'ERROR', originActor: 'orders', message: 'lost', id: 'm', created });
    assert.equal(event.dataString(), '2026-01-31 09:05:07,045 ERROR actor=orders, id=m :: lost');
    assert.equal(event.metaId, 'm');
    assert.deepEqual(event.data, {
      id: 'm',
      level: 'ERROR',
      time: '2026-01-31 09:05:07,045',
      originActor: 'orders',
      message: 'lost',
    });
  });

  it('may be about no event', () => {
    const event = new LogEvent({ originActor: 'orders', message: 'up', created });
    assert.equal(event.dataString(), '2026-01-31 09:05:07,045 INFO actor=orders :: up');
    assert.equal(event.metaId, event.eventId);
  });

  it('has its parts as fields', () => {
    const { level, originActor, message, time } = new LogEvent({
      level: 'DEBUG',
      originActor: 'a',
      message: 'b',
    });
    assert.deepEqual([level, originActor, message], ['DEBUG', 'a', 'b']);
    assert.match(time, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}$/);
  });

  it('keeps attributes', () => {
    assert.equal(
      new LogEvent({ message: 'x', logger_filename: 'other.log' }).get('logger_filename'),
      'other.log',
    );
  });

  it('is made of any event by conversion: its data are the message', () => {
    const event = new Event({ data: 'hello', metaId: 'm' }).convert(LogEvent);
    assert.equal(event.message, 'hello');
    assert.equal(event.level, 'INFO');
    assert.equal(event.metaId, 'm');
  });

  it('falls back to INFO for a level that there is not', () => {
    assert.equal(new LogEvent({ data: { message: 'x', level: 'LOUD' } }).level, 'INFO');
  });

  it('survives copies and wires', () => {
    const event = new LogEvent({ level: 'CRITICAL', originActor: 'a', message: 'b', id: 'm' });
    assert.deepEqual(event.clone().data, event.data);
    const back = parseEvent(serializeEvent(event));
    assert.instanceOf(back, LogEvent);
    assert.equal(back.dataString(), event.dataString());
  });

  it('is no JSON event', () => {
    assert.notInstanceOf(new LogEvent(), JSONEvent);
  });
});
