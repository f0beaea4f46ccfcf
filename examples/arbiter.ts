/**
 * An application of two kinds of workers, each in a process of its own, which are kept alive. Kill them, one by one or all
 * together, send signals to the arbiter, and look what becomes of them:
 *
 *     npx tsx examples/arbiter.ts
 *     kill -HUP …     all workers are replaced, one after the other
 *     kill -TTIN …    one resizer more; -TTOU: one less
 *     kill -TERM …    they end what they have begun, and the arbiter ends
 */
import { fileURLToPath } from 'node:url';
import { Actor } from 'troupe';
import { Arbiter, MonitorGaveUp, WorkerDown, type WorkerInfo, WorkerReady } from 'troupe/pool';

const { NO_MAIL, PIDFILE } = process.env;

/** The processes of the workers load it by themselves: it is exported, and says where. */
export class Resizer extends Actor<string, { readonly slot: number }> {
  static module = import.meta.url;

  override async receive(picture: string) {
    await new Promise(resolve => setTimeout(resolve, 100));
    this.reply(`resizer ${this.params.slot} did ${picture}`);
  }
}

export class Mailer extends Actor<string> {
  static module = import.meta.url;

  override preStart() {
    if (NO_MAIL !== undefined) throw new Error('there is no mail server');
  }

  override receive(letter: string) {
    this.reply(`sent ${letter}`);
  }
}

async function main() {
  const arbiter = await Arbiter.start({ signals: true, pidfile: PIDFILE });
  const { events } = arbiter.node;
  events.subscribe(WorkerReady, ({ monitor, slot }) => console.log(`${monitor}/${slot} is ready`));
  events.subscribe(WorkerDown, ({ monitor, slot, error }) =>
    console.log(`${monitor}/${slot} is lost: ${error.message}`),
  );
  events.subscribe(MonitorGaveUp, ({ monitor }) => console.log(`${monitor} has given up`));

  const resizers = arbiter.addMonitor('resizers', {
    actor: Resizer,
    params: slot => ({ slot }),
    workers: 2,
    max: 4,
    timeout: 3000,
  });
  const mailers = arbiter.addMonitor('mailers', {
    actor: Mailer,
    max: 1,
    backoff: { min: 10 },
  });
  await resizers.ready;
  await mailers.ready.catch(() => {});

  console.log(await Promise.all(['a.jpg', 'b.jpg'].map(picture => resizers.ref.ask(picture))));
  const { pid, monitors } = await arbiter.info();
  console.log(`the arbiter has the pid ${pid}; its workers are`);
  for (const worker of monitors.flatMap(({ workers }) => workers)) console.log(lineOf(worker));
  await arbiter.stopped;
  console.log('bye');
}

const lineOf = ({ name, state, pid, handled, restarts }: WorkerInfo) =>
  `  ${name} ${state}, pid ${pid}, ${handled} handled, ${restarts} restarts`;

// Where a worker runs, this is not the program that was started.
if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
