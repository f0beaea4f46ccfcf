/**
 * Commands: an actor that is called by names, on the same node and from another one.
 *
 *     npx startnode --actor examples.commands.Manager
 */
import { Actor, type CommandNotFound, type CommandRef, Node, Process, Settings, send } from 'troupe';

export class Manager extends Process {
  *run() {
    const greeter: CommandRef<Greeter> = this.spawn(Greeter, { name: 'greeter' });
    console.log('ping:', (yield send(greeter, 'ping')) as string);
    console.log('greet:', (yield send(greeter, 'greet', 'ada')) as string);
    yield send(greeter, 'config', 'set', 'greeting', 'good morning');
    console.log('greet:', (yield send(greeter, 'greet', 'bob')) as string);
    yield this.#fromAnotherNode();
    console.log('sum:', (yield send.with({ timeout: 1000 })(greeter, 'sum', [1, 2, 3])) as number);
  }

  async #fromAnotherNode() {
    await using there = await Node.start({ address: '127.0.0.1:0' });
    await using here = await Node.start({ address: '127.0.0.1:0' });
    const { address } = there.spawn(Greeter, { name: 'greeter' });
    const greeter = here.lookup(address) as CommandRef<Greeter>;
    console.log('from another node:', await send(greeter, 'greet', 'eve'));
    await send(here.lookup(address), 'greetyou').catch(({ name, available }: CommandNotFound) =>
      console.log(`${name}: there are ${available.join(', ')}`),
    );
  }
}

// A table rather than `@command`: Node.js itself, when it runs TypeScript, knows no decorators.
class Greeter extends Actor {
  override settings = new Settings({ greeting: 'hello' });
  override commands = {
    greet: (name: string) => `${this.settings.get('greeting')}, ${name}`,
    sum: (numbers: number[]) => numbers.reduce((sum, n) => sum + n, 0),
  };
}
