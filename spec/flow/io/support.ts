/** What specs of sources and sinks share. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory of its own for each spec of a suite, which is there before it and gone after it. */
export function freshDirectory(): (name: string) => string {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'troupe-io-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  return name => join(directory, name);
}

/** Waits for what real sockets and files bring about; the limit is that of the spec. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(resolve => setImmediate(resolve));
}

export { dataOf, run, text, turns } from '../control/support.ts';
