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
  let below = 0;
  const buckets = bucketBounds.map((bound, at) => {
    below += counts[at] as number;
    return line(`${name}_bucket`, { ...labels, le: String(bound / 1000) }, below);
  });
  return [
    ...buckets,
    line(`${name}_bucket`, { ...labels, le: '+Inf' }, count),
    line(`${name}_sum`, labels, sum / 1000),
    line(`${name}_count`, labels, count),
  ];
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(
    ([label, text]) => `${label}="${escaped(text).replaceAll('"', '\\"')}"`,
  );
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${numberText(value)}\n`;
}

const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

const numberText = (value: number) =>
  Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : value < 0 ? '-Inf' : 'NaN';
