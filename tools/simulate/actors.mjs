// The actors of a scenario: those that get messages, those that send them, and those that watch. Each tells the books.

export function makeActors({ Actor, Terminated }, books) {
  /** Tells a message that is on the books. */
  const tell = (from, life, to, content, stream = '') => {
    const { id } = books.sent(life, to, stream);
    to.tell({ id, ...content }, from);
    return id;
  };

  /** Gets messages and does what they say. Its life goes on when it is restarted. */
  class Receiver extends Actor {
    receive(message) {
      const { life } = this.params;
      if (message.later !== undefined) return void message.to.tell({ answer: message.later }, this.ref);
      if (message.does === 'forward' && !message.next.equals(this.ref)) return this.forward(message.next);
      books.handled(message.id, life);
      switch (message.does) {
        case 'forward':
        case 'answer':
          return this.reply({ answer: message.id });
        case 'answerLater':
          return this.timers.once(`answer ${message.id}`, message.delay, {
            later: message.id,
            to: this.sender,
          });
        case 'fail':
        case 'giveUp':
          throw new Error(message.does);
        case 'stop':
          return this.stop();
        case 'pass':
          books.count('ref passed on');
          return void tell(this.ref, life, message.next, { does: 'note' });
        default:
          return undefined;
      }
    }
  }

  /** Watches one actor. */
  class Watcher extends Actor {
    preStart() {
      this.entry = books.watched(this.params.life, this.params.target);
      this.watch(this.params.target);
    }

    receive(message) {
      if (message instanceof Terminated) return books.terminated(this.entry, message.reason);
      if (this.entry.reasons.length > 0) return undefined;
      this.entry.unwatchedAt = books.now();
      this.unwatch(this.params.target);
      return undefined;
    }
  }

  /** Does what the scenario says, in its turn: so a node that is frozen sends nothing. */
  class Talker extends Actor {
    receive(order) {
      const { life } = this.params;
      switch (order.does) {
        case 'tell':
          for (let i = 0; i < order.count; i++) tell(this.ref, life, order.to, order.content, order.stream);
          return undefined;
        case 'ask':
          return this.#ask(life, order);
        case 'watch':
          return void this.spawn(Watcher.using({ life, target: order.to }), { name: order.name });
        case 'unwatch':
          return this.children.find(({ name }) => name === order.name)?.tell('unwatch');
        case 'stop':
        case 'kill':
          books.stopped(life, order.to);
          return order.to[order.does]();
        default:
          throw new Error(`there is no order ${order.does}`);
      }
    }

    #ask(life, { to, content, timeout }) {
      const send = books.sent(life, to, 'ask');
      const entry = books.asked(life, send);
      const settled = (answer, outcome) => {
        if (entry.isSettled) books.violated(`ask ${send.id} was settled twice`);
        entry.isSettled = true;
        books.count(`ask: ${outcome}`);
        if (answer !== undefined && answer.answer !== send.id)
          books.violated(`ask ${send.id} got the answer to ${answer.answer}`);
      };
      to.ask({ id: send.id, ...content }, { timeout }).then(
        answer => settled(answer, 'answered'),
        error => settled(undefined, error.name),
      );
    }
  }

  return { Receiver, Talker };
}
