import { assert } from 'chai';
import { type Entry, mermaidOf } from '../../../lib/observe/record/index.ts';

const common = { seq: 1, at: 0, time: 0 };
const delivery = (actor: string, message: string, more: object = {}): Entry => ({
  ...{ type: 'delivery', ...common, actor, restarts: 0, message, outcome: 'handled' },
  ...more,
});
const linesOf = (...entries: Entry[]) => mermaidOf(entries).trimEnd().split('\n  ');

describe('mermaidOf()', () => {
  it('draws who told whom, in the order of their appearance', () => {
    assert.deepEqual(
      linesOf(
        { type: 'started', ...common, actor: '/b' },
        delivery('/b', 'hello', { from: '/a' }),
        delivery('/a', 'hi', { from: '/b', outcome: 'stashed' }),
        delivery('/b', 'from nobody'),
        delivery('/b', 'tick', { timer: 'clock' }),
        { type: 'answer', ...common, actor: '/b', from: '/c', question: '?', answer: 5, took: 1 },
        { type: 'stopped', ...common, actor: '/b', reason: 'killed' },
      ),
      [
        'sequenceDiagram',
        'participant p0 as /b',
        'participant p1 as /a',
        'participant p2 as outside',
        'participant p3 as /c',
        'Note over p0: started',
        'p1->>p0: "hello"',
        'p0->>p1: "hi" (stashed)',
        'p2->>p0: "from nobody"',
        'p0->>p0: timer "clock": "tick"',
        'p3-->>p0: answers 5',
        'Note over p0: ended: killed',
      ],
    );
  });

  it('ends what failed in a cross, with the error beside it', () => {
    const error = { name: 'TypeError', message: 'no; way\nout' };
    assert.deepEqual(
      linesOf(delivery('/a', 'x', { from: '/b', outcome: 'failed', error }), {
        type: 'failed',
        ...common,
        actor: '/a',
        error,
      }).slice(3),
      [
        'p0--xp1: "x"',
        'Note over p1: failed: TypeError: no#59; way out',
        'Note over p1: failed: TypeError: no#59; way out',
      ],
    );
  });

  it('lets no message and no name break out of its line', () => {
    const lines = linesOf(
      delivery('/x;y#z', '%% a #59; <b>\nend\u2028p0->>p1: forged', { from: '/a\nparticipant evil' }),
    );
    assert.deepEqual(
      lines,
      [
        'sequenceDiagram',
        'participant p0 as /a participant evil',
        'participant p1 as /x#59;y#35;z',
        'p0->>p1: "#37;#37; a #35;59#59; #60;b#62;\\nend p0->>p1: forged"',
      ].map(line => line.replace('p0->>p1: forged', 'p0-#62;#62;p1: forged')),
    );
  });
});
