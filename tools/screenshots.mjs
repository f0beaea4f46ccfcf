// node tools/screenshots.mjs [folder]: pictures of the dashboard and of commands for docs/images, of a small system at work. Needs a Chromium
// (/usr/bin/chromium, or CHROMIUM) and dist/.
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import puppeteer from 'puppeteer-core';
import { Actor, Node, oneForOne, Restart, Supervisor, silentLogger } from 'troupe';
import { Director, FlowActor, Event as FlowEvent } from 'troupe/flow';
import { dashboard, observe } from 'troupe/observe';
import { balancing, pool } from 'troupe/pool';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = process.argv[2] ?? join(root, 'docs', 'images');
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

/** What a command prints on a terminal, with its colours. */
function terminalOutput(command, lines) {
  const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], { encoding: 'utf8', cwd: root });
  const text = stdout.replaceAll('\r', '').replaceAll(`${root}/`, '');
  const isDeep = line => /^ +at (?!Worker)/.test(line); // of a stack, only what is the user's own
  return text
    .split('\n')
    .filter(line => !isDeep(line))
    .slice(0, lines)
    .join('\n');
}

const colours = {
  2: '#8b949e',
  31: '#ff7b72',
  32: '#7ee787',
  33: '#e3b341',
  36: '#79c0ff',
  1: '#ffffff',
  7: '#e3b341',
};

/** A picture of that on a terminal. */
async function terminalPicture(page, name, command, output) {
  const escaped = `$ ${command}\n${output}`.replace(/[&<]/g, one => (one === '&' ? '&amp;' : '&lt;'));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is how a terminal is told of colours
  const body = escaped.replace(/\x1b\[(\d+)m/g, (_, code) =>
    colours[code] === undefined ? '</span><span>' : `</span><span style="color:${colours[code]}">`,
  );
  await page.setContent(
    `<body style="margin:0"><pre style="margin:0;padding:16px 20px;display:inline-block;background:#0d1117;color:#c9d1d9;font:14px/1.45 monospace"><span>${body}</span></pre>`,
  );
  const path = join(folder, `${name}.png`);
  await (await page.$('pre')).screenshot({ path });
  console.log(`${path}: ${Math.round(statSync(path).size / 1000)} kB`);
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

/** What a command of `troupe` prints about this node, which has to go on meanwhile. */
const troupe = async (...args) => {
  const run = promisify(execFile)(process.execPath, [join(root, 'dist/cli/troupe.js'), ...args]);
  return (await run.catch(ended => ended)).stdout; // what is stuck is an exit code of its own
};

mkdirSync(folder, { recursive: true });
const node = await Node.start({
  address: '127.0.0.1:9601',
  logger: silentLogger,
  supervision: oneForOne({ decide: () => Restart }),
});
observe(node);
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
  const plain = await browser.newPage();
  await plain.setViewport({ width: 1400, height: 900 });
  const listed = await troupe('top', node.address, '--once');
  await terminalPicture(
    plain,
    'console-top',
    `troupe top ${node.address}`,
    listed.split('\n').slice(0, 16).join('\n'),
  );
  const found = await troupe('doctor', node.address);
  await terminalPicture(
    plain,
    'doctor',
    `troupe doctor ${node.address}`,
    found.split('\n').slice(0, 24).join('\n'),
  );
  const boss = 'startnode --actor examples.supervision.Boss';
  await terminalPicture(
    plain,
    'logs',
    boss,
    terminalOutput(`node dist/cli/${boss.replace('startnode', 'startnode.js')}`, 16),
  );
} finally {
  await browser.close();
  await director.stop();
  await node.stop();
}
