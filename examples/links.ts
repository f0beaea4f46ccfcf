/**
 * Links: the two ends of a pipe are linked, so that neither goes on without the other. Who made them traps exits, hears of
 * it, and makes a new pipe.
 *
 *     npx startnode --actor examples.links.Plumber
 */
import { Actor, Exit, Process, printTree, type Ref } from 'troupe';

export class Plumber extends Process {
  override trapExit = true;

  *run() {
    for (let pipe = 1; pipe <= 2; pipe++) {
      const sink = this.spawn(Sink, { name: `sink${pipe}` });
      const source = this.link(Source.using({ sink }), { name: `source${pipe}` });
      for (let drop = 1; drop <= 4; drop++) source.tell(drop);
      const { ref, reason } = yield* this.get(Exit<Ref>);
      console.log(`plumber: ${ref.name} has ended (${reason})`);
      yield sink.join();
    }
    console.log(printTree(this));
  }
}

class Source extends Actor<number, { sink: Ref<number> }> {
  override preStart() {
    this.link(this.params.sink);
  }

  override receive(drop: number) {
    this.params.sink.tell(drop);
  }
}

class Sink extends Actor<number> {
  override receive(drop: number) {
    console.log(`${this.ref.name}: drop ${drop}`);
    if (drop === 3) this.ref.kill();
  }

  override postStop() {
    console.log(`${this.ref.name}: stopped`);
  }
}
