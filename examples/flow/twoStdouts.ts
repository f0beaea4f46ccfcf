/** An event every second, printed by two actors; until Ctrl-C. */
import { Director, STDOUT, TestEvent } from 'troupe/flow';

const director = new Director();
const generator = director.registerActor(TestEvent, 'generator', { interval: 1000 });
const one = director.registerActor(STDOUT, 'one', { prefix: 'I am number one: ', timestamp: true });
const two = director.registerActor(STDOUT, 'two', { prefix: 'I am number two: ', timestamp: true });

director.connectQueue(generator, [one, two]);

await director.start({ block: true });
