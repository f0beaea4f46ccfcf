/** What actors elsewhere have begun, as they write it down, and what has become of the rest. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeadLetter, type Node } from '../../lib/index.ts';
import type { Entry } from './workers.ts';

interface Journal {
  /** Another one for each spec. */
  readonly file: string;
  /** The numbers of the messages that have begun, in that order. */
  begun(): number[];
  /** Nothing has begun. */
  clear(): void;
}

/** A journal for the specs of the `describe` that it is called in. */
export function journal(): Journal {
  let folder: string;
  let file: string;
  const clear = () => writeFileSync(file, '');
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spec-'));
    file = join(folder, 'begun');
    clear();
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  return {
    get file() {
      return file;
    },
    clear,
    begun: () => readFileSync(file, 'utf8').split('\n').slice(0, -1).map(Number),
  };
}

export const entry = (n: number, then?: Entry['then']): Entry => (then === undefined ? { n } : { n, then });

export const range = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Dead letters of this thread, as they come. */
export function lettersOf(node: Node): [unknown, string][] {
  const letters: [unknown, string][] = [];
  node.events.subscribe(DeadLetter, ({ message, reason }) => void letters.push([message, reason]));
  return letters;
}
