import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert } from 'chai';
import { Command, endAll, root } from '../cli/command.ts';

const startflow = `${root}dist/cli/startflow.js`;
const examples = `${root}examples/flow`;

describe('examples of flows', function () {
  this.timeout(20_000);
  let out: string;
  beforeEach(() => {
    out = join(mkdtempSync(join(tmpdir(), 'flow-')), 'out.ndjson');
  });
  afterEach(async () => {
    await endAll();
    rmSync(join(out, '..'), { recursive: true });
  });

  const linesOf = (file: string) =>
    readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as unknown);

  const ways: [name: string, start: () => Command][] = [
    [
      'csvToNdjson.yaml',
      () => new Command([`${examples}/csvToNdjson.yaml`, '--set', `OUT=${out}`], { script: startflow }),
    ],
    [
      'csvToNdjson.ts',
      () =>
        new Command([], {
          script: `${examples}/csvToNdjson.ts`,
          env: { OUT: out, NODE_OPTIONS: '--import=tsx' },
        }),
    ],
  ];
  for (const [name, start] of ways) {
    it(`${name} writes the rows that are orders, and tells of the others`, async () => {
      const { code, stdout, stderr } = await start().end;
      assert.deepEqual([code, stderr], [0, '']);
      assert.deepEqual(stdout.trimEnd().split('\n'), [
        `line 4: ${examples}/orders.csv:4: qty is "none", which is no number`,
        'line 5: /qty: must be >= 1',
      ]);
      assert.deepEqual(linesOf(out), [
        { id: 1, customer: 'Ann', item: 'tea', qty: 3, price: 4.5 },
        { id: 2, customer: 'Bob, Jr.', item: 'coffee', qty: 1, price: 8.2 },
        { id: 5, customer: 'Zoë', item: 'milk "fresh"', qty: 2, price: 1.3 },
      ]);
    });
  }

  it('logs.yaml counts the errors of each service', async () => {
    const { code, stdout, stderr } = await new Command([`${examples}/logs.yaml`, '-s', `OUT=${out}`], {
      script: startflow,
    }).end;
    assert.deepEqual([code, stdout, stderr], [0, 'no log line: this is no log line\n', '']);
    assert.deepEqual(linesOf(out), [
      { service: 'payment', errors: 3, last: 'card refused' },
      { service: 'shop', errors: 1, last: 'the basket is gone' },
    ]);
  });

  it('twoStdouts prints every event twice until it is interrupted', async () => {
    const flow = new Command([], {
      script: `${examples}/twoStdouts.ts`,
      env: { NODE_OPTIONS: '--import=tsx' },
    });
    for (let round = 0; round < 2; round++) {
      for (const number of ['one', 'two'])
        assert.match(
          await flow.line(''),
          new RegExp(
            `^\\[\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{6}\\] I am number ${number}: test$`,
          ),
        );
    }
    flow.kill('SIGINT');
    assert.equal((await flow.end).code, 0);
  });
});
