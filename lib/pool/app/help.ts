/** What `--help` prints: made from the settings of the apps. */
import type { Entry, Line } from './line.ts';
import { screaming } from './schema.ts';

const width = 110;
/** Where the explanations begin, unless the flags are longer. */
const widest = 32;

export function helpOf(line: Line): string {
  const [first] = line.apps;
  const rows = line.entries.map(entry => [entry, [flagsOf(entry, line), explanationOf(entry)]] as const);
  const builtIn = builtInRows(line);
  const column = columnOf([...rows.map(([, row]) => row), ...builtIn]);
  const parts = [`${line.name} [options]`];
  if (!line.isGroup && first?.description) parts.push(first.description);
  for (const [heading, entries] of groupsOf(line)) {
    const own = rows.filter(([entry]) => entries.includes(entry)).map(([, row]) => layOut(row, column));
    parts.push((heading === '' ? '' : `${heading}:\n`) + own.join('\n'));
  }
  parts.push(builtIn.map(row => layOut(row, column)).join('\n'), origins(line));
  return `${parts.join('\n\n')}\n`;
}

type Row = readonly [flags: string, explanation: string];

/** By app where there are several, and then by section; in the order in which they are declared, those without a section first. */
function groupsOf({ apps, entries, isGroup }: Line): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const app of apps) {
    const own = entries.filter(entry => entry.app === app);
    const sections = [...new Set(['', ...own.map(sectionOf)])];
    for (const section of sections) {
      const found = own.filter(entry => sectionOf(entry) === section);
      const title =
        section === '' && app.description
          ? `${app.name} (${app.description.replace(/\.$/, '')})`
          : `${app.name} ${section}`;
      if (found.length > 0) groups.set(isGroup ? title.trim() : section, found);
    }
  }
  return groups;
}

const sectionOf = ({ setting }: Entry) => setting.options.section ?? '';

function flagsOf({ flag, short, setting }: Entry, { isGroup }: Line): string {
  const shorts = short === undefined ? (isGroup ? '' : '    ') : `-${short}, `;
  return `${shorts}--${flag} ${setting.kind.placeholder}`.trimEnd();
}

function explanationOf({ setting }: Entry): string {
  const { help = '', default: usual, optional, live, env } = setting.options;
  const notes = [
    setting.kind.limits?.trim() ?? '',
    usual === undefined
      ? optional
        ? ''
        : 'must be given'
      : defaultOf(setting.kind.fromValue(usual), setting),
    live ? 'can be changed while it runs' : '',
    env === undefined ? '' : `variable: ${env}`,
  ].filter(note => note !== '');
  return [help, notes.length === 0 ? '' : `(${notes.join('; ')})`].filter(part => part !== '').join(' ');
}

function defaultOf(usual: unknown, { kind, options }: Entry['setting']): string {
  if (options.secret) return 'default: (secret)';
  // A flag that is off unless given goes without saying.
  return usual === false ? '' : `default: ${kind.format(usual)}`;
}

function builtInRows({ isGroup, version }: Line): Row[] {
  const indent = isGroup ? '' : '    ';
  return [
    [`${indent}--config FILE`, 'read the settings from this file: .json, .yaml, .mjs, .js or .ts'],
    [`${indent}--show-config`, 'print each setting and where it comes from, and end'],
    ...(version === undefined ? [] : [[`${indent}--version`, 'print the version, and end'] as const]),
    ['-h, --help', 'print this, and end'],
  ];
}

function columnOf(rows: readonly Row[]): number {
  return Math.min(widest, Math.max(...rows.map(([flags]) => flags.length + 2))) + 2;
}

/** Two columns; the second goes on below itself. */
function layOut([flags, explanation]: Row, column: number): string {
  const lines = wrap(explanation, width - column);
  const start = `  ${flags}`;
  if (start.length + 2 > column && lines.length > 0) lines.unshift('');
  return [start.padEnd(column) + (lines[0] ?? ''), ...lines.slice(1).map(text => ' '.repeat(column) + text)]
    .map(text => text.trimEnd())
    .join('\n');
}

function wrap(text: string, length: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(one => one !== '')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= length)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function origins({ apps, entries, isGroup, name }: Line): string {
  const [example] = entries.flatMap(({ variable }) => (variable === undefined ? [] : [variable]));
  const variables = example === undefined ? '' : `, else from the environment (${example}, ...)`;
  const files = apps.map(app => `${app.name}.config.json`).join(', ');
  const sections = isGroup
    ? `; a file named by --config has a section for each app, and ${screaming(name)}_CONFIG names one, too`
    : '';
  const text = `A setting comes from the command line${variables}, else from a config file (${files} and the like in the working directory, or --config)${sections}.`;
  return wrap(text, width).join('\n');
}
