/**
 * The node that peer.py talks to: an actor here that watches, asks and stops actors of a Python process.
 *
 *     npx startnode --actor examples.python.node.Greeter --name greeter --remoting 127.0.0.1:9700
 */
import { Actor, type Ref, Terminated } from 'troupe';

type Hello = { hello: string; echo: Ref; printer: Ref };
type Question = { name: string };

export class Greeter extends Actor<Hello | Question | Terminated<Ref>> {
  override preStart() {
    console.log('waiting for Python');
  }

  override async receive(message: Hello | Question | Terminated<Ref>) {
    if (message instanceof Terminated) console.log(`${message.ref.path} has ended: ${message.reason}`);
    else if ('name' in message) this.reply(`hello, ${message.name}`);
    else await this.meet(message);
  }

  async meet({ hello, echo, printer }: Hello) {
    console.log(`hello from ${hello}`);
    this.watch(echo);
    this.watch(printer);
    printer.tell(new Map([['watched since', new Date(0)]]));
    console.log(`echo answered: ${await echo.ask('ping')}`);
    echo.stop();
  }
}
