// What runs in the threads of the bench `thread`, and a bare worker to compare with.
import { parentPort, workerData } from 'node:worker_threads';
import { Actor } from 'troupe';

export class Counter extends Actor {
  static module = import.meta.url;
  count = 0;
  receive({ last }) {
    this.count++;
    if (last) {
      this.reply(this.count);
      this.count = 0;
    }
  }
}

/** Says how many it has counted whenever it has a moment. */
export class Tallier extends Actor {
  static module = import.meta.url;
  #count = 0;
  #isDue = false;
  receive() {
    this.#count++;
    if (this.#isDue) return;
    this.#isDue = true;
    const { sender } = this;
    setImmediate(() => {
      sender.tell(this.#count);
      this.#count = 0;
      this.#isDue = false;
    });
  }
}

export class Echo extends Actor {
  static module = import.meta.url;
  receive(message) {
    this.reply(message);
  }
}

if (workerData?.isBare) {
  let count = 0;
  parentPort.on('message', said => {
    if (!Array.isArray(said)) return parentPort.postMessage(said);
    count += said.length;
    if (!said.at(-1).last) return undefined;
    parentPort.postMessage(count);
    count = 0;
  });
}
