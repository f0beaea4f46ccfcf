// node tools/screenshots.mjs [folder]: pictures of the dashboard for docs/images, of a small system at work. Needs a Chromium
// (/usr/bin/chromium, or CHROMIUM) and dist/.
import { mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer-core';
import { Actor, Node, oneForOne, Restart, Supervisor, silentLogger } from 'troupe';
import { Director, FlowActor, Event as FlowEvent } from 'troupe/flow';
import { dashboard } from 'troupe/observe';
import { balancing, pool } from 'troupe/pool';

const folder = process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '..', 'docs', 'images');
const token = 'only-for-the-pictures';
const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

class Account extends Actor {
  receive(order) {
    if (order === 'overdraw') throw new Error('not enough money');
  }
}

class Bank extends Actor {
  preStart() {
    for (let i = 0; i < 2500; i++) this.spawn(Account, { name: `account-${i}` });
    this.timers.every('work', 20, 'work');
  }
  receive() {
    for (let i = 0; i < 60; i++) this.node.lookup(`/bank/account-${(i * 37) % 2500}`).tell('look');
  }
}

class Slow extends Actor {
  async receive() {
    await pause(90);
  }
}

class Feeder extends Actor {
  preStart() {
    this.timers.every('feed', 50, 'feed');
  }
  receive() {
    for (let i = 0; i < 3; i++) this.params.tell({ job: i, file: 'orders.csv' });
  }
}

class Orders extends FlowActor {
  preStart() {
    this.background(async signal => {
      while (!signal.aborted) {
        await pause(15);
        for (let i = 0; i < 4; i++) await this.emit(new FlowEvent({ data: { order: i } }));
      }
    });
  }
  consume() {}
}
class Step extends FlowActor {
  async consume(event) {
    if (this.params?.takes) await pause(this.params.takes);
    return this.send(event);
  }
}
class End extends FlowActor {
  consume() {}
}

/** Two of these that transfer to each other at once wait for each other. */
class Teller extends Actor {
  receive({ transferTo }) {
    if (transferTo === undefined) return this.reply(true);
    return transferTo.ask({ agree: true }, { timeout: 600_000 });
  }
}

function letCircle(node) {
  const [anna, bert] = ['anna', 'bert'].map(name => node.spawn(Teller, { name }));
  anna.tell({ transferTo: bert });
  bert.tell({ transferTo: anna });
}

async function fillSystem(node) {
  node.spawn(Bank, { name: 'bank' });
  node.spawn(
    Supervisor.using({
      children: ['mailer', 'ledger', 'clock'].map(id => ({ id, start: Account })),
      intensity: 6,
      period: 600_000,
    }),
    { name: 'services' },
  );
  const workers = node.spawn(pool(Slow, { size: 6, strategy: balancing() }), { name: 'workers' });
  node.spawn(Feeder.using(workers), { name: 'feeder' });
  letCircle(node);
  node.spawn(Feeder.using(node.spawn(Slow, { name: 'mailer' })), { name: 'customers' });
  const held = node.spawn(() => new Promise(() => {}), { name: 'stuck' });
  for (let i = 0; i < 40; i++) held.tell({ type: 'invoice', number: 4700 + i, total: 12.5 * i });
  const director = new Director({ node, name: 'orders', size: 50 });
  for (const [name, what, params] of [
    ['source', Orders],
    ['parse', Step],
    ['check', Step],
    ['price', Step, { takes: 30 }],
    ['store', End],
    ['refused', End],
  ])
    director.registerActor(what, name, params);
  for (const [from, to] of [
    ['source', 'parse'],
    ['parse', 'check'],
    ['check', 'price'],
    ['price', 'store'],
    ['check', 'refused'],
  ])
    director.connectQueue(from, to);
  await director.start();
  await pause(300);
  for (const name of ['ledger', 'mailer', 'ledger']) {
    node.lookup(`/services/${name}`).tell('overdraw');
    await pause(60);
  }
  const gone = node.spawn(Account, { name: 'gone' });
  gone.stop();
  await pause(50);
  for (let i = 0; i < 12; i++) gone.tell({ type: 'transfer', amount: 100 + i });
  return director;
}

const pictures = [
  ['dashboard-overview-light', 'overview', 'light', 1100, 760],
  ['dashboard-tree-dark', 'tree?open=%2Fbank%2C%2Fservices%2C%2Fworkers', 'dark', 1100, 620],
  ['dashboard-actor-light', 'actor?path=%2Fstuck', 'light', 1100, 560],
  ['dashboard-flow-dark', 'flows', 'dark', 1100, 560],
  ['dashboard-events-light', 'events?without=info', 'light', 1100, 480],
  ['dashboard-stuck-light', 'stuck', 'light', 1100, 620],
  ['dashboard-tree-narrow', 'tree?open=%2Fservices%2C%2Fworkers', 'light', 400, 720],
];

mkdirSync(folder, { recursive: true });
const node = await Node.start({
  address: '127.0.0.1:9601',
  logger: silentLogger,
  supervision: oneForOne({ decide: () => Restart }),
});
const board = await dashboard(node, { port: 0, token, control: true, interval: 500 });
const director = await fillSystem(node);
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  const page = await browser.newPage();
  page.on('pageerror', error => console.error(error));
  page.on('console', message => message.type() === 'error' && console.error(message.text()));
  await page.goto(board.url);
  await page.type('#token', token);
  await Promise.all([page.waitForNavigation(), page.click('button')]);
  for (const [name, view, scheme, width, height] of pictures) {
    await page.setViewport({ width, height });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.goto(`${board.url}#/${view}`);
    await pause(/overview|stuck/.test(name) ? 9000 : 2500);
    const path = join(folder, `${name}.png`);
    await page.screenshot({ path });
    console.log(`${path}: ${Math.round(statSync(path).size / 1000)} kB`);
  }
} finally {
  await browser.close();
  await director.stop();
  await node.stop();
}
