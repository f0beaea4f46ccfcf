/** Looks at all actors now and then, and at the event loop: what each does per second. */
import { EventLoop } from '../../base/eventLoop.ts';
import type { Cancel, Clock } from '../../base/world.ts';
import type { NodeFace } from '../../core/actor.ts';
import { forEachActor } from '../../core/inspect.ts';
import type { NodeRates, NodeView } from './views.ts';

/** A look at very many actors takes its time: it is to take no more than this share of it. */
const mostShare = 0.02;
/** How often, in ms, the event loop's delay is looked at. */
const resolution = 10;

/** What there is to say before the first look. */
export const noRates: NodeRates = { sent: 0, handled: 0, deadLetters: 0, restarts: 0 };
export const idleLoop: NodeView['eventLoop'] = { delay: { mean: 0, p99: 0, max: 0 }, utilization: 0 };

export class Sampler {
  readonly #node: NodeFace;
  readonly #clock: Clock;
  readonly #interval: number;
  readonly #onSample: () => void;
  readonly #loop = new EventLoop(resolution);
  #cancel: Cancel = () => {};
  #isClosed = false;
  #at: number;
  #sums: NodeRates;
  rates = noRates;
  eventLoop = idleLoop;

  /** @param interval ms from one look to the next, at least */
  constructor(node: NodeFace, interval: number, onSample: () => void) {
    this.#node = node;
    this.#clock = node.instruments.clock;
    this.#interval = interval;
    this.#onSample = onSample;
    this.#at = this.#clock.now();
    this.#sums = sumsOf(node);
    this.#plan(interval);
  }

  #plan(delay: number): void {
    const run = () => {
      const began = this.#clock.now();
      this.#look(began);
      this.#onSample();
      if (!this.#isClosed) this.#plan(Math.max(this.#interval, (this.#clock.now() - began) / mostShare));
    };
    this.#cancel = this.#clock.after(delay, run, false);
  }

  #look(now: number): void {
    const passed = now - this.#at;
    this.#at = now;
    if (passed <= 0) return;
    const perMs = 1 / passed;
    forEachActor(this.#node.guardian, ({ meter }) => {
      if (meter === undefined) return;
      meter.rate = (meter.handled - meter.sampledHandled) * perMs * 1000;
      meter.share = Math.min(1, (meter.busyTime - meter.sampledBusyTime) * perMs);
      meter.sampledHandled = meter.handled;
      meter.sampledBusyTime = meter.busyTime;
    });
    const sums = sumsOf(this.#node);
    const before = this.#sums;
    const rate = (name: keyof NodeRates) => (sums[name] - before[name]) * perMs * 1000;
    this.rates = {
      ...{ sent: rate('sent'), handled: rate('handled') },
      ...{ deadLetters: rate('deadLetters'), restarts: rate('restarts') },
    };
    this.#sums = sums;
    const { mean, p99, max, utilization } = this.#loop.look();
    this.eventLoop = { delay: { mean, p99, max }, utilization };
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
    this.#loop.close();
  }
}

function sumsOf(node: NodeFace): NodeRates {
  const { sent, handled, deadLetters, restarts } = node.stats();
  return { sent, handled, deadLetters: deadLetters.total, restarts };
}
