/** Whether a figure only grows, told from its last samples. */

/** So many samples are looked at. */
export const windowSize = 6;
/** Of the 15 pairs among six samples, so many more must have risen than fallen: by chance that happens once in fifty times. */
const leastRises = 11;
/** What has grown by less over the window is left alone. */
const leastGrowth = 10;

/** The last samples of a figure, the oldest first, each with its time in ms. */
export class Trend {
  readonly #values: number[] = [];
  readonly #times: number[] = [];

  push(value: number, at: number): void {
    this.#values.push(value);
    this.#times.push(at);
    if (this.#values.length <= windowSize) return;
    this.#values.shift();
    this.#times.shift();
  }

  get since(): number {
    return this.#times[0] ?? Number.NaN;
  }

  /**
   * By how much it grows per second, where it does so all the time; undefined where it does not, or where that is not known yet.
   * One that falls back now and then, as that of an actor that works in batches, does not grow in this sense.
   */
  get growth(): number | undefined {
    const [values, times] = [this.#values, this.#times];
    if (values.length < windowSize) return undefined;
    const first = values[0] as number;
    const last = values[windowSize - 1] as number;
    if (last - first < leastGrowth) return undefined;
    let rises = 0;
    const slopes: number[] = [];
    for (let i = 0; i < windowSize; i++)
      for (let k = i + 1; k < windowSize; k++) {
        const rise = (values[k] as number) - (values[i] as number);
        rises += Math.sign(rise);
        slopes.push(rise / ((times[k] as number) - (times[i] as number)));
      }
    if (rises < leastRises) return undefined;
    // The median of the slopes of all pairs (Theil and Sen): one sample that is off does not move it much.
    slopes.sort((a, b) => a - b);
    return (slopes[slopes.length >> 1] as number) * 1000;
  }
}
