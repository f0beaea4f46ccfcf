/** `troupe ps`: actors in a list. */
import { didYouMean } from '../../base/nearest.ts';
import { actorTable } from '../../observe/console/format.ts';
import { sampled } from '../../observe/console/sampled.ts';
import { type SortKey, sortKeys } from '../../observe/observatory/census.ts';
import { CannotStart } from '../cannotStart.ts';
import { lookOptions, nodeHelp, type TroupeCommand, type Values } from './command.ts';
import { print, printJson, widthOfTerminal, withLook } from './look.ts';
import { wholeNumber } from './target.ts';

/** What is listed, and in which order: the same for `top`. */
export const listOptions = {
  sort: { type: 'string' },
  search: { type: 'string' },
  lines: { type: 'string', short: 'n' },
  system: { type: 'boolean' },
} as const;

export const listHelp = `\
      --sort KEY          ${sortKeys.join(', ')}
      --search TEXT       only actors with this in their path or class
  -n, --lines N           how many (50)
      --system            also those of the runtime
`;

/** @throws CannotStart that says what is wrong */
export function filterOf({ sort, search, lines, system }: Values, usual: SortKey) {
  if (sort !== undefined && !sortKeys.includes(sort as SortKey))
    throw new CannotStart(
      `--sort must be one of ${sortKeys.join(', ')}, not ${String(sort)}${didYouMean(String(sort), sortKeys)}`,
    );
  return {
    sort: (sort as SortKey | undefined) ?? usual,
    ...{ search, system: system === true },
    limit: wholeNumber('lines', lines) ?? 50,
  };
}

export const ps: TroupeCommand = {
  usage: '[NODE[/path]] [options]',
  summary: 'lists the actors of a node, or those below a path',
  details: `${nodeHelp}${listHelp}`,
  options: { ...lookOptions, ...listOptions },
  operands: [0, 1],
  async run(line) {
    const filter = filterOf(line.values, 'path');
    return withLook(line, async (look, under) => {
      await sampled(look);
      const { rows, total } = await look.query('actors', { ...filter, under });
      if (line.values.json === true) return printJson({ total, rows });
      const more = total > rows.length ? [`${total} in all`] : [];
      return print([...actorTable(rows, widthOfTerminal()), ...more].join('\n'));
    });
  },
};
