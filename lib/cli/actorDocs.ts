/** What the sources of the actors, which are part of the package, say about them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ParamDoc {
  readonly name: string;
  readonly isOptional: boolean;
  /** As TypeScript writes it. */
  readonly type: string;
  readonly text: string;
}

export interface ActorDoc {
  readonly text: string;
  readonly params: readonly ParamDoc[];
}

const folder = fileURLToPath(new URL('../../lib/flow/', import.meta.url));
const comment = String.raw`\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*`;
/** With types within types, and objects within those. */
const header = '(?:[^{<]|<(?:[^<>]|<(?:[^<>]|<[^<>]*>)*>)*>)*';
const classPattern = new RegExp(`(?:${comment})?export (?:abstract )?class (\\w+)(${header})\\{`, 'g');
const interfacePattern = /export interface (\w+)([^{]*)\{(?:\}|\n([\s\S]*?)\n\})/g;
const paramPattern = new RegExp(
  `^(?: *${comment})? {2}(?:readonly )?(\\w+)(\\??): ([\\s\\S]*?);\\n(?= {2}\\S|$(?![\\s\\S]))`,
  'gm',
);
/** An object of parameters that has no name: `FlowActor<{ key: string }>`. */
const inlinePattern = /<\{ (.*) \}>/s;

interface ClassSource {
  readonly text: string;
  /** What it extends, with the types of its parameters. */
  readonly header: string;
}

export class ActorDocs {
  readonly #classes = new Map<string, ClassSource>();
  readonly #interfaces = new Map<string, { readonly header: string; readonly body: string }>();

  constructor() {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (name.endsWith('.ts')) this.#read(readFileSync(join(folder, name), 'utf8'));
    }
  }

  /** What is known of the class of that name. */
  of(name: string): ActorDoc {
    return { text: this.#textOf(name), params: this.#paramsOfClass(name) };
  }

  #read(code: string): void {
    for (const [, text = '', name = '', header = ''] of code.matchAll(classPattern))
      this.#classes.set(name, { text: plain(text), header });
    for (const [, name = '', header = '', body = ''] of code.matchAll(interfacePattern))
      this.#interfaces.set(name, { header, body: `${body}\n` });
  }

  /** One that says nothing is what it extends. */
  #textOf(name: string): string {
    const source = this.#classes.get(name);
    if (source === undefined || source.text !== '') return source?.text ?? '';
    return this.#textOf(baseOf(source.header));
  }

  #paramsOfClass(name: string): ParamDoc[] {
    const { header } = this.#classes.get(name) ?? {};
    if (header === undefined) return [];
    const [, inline] = inlinePattern.exec(header) ?? [];
    if (inline !== undefined) return docsOf(`  ${inline.replaceAll('; ', ';\n  ')};\n`);
    const [params = `${name}Params`] = /\b\w+Params\b/.exec(header) ?? [];
    return this.#interfaces.has(params) ? this.#paramsOf(params) : this.#paramsOfClass(baseOf(header));
  }

  #paramsOf(name: string): ParamDoc[] {
    const { header = '', body = '' } = this.#interfaces.get(name) ?? {};
    const inherited = [...header.matchAll(/\b\w+\b/g)].flatMap(([base]) => this.#paramsOf(base));
    const own = docsOf(body);
    return [...own, ...inherited.filter(one => !own.some(({ name }) => name === one.name))];
  }
}

/** A parameter without a comment is told of in that of the one before. */
function docsOf(body: string): ParamDoc[] {
  let last = '';
  return [...body.matchAll(paramPattern)].map(([, text = last, name = '', mark, type = '']): ParamDoc => {
    last = text;
    return {
      name,
      isOptional: mark === '?',
      type: plain(type).replace(/ \| undefined$/, ''),
      text: plain(text),
    };
  });
}

const baseOf = (header: string): string =>
  /extends (\w+)(?:<[\s\S]*>)?(?: implements [\s\S]*)?\s*$/.exec(header)?.[1] ?? '';

/** A comment as one line, without what is for programmers. */
function plain(text: string): string {
  return text
    .replace(/^\s*\*? ?/gm, '')
    .replace(/^@[\s\S]*/m, '')
    .replace(/\s+/g, ' ')
    .trim();
}
