/** `troupe tell`: sends a message to an actor. */
import { lookOptions, nodeHelp, type TroupeCommand } from './command.ts';
import { message, needPath, withLook } from './look.ts';

export const tell: TroupeCommand = {
  usage: '[NODE]/path JSON',
  summary: 'sends a message to an actor',
  details: `${nodeHelp}
Ends with 0 when the message has reached the node and there is such an actor. The node need not be --observable:
whether it lets others tell that actor something is a matter of its remoting.allow.
`,
  options: lookOptions,
  operands: [2, 2],
  run: line =>
    withLook(line, async (look, given) => {
      const path = needPath(given, `troupe tell 127.0.0.1:9700/a/b '{"add":1}'`);
      await look.tell(path, message(line.operands[1] as string));
      return 0;
    }),
};
