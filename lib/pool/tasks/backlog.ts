/**
 * What waits: the highest priority first, and what came first before the rest of its priority. One that is not wanted any more
 * is left where it is, and passed over. Knows nothing of tasks.
 */

export interface Waiting {
  readonly priority: number;
  readonly isWaiting: boolean;
}

interface Lane<T> {
  readonly priority: number;
  items: (T | undefined)[];
  head: number;
}

/** Entries that nobody wants any more may stay, as long as they are fewer than this, or than the others. */
const mostUnwanted = 1000;
/** Priorities whose lanes are kept though they are empty. */
const mostEmpty = 8;

export class Backlog<T extends Waiting> {
  /** The highest priority first. */
  #lanes: Lane<T>[] = [];
  #size = 0;
  #unwanted = 0;

  /** How many wait. */
  get size(): number {
    return this.#size;
  }

  add(item: T): void {
    this.#lane(item.priority).items.push(item);
    this.#size++;
  }

  /** Puts one that had been taken before all others of its priority. */
  putBack(item: T): void {
    const lane = this.#lane(item.priority);
    if (lane.head > 0) lane.items[--lane.head] = item;
    else lane.items.unshift(item);
    this.#size++;
  }

  /** The one that `take` would give. */
  peek(): T | undefined {
    for (const lane of this.#lanes) {
      for (; lane.head < lane.items.length; this.#pass(lane), this.#unwanted--) {
        const item = lane.items[lane.head] as T;
        if (item.isWaiting) return item;
      }
    }
    return undefined;
  }

  take(): T | undefined {
    const item = this.peek();
    const lane = this.#lanes.find(({ items, head }) => head < items.length);
    if (item === undefined || lane === undefined) return undefined;
    this.#pass(lane);
    this.#size--;
    return item;
  }

  /** One of them is not waiting any more. */
  dropped(): void {
    this.#size--;
    this.#unwanted++;
    if (this.#unwanted > mostUnwanted && this.#unwanted > this.#size) this.#sweep();
  }

  /** All that wait, first come first; they stay. */
  all(): T[] {
    return this.#lanes.flatMap(lane => this.#waitingIn(lane));
  }

  #waitingIn({ items, head }: Lane<T>): T[] {
    return items.slice(head).filter((item): item is T => item?.isWaiting === true);
  }

  #pass(lane: Lane<T>): void {
    lane.items[lane.head++] = undefined;
    if (lane.head < lane.items.length && (lane.head < 1024 || lane.head < lane.items.length / 2)) return;
    lane.items = lane.items.slice(lane.head);
    lane.head = 0;
  }

  #sweep(): void {
    for (const lane of this.#lanes) {
      lane.items = this.#waitingIn(lane);
      lane.head = 0;
    }
    this.#unwanted = 0;
  }

  #lane(priority: number): Lane<T> {
    let low = 0;
    let high = this.#lanes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#lanes[middle] as Lane<T>).priority > priority) low = middle + 1;
      else high = middle;
    }
    const found = this.#lanes[low];
    if (found?.priority === priority) return found;
    const lane: Lane<T> = { priority, items: [], head: 0 };
    this.#lanes.splice(low, 0, lane);
    if (this.#lanes.length > mostEmpty)
      this.#lanes = this.#lanes.filter(one => one === lane || one.items.length > 0);
    return lane;
  }
}
