/** What the specs of the console share: a folder for sockets, and who is attached. All of it is gone after each spec. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeFace } from '../../../lib/index.ts';
import { ConsoleClient } from '../../../lib/observe/console/client.ts';
import { type Console, type ConsoleOptions, openConsole } from '../../../lib/observe/index.ts';

export const terminal = { columns: 100, colors: false };

/** Where sockets are looked for. */
const variables = ['XDG_RUNTIME_DIR', 'TMPDIR'];
let folder: string | undefined;
let before: (string | undefined)[] = [];
const clients: ConsoleClient[] = [];

/** In the place of $XDG_RUNTIME_DIR, and of the folder for temporary files. */
export function runtimeFolder(): string {
  if (folder === undefined) {
    folder = mkdtempSync(join(tmpdir(), 'troupe-run-'));
    before = variables.map(name => process.env[name]);
    for (const name of variables) process.env[name] = folder;
  }
  return folder;
}

export async function opened(node: NodeFace, options?: ConsoleOptions): Promise<Console> {
  runtimeFolder();
  return openConsole(node, options);
}

export async function attached({ path }: Console): Promise<ConsoleClient> {
  const client = await ConsoleClient.open(path);
  clients.push(client);
  return client;
}

/** What evaluating it shows. */
export async function shownBy(client: ConsoleClient, code: string): Promise<string | undefined> {
  return (await client.evaluate(code, terminal))?.text;
}

/** The next text that the other side prints. */
export const printed = (client: ConsoleClient): Promise<string> =>
  new Promise(resolve => {
    client.onPrint = resolve;
  });

afterEach(async () => {
  await Promise.all(clients.splice(0).map(client => client.close()));
  if (folder === undefined) return;
  rmSync(folder, { recursive: true, force: true });
  folder = undefined;
  for (const [i, name] of variables.entries()) {
    const value = before[i];
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
});
