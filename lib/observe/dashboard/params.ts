/** What can be asked over HTTP: parameters out of a URL, of the right kinds and not greater than is good. */
import { show } from '../../base/errors.ts';
import { type Queries, type QueryName, queryNames } from '../observatory/queries.ts';

type Read = (name: string, given: readonly unknown[]) => unknown;

const longestText = 2000;
const longestList = 400;

/** At most `most`, and that is no fault of the asker. */
const number =
  (most: number): Read =>
  (name, [given]) => {
    const value = typeof given === 'string' && given.trim() !== '' ? Number(given) : given;
    if (!Number.isInteger(value) || (value as number) < 0)
      throw new TypeError(`${name} must be a whole number from 0 up, not ${show(given)}`);
    return Math.min(value as number, most);
  };

const text: Read = (name, [given]) => {
  if (typeof given !== 'string' || given.length > longestText)
    throw new TypeError(`${name} must be a text of at most ${longestText} characters`);
  return given;
};

const flag: Read = (name, [given]) => {
  if (given === true || given === 'true') return true;
  if (given === false || given === 'false') return false;
  throw new TypeError(`${name} must be true or false, not ${show(given)}`);
};

const list: Read = (name, given) => {
  const values = given.flat();
  if (values.length > longestList) throw new TypeError(`${name} must have at most ${longestList} entries`);
  return values.map(value => text(name, [value]));
};

const params: Readonly<Record<string, Read>> = {
  ...{ path: text, under: text, search: text, sort: text, subject: text, reason: text },
  ...{ kinds: list, levels: list, open: list, system: flag },
  ...{ offset: number(100_000_000), limit: number(500), peek: number(100), after: number(2 ** 53) },
  slow: number(86_400_000),
};

/** A question with its parameters. */
export type Question = { [Q in QueryName]: { name: Q; params: Queries[Q]['params'] } }[QueryName];

/** @throws TypeError that says what is wrong */
export function questionOf(name: string, given: Iterable<readonly [string, readonly unknown[]]>): Question {
  if (!queryNames.includes(name as QueryName))
    throw new TypeError(`there is no question ${show(name)}; there are ${queryNames.join(', ')}`);
  const read: Record<string, unknown> = {};
  for (const [param, values] of given) {
    if (!Object.hasOwn(params, param))
      throw new TypeError(
        `there is no parameter ${show(param)}; there are ${Object.keys(params).join(', ')}`,
      );
    read[param] = params[param]?.(param, values);
  }
  return { name, params: read } as Question;
}

/** Of a URL. */
export function questionOfUrl(name: string, search: URLSearchParams): Question {
  return questionOf(
    name,
    [...new Set(search.keys())].map(key => [key, search.getAll(key)] as const),
  );
}

/** Of `[["actors", { "sort": "rate" }], …]`, as a stream is asked for. */
export function questionsOfJson(json: string): Question[] {
  let given: unknown;
  try {
    given = JSON.parse(json);
  } catch {
    throw new TypeError('q must be JSON, such as [["overview", {}]]');
  }
  if (!Array.isArray(given) || given.length > 6)
    throw new TypeError('q must be a list of at most 6 questions, such as [["overview", {}]]');
  return given.map(one => {
    const [name, asked = {}] = Array.isArray(one) ? one : [undefined];
    if (typeof asked !== 'object' || asked === null)
      throw new TypeError(`the parameters of ${show(name)} must be an object, not ${show(asked)}`);
    const given = Object.entries(asked).map(([key, value]) => [key, [value].flat()] as const);
    return questionOf(String(name), given);
  });
}
