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
const classPattern = new RegExp(`(?:${comment})?export (?:abstract )?class (\\w+)([^{]*)\\{`, 'g');
const interfacePattern = /export interface (\w+)([^{]*)\{\n([\s\S]*?)\n\}/g;
const paramPattern = new RegExp(`${comment}(\\w+)(\\?)?: ([\\s\\S]*?);\\n`, 'g');

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
    const source = this.#classes.get(name);
    return { text: this.#textOf(name), params: source === undefined ? [] : this.#paramsOfClass(source) };
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

  #paramsOfClass({ header }: ClassSource): ParamDoc[] {
    const [name] = /\b\w+Params\b/.exec(header) ?? [];
    if (name !== undefined) return this.#paramsOf(name);
    const base = this.#classes.get(baseOf(header));
    return base === undefined ? [] : this.#paramsOfClass(base);
  }

  #paramsOf(name: string): ParamDoc[] {
    const { header = '', body = '' } = this.#interfaces.get(name) ?? {};
    const inherited = [...header.matchAll(/\b\w+(?:Params|Options)\b/g)].flatMap(([base]) =>
      this.#paramsOf(base),
    );
    const own = [...body.matchAll(paramPattern)].map(
      ([, text = '', param = '', mark, type = '']): ParamDoc => ({
        name: param,
        isOptional: mark === '?',
        type: plain(type).replace(/ \| undefined$/, ''),
        text: plain(text),
      }),
    );
    return [...own, ...inherited.filter(one => !own.some(({ name }) => name === one.name))];
  }
}

const baseOf = (header: string): string => /extends (\w+)(?:<[^{]*>)?\s*$/.exec(header)?.[1] ?? '';

/** A comment as one line, without what is for programmers. */
function plain(text: string): string {
  return text
    .replace(/^\s*\*? ?/gm, '')
    .replace(/^@[\s\S]*/m, '')
    .replace(/\s+/g, ' ')
    .trim();
}
