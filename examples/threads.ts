/**
 * Threads: actors that count primes, each in a thread of its own. One of them gets stuck; it is replaced, and the other one does
 * not notice.
 *
 *     npx startnode --actor examples.threads.Counting
 */
import { Actor, Process, thread } from 'troupe';

interface Range {
  readonly from: number;
  readonly to: number;
}

export class Counting extends Process {
  async run() {
    const on = thread({ maxBusy: 2000 });
    const one = this.spawn(PrimeCounter, { name: 'one', on });
    const two = this.spawn(PrimeCounter, { name: 'two', on });
    const counts = await Promise.all([
      one.ask<number>({ from: 2, to: 100_000 }),
      two.ask<number>({ from: 100_000, to: 200_000 }),
    ]);
    console.log(`below 200000 there are ${counts[0]} + ${counts[1]} primes`);
    const stuck = one.ask({ from: 2, to: Number.POSITIVE_INFINITY }, { timeout: 60_000 });
    console.log(`two: ${await two.ask({ from: 2, to: 100 })}`);
    await stuck.catch((error: Error) => console.log(`one: ${error.name}`));
    console.log(`one, in another thread: ${await one.ask({ from: 2, to: 100 })}`);
  }
}

/** Threads load it by themselves: it is exported, and says where. */
export class PrimeCounter extends Actor<Range> {
  static module = import.meta.url;

  override receive({ from, to }: Range) {
    let count = 0;
    for (let n = from; n < to; n++) if (isPrime(n)) count++;
    this.reply(count);
  }
}

function isPrime(n: number): boolean {
  for (let i = 2; i * i <= n; i++) if (n % i === 0) return false;
  return true;
}
