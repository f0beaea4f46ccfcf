/** `troupe attach`: a console to a node. */
import { ConsoleClient, type Prompt } from '../../observe/console/client.ts';
import { lookOptions, nodeHelp, type TroupeCommand, type Values } from './command.ts';
import { historyFile, readHistory, writeHistory } from './history.ts';
import { Shell } from './shell.ts';
import { type LookOptions, lookOptionsOf, socketOf, targetOf } from './target.ts';

export const attach: TroupeCommand = {
  usage: '[NODE] [--eval CODE]',
  summary: 'opens a console to a node',
  details: `${nodeHelp}\
  -e, --eval CODE         evaluates this, prints the result and ends

Through a socket of this machine, code is evaluated in the process of the node: it can do all that the process can. With
host:port it is evaluated here, and only tree(), ps(), inspect(), tell(), ask(), trace() and the like reach the node.
help() lists them. Lines are kept in ~/.troupe_history, or the file that TROUPE_HISTORY names.
`,
  options: {
    socket: lookOptions.socket,
    curve: lookOptions.curve,
    timeout: lookOptions.timeout,
    eval: { type: 'string', short: 'e' },
  },
  operands: [0, 1],
  async run({ operands, values }) {
    const target = targetOf(operands[0], values.socket);
    const options = lookOptionsOf(values);
    const desk =
      target.kind === 'address'
        ? await remoteDesk(target.address, options)
        : await localDesk(await socketOf(target));
    try {
      return await converse(desk, values);
    } finally {
      await desk.close();
    }
  },
};

interface Desk extends Prompt {
  readonly title: string;
  /** Resolves with the reason when the other side is gone. */
  readonly gone: Promise<string>;
  onPrint: (text: string) => void;
  close(): Promise<void>;
}

const localDesk = (path: string): Promise<Desk> => ConsoleClient.open(path);

async function remoteDesk(address: string, options: LookOptions): Promise<Desk> {
  const { RemoteDesk } = await import('./remoteDesk.ts');
  return RemoteDesk.open(address, options);
}

async function converse(desk: Desk, { eval: code }: Values): Promise<number> {
  const { stdin, stdout } = process;
  const { NO_COLOR } = process.env;
  const isTerminal = stdin.isTTY === true && stdout.isTTY === true;
  const colors = stdout.isTTY === true && !NO_COLOR;
  if (typeof code === 'string') {
    desk.onPrint = text => stdout.write(`${text}\n`);
    const shown = await desk.evaluate(code, { columns: stdout.columns ?? 80, colors });
    stdout.write(
      shown === undefined ? 'the code is unfinished\n' : shown.text === '' ? '' : `${shown.text}\n`,
    );
    return shown === undefined || shown.hasFailed ? 1 : 0;
  }
  const file = isTerminal ? historyFile() : undefined;
  if (isTerminal) stdout.write(`attached to ${desk.title}; help() says what there is, Ctrl-D leaves\n`);
  const shell = new Shell(desk, {
    ...{ input: stdin, output: stdout, isTerminal, colors, history: readHistory(file) },
  });
  desk.onPrint = text => shell.print(text);
  let lost: string | undefined;
  void desk.gone.then(reason => {
    lost = reason;
    shell.close();
  });
  const isFine = await shell.ended;
  writeHistory(file, shell.history);
  if (lost !== undefined) process.stderr.write(`troupe attach: ${lost}\n`);
  // Somebody who types has seen what went wrong.
  return lost === undefined && (isTerminal || isFine) ? 0 : 1;
}
