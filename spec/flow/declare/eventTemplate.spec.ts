import { assert } from 'chai';
import {
  Event,
  EventTemplate,
  HttpEvent,
  JSONEvent,
  JSONHttpEvent,
  SetupError,
} from '../../../lib/flow/index.ts';
import { run } from '../control/support.ts';

describe('EventTemplate', () => {
  it('makes the data a text; the event is an Event then, with the ids and attributes that it had', async () => {
    const { harness } = await run(EventTemplate, { template: 'order {{data/id}} of {{customer}}' });
    const given = new JSONEvent({ data: { id: 7 }, customer: 'Ann', service: 'shop', metaId: 'm' });
    await harness.put(given);
    const event = await harness.next();
    assert.equal(event.constructor, Event);
    assert.equal(event.data, 'order 7 of Ann');
    const { eventId, created } = given;
    assert.deepInclude(event.getProperties(), {
      eventId,
      created,
      metaId: 'm',
      service: 'shop',
      customer: 'Ann',
    });
    await harness.stop();
  });

  it('keeps what belongs to HTTP', async () => {
    const { harness } = await run(EventTemplate, { template: 'order {{data/id}}' });
    await harness.put(
      new JSONHttpEvent({
        data: { id: 7 },
        status: 201,
        headers: { a: 'b' },
        environment: { REQUEST_METHOD: 'POST' },
      }),
    );
    const event = (await harness.next()) as HttpEvent;
    assert.equal(event.constructor, HttpEvent);
    assert.deepEqual(
      [event.data, event.status[0], event.headers, event.method],
      ['order 7', 201, { a: 'b' }, 'POST'],
    );
    await harness.stop();
  });

  it('puts the text elsewhere, and the event keeps its class', async () => {
    const { harness } = await run(EventTemplate, { template: '#{{data/id}}', key: 'data/label' });
    await harness.put(new JSONEvent({ data: { id: 7 } }));
    const event = await harness.next();
    assert.instanceOf(event, JSONEvent);
    assert.deepEqual(event.data, { id: 7, label: '#7' });
    await harness.stop();
  });

  it('logs what it makes if asked', async () => {
    const { harness } = await run(EventTemplate, { template: '#{{data/id}}', logChange: true });
    await harness.put(new JSONEvent({ data: { id: 7 } }));
    await harness.next();
    assert.deepEqual(
      harness.takeLogs().map(({ data }) => data.message),
      ['data is "#7" now'],
    );
    await harness.stop();
  });

  it('sends what lacks something to the error outboxes', async () => {
    const { harness } = await run(EventTemplate, { template: '{{data/id}}' });
    await harness.put(new JSONEvent({ data: {} }));
    const event = await harness.error();
    assert.equal(event.error?.message, 'the event has nothing at "data/id"');
    await harness.stop();
  });

  for (const params of [{}, { template: 5 }, { template: '{{' }, { template: 'x', format: 'html' }]) {
    it(`refuses ${JSON.stringify(params)}`, () => {
      assert.throws(() => new EventTemplate('t', params as never), SetupError);
    });
  }
});
