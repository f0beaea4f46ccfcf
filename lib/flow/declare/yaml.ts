/** A YAML text, what it says, and where it says it. */
import { loadYaml, type Yaml } from '../../base/yaml.ts';
import { needPackage } from '../optional.ts';

/** The way to a value: keys of maps and positions in lists. */
export type Path = readonly (string | number)[];

/** Where something stands in a text; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface YamlFault extends Place {
  readonly path: Path;
  readonly message: string;
}

/**
 * What a text becomes.
 * @param isPlain whether it stands there without quotes, so that it could be a number as well
 * @throws whatever says what is wrong with it
 */
export type Replace = (text: string, isPlain: boolean) => unknown;

/** How many values the aliases (`*name`) of a text may stand for. */
const maxAliasCount = 1000;

/** A YAML text (or JSON, which is YAML as well). Needs the package yaml. */
export class YamlText {
  /** What it says; undefined when it is no YAML. A text that `replace` refused is still there. */
  readonly value: unknown;
  readonly isYaml: boolean;
  /** Where it is no YAML, and what `replace` threw. */
  readonly faults: readonly YamlFault[];
  readonly #yaml: typeof Yaml;
  readonly #document: Yaml.Document.Parsed;
  readonly #lines: Yaml.LineCounter;

  /** @param replace makes something else of the texts in it; keys are left as they are */
  constructor(text: string, replace: Replace) {
    this.#yaml = needPackage('yaml', 'a flow in YAML', loadYaml);
    this.#lines = new this.#yaml.LineCounter();
    const options = { lineCounter: this.#lines, prettyErrors: false, merge: true } as const;
    this.#document = this.#yaml.parseDocument(text, options);
    const { errors, warnings } = this.#document;
    const faults = [...errors, ...warnings].map(({ code, message, pos: [offset] }) => {
      const [key = ''] = /^[^\s:]+/.exec(text.slice(offset)) ?? [];
      return this.#fault(offset, [], code === 'DUPLICATE_KEY' ? `the key ${key} is there twice` : message);
    });
    this.isYaml = faults.length === 0;
    this.faults = faults;
    if (!this.isYaml) return;
    faults.push(...this.#replaceTexts(replace));
    try {
      this.value = this.#document.toJS({ maxAliasCount });
    } catch (error) {
      this.isYaml = false; // more aliases than anybody writes by hand
      faults.push(this.#fault(0, [], (error as Error).message));
    }
  }

  /** Where the value is, or the innermost one around it that is there; `'key'`: where its key is. */
  placeOf(path: Path, what: 'key' | 'value' = 'value'): Place {
    const { isMap, isSeq, isNode } = this.#yaml;
    let node: unknown = this.#resolved(this.#document.contents);
    let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
    for (const step of path) {
      let key: unknown;
      let next: unknown;
      if (isMap(node)) {
        const pair = node.items.find(({ key }) => String(this.#textOf(key)) === String(step));
        [key, next] = [pair?.key, pair?.value];
      } else if (isSeq(node)) next = node.items[Number(step)];
      const at = what === 'value' && isNode(next) && !isMap(next) && !isSeq(next) ? next : (key ?? next);
      if (!isNode(at)) break;
      offset = at.range?.[0] ?? offset;
      node = this.#resolved(next);
    }
    return this.#placeAt(offset);
  }

  #replaceTexts(replace: Replace): YamlFault[] {
    const faults: YamlFault[] = [];
    this.#yaml.visit(this.#document, {
      Scalar: (key, node, ancestors) => {
        if (key === 'key' || typeof node.value !== 'string') return;
        try {
          node.value = replace(node.value, node.type === 'PLAIN');
        } catch (error) {
          const path = this.#pathOf(node, ancestors);
          faults.push(this.#fault(node.range?.[0] ?? 0, path, (error as Error).message));
        }
      },
    });
    return faults;
  }

  #pathOf(node: unknown, ancestors: readonly unknown[]): Path {
    const { isPair, isSeq } = this.#yaml;
    return [...ancestors, node].flatMap((one, at, all): Path => {
      if (isPair(one)) return [String(this.#textOf(one.key))];
      const above = all[at - 1];
      return isSeq(above) ? [above.items.indexOf(one)] : [];
    });
  }

  #textOf(key: unknown): unknown {
    return this.#yaml.isScalar(key) ? key.value : key;
  }

  #resolved(node: unknown): unknown {
    return this.#yaml.isAlias(node) ? node.resolve(this.#document) : node;
  }

  #fault(offset: number, path: Path, message: string): YamlFault {
    return { ...this.#placeAt(offset), path, message };
  }

  #placeAt(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}
