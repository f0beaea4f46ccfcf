/**
 * Actors by name: sessions that are registered under the name of their user. A name is used like a ref, and stays when the
 * actor behind it is replaced. All sessions are in a group as well, on all nodes.
 *
 *     npx startnode --actor examples.registry.Chat
 */
import { Actor, Process, printTree, Registry, sleep } from 'troupe';

export class Chat extends Process {
  *run() {
    const users = Registry.start<string>(this, { name: 'users' });
    for (const user of ['ada', 'bob']) users.spawn(this, user, Session.using({ user }));
    const ada = users.via('ada');
    ada.tell('hello');
    yield* sleep(20);
    this.node.groups.broadcast('sessions', 'is anybody there?');
    yield* sleep(20);

    const first = users.lookup('ada');
    first?.stop();
    yield first?.join();
    console.log(`registered: ${users.count}, in the group: ${this.node.groups.members('sessions').length}`);
    users.spawn(this, 'ada', Session.using({ user: 'ada, once more' }));
    ada.tell('hello again');
    yield* sleep(20);
    console.log(printTree(this));
  }
}

class Session extends Actor<string, { user: string }> {
  override preStart() {
    this.node.groups.join('sessions', this.ref);
  }

  override receive(message: string) {
    console.log(`${this.params.user}: ${message}`);
  }
}
