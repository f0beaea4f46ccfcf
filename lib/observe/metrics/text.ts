/** Metrics as text that Prometheus scrapes: its text-based exposition format, version 0.0.4. */
import { bucketBounds, type Histogram } from '../../core/histogram.ts';
import type { Family, Labels } from './families.ts';
import type { Figures } from './figures.ts';

export const contentType = 'text/plain; version=0.0.4; charset=utf-8';

/** @param common labels of every sample */
export function textOf(families: readonly Family[], figures: Figures, common: Labels): string {
  return families.map(family => textOfFamily(family, figures, common)).join('');
}

function textOfFamily(family: Family, figures: Figures, common: Labels): string {
  const { name, help, type } = family;
  const lines =
    family.type === 'histogram'
      ? family
          .samples(figures)
          .flatMap(({ labels, value }) => histogramLines(name, { ...common, ...labels }, value))
      : family.samples(figures).map(({ labels, value }) => line(name, { ...common, ...labels }, value));
  if (lines.length === 0) return '';
  return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function histogramLines(name: string, labels: Labels, { counts, count, sum }: Histogram): string[] {
  const inside = pairsOf(labels);
  const bucket = (le: string, value: number) =>
    `${name}_bucket{${inside}${inside === '' ? '' : ','}le="${le}"} ${value}\n`;
  let below = 0;
  const buckets = bounds.map((le, at) => {
    below += counts[at] as number;
    return bucket(le, below);
  });
  return [
    ...buckets,
    bucket('+Inf', count),
    line(`${name}_sum`, labels, sum / 1000),
    line(`${name}_count`, labels, count),
  ];
}

/** In seconds. */
const bounds = bucketBounds.map(bound => String(bound / 1000));

function line(name: string, labels: Labels, value: number): string {
  const inside = pairsOf(labels);
  return `${name}${inside === '' ? '' : `{${inside}}`} ${numberText(value)}\n`;
}

const pairsOf = (labels: Labels) =>
  Object.entries(labels)
    .map(([label, text]) => `${label}="${escaped(text).replaceAll('"', '\\"')}"`)
    .join(',');

const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

const numberText = (value: number) =>
  Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : value < 0 ? '-Inf' : 'NaN';
