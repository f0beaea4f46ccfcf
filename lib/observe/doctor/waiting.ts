/** Who waits for whom: a graph, and the circles in it. Knows no actor. */

/** @typeParam K what stands for an actor: its ref, or its address */
export class WaitGraph<K> {
  readonly #next = new Map<K, Map<K, number>>();

  /** @param since when it began to wait; of several waits for the same one the oldest counts */
  add(from: K, to: K, since: number): void {
    let targets = this.#next.get(from);
    if (targets === undefined) {
      targets = new Map();
      this.#next.set(from, targets);
    }
    targets.set(to, Math.min(since, targets.get(to) ?? since));
  }

  /** Whom one waits for, and since when. */
  waitsOf(from: K): ReadonlyMap<K, number> {
    return this.#next.get(from) ?? new Map();
  }

  *[Symbol.iterator](): IterableIterator<{ from: K; to: K; since: number }> {
    for (const [from, targets] of this.#next) for (const [to, since] of targets) yield { from, to, since };
  }

  /**
   * Circles: of each knot of actors that wait for each other at least one. Takes time in proportion to the edges.
   * @returns the members of each circle, in the order in which each waits for the next one
   */
  cycles(): K[][] {
    const found: K[][] = [];
    const done = new Set<K>();
    const known = new Set<K>();
    for (const start of this.#next.keys()) {
      if (done.has(start)) continue;
      const path: K[] = [start];
      const placeOf = new Map<K, number>([[start, 0]]);
      const open = [this.waitsOf(start).keys()];
      while (path.length > 0) {
        const { value: next, done: isOver } = (open.at(-1) as IterableIterator<K>).next();
        if (isOver) {
          const left = path.pop() as K;
          open.pop();
          placeOf.delete(left);
          done.add(left);
          continue;
        }
        const place = placeOf.get(next);
        if (place !== undefined) {
          // In a thick knot every actor closes many circles: one is enough to go by.
          if (known.has(next) || known.has(path.at(-1) as K)) continue;
          const cycle = path.slice(place);
          for (const member of cycle) known.add(member);
          found.push(cycle);
        } else if (!done.has(next)) {
          placeOf.set(next, path.length);
          path.push(next);
          open.push(this.waitsOf(next).keys());
        }
      }
    }
    return found;
  }

  /** When the youngest wait of a circle began: from then on it has been one. */
  closedAt(cycle: readonly K[]): number {
    let latest = Number.NEGATIVE_INFINITY;
    for (const [i, from] of cycle.entries()) {
      const next = cycle[(i + 1) % cycle.length] as K;
      latest = Math.max(latest, this.waitsOf(from).get(next) ?? latest);
    }
    return latest;
  }
}
