/** `troupe doctor`: what is stuck on a node, or between several. */
import { systemClock } from '../../base/world.ts';
import { cyclesAcross } from '../../observe/doctor/across.ts';
import type { Diagnosis } from '../../observe/doctor/findings.ts';
import { formatReport } from '../../observe/doctor/report.ts';
import { lookOptions, nodeHelp, type TroupeCommand } from './command.ts';
import { print, printJson, widthOfTerminal, withLook } from './look.ts';
import { milliseconds } from './target.ts';

export const doctor: TroupeCommand = {
  usage: '[NODE]... [--watch MS]',
  summary: 'says what is stuck on a node: who waits for whom, what only grows, what is about to give up',
  details: `${nodeHelp}\
  -w, --watch MS          how long it looks before it says what it has found (6500)
      --slow MS           what counts as long (1000)

With several nodes also circles of actors that wait for each other across them. Ends with 0 when nothing was found,
with 2 when something was, with 1 when it could not look.
`,
  options: { ...lookOptions, watch: { type: 'string', short: 'w' }, slow: { type: 'string' } },
  operands: [0, 20],
  async run({ operands, values }) {
    const watch = milliseconds('watch', values.watch) ?? 6500;
    const slow = milliseconds('slow', values.slow);
    const nodes = operands.length === 0 ? [''] : operands;
    const diagnoses = await Promise.all(
      nodes.map(node =>
        withLook({ operands: [node], values }, async look => {
          // The first question calls the doctor in; some looks later he knows what only grows: after six.
          await look.query('doctor', { slow });
          await new Promise<void>(resolve => systemClock.after(watch, resolve));
          return look.query('doctor', { slow });
        }),
      ),
    );
    const across = diagnoses.length > 1 ? cyclesAcross(diagnoses) : [];
    if (values.json === true) printJson(diagnoses.length > 1 ? { diagnoses, across } : diagnoses[0]);
    else print(textOf(diagnoses, across));
    return across.length > 0 || diagnoses.some(({ findings }) => findings.length > 0) ? 2 : 0;
  },
};

function textOf(diagnoses: readonly Diagnosis[], across: Diagnosis['findings']): string {
  const { NO_COLOR } = process.env;
  const colours = process.stdout.isTTY === true && !NO_COLOR;
  const reports = diagnoses.map(diagnosis => formatReport(diagnosis, { colours, width: widthOfTerminal() }));
  return [
    ...reports,
    ...across.map(({ gravity, text, advice }) => `${gravity}  ${text}\n  → ${advice}`),
  ].join('\n\n');
}
