/** JSON schemas of draft 4 as those of draft 7: the same words but for `id` and the exclusive limits. */

type Schema = Readonly<Record<string, unknown>>;

/** Whether this is the `$schema` of draft 4. */
export const isDraft4 = (draft: unknown): boolean => /json-schema\.org\/draft-04\//.test(String(draft));

/** Words whose value is data, not a schema. */
const data: readonly string[] = ['enum', 'default', 'example', 'examples'];
/** Words whose value is an object of schemas: its keys are no words. */
const maps: readonly string[] = ['properties', 'patternProperties', 'definitions', 'dependencies'];

/** The schema in the words of draft 7. */
export function withoutDraft4(schema: object): object {
  const { id, $schema: _, ...words } = schema as Schema;
  const found: Record<string, unknown> = typeof id === 'string' ? { $id: id } : {};
  for (const [word, value] of Object.entries(words)) found[word] = valueOfWord(word, value);
  exclude(found, 'minimum', 'exclusiveMinimum');
  exclude(found, 'maximum', 'exclusiveMaximum');
  return found;
}

function valueOfWord(word: string, value: unknown): unknown {
  if (data.includes(word)) return value;
  if (maps.includes(word) && isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, schemaIn(inner)]));
  }
  return schemaIn(value);
}

function schemaIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(schemaIn);
  return isObject(value) ? withoutDraft4(value) : value;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `minimum: 3, exclusiveMinimum: true` is `exclusiveMinimum: 3`. */
function exclude(words: Record<string, unknown>, limit: string, word: string): void {
  const isExclusive = words[word];
  if (typeof isExclusive !== 'boolean') return;
  delete words[word];
  if (!isExclusive || words[limit] === undefined) return;
  words[word] = words[limit];
  delete words[limit];
}
