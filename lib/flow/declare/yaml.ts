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
/** The key that merges another map; the package has a symbol for it. */
const merge = '<<';
/** How many maps and lists may be within one another. */
const maxDepth = 100;

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
    this.#document = this.#yaml.parseDocument(text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      merge: true,
      uniqueKeys: false, // looked for below: to the package, 1 and "1" are two keys
      schema: 'core', // also where the text says that it is YAML 1.1
      resolveKnownTags: false, // dates, sets and bytes are nothing that a flow knows
    });
    const { errors, warnings } = this.#document;
    const deep = errors.find(({ message }) => /call stack/.test(message));
    const faults =
      deep === undefined
        ? [...errors, ...warnings].map(({ message, pos: [offset] }) => this.#fault(offset, [], message))
        : [this.#fault(deep.pos[0], [], tooDeep)];
    if (faults.length === 0) faults.push(...this.#faultsOfNodes());
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
    const deepest = deeperThan(this.value, maxDepth);
    if (deepest === undefined) return;
    this.isYaml = false;
    faults.push({ ...this.placeOf(deepest), path: deepest.slice(0, 3), message: tooDeep });
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
        const pair = this.#pairOf(node, String(step));
        [key, next] = [pair?.key, pair?.value];
      } else if (isSeq(node)) next = node.items[Number(step)];
      const at = what === 'value' && isNode(next) && !isMap(next) && !isSeq(next) ? next : (key ?? next);
      if (!isNode(at)) break;
      offset = at.range?.[0] ?? offset;
      node = this.#resolved(next);
    }
    return this.#placeAt(offset);
  }

  /** Of a map, or of one that is merged into it. */
  #pairOf(map: Yaml.YAMLMap, name: string): Yaml.Pair | undefined {
    const { isMap, isSeq } = this.#yaml;
    const own = map.items.find(({ key }) => String(this.#textOf(key)) === name);
    if (own !== undefined) return own;
    for (const { key, value } of map.items) {
      if (this.#textOf(key) !== merge) continue;
      const merged = this.#resolved(value);
      for (const one of isSeq(merged) ? merged.items : [merged]) {
        const found = this.#resolved(one);
        const pair = isMap(found) ? this.#pairOf(found, name) : undefined;
        if (pair !== undefined) return pair;
      }
    }
    return undefined;
  }

  /** What no value can be made of. */
  #faultsOfNodes(): YamlFault[] {
    const faults: YamlFault[] = [];
    const tell = (node: { range?: Yaml.Range | null | undefined }, path: Path, message: string) =>
      faults.push(this.#fault(node.range?.[0] ?? 0, path, message));
    const { isMap, isScalar, isSeq, isNode } = this.#yaml;
    const mergeable = (value: unknown): boolean => {
      const found = this.#resolved(value);
      return isMap(found) || (isSeq(found) && found.items.every(one => isMap(this.#resolved(one))));
    };
    this.#yaml.visit(this.#document, {
      Alias: (_, node, ancestors) => {
        const found = node.resolve(this.#document);
        const { source } = node;
        if (found === undefined)
          tell(node, this.#pathOf(node, ancestors), `there is no &${source} before it for *${source}`);
        else if (ancestors.includes(found))
          tell(node, this.#pathOf(node, ancestors), `*${source} is within &${source}, and so has no end`);
      },
      Map: (_, node, ancestors) => {
        const above = this.#pathOf(node, ancestors);
        const seen = new Set<string>();
        let hasTexts = true;
        for (const { key, value } of node.items) {
          const place = isNode(key) ? key : node;
          if (!isScalar(key) || key.value === null) {
            tell(place, above, 'a key must be a text');
            hasTexts = false;
            continue;
          }
          const name = String(this.#textOf(key));
          if (name === merge && !mergeable(value)) tell(place, above, '<< takes a map, or a list of maps');
          if (seen.has(name)) tell(place, above, `the key ${name} is there twice`);
          seen.add(name);
        }
        return hasTexts ? undefined : this.#yaml.visit.SKIP;
      },
    });
    return faults;
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
    if (!this.#yaml.isScalar(key)) return key;
    return typeof key.value === 'symbol' ? merge : key.value;
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

const tooDeep = `maps and lists are more than ${maxDepth} deep within one another`;

/** The way to something that has more around it than it may; undefined when there is none. */
function deeperThan(value: unknown, most: number): Path | undefined {
  const left: [value: unknown, path: Path][] = [[value, []]];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [one, path] = next;
    if (typeof one !== 'object' || one === null) continue;
    if (path.length >= most) return path;
    const isList = Array.isArray(one);
    for (const [key, within] of Object.entries(one))
      left.push([within, [...path, isList ? Number(key) : key]]);
  }
  return undefined;
}
