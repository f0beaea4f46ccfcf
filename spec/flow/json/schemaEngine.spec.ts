import { assert } from 'chai';
import { SetupError } from '../../../lib/flow/events/index.ts';
import { JsonSchema } from '../../../lib/flow/json/schemaEngine.ts';

const order = {
  type: 'object',
  required: ['id'],
  properties: {
    id: { type: 'integer' },
    mail: { type: 'string', format: 'email' },
    lines: { type: 'array', items: { type: 'object', properties: { qty: { type: 'number', minimum: 1 } } } },
  },
};

describe('JsonSchema', () => {
  it('has no fault to find in valid data', () => {
    assert.deepEqual(
      new JsonSchema(order).errors({ id: 7, mail: 'a@b.org', lines: [{ qty: 1 }], more: null }),
      [],
    );
  });

  it('lists all faults, each with its place', () => {
    assert.deepEqual(
      new JsonSchema(order).errors({ id: 'x', mail: 'nobody', lines: [{ qty: 1 }, { qty: 0 }] }),
      ['/id: must be integer', '/mail: must match format "email"', '/lines/1/qty: must be >= 1'],
    );
    assert.deepEqual(new JsonSchema(order).errors({}), ["/: must have required property 'id'"]);
  });

  it('takes a text', () => {
    assert.lengthOf(new JsonSchema(JSON.stringify(order)).errors({}), 1);
    assert.lengthOf(new JsonSchema('false').errors({}), 1);
  });

  it('takes no property of a prototype for one of the data', () => {
    assert.lengthOf(new JsonSchema({ required: ['constructor'] }).errors({}), 1);
  });

  it('says a hundred things at most', () => {
    const schema = new JsonSchema({ items: { type: 'string' } });
    assert.lengthOf(schema.errors(Array.from({ length: 1000 }, () => 1)), 100);
  });

  it('says only the first thing of big data', () => {
    const schema = new JsonSchema({ items: { items: { type: 'string' } } });
    assert.deepEqual(schema.errors([Array.from({ length: 20_000 }, () => 1)]), ['/0/0: must be string']);
    assert.deepEqual(schema.errors(Array.from({ length: 200 }, () => Array.from({ length: 100 }, () => 1))), [
      '/0/0: must be string',
    ]);
  });

  it('checks formats of your own', () => {
    const schema = { items: { format: 'sku' } };
    const own = new JsonSchema(schema, { formats: { sku: /^[A-Z]\d+$/ } });
    assert.deepEqual(own.errors(['A1', 'x']), ['/1: must match format "sku"']);
    const even = new JsonSchema(schema, { formats: { sku: text => text.length % 2 === 0 } });
    assert.lengthOf(even.errors(['ab', 'abc']), 1);
  });

  it('finds other schemas by their id', () => {
    const id = 'http://example.org/line';
    const schemas = [{ $id: id, type: 'object', required: ['no'] }];
    assert.deepEqual(new JsonSchema({ items: { $ref: id } }, { schemas }).errors([{}]), [
      "/0: must have required property 'no'",
    ]);
  });

  for (const $schema of [
    undefined,
    'http://json-schema.org/schema#',
    'http://json-schema.org/draft-04/schema#',
    'http://json-schema.org/draft-06/schema#',
    'http://json-schema.org/draft-07/schema#',
    'https://json-schema.org/draft/2019-09/schema',
    'https://json-schema.org/draft/2020-12/schema',
  ]) {
    it(`knows the draft ${$schema}`, () => {
      const schema = new JsonSchema({ ...($schema && { $schema }), type: 'number', minimum: 3 });
      assert.deepEqual([schema.errors(3), schema.errors(2)], [[], ['/: must be >= 3']]);
    });
  }

  it('knows what was different in draft 4', () => {
    const $schema = 'http://json-schema.org/draft-04/schema#';
    const line = { $schema, id: 'http://example.org/line4', properties: { id: { type: 'integer' } } };
    const schema = new JsonSchema(
      {
        $schema,
        id: 'http://example.org/order4',
        properties: {
          id: { minimum: 3, exclusiveMinimum: true, maximum: 5, exclusiveMaximum: false },
          exclusiveMinimum: { enum: [{ id: 'x', minimum: 1, exclusiveMinimum: true }] },
          line: { $ref: 'http://example.org/line4' },
        },
        allOf: [{ properties: { id: { type: 'integer' } } }],
      },
      { schemas: [line] },
    );
    const fine = {
      id: 4,
      exclusiveMinimum: { id: 'x', minimum: 1, exclusiveMinimum: true },
      line: { id: 1 },
    };
    assert.deepEqual(schema.errors(fine), []);
    assert.deepEqual(schema.errors({ ...fine, id: 3 }), ['/id: must be > 3']);
    assert.deepEqual(schema.errors({ ...fine, id: 5 }), []);
    assert.deepEqual(schema.errors({ ...fine, id: 6 }), ['/id: must be <= 5']);
    assert.deepEqual(schema.errors({ ...fine, line: { id: 'x' } }), ['/line/id: must be integer']);
  });

  it('knows tuples of draft 2020-12', () => {
    const $schema = 'https://json-schema.org/draft/2020-12/schema';
    const schema = new JsonSchema({ $schema, prefixItems: [{ type: 'string' }], items: { type: 'number' } });
    assert.deepEqual(schema.errors(['x', 1]), []);
    assert.lengthOf(schema.errors([1, 'x']), 2);
  });

  for (const [what, schema] of [
    ['no JSON', '{'],
    ['a type that there is not', { type: 'order' }],
    ['a draft that there is not', { $schema: 'http://example.org/draft' }],
    ['a reference to nowhere', { $ref: 'http://example.org/x' }],
    ['a number', 5],
    ['null', null],
    ['a list', []],
  ] as const) {
    it(`refuses ${what} when it is made`, () => {
      assert.throws(() => new JsonSchema(schema as object), SetupError);
    });
  }
});
