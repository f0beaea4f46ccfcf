/** What could come next on a line: names, properties, and the paths of actors within quotes. Calls nobody's code. */

/** How many are offered. */
const most = 200;

const words = [
  'await',
  'const',
  'delete',
  'for',
  'function',
  'if',
  'let',
  'new',
  'return',
  'throw',
  'typeof',
];

/**
 * @param scopes where names are looked for
 * @param pathsBelow the paths of the children of the actor at a path
 * @returns what could stand there, and what is there of it
 */
export async function complete(
  scopes: readonly object[],
  line: string,
  pathsBelow: (path: string) => Promise<string[]>,
): Promise<[string[], string]> {
  const path = /(["'`])(\/[^"'`]*)$/.exec(line)?.[2];
  if (path !== undefined) {
    const found = await pathsBelow(path.slice(0, path.lastIndexOf('/')) || '/');
    return [startingWith(path, found), path];
  }
  const [typed, before = ''] = /((?:[\w$]+\??\.)*)[\w$]*$/.exec(line) ?? [''];
  const start = typed.slice(before.length);
  const steps = before.split('.').slice(0, -1);
  if (steps.length === 0)
    return [startingWith(start, [...scopes.flatMap(scope => [...namesOf(scope)]), ...words]), start];
  const [first = '', ...more] = steps.map(step => step.replace('?', ''));
  let at: unknown = scopes.map(scope => propertyOf(scope, first)).find(value => value !== undefined);
  for (const step of more) at = propertyOf(at, step);
  return [
    startingWith(
      typed,
      [...namesOf(at)].map(name => before + name),
    ),
    typed,
  ];
}

const startingWith = (start: string, names: Iterable<string>): string[] =>
  [...new Set(names)]
    .filter(name => name.startsWith(start))
    .sort()
    .slice(0, most);

function* chainOf(value: unknown): Iterable<object> {
  if (value === undefined || value === null) return;
  const seen = Object(value) as object;
  for (let one: object | null = seen; one !== null; one = Object.getPrototypeOf(one) as object | null)
    yield one;
}

function* namesOf(value: unknown): Iterable<string> {
  for (const one of chainOf(value))
    for (const name of Object.getOwnPropertyNames(one)) if (/^[A-Za-z_$][\w$]*$/.test(name)) yield name;
}

/** The value of a property; what only a getter would tell is not asked for. */
function propertyOf(value: unknown, name: string): unknown {
  for (const one of chainOf(value)) {
    const property = Object.getOwnPropertyDescriptor(one, name);
    if (property !== undefined) return property.value;
  }
  return undefined;
}
