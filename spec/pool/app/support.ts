/** What the specs of apps have in common. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../../lib/base/log.ts';
import type { Node } from '../../../lib/index.ts';
import { Arbiter, SettingsError } from '../../../lib/pool/index.ts';

const opened: Node[] = [];
const folders: string[] = [];

/** An arbiter with a node of its own, which is stopped after the spec. */
export async function arbiter(): Promise<Arbiter> {
  const started = await Arbiter.start({ node: { logger: silentLogger } });
  opened.push(started.node);
  return started;
}

/** A new directory with these files. */
export function folder(files: Readonly<Record<string, string>> = {}): string {
  const path = mkdtempSync(join(tmpdir(), 'troupe-app-'));
  folders.push(path);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return path;
}

/** To be called after each spec. */
export async function cleanUp(): Promise<void> {
  await Promise.all(opened.splice(0).map(node => node.stop()));
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
}

/** The lines of the error that `act` ends with, of the settings. */
export async function faultsOf(act: () => unknown): Promise<string[]> {
  try {
    await act();
  } catch (error) {
    if (error instanceof SettingsError) return error.faults.map(({ message }) => message);
    throw error;
  }
  throw new RangeError('it has not failed');
}
