/** `troupe inspect`: one actor closely. */
import { CannotLook } from '../../observe/console/cannotLook.ts';
import { actorText } from '../../observe/console/format.ts';
import { lookOptions, nodeHelp, type TroupeCommand } from './command.ts';
import { needPath, print, printJson, withLook } from './look.ts';
import { wholeNumber } from './target.ts';

export const inspect: TroupeCommand = {
  usage: '[NODE]/path [--peek N]',
  summary: 'shows one actor closely: its mailbox, who watches it, what happened to it',
  details: `${nodeHelp}\
      --peek N            how many of the messages that wait (10)
`,
  options: { ...lookOptions, peek: { type: 'string' } },
  operands: [1, 1],
  run: line =>
    withLook(line, async (look, given) => {
      const path = needPath(given, 'troupe inspect 127.0.0.1:9700/a/b');
      const { peek, json } = line.values;
      const actor = await look.query('actor', { path, peek: wholeNumber('peek', peek) ?? 10 });
      if (actor === undefined || actor === null)
        throw new CannotLook(`there is no live actor ${path}: troupe tree shows all`);
      return json === true ? printJson(actor) : print(actorText(actor));
    }),
};
