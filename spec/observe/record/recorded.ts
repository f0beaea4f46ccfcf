/** Actors that the spec of `troupe replay` has recorded in one process and replays in another. */
import { Actor } from 'troupe';

export class Load {
  readonly kilos: number;

  constructor(kilos: number) {
    this.kilos = kilos;
  }
}

/** Breaks down under too much. */
export class Lift extends Actor<Load | 'down', { readonly most: number }> {
  static readonly module = import.meta.url;
  kilos = 0;

  override receive(message: Load | 'down') {
    if (message === 'down') {
      this.kilos = 0;
      return;
    }
    this.kilos += message.kilos;
    this.reply({ kilos: this.kilos });
    if (this.kilos > this.params.most)
      throw new RangeError(`${this.kilos} kg in a lift for ${this.params.most}`);
  }
}

/** The same, mended. */
export class SafeLift extends Lift {
  override receive(message: Load | 'down') {
    if (message === 'down' || this.kilos + message.kilos <= this.params.most) super.receive(message);
  }
}
