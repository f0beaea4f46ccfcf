/**
 * Two nodes, each in a process of its own: one actor says hello to the other through its address. Either may start first.
 *
 *     npx startnode --actor examples.example2.ExampleActor --name other --remoting 127.0.0.1:9700
 *     npx startnode --actor examples.example2.ExampleProcess --remoting 127.0.0.1:9701 \
 *       --params '{"other":"127.0.0.1:9700/other"}'
 */
import { Actor, Process, type Ref, sleep } from 'troupe';

export type Hello = { hello: string; from: Ref };

export class ExampleActor extends Actor<Hello> {
  override receive({ hello, from }: Hello) {
    console.log(`got hello ${hello} from ${from}`);
    from.tell('ack');
  }
}

export class ExampleProcess extends Process<{ other: string | Ref<Hello> }> {
  *run({ other }: { other: string | Ref<Hello> }) {
    const peer = typeof other === 'string' ? this.lookup<Hello>(other) : other;
    while (true) {
      console.log(`saying hello to ${peer}`);
      peer.tell({ hello: 'world', from: this.ref });
      yield* this.get('ack', { timeout: 5000 });
      console.log('got ack');
      yield* sleep(1000);
    }
  }
}
