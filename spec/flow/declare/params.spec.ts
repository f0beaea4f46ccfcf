import { assert } from 'chai';
import { ActorDocs } from '../../../lib/cli/actorDocs.ts';
import { builtInActors, builtIns } from '../../../lib/flow/declare/catalog.ts';
import { builtInParams, faultsOfParams } from '../../../lib/flow/declare/params.ts';
import { EventFilter } from '../../../lib/flow/index.ts';

describe('the parameters of built-in actors', () => {
  const docs = new ActorDocs();

  it('are known of every actor and every filter', () => {
    const isFilter = (value: unknown) =>
      value === EventFilter || (value as { prototype?: unknown }).prototype instanceof EventFilter;
    const filters = [...builtIns].filter(([, value]) => isFilter(value)).map(([name]) => name);
    assert.isNotEmpty(filters);
    assert.sameMembers(Object.keys(builtInParams), [...builtInActors.keys(), ...filters]);
  });

  for (const [name, params] of Object.entries(builtInParams)) {
    it(`are for ${name} those of its source`, () => {
      const names = docs.of(name).params.map(param => param.name);
      assert.sameMembers(params === '' ? [] : params.split(' '), names);
    });
  }

  it('have everything that the types of two of them say', () => {
    const { params } = docs.of('UDPCronEventGenerator');
    assert.includeMembers(
      params.map(({ name }) => name),
      ['interval', 'timezone', 'service', 'port', 'maxEvents'],
    );
    assert.deepEqual(
      docs
        .of('EventDataStaticAttributeModifier')
        .params.map(({ name, isOptional, type }) => [name, isOptional, type]),
      [
        ['key', false, 'string'],
        ['value', true, 'unknown'],
      ],
    );
  });

  it('are faults when there are none of that name', () => {
    assert.deepEqual(faultsOfParams('Throttle', true, { rate: 1, concurrency: 1 }), []);
    assert.deepEqual(faultsOfParams('Throttle', true, { rate: 1, intervall: 5 }), [
      {
        name: 'intervall',
        message:
          'there is no such parameter; did you mean interval?; those of Throttle are rate, interval, excess, concurrency, blockingConsume, rescue, convertOutput, timeout, restart',
      },
    ]);
    assert.deepEqual(
      faultsOfParams('EventFilter', false, { concurrency: 1 }).map(({ name }) => name),
      ['concurrency'],
    );
  });

  it('are not known of classes of your own, nor of what is no map', () => {
    assert.deepEqual(faultsOfParams('toString', true, { x: 1 }), []);
    assert.deepEqual(faultsOfParams('Throttle', true, undefined), []);
    assert.deepEqual(faultsOfParams('Throttle', true, 'text'), []);
  });
});
