/**
 * Consistent hashing: owners stand on a ring at many points each, and a key belongs to the owner of the first point from its
 * own place on. When one of n owners goes, only its keys move; when one comes, it takes about one in n + 1 from all others.
 */
import { hash } from '../base/hash.ts';

/** Point and owner in one number, so that they can be sorted together: the hash above, the owner in the lower 20 bits. */
const owners = 2 ** 20;

export class HashRing {
  readonly #points: Float64Array;

  /**
   * @param names what the owners are known by: their points depend on it
   * @param pointsEach the more, the more evenly the keys are shared out
   */
  constructor(names: readonly string[], pointsEach: number) {
    this.#points = new Float64Array(names.length * pointsEach);
    let next = 0;
    for (const [owner, name] of names.entries()) {
      for (let i = 0; i < pointsEach; i++) this.#points[next++] = hash(`${i}#${name}`) * owners + owner;
    }
    this.#points.sort();
  }

  /** The number of the owner of a key; -1 when there are none. */
  ownerOf(key: string): number {
    const points = this.#points;
    if (points.length === 0) return -1;
    const place = hash(key) * owners;
    let low = 0;
    let high = points.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((points[middle] as number) < place) low = middle + 1;
      else high = middle;
    }
    return (points[low === points.length ? 0 : low] as number) % owners;
  }
}
