import { assert } from 'chai';
import { type Wire, type WireObject, wiresOf } from '../../../lib/flow/declare/wires.ts';

const actors = ['a', 'b', 'c', 'a.b', 'two words'];
const write = ({ kind, from, to, options }: Wire) => {
  const end = ({ actor, queue }: Wire['from']) => (queue === undefined ? actor : `${actor}|${queue}`);
  const more = Object.keys(options).length > 0 ? ` ${JSON.stringify(options)}` : '';
  return `${end(from)} ${kind} ${end(to)}${more}`;
};

describe('the wiring of a flow file', () => {
  const cases: [entry: string | WireObject, wires: string[]][] = [
    ['a -> b', ['a event b']],
    ['a->b', ['a event b']],
    ['a !> b', ['a error b']],
    ['a ~> b', ['a log b']],
    ['a.x -> b.y', ['a|x event b|y']],
    ['a.b -> c', ['a.b event c']],
    ['a.b.x -> c.x.y', ['a.b|x event c|x.y']],
    ['two words -> a', ['two words event a']],
    ['a -> b -> c', ['a event b', 'b event c']],
    ['a -> b !> c', ['a event b', 'b error c']],
    ['a, b -> c', ['a event c', 'b event c']],
    ['a -> b.x, c', ['a event b|x', 'a event c']],
    ['a -> b, c -> a', ['a event b', 'a event c', 'b event a', 'c event a']],
    [{ from: 'a', to: 'b.x', size: 5, policy: 'fail' }, ['a event b|x {"size":5,"policy":"fail"}']],
    [{ from: 'a', to: ['b', 'c'], kind: 'error' }, ['a error b', 'a error c']],
  ];
  for (const [entry, wires] of cases) {
    it(`reads ${JSON.stringify(entry)}`, () => {
      assert.deepEqual(wiresOf(entry, actors).map(write), wires);
    });
  }

  const refusals: [entry: string | WireObject, reason: RegExp][] = [
    ['a', /^"a" connects nothing: write "a -> b"/],
    ['a - > b', /connects nothing/],
    ['a ->', /^"a ->" lacks an actor beside an arrow or a comma$/],
    ['-> a', /lacks an actor/],
    ['a -> , b', /lacks an actor/],
    ['a -> nobody.x', /^there is no actor "nobody"$/],
    ['a -> two wrods', /^there is no actor "two wrods"; did you mean two words\?$/],
    ['d.x -> a', /^there is no actor "d"/],
    ['a. -> b', /^"a\." lacks the name of a queue after the dot$/],
    ['.x -> b', /^there is no actor ""$/],
    [{ from: 'a', to: 'nobody' }, /^there is no actor "nobody"$/],
  ];
  for (const [entry, reason] of refusals) {
    it(`refuses ${JSON.stringify(entry)}`, () => {
      assert.throws(() => wiresOf(entry, actors), reason);
    });
  }
});
