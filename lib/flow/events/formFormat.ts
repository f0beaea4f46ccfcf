/** The format of HTML forms: texts by the names of their fields. */
import { show } from '../../base/errors.ts';
import { copyOf } from './copy.ts';
import { InvalidEventDataModification } from './errors.ts';
import { type Format, isXmlNode } from './format.ts';
import { textOfBytes } from './formats.ts';
import { type Json, jsonOf, refuseKey } from './json.ts';
import { rootOf } from './xml.ts';
import { xmlToJson } from './xmlToJson.ts';

/** A field that was given several times has all its texts. */
export type FormFields = { [field: string]: string | string[] };

/** How many fields a form may have. */
const most = 10_000;

/** Text and bytes are parsed, null is an empty form. Of an object each key is a field; what is deeper becomes JSON text. */
export const formFormat: Format = {
  name: 'form',
  contentType: 'application/x-www-form-urlencoded',
  accept(value) {
    if (value === undefined || value === null) return {};
    if (typeof value === 'string') return parse(value);
    if (value instanceof Uint8Array) return parse(textOfBytes(value));
    const json = isXmlNode(value) ? xmlToJson(rootOf(value)) : jsonOf(value);
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return formOf(json);
    throw new InvalidEventDataModification(`${show(value)} is no form: give an object, or its text`);
  },
  text: data => String(new URLSearchParams(pairsOf(data as FormFields))),
  copy: copyOf,
  errorText: errors =>
    String(new URLSearchParams(messagesOf(errors).map((message): [string, string] => ['error', message]))),
};

function parse(text: string): FormFields {
  const form: FormFields = {};
  let count = 0;
  for (const [field, value] of new URLSearchParams(text)) {
    count += 1;
    if (count > most) throw new InvalidEventDataModification(`the form has more than ${most} fields`);
    refuseKey(field);
    const before = Object.hasOwn(form, field) ? form[field] : undefined;
    if (before === undefined) form[field] = value;
    else if (Array.isArray(before)) before.push(value);
    else form[field] = [before, value];
  }
  return form;
}

const formOf = (json: { [key: string]: Json }): FormFields =>
  Object.fromEntries(
    Object.entries(json).map(([field, value]) => [
      field,
      Array.isArray(value) ? value.map(textOfField) : textOfField(value),
    ]),
  );

function textOfField(value: Json): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const pairsOf = (form: FormFields): [string, string][] =>
  Object.entries(form).flatMap(([field, value]) =>
    (Array.isArray(value) ? value : [value]).map((text): [string, string] => [field, text]),
  );

const messagesOf = (errors: unknown): string[] =>
  Array.isArray(errors)
    ? errors.map(each => String((each as { message?: unknown } | null)?.message ?? show(each)))
    : [typeof errors === 'string' ? errors : JSON.stringify(errors)];
