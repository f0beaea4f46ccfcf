/** The paths of the children of an actor, for completion. */
import type { Source } from './source.ts';

/** None when there is no such actor, or it can't be asked. */
export async function pathsBelow(source: Source, path: string): Promise<string[]> {
  try {
    const { rows } = await source.query('children', { path, limit: 200 });
    return rows.map(row => row.path);
  } catch {
    return [];
  }
}
