/** `troupe tree`: what lives on a node. */
import { treeOf, treeText } from '../../observe/console/treeText.ts';
import { lookOptions, nodeHelp, type TroupeCommand } from './command.ts';
import { print, printJson, withLook } from './look.ts';
import { wholeNumber } from './target.ts';

export const tree: TroupeCommand = {
  usage: '[NODE[/path]] [--depth N] [--lines N]',
  summary: 'prints the tree of the actors of a node, or what is below one of them',
  details: `${nodeHelp}\
  -d, --depth N           how many levels (20)
  -n, --lines N           how many children of one actor (20)
`,
  options: {
    ...lookOptions,
    depth: { type: 'string', short: 'd' },
    lines: { type: 'string', short: 'n' },
  },
  operands: [0, 1],
  run: line =>
    withLook(line, async (look, path = '/') => {
      const { depth, lines, json } = line.values;
      const top = await treeOf(look, path, {
        depth: wholeNumber('depth', depth),
        limit: wholeNumber('lines', lines),
      });
      return json === true ? printJson(top) : print(treeText(top));
    }),
};
