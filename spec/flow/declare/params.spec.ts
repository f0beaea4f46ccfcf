import { assert } from 'chai';
import { ActorDocs } from '../../../lib/cli/actorDocs.ts';
import { builtInActors, builtIns } from '../../../lib/flow/declare/catalog.ts';
import { EventFilter, FlowActor, Throttle } from '../../../lib/flow/index.ts';
import { actorOptions, unknownParameters } from '../../../lib/flow/parameters.ts';

type Kind = { readonly name: string; readonly parameters: Readonly<Record<string, true>> };

describe('the parameters of built-in actors and filters', () => {
  const docs = new ActorDocs();
  const isFilter = (value: unknown) =>
    value === EventFilter || (value as { prototype?: unknown }).prototype instanceof EventFilter;
  const filters = [...builtIns.values()].filter(isFilter);
  const kinds = [...builtInActors.values(), ...filters] as unknown as Kind[];

  it('are known of some filters at least', () => {
    assert.isNotEmpty(filters);
  });

  for (const kind of kinds) {
    it(`are for ${kind.name} those of its source`, () => {
      const own = docs.of(kind.name).params.map(param => param.name);
      const names = own.filter(name => !actorOptions.includes(name));
      assert.isTrue(Object.hasOwn(kind, 'parameters'));
      assert.sameMembers(Object.keys(kind.parameters), names);
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
    assert.deepEqual(unknownParameters(Throttle, { rate: 1, concurrency: 1 }, true), []);
    assert.deepEqual(unknownParameters(Throttle, { rate: 1, intervall: 5 }, true), [
      { name: 'intervall', message: 'Throttle has no parameter intervall; did you mean interval?' },
    ]);
    assert.deepEqual(
      unknownParameters(EventFilter, { concurrency: 1 }, false).map(({ name }) => name),
      ['concurrency'],
    );
  });

  it('are not known of classes that do not say them, nor of what is no map', () => {
    class Own extends Throttle {}
    assert.deepEqual(unknownParameters(Own, { x: 1 }, true), []);
    assert.deepEqual(unknownParameters(FlowActor as never, { x: 1 }, true), []);
    assert.deepEqual(unknownParameters(Throttle, undefined, true), []);
    assert.deepEqual(unknownParameters(Throttle, 'text', true), []);
  });
});
