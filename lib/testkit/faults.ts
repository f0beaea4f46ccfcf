/** What a network does to the frames from one node to another, by name; `'*'` stands for any. It knows no frames. */

export interface LinkOptions {
  /** How long a frame is on its way, in ms (1). */
  delay?: number | undefined;
  /** Up to so many ms more, drawn for each frame (0). */
  jitter?: number | undefined;
  /** The share of frames that gets lost, in percent (0). */
  loss?: number | undefined;
  /** The share that arrives twice, in percent (0). */
  duplicate?: number | undefined;
  /** The share that others on the same connection may overtake, in percent (0). */
  reorder?: number | undefined;
  /** Bytes per second of one connection (without limit). */
  bandwidth?: number | undefined;
}

/** All that is known of one direction between two nodes. */
export interface LinkState extends Required<{ [K in keyof LinkOptions]: number }> {
  /** Since when nothing gets through; undefined while something does. */
  readonly cutSince: number | undefined;
  /** Rises with every cut that also loses what is on its way. */
  readonly severed: number;
}

interface Cut {
  readonly since: number;
}

const defaults = {
  delay: 1,
  jitter: 0,
  loss: 0,
  duplicate: 0,
  reorder: 0,
  bandwidth: Number.POSITIVE_INFINITY,
};

export class Faults {
  readonly #base: LinkOptions;
  readonly #links = new Map<string, LinkOptions>();
  readonly #cuts = new Map<string, Cut>();
  readonly #severed = new Map<string, number>();
  #severances = 0;
  /** What was found out, until something changes. */
  readonly #states = new Map<string, LinkState>();

  constructor(base: LinkOptions = {}) {
    this.#base = base;
  }

  /** From now on, in that direction; what is not named stays as it is. */
  set(from: string, to: string, options: LinkOptions): void {
    this.#states.clear();
    this.#links.set(`${from} ${to}`, { ...this.#links.get(`${from} ${to}`), ...options });
  }

  /** @param isSevered whether what is on its way is lost too */
  cut(from: string, to: string, now: number, isSevered: boolean): void {
    this.#states.clear();
    this.#cuts.set(`${from} ${to}`, { since: now });
    if (isSevered) this.#severed.set(`${from} ${to}`, ++this.#severances);
  }

  join(from: string, to: string): void {
    this.#states.clear();
    this.#cuts.delete(`${from} ${to}`);
  }

  heal(): void {
    this.#states.clear();
    this.#links.clear();
    this.#cuts.clear();
  }

  state(from: string, to: string): LinkState {
    const key = `${from} ${to}`;
    let state = this.#states.get(key);
    if (state === undefined) {
      state = this.#find(['* *', `* ${to}`, `${from} *`, key]);
      this.#states.set(key, state);
    }
    return state;
  }

  /** @param keys the most particular one last: it wins */
  #find(keys: readonly string[]): LinkState {
    const cuts = keys.flatMap(key => this.#cuts.get(key)?.since ?? []);
    return {
      ...Object.assign({ ...defaults, ...this.#base }, ...keys.map(key => this.#links.get(key))),
      cutSince: cuts.length === 0 ? undefined : Math.min(...cuts),
      severed: Math.max(0, ...keys.map(key => this.#severed.get(key) ?? 0)),
    };
  }
}
