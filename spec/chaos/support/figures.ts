/** The figures of a run, as rows of a Markdown table: written to the file that `CHAOS_FIGURES` names, when it names one. */
import { appendFileSync } from 'node:fs';
import type { Tally } from './ledger.ts';

export function note(
  fault: string,
  done: string,
  { told, delivered, certain, inDoubt, deliveredInDoubt, dead }: Tally,
): void {
  const { CHAOS_FIGURES: file } = process.env;
  if (file === undefined) return;
  const reasons = Object.entries(dead).filter(([reason]) => reason !== 'inDoubt');
  const why = reasons.map(([reason, count]) => `${reason} ${count}`).join(', ');
  const letters = certain === 0 ? '0' : `${certain} (${why})`;
  const doubt = inDoubt === 0 ? '0' : `${inDoubt} (${deliveredInDoubt} delivered)`;
  appendFileSync(file, `| ${fault} | ${done} | ${told} | ${delivered} | ${letters} | ${doubt} |\n`);
}
