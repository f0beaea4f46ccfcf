// What a scenario draws: all from one stream of numbers, so that the seed decides everything.

export class Draws {
  #random;

  constructor(random) {
    this.#random = random;
  }

  /** From `low` to below `high`. */
  between(low, high) {
    return low + this.#random() * (high - low);
  }

  /** A whole number from `low` to `high`. */
  whole(low, high) {
    return Math.floor(this.between(low, high + 1));
  }

  /** True in `percent` of all cases. */
  chance(percent) {
    return this.#random() * 100 < percent;
  }

  one(list) {
    return list[this.whole(0, list.length - 1)];
  }

  /** Two different ones. */
  two(list) {
    const first = this.one(list);
    return [first, this.one(list.filter(other => other !== first))];
  }
}
