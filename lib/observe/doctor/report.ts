/** A diagnosis as text for a terminal. */
import type { Diagnosis, Gravity, SupervisorView } from './findings.ts';
import { duration, plural } from './words.ts';

export interface ReportOptions {
  /** Whether gravities have colours (false), for a terminal that shows them. */
  readonly colours?: boolean | undefined;
  /** Columns after which lines are broken (100); Infinity: never. */
  readonly width?: number | undefined;
}

const colourOf: Record<Gravity, number> = { critical: 31, warning: 33, notice: 36 };
const column = 10;

/** What `troupe doctor` shows: what is wrong, the gravest first, then the restarts that supervisors have left. */
export function formatReport(
  diagnosis: Diagnosis,
  { colours = false, width = 100 }: ReportOptions = {},
): string {
  const { node, actors, findings, omitted, supervisors } = diagnosis;
  const lines = [
    `${node ?? 'a node without remoting'}: ${plural(actors, 'actor')}, ${watched(diagnosis)}`,
    '',
  ];
  if (findings.length === 0) lines.push('Nothing is stuck.');
  for (const { gravity, text, advice } of findings) {
    const mark = gravity.padEnd(column);
    const [first = '', ...others] = wrapped(text, width - column);
    lines.push((colours ? `\x1b[${colourOf[gravity]}m${mark}\x1b[0m` : mark) + first);
    for (const line of [...others, ...wrapped(`→ ${advice}`, width - column)])
      lines.push(' '.repeat(column) + line);
  }
  if (omitted > 0) lines.push(`and ${omitted} more`);
  if (supervisors.length > 0) lines.push('', ...table(supervisors));
  return lines.join('\n');
}

/** Names and errors may hold what a terminal would obey. */
const harmless = (text: string) => text.replaceAll(/\p{Cc}/gu, ' ');

function watched({ at, watchedSince, looks }: Diagnosis): string {
  const looked = looks === 1 ? 'looked at once' : `watched for ${duration(at - watchedSince)}`;
  return looks < 6 ? `${looked}: what only grows is found after six looks` : looked;
}

function table(supervisors: readonly SupervisorView[]): string[] {
  const rows = supervisors.map(({ path, child, left, max, within, restarts }) => [
    harmless(child ?? `${path} (all its children)`),
    max === null ? 'no limit' : `${left} of ${max}`,
    within === null ? '' : duration(within),
    String(restarts),
  ]);
  const all = [['restarts of', 'left', 'within', 'so far'], ...rows];
  const widths = (all[0] as string[]).map((_, i) => Math.max(...all.map(row => (row[i] as string).length)));
  return all.map(row =>
    row
      .map((cell, i) => cell.padEnd(widths[i] as number))
      .join('  ')
      .trimEnd(),
  );
}

/** Broken between words; a word that is longer than a line stands alone. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of harmless(text).split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines;
}
