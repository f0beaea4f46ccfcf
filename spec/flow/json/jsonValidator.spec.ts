import { assert } from 'chai';
import type { FlowError } from '../../../lib/flow/events/errors.ts';
import { FlowHarness, JSONEvent, JSONHttpEvent, JSONValidator } from '../../../lib/flow/index.ts';

const schema = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'integer' }, mail: { format: 'email' } },
};

describe('JSONValidator', () => {
  it('lets valid data pass', async () => {
    await using harness = await FlowHarness.start(JSONValidator, { params: { schema } });
    await harness.put(new JSONEvent({ data: { id: 1 } }));
    assert.deepEqual((await harness.next()).data, { id: 1 });
  });

  it('sends other data to the error outboxes, with a message for each fault', async () => {
    await using harness = await FlowHarness.start(JSONValidator, {
      params: { schema: JSON.stringify(schema) },
    });
    await harness.put(new JSONHttpEvent({ data: { id: 'x', mail: 'y' } }));
    const event = await harness.error();
    assert.deepEqual((event.error as FlowError).messages, [
      '/id: must be integer',
      '/mail: must match format "email"',
    ]);
    assert.equal((event as JSONHttpEvent).status[0], 400);
  });

  it('lets everything pass without a schema', async () => {
    await using harness = await FlowHarness.start(JSONValidator);
    await harness.put(new JSONEvent({ data: [] }));
    assert.deepEqual((await harness.next()).data, []);
  });

  it('refuses what is no schema', () => {
    assert.throws(
      () => new JSONValidator('v', { schema: { type: 'nope' } }),
      /the JSON schema can't be used/,
    );
    assert.throws(() => new JSONValidator('v', { schema: '{' }), /^v: the JSON schema can't be used/);
    assert.throws(
      () => new JSONValidator('v', { formats: 'date' } as never),
      /^v: formats must be an object/,
    );
    assert.throws(() => new JSONValidator('v', { schemas: {} } as never), /^v: schemas must be an array/);
  });
});
