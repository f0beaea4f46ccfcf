// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is what a flow file writes
import { assert } from 'chai';
import { interpolate } from '../../../lib/flow/declare/environment.ts';

const env = {
  PORT: '8080',
  HOST: 'shop',
  EMPTY: '',
  FLAG: 'true',
  NESTED: '${PORT}',
  YES: 'TRUE',
  HEX: '0x1F',
};

describe('variables in the texts of a flow file', () => {
  const cases: [text: string, plain: unknown, quoted: unknown][] = [
    ['no variable', 'no variable', 'no variable'],
    ['${HOST}', 'shop', 'shop'],
    ['http://${HOST}:${PORT}/', 'http://shop:8080/', 'http://shop:8080/'],
    ['${PORT}', 8080, '8080'],
    ['${FLAG}', true, 'true'],
    ['${EMPTY}', '', ''],
    ['${NONE:-}', '', ''],
    ['${NONE:-null}', null, 'null'],
    ['${NONE:--1.5e3}', -1500, '-1.5e3'],
    ['${EMPTY:-full}', 'full', 'full'],
    ['${PORT:-1}', 8080, '8080'],
    ['${NONE:-a:-b c}', 'a:-b c', 'a:-b c'],
    ['$${PORT}', '${PORT}', '${PORT}'],
    ['$${PORT} is ${PORT}', '${PORT} is 8080', '${PORT} is 8080'],
    ['${NESTED}', '${PORT}', '${PORT}'],
    ['$PORT costs 5$', '$PORT costs 5$', '$PORT costs 5$'],
    ['${PORT}${PORT}', '80808080', '80808080'],
    ['${NONE:-${HOST}}', 'shop', 'shop'],
    ['${NONE:-${EMPTY:-${PORT}}}', 8080, '8080'],
    ['${HOST:-${NONE}}', 'shop', 'shop'],
    ['${NONE:-$${PORT}}', '${PORT}', '${PORT}'],
    ['${NONE:-{"a":1}}', '{"a":1}', '{"a":1}'],
    ['${HOST:-{}}!', 'shop!', 'shop!'],
    ['${HOST}}', 'shop}', 'shop}'],
    ['${YES}', true, 'TRUE'],
    ['${HEX}', 31, '0x1F'],
    ['${NONE:-~}', null, '~'],
    ['${NONE:-.inf}', Number.POSITIVE_INFINITY, '.inf'],
  ];
  for (const [text, plain, quoted] of cases) {
    it(`make of ${text} ${JSON.stringify(plain)}, and in quotes ${JSON.stringify(quoted)}`, () => {
      assert.deepEqual([interpolate(text, true, env), interpolate(text, false, env)], [plain, quoted]);
    });
  }

  const refusals: [text: string, reason: RegExp][] = [
    ['${NONE}', /^the environment variable NONE is not set; set it, or give a default: \$\{NONE:-…\}$/],
    ['${PROT}', /PROT is not set; did you mean PORT\?/],
    ['${toString}', /toString is not set/],
    [
      '${}',
      /^\$\{\} names no variable: write \$\{NAME\} or \$\{NAME:-default\}, or \$\$\{ for the text itself$/,
    ],
    ['${a.b}', /^\$\{a\.b\} names no variable/],
    ['${NONE:-${GONE}}', /^the environment variable GONE is not set/],
    ['${NONE:-{}', /^"\$\{NONE:-\{\}" has no end/],
    ['x ${PORT', /^"\$\{PORT" has no end: close it with \}, or write \$\$\{ for the text itself$/],
  ];
  for (const [text, reason] of refusals) {
    it(`refuse ${text}`, () => {
      assert.throws(() => interpolate(text, true, env), reason);
    });
  }

  it('tell which values they use, and no others', () => {
    const used: string[] = [];
    interpolate('${HOST} ${NONE:-${PORT}} ${EMPTY:-x} $${FLAG} ${YES:-${FLAG}}', false, env, (name, value) =>
      used.push(`${name}=${value}`),
    );
    assert.deepEqual(used, ['HOST=shop', 'PORT=8080', 'YES=TRUE']);
  });
});
