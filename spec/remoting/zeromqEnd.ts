/** One end of the real network for specs: a transport with all that it tells. Specs wait for what it tells, not for time. */
import { world } from '../../lib/base/world.ts';
import { type CurveOptions, makeCurve } from '../../lib/remoting/curve.ts';
import type { Route, Transport } from '../../lib/remoting/transport.ts';
import { zeromqTransport } from '../../lib/remoting/zeromqTransport.ts';

export type Keys = CurveOptions | undefined;

export class End {
  readonly transport: Transport;
  readonly refused: string[] = [];
  readonly frames: { readonly route: Route; readonly frame: Uint8Array }[] = [];
  #onNews = () => {};

  constructor(curve: Keys, maxSilence = 3000) {
    this.transport = zeromqTransport(
      world(),
      {
        frame: (route, frame) => this.#news(() => this.frames.push({ route, frame })),
        malformed: (_, reason) => this.#news(() => this.refused.push(`malformed: ${reason}`)),
        refused: (_, reason) => this.#news(() => this.refused.push(reason)),
      },
      { maxFrameSize: 1_000_000, maxSilence, curve: curve && makeCurve(curve) },
    );
  }

  listen = () => this.transport.listen('127.0.0.1:0');

  /** The route to another, on which a frame is on its way. */
  knock(there: string): Route {
    const route = this.transport.connect(there);
    this.transport.send(route, Uint8Array.of(1), () => {});
    return route;
  }

  async until(happened: () => boolean): Promise<void> {
    while (!happened()) {
      await new Promise<void>(resolve => {
        this.#onNews = resolve;
      });
    }
  }

  hears = (count = 1) => this.until(() => this.frames.length >= count);

  refuses = (reason: RegExp) => this.until(() => this.refused.some(told => reason.test(told)));

  #news(happened: () => void): void {
    happened();
    this.#onNews();
  }
}
