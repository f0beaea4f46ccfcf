/** The door to ajv and ajv-formats: whether data is what a JSON schema says. */
import type * as AjvModule from 'ajv';
import type * as AjvFormats from 'ajv-formats';
import { SetupError } from '../events/errors.ts';
import { loadPackage } from '../optional.ts';
import { isDraft4, withoutDraft4 } from './draft4.ts';

export interface JsonSchemaOptions {
  /** Checks of your own for `format`, by its name; they come before the usual ones. */
  formats?: Readonly<Record<string, RegExp | ((value: string) => boolean)>> | undefined;
  /** Other schemas that `$ref` finds by their `$id`. Nothing is fetched. */
  schemas?: readonly object[] | undefined;
}

export interface SchemaFault {
  /** Where in the data: a JSON pointer, empty for the whole. */
  readonly path: string;
  /** Where in the schema: `#/properties/qty/type`. */
  readonly schemaPath: string;
  /** The word of the schema: `type`, `required`, ... */
  readonly keyword: string;
  /** What belongs to that word: `{ missingProperty }`, `{ additionalProperty }`, ... */
  readonly params: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** How many messages one document gives at most. */
const most = 100;
/** Bigger data get only their first fault: to collect all of a million takes all the memory there is. */
const small = 10_000;

/**
 * A JSON schema of draft 2020-12, 2019-09, 7, 6 or 4, as its `$schema` says; 7 when it says nothing. Formats are
 * checked. Needs the packages ajv and ajv-formats.
 */
export class JsonSchema {
  readonly #validate: AjvModule.ValidateFunction;
  readonly #validateAll: AjvModule.ValidateFunction;

  /**
   * @param schema an object, or its JSON text
   * @throws SetupError when it is no JSON schema, or refers to one that is not there.
   */
  constructor(schema: string | object | boolean, options: JsonSchemaOptions = {}) {
    try {
      const given = typeof schema === 'string' ? (JSON.parse(schema) as object | boolean) : schema;
      this.#validate = compile(given, options, false);
      this.#validateAll = compile(given, options, true);
    } catch (error) {
      if ((error as { code?: unknown }).code === 'PACKAGE_MISSING') throw error;
      throw new SetupError(`the JSON schema can't be used: ${(error as Error).message}`, { cause: error });
    }
  }

  /**
   * What is wrong with the data: `/lines/0/qty: must be integer`. Nothing when it is valid; the first 100 faults, and of
   * data with more than 10 000 values the first one alone.
   */
  errors(data: unknown): string[] {
    return this.faults(data).map(({ path, message }) => `${path || '/'}: ${message}`);
  }

  /** The same in parts, for whoever has better words. */
  faults(data: unknown): SchemaFault[] {
    if (this.#validate(data)) return [];
    const validate = isSmall(data) ? this.#validateAll : this.#validate;
    validate(data);
    const found = (validate.errors ?? []).slice(0, most);
    return found.map(({ instancePath, schemaPath, keyword, params, message = 'is not valid' }) => ({
      path: instancePath,
      schemaPath,
      keyword,
      params,
      message,
    }));
  }
}

/** Whether it has at most 10 000 values. */
function isSmall(data: unknown): boolean {
  const values: unknown[] = [data];
  for (const value of values) {
    if (values.length > small) return false;
    if (typeof value !== 'object' || value === null) continue;
    const items = Object.values(value);
    if (items.length > small) return false;
    values.push(...items);
  }
  return true;
}

function compile(
  schema: object | boolean,
  options: JsonSchemaOptions,
  allErrors: boolean,
): AjvModule.ValidateFunction {
  const { formats = {}, schemas = [] } = options;
  const Ajv = ajvFor(draftOf(schema));
  // An object's prototype has a `constructor`, which is no property of the data.
  const ajv = new Ajv({ allErrors, strict: false, ownProperties: true, logger: false });
  loadPackage<{ default: AjvFormats.FormatsPlugin }>('ajv-formats', 'JSON Schema').default(ajv);
  for (const [name, format] of Object.entries(formats)) ajv.addFormat(name, format);
  for (const other of schemas) ajv.addSchema(known(other));
  return ajv.compile(draftOf(schema) === undefined ? schema : known(schema as object));
}

const draftOf = (schema: object | boolean | null): unknown =>
  (schema as { $schema?: unknown } | null)?.$schema;

/** Each of the newer drafts has a class of its own. */
function ajvFor(draft: unknown): typeof AjvModule.Ajv {
  const year = yearOf(draft);
  const name = year === undefined ? 'ajv' : `ajv/dist/${year}`;
  return loadPackage<{ default: typeof AjvModule.Ajv }>(name, 'JSON Schema').default;
}

const yearOf = (draft: unknown): string | undefined =>
  /\/draft\/(2019)-09\/|\/draft\/(2020)-12\//
    .exec(String(draft))
    ?.slice(1)
    .find(year => year !== undefined);

/** The schema in words that ajv knows: draft 6 is all in draft 7. */
function known(schema: object): object {
  const draft = draftOf(schema);
  if (isDraft4(draft)) return withoutDraft4(schema);
  if (!/json-schema\.org\/(draft-06\/)?schema/.test(String(draft))) return schema;
  const { $schema: _, ...words } = schema as { $schema: unknown };
  return words;
}
