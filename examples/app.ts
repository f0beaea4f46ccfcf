/**
 * An app: typed settings from the command line, the environment and a config file, and `--help` made from them.
 *
 *     npx tsx examples/app.ts --help
 *     GREETER_GREETING=hi npx tsx examples/app.ts --name ada --times 2 --show-config
 */
import { Actor } from 'troupe';
import { defineApp, setting } from 'troupe/pool';

const app = defineApp({
  name: 'greeter',
  version: '1.2.0',
  description: 'Greets somebody, some times.',
  settings: {
    name: setting.string({ flag: 'n', help: 'who is greeted' }),
    greeting: setting.choice(['hello', 'hi'], { default: 'hello', help: 'what is said', live: true }),
    times: setting.integer({ default: 1, min: 1, max: 10, help: 'how often' }),
    pause: setting.duration({ default: '10ms', help: 'how long to wait in between' }),
    loud: setting.boolean({ help: 'in capitals' }),
  },
  setup({ settings, spawn, arbiter }) {
    const greeter = spawn(Greeter, { name: 'greeter' });
    greeter.tell({ text: `${settings.greeting}, ${settings.name}`, ...settings });
    greeter.join().then(() => arbiter.stop());
    return () => console.log('stopped');
  },
});

interface Greet {
  text: string;
  times: number;
  pause: number;
  loud: boolean;
}

class Greeter extends Actor<Greet> {
  override receive({ text, times, pause, loud }: Greet) {
    console.log(loud ? text.toUpperCase() : text);
    if (times > 1) this.timers.once('again', pause, { text, times: times - 1, pause, loud });
    else this.stop();
  }
}

export default app;
await app.main(import.meta.url);
