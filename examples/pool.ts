/**
 * A kitchen: three cooks take orders from one queue, so that nobody waits behind a roast. One of them leaves in the middle
 * of an order; somebody else comes, and only that order is lost. In the end there is less to do, and two go home.
 *
 *     npx startnode --actor examples.pool.Kitchen
 */
import { Actor, Process, printTree, sleep } from 'troupe';
import { balancing, pool, resize, routees } from 'troupe/pool';

export class Kitchen extends Process {
  async run() {
    const cooks = this.spawn(pool(Cook, { size: 3, strategy: balancing() }), { name: 'cooks' });
    for (const dish of ['roast', 'soup', 'salad', 'bread', 'fish', 'cake']) cooks.tell(dish);
    await sleep(20);
    console.log(printTree(this));

    const [first] = await routees(cooks);
    first?.kill();
    await sleep(700);
    await resize(cooks, 1);
    console.log(printTree(this));
    console.log(await cooks.ask('bill'));
  }
}

class Cook extends Actor<string> {
  override *receive(dish: string) {
    if (dish === 'bill') return this.reply('that makes 50');
    yield* sleep(dish === 'roast' ? 1000 : 200);
    console.log(`${this.ref.name}: ${dish} is done`);
  }
}
