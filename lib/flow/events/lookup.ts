/** Finds what lies at a path within data. */

/** What `path` leads to through own properties, map entries and positions of arrays; undefined when it ends before. */
export function lookup(value: unknown, path: readonly (string | number)[]): unknown {
  let found = value;
  for (const step of path) {
    if (typeof found !== 'object' || found === null) return undefined;
    if (found instanceof Map) found = found.get(step);
    else found = Object.hasOwn(found, step) ? (found as Record<string | number, unknown>)[step] : undefined;
  }
  return found;
}
