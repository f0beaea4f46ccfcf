/**
 * Five philosophers at a round table, a fork between each two; who eats needs both forks. Each philosopher and each fork is an actor, and
 * nobody sees the whole table. Nobody starves: all take the fork with the smaller number first, so that they can't wait for each other in a circle.
 *
 *     npx startnode --actor examples.philosophers.Table
 */
import { Actor, Process, type Ref, sleep, Terminated } from 'troupe';

const names = ['Hypatia', 'Plato', 'Laozi', 'Hume', 'Arendt'];
const mealsEach = 3;

export class Table extends Process {
  *run() {
    const forks = names.map((_, i) => this.spawn(Fork, { name: `fork${i}` }));
    for (const [i, name] of names.entries()) {
      const both = [forks[i], forks[(i + 1) % forks.length]] as Ref<ForkMessage>[];
      const [first, second] = both.sort((a, b) => forks.indexOf(a) - forks.indexOf(b)) as [Ref, Ref];
      this.watch(Philosopher.using({ first, second }), { name });
    }
    for (const _ of names) yield* this.get(Terminated);
    console.log(`the table is cleared: ${names.length * mealsEach} meals`);
  }
}

class Philosopher extends Process<{ first: Ref; second: Ref }> {
  *run({ first, second }: { first: Ref; second: Ref }) {
    for (let meal = 1; meal <= mealsEach; meal++) {
      yield* sleep(5); // thinks
      for (const fork of [first, second]) {
        fork.tell('pick up', this.ref);
        yield* this.get('yours');
      }
      console.log(`${this.ref.name} eats`);
      yield* sleep(5);
      console.log(`${this.ref.name} is done with meal ${meal}`);
      for (const fork of [second, first]) fork.tell('put down', this.ref);
    }
  }
}

type ForkMessage = 'pick up' | 'put down' | Terminated;

/** Lies on the table, or is held by one philosopher; the others wait their turn. */
class Fork extends Actor<ForkMessage> {
  override receive(message: ForkMessage) {
    if (message !== 'pick up' || this.sender === undefined) return this.unhandled(message);
    const holder = this.watch(this.sender);
    this.reply('yours');
    this.become(next => this.#held(next, holder));
  }

  #held(message: ForkMessage, holder: Ref): void {
    if (message === 'pick up') return this.stash();
    // A philosopher who drops dead gives the fork back as well.
    this.unwatch(holder);
    this.unbecome();
    this.unstashAll();
  }
}
