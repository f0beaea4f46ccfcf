import { assert } from 'chai';
import type { Signal } from '../../lib/core/message.ts';
import type { Ref } from '../../lib/index.ts';
import { LinkedActors, type Say } from '../../lib/remoting/linkedActors.ts';

describe('the two ends of a link between actors', () => {
  for (const before of ['linked', 'unlinked']) {
    it(`agree once all has arrived, whatever both do at the same time: ${before} before`, () => {
      for (const steps of everySequenceOf(5)) {
        const { ends, drain, explain } = twoEnds([
          before === 'linked' ? 'link a' : 'unlink a',
          'b hears',
          ...steps,
        ]);
        drain();
        if (ends[0].isLinked !== ends[1].isLinked) assert.fail(explain());
      }
    });
  }

  it('are as the last one who did something wanted, if it knew of all before', () => {
    for (const steps of everySequenceOf(4)) {
      const { ends, drain, explain } = twoEnds(steps);
      drain();
      for (const wanted of [true, false]) {
        for (const end of ends) {
          end.change(wanted);
          drain();
          assert.deepEqual(
            ends.map(({ isLinked }) => isLinked),
            [wanted, wanted],
            explain(),
          );
        }
      }
    }
  });

  it('hear no end of who they have unlinked', () => {
    for (const steps of everySequenceOf(4)) {
      const { ends, drain, explain } = twoEnds(steps);
      const [here, there] = ends;
      drain();
      here.change(true);
      drain();
      there.end('failed');
      here.change(false);
      drain();
      assert.deepEqual(here.exits, [], explain());
    }
  });

  it('hear of an end once', () => {
    for (const steps of everySequenceOf(4)) {
      const { ends, drain, explain } = twoEnds(steps);
      const [here, there] = ends;
      drain();
      here.change(true);
      drain();
      there.end('failed');
      drain();
      here.actors.end('nodeDown');
      assert.deepEqual(here.exits, ['failed'], explain());
    }
  });
});

describe('LinkedActors', () => {
  it('tells those that are linked when the peer is down, once', () => {
    const [{ actors, exits, change }] = twoEnds([]).ends;
    change(true);
    actors.end('newIncarnation');
    actors.end('nodeDown');
    assert.deepEqual(exits, ['newIncarnation']);
  });

  it('tells nobody who has unlinked', () => {
    const [{ actors, exits, change }] = twoEnds([]).ends;
    change(true);
    change(false);
    actors.end('nodeDown');
    assert.deepEqual(exits, []);
  });

  it('ends the links that were made by a peer that begins anew, and no others', () => {
    const { ends, drain } = twoEnds(['link a']);
    drain();
    for (const { actors } of ends) actors.endTheirs();
    assert.deepEqual(
      ends.map(({ exits }) => exits),
      [[], ['nodeDown']],
    );
  });

  it('forgets a pair that is unlinked at both ends', () => {
    const { ends, drain } = twoEnds(['link a', 'unlink a']);
    drain();
    for (const { actors } of ends) assert.isTrue(actors.mayLink('/x', '/x'));
  });
});

const moves = ['link a', 'unlink a', 'link b', 'unlink b', 'a hears', 'b hears'] as const;
type Move = (typeof moves)[number];

function* everySequenceOf(length: number): Generator<Move[]> {
  if (length === 0) yield [];
  else for (const before of everySequenceOf(length - 1)) for (const move of moves) yield [...before, move];
}

interface End {
  readonly actors: LinkedActors;
  readonly exits: string[];
  /** What the actor believes. */
  readonly isLinked: boolean;
  /** Links or unlinks, as the actor does it. */
  change(isLinked: boolean): void;
  end(reason: string): void;
  hear(): boolean;
}

/** Two ends with a line between them on which all is in order, after these steps. */
function twoEnds(steps: readonly Move[]) {
  const said: string[] = [];
  const toA: Parameters<Say>[] = [];
  const toB: Parameters<Say>[] = [];
  const a = endOf('a', toA, (...record) => void toB.push(record), said);
  const b = endOf('b', toB, (...record) => void toA.push(record), said);
  for (const step of steps) {
    const end = step.includes('a ') || step.endsWith(' a') ? a : b;
    if (step.endsWith('hears')) end.hear();
    else end.change(step.startsWith('link'));
  }
  const drain = () => {
    while (a.hear() || b.hear());
  };
  return { ends: [a, b] as const, drain, explain: () => `${steps.join(', ')}: ${said.join(', ')}` };
}

function endOf(name: string, inbox: Parameters<Say>[], say: Say, said: string[]): End {
  let isLinked = false;
  const exits: string[] = [];
  const signal = (signal: Signal<Ref>) => {
    if (signal.type === 'exited' && isLinked) exits.push(signal.reason);
    isLinked = signal.type === 'link';
  };
  const here = { path: '/x', inlet: { signal } } as unknown as Ref;
  const there = { path: '/x' } as unknown as Ref;
  const actors = new LinkedActors((...record) => {
    said.push(`${name} says ${record[0]}`);
    say(...record);
  });
  const change = (wanted: boolean) => {
    if (wanted === isLinked) return;
    isLinked = wanted;
    actors[wanted ? 'link' : 'unlink'](here, there);
  };
  const end = (reason: string) => {
    if (isLinked) actors.exited(here, there, reason);
    isLinked = false;
  };
  const hear = () => {
    const record = inbox.shift();
    if (record === undefined) return false;
    const [operation, , , text] = record;
    if (operation === 'unlink') actors.hasUnlinked(here, there, text);
    else if (operation === 'unlinked') actors.isUnlinked('/x', '/x', text);
    else if (operation === 'exited') actors.hasExited('/x', '/x', 'failed');
    else if (actors.mayLink('/x', '/x')) actors.hasLinked(here, there);
    return true;
  };
  return {
    actors,
    exits,
    change,
    end,
    hear,
    get isLinked() {
      return isLinked;
    },
  };
}
