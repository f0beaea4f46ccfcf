/**
 * A state machine: a door that locks itself a moment after it was closed. Who knocks at a closed door is let in when it opens.
 *
 *     npx startnode --actor examples.stateMachine.House
 */
import { Process, printTree, StateMachine, sleep } from 'troupe';

export class House extends Process {
  *run() {
    const door = this.spawn(Door, { name: 'door' });
    for (const message of ['knock', 'knock', 'open', 'close'] as const) door.tell(message);
    yield* sleep(100);
    door.tell('open');
    yield* sleep(10);
    console.log(printTree(this));
  }
}

type Message = 'knock' | 'open' | 'close' | 'lock';

class Door extends StateMachine<'closed' | 'open' | 'locked', Message> {
  readonly initial = 'closed';

  states = this.define({
    closed: {
      enter() {
        console.log('the door is closed');
        this.stateTimeout(50, 'lock');
      },
      on: {
        knock: () => this.postpone(),
        open: () => this.goto('open'),
        lock: () => this.goto('locked'),
      },
    },
    open: {
      enter: () => console.log('the door is open'),
      on: {
        knock: () => console.log('come in'),
        close: () => this.goto('closed'),
      },
    },
    locked: {
      enter: () => console.log('the door is locked'),
      on: {
        open: () => console.log('it can not be opened'),
      },
    },
  });
}
