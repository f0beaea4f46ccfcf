/** Reads the text format of Prometheus, version 0.0.4, and takes nothing that the format does not allow. */
import { assert } from 'chai';

export interface ParsedSample {
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly value: number;
}

export interface ParsedFamily {
  readonly help: string;
  readonly type: string;
  readonly samples: ParsedSample[];
}

export class Scrape {
  readonly families = new Map<string, ParsedFamily>();

  constructor(text: string) {
    assert.match(text, /^(?:[^\n]+\n)+$/, 'lines that end with a line feed, none empty');
    const lines = text.slice(0, -1).split('\n');
    for (let at = 0; at < lines.length; ) at = this.#family(lines, at);
  }

  /** The value of one sample. */
  value(name: string, labels: Record<string, string> = {}): number {
    const found = this.samples(name).filter(sample => sameLabels(sample.labels, labels));
    assert.lengthOf(found, 1, `${name} ${JSON.stringify(labels)}`);
    return (found[0] as ParsedSample).value;
  }

  /** Every sample of that name. */
  samples(name: string): ParsedSample[] {
    const family = this.families.get(name) ?? this.families.get(name.replace(/_(bucket|sum|count)$/, ''));
    return (family?.samples ?? []).filter(sample => sample.name === name);
  }

  #family(lines: string[], from: number): number {
    const [, name = '', help = ''] = matched(/^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/, lines[from]);
    assert.isFalse(this.families.has(name), `${name} stands there twice`);
    const [, type = ''] = matched(new RegExp(`^# TYPE ${name} (counter|gauge|histogram)$`), lines[from + 1]);
    const samples: ParsedSample[] = [];
    let at = from + 2;
    for (; at < lines.length && !lines[at]?.startsWith('#'); at++)
      samples.push(sampleOf(lines[at] as string));
    const own = type === 'histogram' ? ['_bucket', '_sum', '_count'].map(part => name + part) : [name];
    assert.isNotEmpty(samples, name);
    const strange = samples.filter(sample => !own.includes(sample.name));
    assert.deepEqual(strange, []);
    const series = samples.map(sample => JSON.stringify([sample.name, sample.labels]));
    assert.lengthOf(new Set(series), series.length, `${name} has a series twice`);
    if (type === 'counter') {
      assert.match(name, /_total$/);
      assert.isTrue(samples.every(({ value }) => value >= 0));
    } else assert.notMatch(name, /_total$/);
    if (type === 'histogram') checkHistogram(name, samples);
    this.families.set(name, { help, type, samples });
    return at;
  }
}

const label = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\["\\n])*"`;
const sampleLine = new RegExp(
  String.raw`^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(${label}(?:,${label})*)\})? (\S+)$`,
);

function sampleOf(line: string): ParsedSample {
  const [, name = '', inside = '', value = ''] = matched(sampleLine, line);
  const pairs = [...inside.matchAll(/([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\["\\n])*)"/g)];
  const labels = pairs.map(([, key = '', text = '']) => [key, unescaped(text)] as const);
  // No assertions here: there may be very many lines, and chai takes its time.
  if (new Set(labels.map(([key]) => key)).size < labels.length) assert.fail(`a label twice: ${line}`);
  if (!/^(?:[+-]Inf|NaN|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/.test(value)) assert.fail(`no number: ${line}`);
  return { name, labels: Object.fromEntries(labels), value: Number(value.replace('Inf', 'Infinity')) };
}

const unescaped = (text: string) =>
  text.replace(/\\(["\\n])/g, (_, character: string) => (character === 'n' ? '\n' : character));

function checkHistogram(name: string, samples: readonly ParsedSample[]): void {
  const byLabels = new Map<string, ParsedSample[]>();
  for (const sample of samples) {
    const { le: _, ...labels } = sample.labels;
    const key = JSON.stringify(labels);
    byLabels.set(key, [...(byLabels.get(key) ?? []), sample]);
  }
  for (const all of byLabels.values()) {
    const of = (part: string) => all.filter(sample => sample.name === name + part);
    const bounds = of('_bucket').map(({ labels: { le = '' } }) => Number(le.replace('Inf', 'Infinity')));
    assert.isTrue(isAscending(bounds), `${name} has its buckets in order`);
    assert.equal(bounds.at(-1), Number.POSITIVE_INFINITY);
    const values = of('_bucket').map(({ value }) => value);
    assert.isTrue(isAscending(values), `${name} counts in each bucket what is below, too`);
    assert.deepEqual(
      of('_count').map(({ value }) => value),
      values.slice(-1),
    );
    assert.lengthOf(of('_sum'), 1);
  }
}

const isAscending = (values: readonly number[]) =>
  values.every((value, at) => at === 0 || value >= (values[at - 1] as number));

function matched(pattern: RegExp, line: string | undefined): RegExpExecArray {
  const match = pattern.exec(line ?? 'the end');
  return match ?? assert.fail(`${line} is not ${pattern}`);
}

const sameLabels = (a: Record<string, string>, b: Record<string, string>) =>
  Object.keys(a).length === Object.keys(b).length &&
  Object.entries(a).every(([key, value]) => b[key] === value);
