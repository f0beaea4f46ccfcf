/** What the workers do that are killed. */

/** Computes for so many ms. */
export function square({ n, ms }: { n: number; ms: number }): number {
  for (const end = performance.now() + ms; performance.now() < end; );
  return n * n;
}
