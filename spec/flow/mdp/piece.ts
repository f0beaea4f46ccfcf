/** A process with one piece of MajorDomo, for specs that kill it: `piece.ts <broker | worker | registrar> <params as JSON>`. */
import { Director, type Event, FlowActor, LogEvent } from '../../../lib/flow/index.ts';
import { MDPBroker, MDPBrokerRegistrationService, MDPWorker } from '../../../lib/flow/mdp/index.ts';

class Silence extends FlowActor {
  static override input = LogEvent;
  override consume() {}
}

/** Takes long enough to be killed at work. */
class Exclaim extends FlowActor {
  override async consume(event: Event) {
    await new Promise(resolve => setTimeout(resolve, 20));
    event.data = `${event.data}!`;
    await this.send(event);
  }
}

const [, , kind, json = '{}'] = process.argv;
const params = JSON.parse(json);
const director = new Director({ handleSignals: true });
director.registerLogActor(Silence, 'silence');

if (kind === 'broker') {
  const broker = director.registerActor(MDPBroker, 'broker', params);
  await director.start();
  process.send?.({ endpoint: broker.endpoint });
} else if (kind === 'worker') {
  const worker = director.registerActor(MDPWorker, 'worker', params);
  const work = director.registerActor(Exclaim, 'work');
  director.connectQueue(worker, work);
  director.connectQueue(work, worker);
  await director.start();
  process.send?.({});
} else {
  const registrar = director.registerActor(MDPBrokerRegistrationService, 'registrar', params);
  await director.start();
  process.send?.({ endpoint: registrar.endpoints?.listen, publish: registrar.endpoints?.publish });
}
