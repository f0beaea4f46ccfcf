import { assert } from 'chai';
import { Evaluator, shown } from '../../../lib/observe/console/evaluator.ts';
import { ofThisRealm } from '../../../lib/observe/console/realm.ts';
import { terminal } from './support.ts';

const never = new Promise<void>(() => {});

function evaluatorOf(names: object = {}): {
  evaluate(code: string): Promise<string | undefined>;
  printed: string[];
} & {
  evaluator: Evaluator;
} {
  const printed: string[] = [];
  const evaluator = new Evaluator(names, text => printed.push(text));
  const evaluate = async (code: string) => (await evaluator.evaluate(code, terminal, never))?.text;
  return { evaluator, evaluate, printed };
}

describe('Evaluator', () => {
  const results: [code: string, text: string][] = [
    ['1 + 1', '2'],
    ['{ a: 1 }', '{ a: 1 }'],
    ['{ let a = 1 }', ''],
    ['undefined', ''],
    ['null', 'null'],
    ['"a"', "'a'"],
    ['await 5', '5'],
    ['(await Promise.resolve([1])).length', '1'],
    ['for (const one of [1]) await one', ''],
    ['const { a, b: [c] } = await { a: 1, b: [2] }; ', ''],
    ['[1,\n2]', '[ 1, 2 ]'],
    ['throw 5', 'Uncaught 5'],
    ['await Promise.reject(5)', 'Uncaught 5'],
    ['globalThis.nothing', ''],
    ['typeof require("node:os").EOL', "'string'"],
    ['return 1', 'Uncaught console:1\nreturn 1\n^^^^^^\n\nSyntaxError: Illegal return statement'],
  ];
  for (const [code, text] of results) {
    it(`shows ${JSON.stringify(code)} as ${JSON.stringify(text)}`, async () => {
      assert.equal(await evaluatorOf().evaluate(code), text);
    });
  }

  it('keeps what is declared, with an await or without, and lets it be declared again', async () => {
    const { evaluate } = evaluatorOf();
    for (const code of [
      'const a = 1',
      'let a = 2',
      'const { b, c } = await { b: 3, c: 4 }',
      'let d = await 5',
    ])
      await evaluate(code);
    assert.equal(await evaluate('[a, b, c, d]'), '[ 2, 3, 4, 5 ]');
    await evaluate('function twice(x) { return 2 * x }');
    assert.equal(await evaluate('twice(_[3])'), '10');
  });

  for (const code of [
    'function f() {',
    '[1,',
    'f(1',
    'f(g(1',
    '`a',
    'await f({',
    'if (x) {',
    '/* a',
    '1 +',
    'x => {',
  ])
    it(`waits for the rest of ${code}`, async () => {
      assert.isUndefined(await evaluatorOf().evaluate(code));
    });

  for (const code of ['1 +* 2', 'f(1 2', '}', 'const = 5', '"a', 'await )'])
    it(`does not wait for a rest of ${code}`, async () => {
      assert.match((await evaluatorOf().evaluate(code)) ?? '', /SyntaxError/);
    });

  it('shows the fields of an error whose stack it has cut short', async () => {
    assert.equal(
      await evaluatorOf().evaluate("throw Object.assign(new Error('no'), { code: 'X' })"),
      "Uncaught Error: no\n    at console:1:21 {\n  code: 'X'\n}",
    );
  });

  it('shows a stack up to the code that was typed, and no further', async () => {
    assert.equal(
      await evaluatorOf().evaluate('throw new Error("no")'),
      'Uncaught Error: no\n    at console:1:7',
    );
  });

  it('waits for what it is told to, and shows how that failed in one line', async () => {
    const names = {
      ok: () => shown(Promise.resolve(7)),
      not: () => shown(Promise.reject(new RangeError('no'))),
    };
    const { evaluate } = evaluatorOf(names);
    assert.equal(await evaluate('ok()'), '7');
    assert.equal(await evaluate('not()'), 'RangeError: no');
    // Node.js adds symbols of its own where somebody in the process uses an AsyncLocalStorage.
    assert.match((await evaluate('Promise.resolve(7)')) ?? '', /^Promise \{\s*7/);
    assert.equal(await evaluate('const x = await ok()'), '');
    assert.equal(await evaluate('x'), '7');
  });

  it('waits no longer once nobody waits for it', async () => {
    const { evaluator } = evaluatorOf();
    const shown = await evaluator.evaluate('await new Promise(() => {})', terminal, Promise.resolve());
    assert.equal(shown?.text, '');
  });

  it('survives what can not be shown', async () => {
    const { evaluate } = evaluatorOf();
    const code = '({ [Symbol.for("nodejs.util.inspect.custom")]() { throw new Error("ha") } })';
    assert.equal(await evaluate(code), "(it can't be shown: Error: ha)");
  });

  it('prints what is logged', async () => {
    const { evaluate, printed } = evaluatorOf();
    await evaluate('console.log("a", { b: 1 })');
    assert.deepEqual(printed, ['a { b: 1 }']);
  });

  it('ends the timers that it has started', async () => {
    const { evaluate, evaluator, printed } = evaluatorOf();
    await evaluate('setTimeout(() => console.log("late"), 1); setInterval(() => console.log("again"), 1)');
    evaluator.close();
    await new Promise(resolve => setTimeout(resolve, 5));
    assert.deepEqual(printed, []);
  });

  it('runs timers, and clears them', async () => {
    const { evaluate, printed } = evaluatorOf();
    await evaluate('clearTimeout(setTimeout(() => console.log("no"), 1))');
    await evaluate(
      'await new Promise(done => { let n = 0; const i = setInterval(() => { if (++n === 3) { clearInterval(i); done() } }, 1) })',
    );
    await evaluate('await new Promise(done => setTimeout(done, 1, 5))');
    assert.deepEqual(printed, []);
  });

  describe('complete()', () => {
    const lines: [line: string, found: string[], of: string][] = [
      ['no', ['node'], 'no'],
      ['node.', ['node.address', 'node.up'], 'node.'],
      ['1 + node.a', ['node.address'], 'node.a'],
      ['node.up.d', ['node.up.down'], 'node.up.d'],
      ['node?.u', [], 'node?.u'],
      ['Math.mi', ['Math.min'], 'Math.mi'],
      ["inspect('/a/b", ['/a/bc'], '/a/b'],
      ['nothing.at.', [], 'nothing.at.'],
    ];
    for (const [line, found, of] of lines) {
      it(`${line} with ${found.join(', ') || 'nothing'}`, async () => {
        const node = Object.create(null, {
          address: { get: () => assert.fail('a getter was called') },
          up: { value: { down: 1, __proto__: null } },
        });
        const { evaluator } = evaluatorOf({ node });
        const paths = async (path: string) => (path === '/a' ? ['/a/bc', '/a/d'] : []);
        const expected = line.includes('?.') ? found.map(name => name.replace('.', '?.')) : found;
        const [all, part] = await evaluator.complete(line, paths);
        assert.deepEqual([all, part], [line === 'node?.u' ? ['node?.up'] : expected, of]);
      });
    }
  });
});

describe('ofThisRealm()', () => {
  it('makes arrays and plain objects of a console those of the process', async () => {
    const { evaluate, taken } = taking();
    await evaluate('take({ a: [{ b: 1 }], when: new Date(0), all: new Map([[1, 2]]), none: null })');
    assert.notEqual(Object.getPrototypeOf(taken()), Object.prototype);
    const own = ofThisRealm(taken()) as { a: { b: number }[]; when: Date; all: Map<number, number> };
    assert.deepEqual(own, { a: [{ b: 1 }], when: new Date(0), all: new Map([[1, 2]]), none: null } as never);
    assert.equal(Object.getPrototypeOf(own), Object.prototype);
    assert.equal(Object.getPrototypeOf(own.a[0]), Object.prototype);
    assert.instanceOf(own.when, Date);
    assert.instanceOf(own.all, Map);
  });

  it('leaves what is of the process, and what has a class, as it is', async () => {
    const own = { a: [] };
    assert.equal(ofThisRealm(own), own);
    const { evaluate, taken } = taking();
    await evaluate('take(new (class A { x = 1 })())');
    assert.equal(ofThisRealm(taken()), taken());
    await evaluate('const round = { }; round.self = round; take(round)');
    const copy = ofThisRealm(taken()) as { self: unknown };
    assert.equal(copy.self, copy);
  });
});

/** What the code has handed out last. */
function taking() {
  const all: unknown[] = [];
  return { ...evaluatorOf({ take: (value: unknown) => void all.push(value) }), taken: () => all.at(-1) };
}
