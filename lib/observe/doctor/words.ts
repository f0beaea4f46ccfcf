/** How findings are worded, and their figures written. */
import type { Finding } from './findings.ts';

/** 850 ms, 5.2 s, 3 min. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return 'ever';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 99_950) return `${Number((ms / 1000).toFixed(1))} s`;
  if (ms < 5_970_000) return `${Math.round(ms / 60_000)} min`;
  return `${Number((ms / 3_600_000).toFixed(1))} h`;
}

/** 1 message, 2 messages. */
export const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

const mostCharacters = 200;

/** The first line of an error, which is somebody else's and may be anything. */
export function errorText(error: Error): string {
  try {
    const [line = ''] = String(error).split('\n', 1);
    return line.length > mostCharacters ? `${line.slice(0, mostCharacters)}…` : line;
  } catch {
    return 'an error without a text';
  }
}

/** With at most one decimal. */
export const round = (figure: number) => Number(figure.toFixed(1));

/** The first of many, and how many more there are. */
export function listed(all: readonly string[], most = 5): string {
  const more = all.length - most;
  return more > 0 ? `${all.slice(0, most).join(', ')} and ${more} more` : all.join(', ');
}

/** A finding as the checks make it: `since` by the node's clock. */
export type Found = Omit<Finding, 'id'> & { readonly id?: string };
