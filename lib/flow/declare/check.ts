/** Whether a document is what the schema of flow files says, in words that help. */
import { show } from '../../base/errors.ts';
import { didYouMean } from '../../base/nearest.ts';
import { JsonSchema, type SchemaFault } from '../json/schemaEngine.ts';
import { flowSchema } from './schema.ts';
import type { Path } from './yaml.ts';

export interface DocumentFault {
  readonly path: Path;
  /** Whether the key is what is wrong, and not its value. */
  readonly isKey: boolean;
  readonly message: string;
}

let schema: JsonSchema | undefined;

/** What is wrong with the document. */
export function faultsOfDocument(document: unknown): DocumentFault[] {
  schema ??= new JsonSchema(flowSchema);
  return schema.faults(document).map(fault => worded(fault, document));
}

function worded(fault: SchemaFault, document: unknown): DocumentFault {
  const path = pathOf(fault.path, document);
  const { additionalProperty, missingProperty } = fault.params;
  if (additionalProperty !== undefined) {
    const keys = keysAt(fault.schemaPath);
    const name = String(additionalProperty);
    const message = `there is no such key${didYouMean(name, keys)}; the keys here are ${keys.join(', ')}`;
    return { path: [...path, name], isKey: true, message };
  }
  if (missingProperty !== undefined)
    return { path, isKey: true, message: `the key ${missingProperty} is missing` };
  const value = at(document, path);
  // `Null` is an actor, and a word of YAML.
  const hint = value === null && isActor(path) ? '; the actor of that name is written "Null"' : '';
  return { path, isKey: false, message: `${ruleOf(fault)}, not ${show(value)}${hint}` };
}

const isActor = (path: Path): boolean =>
  path.at(-1) === 'actor' || path.at(-2) === 'actors' || /^(log|error)Actor$/.test(String(path.at(-1)));

function ruleOf({ keyword, params, message }: SchemaFault): string {
  const { allowedValues, type } = params as { allowedValues?: string[]; type?: string | string[] };
  if (keyword === 'enum') return `must be ${listed(allowedValues ?? [])}`;
  if (keyword === 'type') return `must be ${listed([type ?? []].flat().map(one => words[one] ?? one))}`;
  if (/^(exclusive)?(min|max)imum$/.test(keyword))
    return message.replace(/[<>]=?/, sign => comparisons[sign] as string);
  if (keyword === 'minLength') return 'must be a text that is not empty';
  if (keyword === 'minProperties' || keyword === 'minItems') return 'must not be empty';
  return message;
}

const words: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'a map',
  array: 'a list',
};

const comparisons: Readonly<Record<string, string>> = {
  '>': 'more than',
  '>=': 'at least',
  '<': 'less than',
  '<=': 'at most',
};

const listed = (all: readonly string[]) =>
  [all.slice(0, -1).join(', '), all.at(-1)].filter(Boolean).join(' or ');

/** A JSON pointer as the path that it is in this document. */
function pathOf(pointer: string, document: unknown): Path {
  const steps = pointer
    .split('/')
    .slice(1)
    .map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  let value = document;
  return steps.map(step => {
    const key = Array.isArray(value) ? Number(step) : step;
    value = at(value, [key]);
    return key;
  });
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((found, step) => (found as Record<string | number, unknown>)[step], value);
}

/** The keys that the object has there whose `additionalProperties` this is. */
function keysAt(schemaPath: string): string[] {
  const steps = schemaPath.slice(2).split('/').slice(0, -1).map(decodeURIComponent);
  const { properties } = at(flowSchema, steps) as { properties: object };
  return Object.keys(properties);
}
