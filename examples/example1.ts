/**
 * A process and its child: the process says hello once a second, and gives up when no answer comes within 5 s.
 *
 *     npx startnode --actor examples.example1.ExampleProcess
 */
import { Actor, Process, type Ref, sleep } from 'troupe';

export class ExampleProcess extends Process {
  *run() {
    const child = this.spawn(ChildActor);
    while (true) {
      console.log('sending hello!...');
      child.tell({ hello: 'hello!', from: this.ref });
      yield* this.get('ack', { timeout: 5000 });
      console.log('got ack');
      yield* sleep(1000);
    }
  }
}

class ChildActor extends Actor<{ hello: string; from: Ref }> {
  override receive({ hello, from }: { hello: string; from: Ref }) {
    console.log(`child: got ${hello} from ${from}`);
    from.tell('ack');
  }
}
