/** `troupe ask`: sends a message to an actor and prints the answer. */
import { inspect } from 'node:util';
import { lookOptions, nodeHelp, type TroupeCommand } from './command.ts';
import { message, needPath, print, printJson, widthOfTerminal, withLook } from './look.ts';
import { lookOptionsOf } from './target.ts';

export const ask: TroupeCommand = {
  usage: '[NODE]/path JSON [--json]',
  summary: 'sends a message to an actor and prints its answer',
  details: `${nodeHelp}
Ends with 0 when there was an answer, with 1 when there was none in time or it was an error.
`,
  options: lookOptions,
  operands: [2, 2],
  run: line =>
    withLook(line, async (look, given) => {
      const path = needPath(given, `troupe ask 127.0.0.1:9700/a/b '"get"'`);
      const { timeout } = lookOptionsOf(line.values);
      const answer = await look.ask(path, message(line.operands[1] as string), timeout);
      if (line.values.json === true) return printJson(answer);
      return print(inspect(answer, { depth: 6, breakLength: widthOfTerminal(), maxArrayLength: 1000 }));
    }),
};
