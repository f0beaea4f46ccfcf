/** What `--show-config` prints: each setting, its value and where that came from. */
import type { Line } from './line.ts';
import type { Resolved } from './resolve.ts';

export function tableOf(line: Line, resolved: ReadonlyMap<string, Resolved>): string {
  const rows = line.entries.map(({ app, name, setting }) => {
    const { values, origins } = resolved.get(app.name) ?? { values: {}, origins: {} };
    const title = line.isGroup ? `${app.name}.${name}` : name;
    return [title, setting.format(values[name]), origins[name]?.source ?? ''] as const;
  });
  const widthOf = (column: 0 | 1) => Math.max(0, ...rows.map(row => row[column].length));
  const [first, second] = [widthOf(0), widthOf(1)];
  return rows
    .map(([name, value, source]) => `${name.padEnd(first)}  ${value.padEnd(second)}  ${source}\n`)
    .join('');
}
