// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is what a flow file writes
import { assert } from 'chai';
import { show } from '../../../lib/base/errors.ts';
import { Secrets } from '../../../lib/flow/declare/secrets.ts';

describe('secrets of a flow file', () => {
  const secrets = new Secrets();
  const long = 'x1y2z3'.repeat(40);
  const key = '-----BEGIN KEY-----\nMIIE"\\\n';
  secrets.note('DB_PASSWORD', 'hunter2');
  secrets.note('API_KEY', long);
  secrets.note('PRIVATE_PEM', key);
  secrets.note('DATABASE_URL', 'postgres://ann:hunter3@db/shop');
  secrets.note('PORT', '8080');
  secrets.note('KEYBOARD', 'qwerty');
  secrets.note('AUTH_PIN', '123');

  const texts: [text: string, hidden: string][] = [
    ['must be a number, not "hunter2"', 'must be a number, not "${DB_PASSWORD}"'],
    ['hunter2hunter2!', '${DB_PASSWORD}${DB_PASSWORD}!'],
    [`not ${show(long)}`, 'not "${API_KEY}..."'],
    [`not ${show([`Bearer ${long}`])}`, 'not ["Bearer ${API_KEY}...'],
    [`not ${show(key)}`, 'not "${PRIVATE_PEM}"'],
    [`not ${key}`, 'not ${PRIVATE_PEM}'],
    ['no postgres://ann:hunter3@db/shop', 'no ${DATABASE_URL}'],
    ['must be 8080, qwerty or 123', 'must be 8080, qwerty or 123'],
    ['', ''],
  ];
  for (const [text, hidden] of texts) {
    it(`are not in ${JSON.stringify(hidden)}`, () => {
      assert.equal(secrets.hidden(text), hidden);
    });
  }
});
