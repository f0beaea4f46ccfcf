/**
 * How sure one may be that a peer is gone, from how regularly it was heard before: the phi-accrual failure detector of
 * Hayashibara and others (2004). Phi 1 is wrong once in ten times, phi 8 once in a hundred million, as far as the pauses
 * to come resemble those before.
 */

/** Pauses that are remembered. */
const mostSamples = 100;

export class PhiDetector {
  readonly #samples: number[] = [];
  /** The shortest pause that counts, in ms: a burst of frames says nothing about the pauses between bursts. */
  readonly #least: number;
  /** A regular peer is not expected to be more regular than this, in ms. */
  readonly #leastDeviation: number;
  readonly #expected: number;
  #last: number;

  /** @param expected how long, in ms, the pauses are expected to be before any have been seen */
  constructor(expected: number, now: number) {
    this.#expected = expected;
    this.#least = expected / 2;
    this.#leastDeviation = expected / 4;
    this.#last = now;
  }

  /** The peer was heard. */
  heard(now: number): void {
    const pause = now - this.#last;
    if (pause < this.#least) return;
    this.#last = now;
    this.#samples.push(pause);
    if (this.#samples.length > mostSamples) this.#samples.shift();
  }

  /** The time of this node itself stood still for so many ms. */
  shift(late: number, now: number): void {
    this.#last = Math.min(now, this.#last + late);
  }

  /** How sure it is that the peer is gone: minus the decimal logarithm of the chance that it is not. */
  phi(now: number): number {
    const { mean, deviation } = this.#shape();
    const late = (now - this.#last - mean) / deviation;
    // The logistic approximation of the normal distribution's tail, as in Akka.
    const exponent = Math.exp(-late * (1.5976 + 0.070566 * late * late));
    const chance = late > 0 ? exponent / (1 + exponent) : 1 - 1 / (1 + exponent);
    return -Math.log10(Math.max(chance, Number.MIN_VALUE));
  }

  #shape(): { mean: number; deviation: number } {
    const samples = this.#samples.length === 0 ? [this.#expected] : this.#samples;
    const mean = samples.reduce((sum, one) => sum + one, 0) / samples.length;
    const variance = samples.reduce((sum, one) => sum + (one - mean) ** 2, 0) / samples.length;
    return { mean, deviation: Math.max(Math.sqrt(variance), this.#leastDeviation) };
  }
}
