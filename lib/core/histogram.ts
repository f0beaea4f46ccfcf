/** How often something took how long: counts in fixed buckets, after the histograms of Prometheus. */

/** The upper bounds of the buckets, in ms, each included; one more bucket holds the rest. */
export const bucketBounds: readonly number[] = [
  0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000,
];

export class Histogram {
  /** How many values are in each bucket, the last one for those above all bounds. */
  readonly counts = new Float64Array(bucketBounds.length + 1);
  /** How many values there are in all. */
  count = 0;
  /** Their sum, in ms. */
  sum = 0;
  /** The greatest, in ms. */
  max = 0;

  /** Adds `value`, in ms, `weight` times. */
  record(value: number, weight: number): void {
    let at = 0;
    while (at < bucketBounds.length && value > (bucketBounds[at] as number)) at++;
    this.counts[at] = (this.counts[at] as number) + weight;
    this.count += weight;
    this.sum += value * weight;
    if (value > this.max) this.max = value;
  }

  /**
   * The value, in ms, below which the share `q` of all values lies, read off the buckets: a straight line within each.
   * @param q from 0 to 1
   * @returns NaN when there are none
   */
  quantile(q: number): number {
    if (this.count === 0) return Number.NaN;
    const wanted = q * this.count;
    let below = 0;
    for (let at = 0; at < this.counts.length; at++) {
      const here = this.counts[at] as number;
      if (here > 0 && below + here >= wanted) {
        const low = at === 0 ? 0 : (bucketBounds[at - 1] as number);
        const high = Math.min(bucketBounds[at] ?? this.max, this.max);
        return low + ((high - low) * Math.max(0, wanted - below)) / here;
      }
      below += here;
    }
    return this.max;
  }
}
