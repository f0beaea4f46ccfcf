import { assert } from 'chai';
import fc from 'fast-check';
import { Director, EventRouter, Null, parseXml, STDOUT } from '../../lib/flow/index.ts';
import { layersOf } from '../../lib/flow/layers.ts';
import { Pass } from './support.ts';

class Box extends Pass {}
class Cloud extends Pass {
  static override shape = 'cloud';
}
class Mail extends Pass {
  static override shape = 'mail';
}

/** All elements of a document. */
function elementsOf(svg: string) {
  const found: ReturnType<typeof parseXml>[] = [];
  const visit = (element: ReturnType<typeof parseXml>) => {
    found.push(element);
    for (const child of element.children) visit(child);
  };
  visit(parseXml(svg));
  return found;
}

const flowOf = (...names: string[]) => {
  const director = new Director();
  for (const name of names) director.registerActor(Box, name);
  return director;
};

describe('director.svg()', () => {
  it('draws each actor once, with its class as the title', () => {
    const director = flowOf('a', 'b');
    director.connectQueue('a', 'b');
    const elements = elementsOf(director.svg());
    const titles = elements
      .filter(({ localName }) => localName === 'title')
      .map(({ textContent }) => textContent);
    assert.deepEqual(titles, ['a (Box)', 'b (Box)']);
    assert.equal(elements[0]?.namespaceURI, 'http://www.w3.org/2000/svg');
  });

  it('draws errors and logs with dashes, and what they are called', () => {
    const director = flowOf('a', 'b');
    director.connectQueue(['a', 'x'], ['b', 'y']);
    director.connectErrorQueue('a', 'b');
    director.connectLogQueue('a', 'b');
    const elements = elementsOf(director.svg());
    const dashes = elements
      .filter(element => element.hasAttribute('marker-end'))
      .map(element => element.getAttribute('stroke-dasharray'));
    assert.deepEqual(dashes, [null, '6 4', '2 3']);
    const labels = elements
      .filter(element => element.getAttribute('font-size') === '11')
      .map(e => e.textContent);
    assert.deepEqual(labels, ['x → y', 'error', 'log']);
  });

  it('draws what is there of itself only when asked', () => {
    const director = flowOf('a');
    assert.notInclude(director.svg(), 'default_stdout');
    assert.include(director.svg({ defaults: true }), 'default_stdout');
  });

  it('has a shape for each kind', () => {
    const director = new Director();
    director.registerActor(EventRouter, 'router');
    director.registerActor(Cloud, 'cloud');
    director.registerActor(Mail, 'mail');
    director.registerActor(STDOUT, 'out');
    const drawn = elementsOf(director.svg()).filter(({ localName }) => localName === 'g');
    assert.deepEqual(
      drawn.map(({ children }) => children.map(({ localName }) => localName).join(' ')),
      ['title polygon text', 'title rect text', 'title rect path text', 'title rect text'],
    );
  });

  it('is XML whatever an actor is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 10 }), name => {
        const director = new Director();
        director.registerActor(Null, `<&"'>${name}`);
        director.connectQueue(`<&"'>${name}`, [[`<&"'>${name}`, name]] as never);
        assert.equal(parseXml(director.svg()).localName, 'svg');
      }),
    );
  });

  it('keeps all of it within the picture', () => {
    const director = flowOf('a', 'b', 'c', 'd with a very long name');
    director.connectQueue('a', ['b', 'c', 'd with a very long name']);
    director.connectQueue('b', 'c');
    director.connectQueue('c', 'd with a very long name');
    director.connectQueue('d with a very long name', 'a');
    director.connectQueue('d with a very long name', 'd with a very long name');
    director.connectErrorQueue('a', 'd with a very long name');
    const svg = director.svg();
    const [width, height] = ['width', 'height'].map(name => Number(parseXml(svg).getAttribute(name))) as [
      number,
      number,
    ];
    const paths = elementsOf(svg).filter(element => element.hasAttribute('marker-end'));
    assert.lengthOf(paths, 8);
    for (const path of paths) {
      for (const [, x, y] of (path.getAttribute('d') ?? '').matchAll(/([-\d.]+),([-\d.]+)/g)) {
        assert.isTrue(Number(x) >= 0 && Number(x) <= width, `${x} of ${width}`);
        assert.isTrue(Number(y) >= 0 && Number(y) <= height, `${y} of ${height}`);
      }
    }
  });

  it('draws loops, cycles and a flow without actors', () => {
    const director = flowOf('a', 'b', 'c');
    director.connectQueue('a', 'a');
    director.connectQueue('a', 'b');
    director.connectQueue('b', 'c');
    director.connectQueue('c', 'a');
    for (const svg of [director.svg(), new Director().svg()]) {
      assert.equal(parseXml(svg).localName, 'svg');
      assert.notMatch(svg, /NaN|undefined|Infinity/);
    }
  });
});

describe('layers', () => {
  it('puts a chain into one row', () => {
    const { spots } = layersOf(3, [
      [0, 1],
      [1, 2],
    ]);
    assert.deepEqual(
      spots.map(({ layer, row }) => [layer, row]),
      [
        [0, 0],
        [1, 0],
        [2, 0],
      ],
    );
  });

  it('leads a long edge round what is between', () => {
    const { spots, ways } = layersOf(3, [
      [0, 1],
      [1, 2],
      [0, 2],
    ]);
    const passing = ways[2]?.[1];
    assert.equal(passing?.layer, 1);
    assert.isAtLeast(Math.abs((passing?.row ?? 0) - (spots[1]?.row ?? 0)), 1);
  });

  it('crosses no edges that need not cross', () => {
    const { spots } = layersOf(4, [
      [0, 3],
      [1, 2],
    ]);
    const above = (a: number, b: number) => (spots[a]?.row ?? 0) < (spots[b]?.row ?? 0);
    assert.equal(above(0, 1), above(3, 2));
  });

  it('sends an edge that leads back from its start to its end', () => {
    const { spots, ways } = layersOf(2, [
      [0, 1],
      [1, 0],
    ]);
    assert.deepEqual(
      ways.map(way => way.map(({ layer }) => layer)),
      [
        [0, 1],
        [1, 0],
      ],
    );
    assert.deepEqual(
      spots.map(({ layer }) => layer),
      [0, 1],
    );
  });

  it('gives every node of any graph a place of its own, from 0 up, and every edge a way of single steps', () => {
    const graph = fc
      .integer({ min: 1, max: 9 })
      .chain(count =>
        fc.tuple(
          fc.constant(count),
          fc.array(fc.tuple(fc.nat({ max: count - 1 }), fc.nat({ max: count - 1 })), { maxLength: 20 }),
        ),
      );
    fc.assert(
      fc.property(graph, ([count, links]) => {
        const { spots, ways } = layersOf(count, links);
        for (const [at, one] of spots.entries()) {
          assert.isAtLeast(one.row, 0);
          for (const other of spots.slice(at + 1)) {
            if (other.layer === one.layer) assert.isAtLeast(Math.abs(other.row - one.row), 0.999);
          }
        }
        for (const [at, way] of ways.entries()) {
          const [from, to] = links[at] as [number, number];
          assert.equal(way[0], spots[from]);
          assert.equal(way.at(-1), spots[to]);
          for (const [step, spot] of way.slice(1).entries())
            assert.equal(Math.abs(spot.layer - (way[step]?.layer ?? 0)), from === to ? 0 : 1);
        }
      }),
    );
  });
});
