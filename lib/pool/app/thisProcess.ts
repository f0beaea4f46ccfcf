/** Apps in this process: its command line, its environment, its output, its end. */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { endProcess } from '../../base/endProcess.ts';
import type { ArbiterOptions } from '../arbiter/arbiterOptions.ts';
import type { Line } from './line.ts';
import { perform } from './perform.ts';

/** Never returns: the process ends with the apps. */
export async function performHere(line: Line, options: ArbiterOptions): Promise<never> {
  const around = {
    argv: process.argv.slice(2),
    env: process.env,
    print: (text: string) => void process.stdout.write(text),
    complain: (text: string) => console.error('%s', text),
  };
  return endProcess(await perform(line, around, options));
}

/** Whether the module at `url` is the script that this process was started with. */
export function isScript(url: string): boolean {
  const [, script] = process.argv;
  if (!isMainThread || script === undefined || !url.startsWith('file:')) return false;
  const file = fileURLToPath(url);
  if (file === script) return true;
  try {
    return file === realpathSync(script);
  } catch {
    return false; // an -e, or a script that is gone
  }
}
