/** Flow files for specs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assert } from 'chai';
import { type Director, FlowFileError, type LoadFlowOptions, loadFlow } from '../../../lib/flow/index.ts';
import type { Keep } from './fixtures/actors.ts';

export const fixtures = fileURLToPath(new URL('fixtures', import.meta.url));

/** A flow of a text; `${HERE}` in it is the folder of the fixtures. */
export async function flowOf(yaml: string | Uint8Array, options: LoadFlowOptions = {}): Promise<Director> {
  const folder = mkdtempSync(join(tmpdir(), 'flow-'));
  try {
    const file = join(folder, 'flow.yaml');
    writeFileSync(file, yaml);
    return await loadFlow(file, { ...options, env: { HERE: fixtures, ...options.env } });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What is wrong with it: `line:column key: message`. */
export async function faultsOf(yaml: string | Uint8Array, options: LoadFlowOptions = {}): Promise<string[]> {
  try {
    await flowOf(yaml, options);
  } catch (error) {
    assert.instanceOf(error, FlowFileError);
    const { faults } = error as FlowFileError;
    return faults.map(({ line, column, key, message }) => `${line}:${column} ${key}: ${message}`);
  }
  return [];
}

/** What a `Keep` of the flow has kept. */
export const keptBy = (director: Director, name = 'keep'): unknown[] =>
  (director.getActor(name) as Keep).kept;

/** Runs a flow that stops by itself. */
export async function run(director: Director): Promise<void> {
  await director.start();
  await director.block();
}
