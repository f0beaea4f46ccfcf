import { assert } from 'chai';
import type { Page } from 'puppeteer-core';
import { Actor, Node, oneForOne, Restart, silentLogger } from '../../../lib/index.ts';
import { dashboard } from '../../../lib/observe/index.ts';
import { pool } from '../../../lib/pool/index.ts';
import { gate } from '../../core/support.ts';
import { closeChromium, needsChromium, type Opened, openPage, textOf, textsOf, until } from './browser.ts';
import { letCircle, letGrow, type Shown, showNode, token } from './support.ts';

class Worker extends Actor {
  override receive(message: unknown) {
    if (message === 'fail') throw new Error('as told');
  }
}

/** Has so many children, each of a name of its own. */
class Parent extends Actor<number> {
  override receive(children: number) {
    for (let i = 0; i < children; i++) this.spawn(Worker, { name: `child-${i}` });
  }
}

const views = ['overview', 'tree', 'actors', 'nodes', 'events', 'letters', 'flows', 'pools', 'stuck'];
const shows = (text: string) => `document.body.textContent.includes(${JSON.stringify(text)})`;
const keys = '[...document.querySelectorAll("[role=treeitem]")].map(line => line.dataset.key).join(" ")';

describe('page of the dashboard', function () {
  this.timeout(30_000);
  const opened: Opened[] = [];

  before(function () {
    needsChromium(this);
  });
  afterEach(async () => {
    for (const { page, faults } of opened.splice(0)) {
      await page.browserContext().close();
      assert.deepEqual(faults, []);
    }
  });
  after(closeChromium);

  async function open({ board }: Shown, hash = '', options = {}): Promise<Page> {
    const one = await openPage(`${board.url}${hash}`, options);
    opened.push(one);
    return one.page;
  }

  it('shows the tree as it is, and as it becomes', async () => {
    const shown = await showNode();
    const { node, clock } = shown;
    const held = gate();
    const stuck = node.spawn(() => held.opened, { name: 'stuck' });
    node.spawn(Parent, { name: 'parent' }).tell(3);
    const page = await open(shown, '#/tree');
    await until(clock, page, `${keys} === '/stuck /parent'`);
    assert.equal(await textOf(page, '[data-key="/stuck"] .c-state .word'), 'running');
    for (let i = 0; i < 8; i++) stuck.tell(i);
    node.spawn(Worker, { name: 'late' }).tell('fail');
    await until(clock, page, `${keys} === '/stuck /parent /late'`);
    assert.equal(await textOf(page, '[data-key="/stuck"] .c-state'), '◐busy');
    assert.equal(await textOf(page, '[data-key="/stuck"] .c-queued'), 'waiting 7');
    assert.equal(await textOf(page, '[data-key="/late"] .c-restarts'), 'restarts 1');
    assert.equal(await textOf(page, '[data-key="/late"] .c-error'), 'Error: as told');
    held.open();
    stuck.stop();
    await until(clock, page, `${keys} === '/parent /late'`);
  });

  it('is moved through by keys alone', async () => {
    const shown = await showNode();
    const { node, clock } = shown;
    node.spawn(Parent, { name: 'parent' }).tell(2);
    node.spawn(Worker, { name: 'other' });
    const page = await open(shown);
    const press = async (...all: string[]) => {
      for (const key of all) await page.keyboard.press(key as 'Enter');
    };
    const chosen = `document.querySelector('.chosen')?.dataset.key`;
    await until(clock, page, shows('Busiest'));
    await press('2');
    await until(clock, page, `${keys} === '/parent /other'`);
    await page.focus('[role=tree]');
    await until(clock, page, `${chosen} === '/parent'`);
    await press('ArrowRight');
    await until(clock, page, `${keys} === '/parent /parent/child-0 /parent/child-1 /other'`);
    assert.equal(await page.evaluate(`document.querySelector('.chosen').ariaExpanded`), 'true');
    await press('ArrowDown', 'ArrowDown');
    await until(clock, page, `${chosen} === '/parent/child-1'`);
    const active = `document.getElementById(document.querySelector('[role=tree]').getAttribute('aria-activedescendant'))`;
    assert.equal(await page.evaluate(`${active}.dataset.key`), '/parent/child-1');
    assert.equal(await page.evaluate(`${active}.ariaLevel`), '2');
    await press('Enter');
    await until(clock, page, `document.querySelector('h1').title === '/parent/child-1'`);
    await press('Escape');
    await until(clock, page, `${keys}.startsWith('/parent /parent/child-0')`);
    await page.focus('[role=tree]');
    await until(clock, page, `${chosen} === '/parent'`);
    await press('ArrowLeft');
    await until(clock, page, `${keys} === '/parent /other'`);
    await press('/');
    assert.isTrue(await page.evaluate(`document.activeElement.matches('[data-search]')`));
    await page.keyboard.type('CHILD-1');
    await until(clock, page, `document.querySelector('.foot .total')?.textContent === '1 actor'`);
    assert.deepEqual(await textsOf(page, '.row .path'), ['/parent/child-1']);
    await press('Escape', '5');
    await until(clock, page, `document.querySelector('h1').textContent === 'Events'`);
  });

  it('shows one actor with its mailbox, children, ties and history', async () => {
    const shown = await showNode();
    const { node, clock } = shown;
    const parent = node.spawn(Parent, { name: 'parent' });
    parent.tell(2);
    const held = gate();
    const stuck = node.spawn(() => held.opened, { name: 'stuck' });
    stuck.tell({ n: 0 }, parent);
    stuck.tell({ n: 1 }, parent);
    const worker = node.spawn(Worker, { name: 'worker' });
    worker.tell('fail');
    await clock.settle();
    const page = await open(shown, '#/actor?path=/stuck&tab=mailbox');
    await until(clock, page, `document.querySelectorAll('.message-row').length === 1`);
    assert.equal(await textOf(page, '.message-row .c-text'), '{ n: 1 }');
    assert.equal(await textOf(page, '.message-row .c-sender'), 'from /parent');
    const go = (hash: string) => page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
    await go('#/actor?path=/parent&tab=children');
    await until(clock, page, `document.querySelectorAll('.tree-row').length === 2`);
    await go('#/actor?path=/worker&tab=history');
    await until(clock, page, `document.querySelectorAll('.history-row').length === 3`);
    assert.deepEqual(await textsOf(page, '.history-row .c-text'), [
      'restarted after Error: as told',
      "failed with 'fail': Error: as told",
      'started',
    ]);
    await go('#/actor?path=/worker');
    await until(clock, page, `document.querySelector('.stack')?.textContent.startsWith('Error: as told\\n')`);
    worker.stop();
    await until(clock, page, shows('There is no actor at this path now'));
    held.open();
  });

  it('takes what actors are called and say for text, whatever it is', async () => {
    const shown = await showNode({ token, control: true });
    const { node, clock } = shown;
    const evil = '<img src=x onerror="document.title=`hacked`">';
    const name = `${evil.replace('/', '')}&amp;`;
    const actor = node.spawn(
      (message: string) => {
        if (message === evil) throw new Error(evil);
      },
      { name },
    );
    actor.tell(evil);
    const gone = node.spawn(Worker);
    gone.stop();
    await clock.settle();
    gone.tell({ [evil]: evil });
    node.instruments.exhibit({ kind: evil, name: evil, view: () => ({ [evil]: evil }) });
    node.instruments.exhibit({ kind: 'flow', name: evil, view: () => ({ [evil]: evil }) });
    const page = await open(shown);
    await page.type('#token', token);
    await Promise.all([page.waitForNavigation(), page.click('button')]);
    const path = encodeURIComponent(`/${name}`);
    const all = [...views, `actor?path=${path}`, `actor?path=${path}&tab=history`, `tree?search=${path}`];
    for (const view of all) {
      await page.evaluate(`location.hash = ${JSON.stringify(`#/${view}`)}`);
      if (!/nodes|overview|stuck/.test(view)) await until(clock, page, shows('<img src=x'));
      assert.equal(await page.evaluate(`document.querySelectorAll('main img').length`), 0, view);
      assert.notEqual(await page.title(), 'hacked', view);
    }
  });

  it('fits into 400 pixels', async () => {
    const shown = await showNode();
    const { node, clock } = shown;
    node.spawn(Parent, { name: 'p'.repeat(120) }).tell(3);
    node.spawn(pool(Worker, { size: 3 }), { name: 'workers' });
    node.spawn(Worker, { name: 'worker' }).tell('fail');
    const page = await open(shown, '', { width: 400, height: 700 });
    for (const view of [...views, 'actor?path=/worker', 'actor?path=/worker&tab=history']) {
      await page.evaluate(`location.hash = ${JSON.stringify(`#/${view}`)}`);
      await until(clock, page, `document.querySelector('header .link').textContent.includes('live')`);
      await until(clock, page, `document.querySelector('main > *')?.clientHeight > 400`);
      const wide = (await page.evaluate(
        `[...document.querySelectorAll('html, body, main, main > *, .scroll, .table, .list')].filter(one => one.scrollWidth > Math.max(one.clientWidth, 1)).map(one => one.className || one.tagName)`,
      )) as string[];
      assert.deepEqual(wide, [], view);
    }
  });

  it('is light or dark, as the system is or as somebody has chosen', async () => {
    const shown = await showNode();
    const page = await open(shown, '', { scheme: 'dark' });
    const background = () => page.evaluate(`getComputedStyle(document.body).backgroundColor`);
    await until(shown.clock, page, shows('Busiest'));
    assert.equal(await background(), 'rgb(20, 23, 28)');
    await page.select('.theme', 'light');
    assert.equal(await background(), 'rgb(255, 255, 255)');
    await page.reload();
    await until(shown.clock, page, shows('Busiest'));
    assert.equal(await background(), 'rgb(255, 255, 255)');
    await page.select('.theme', 'auto');
    assert.equal(await background(), 'rgb(20, 23, 28)');
  });

  it('stays where it is while figures change', async () => {
    const shown = await showNode();
    const { node, clock } = shown;
    const workers = Array.from({ length: 30 }, (_, i) => node.spawn(Worker, { name: `worker-${i}` }));
    const page = await open(shown);
    await page.evaluate(`
      shifts = [];
      new PerformanceObserver(list => shifts.push(...list.getEntries().map(({ value, sources }) =>
        value + ' ' + sources.map(({ node }) => (node?.className ?? node?.nodeName) + ' ' + node?.textContent).join(' | '))))
        .observe({ type: 'layout-shift' });`);
    const actor = 'actor?path=/worker-1';
    const wide = [...views, 'actors?sort=rate', actor, `${actor}&tab=history`];
    const narrow = ['tree', 'actors?sort=rate', actor].map(view => [view, 400] as const);
    for (const [view, width] of [...wide.map(view => [view, 1000] as const), ...narrow]) {
      await page.setViewport({ width, height: 640 });
      await page.evaluate(`location.hash = ${JSON.stringify(`#/${view}`)}`);
      await until(clock, page, `document.querySelector('main > *')?.clientHeight > 400`);
      await page.evaluate('new Promise(done => setTimeout(done, 50))'); // it comes with the first answers
      await page.evaluate('shifts.length = 0');
      for (let round = 0; round < 4; round++) {
        for (const [i, worker] of workers.entries())
          for (let k = 0; k < ((i * 7 + round * 13) % 30) ** 3; k += 40) worker.tell(k);
        workers[1]?.tell('fail');
        await clock.advance(1000);
        await page.evaluate('new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))');
      }
      assert.deepEqual(await page.evaluate('shifts'), [], view);
    }
  });

  it('gives a name to all that can be used', async () => {
    const shown = await showNode();
    const { node, clock } = shown;
    node.spawn(Worker, { name: 'worker' }).tell('fail');
    const page = await open(shown);
    for (const view of [...views, 'actor?path=/worker']) {
      await page.evaluate(`location.hash = ${JSON.stringify(`#/${view}`)}`);
      await until(clock, page, `document.querySelector('main > *')?.clientHeight > 400`);
      const nameless = (await page.evaluate(
        `[...document.querySelectorAll('a, button, input, select, textarea, [tabindex="0"], [role=img], svg[role], nav')]
          .filter(one => !(one.ariaLabel ?? '').trim() && !one.textContent.trim() && !one.labels?.length && !one.closest('[aria-hidden=true]'))
          .map(one => one.outerHTML)`,
      )) as string[];
      assert.deepEqual(nameless, [], view);
      assert.equal(await page.evaluate(`document.querySelectorAll('h1').length`), 1, view);
    }
  });

  it('takes 100 000 actors', async () => {
    const shown = await showNode();
    const { node, clock } = shown;
    node.spawn(Parent, { name: 'parent' }).tell(100_000);
    for (let i = 0; i < 40; i++) node.spawn(Worker, { name: `small-${i}` });
    await clock.settle();
    const page = await open(shown, '#/tree?open=%2Fparent');
    const few = async () =>
      assert.isBelow((await page.evaluate(`document.querySelectorAll('*').length`)) as number, 2000);
    await until(clock, page, shows('Worker × 100\u202f000'));
    await few();
    await page.click('[data-key="/parent//Worker"] .twisty');
    await until(clock, page, shows('child-7'));
    await few();
    await page.evaluate(`document.querySelector('.list').scrollTop = 50_000 * 28`);
    await until(clock, page, shows('child-50001'));
    await few();
    await page.type('[data-search]', 'child-77777');
    await until(clock, page, `document.querySelector('.foot .total')?.textContent === '1 actor'`);
    assert.deepEqual(await textsOf(page, '.row .path'), ['/parent/child-77777']);
    await page.evaluate(`location.hash = '#/actors?sort=uptime'`);
    await until(clock, page, `document.querySelector('.foot .total')?.textContent.startsWith('100\u202f0')`);
    await few();
  });

  it('tells events as they come, filtered, and can be held', async () => {
    const shown = await showNode();
    const { node, clock } = shown;
    const worker = node.spawn(Worker, { name: 'worker' });
    await clock.settle();
    const page = await open(shown, '#/events?without=info');
    await until(clock, page, shows('Nothing of this kind'));
    worker.tell('fail');
    await until(clock, page, `document.querySelectorAll('.event-row').length === 2`);
    assert.deepEqual(await textsOf(page, '.event-row .c-kind'), ['ActorRestarted', 'ActorError']);
    await page.click('.pause');
    worker.tell('fail');
    await until(clock, page, `document.querySelector('.pause').textContent === 'Go on (2 new)'`);
    assert.lengthOf(await textsOf(page, '.event-row'), 2);
    await page.click('.event-row:last-child .c-text');
    assert.match(await textOf(page, '.detail pre'), /as told\n.*at Worker.receive/s);
    await page.click('.pause');
    await until(clock, page, `document.querySelectorAll('.event-row').length === 4`);
  });

  it('shows other nodes, flows and pools', async () => {
    const shown = await showNode();
    const { node, clock } = shown;
    let messages = 0;
    const traffic = () => ({ messages, bytes: messages * 100 });
    const peer = () => ({
      ...{
        address: 'other:9000',
        incarnation: 'x',
        state: 'up',
        since: 0,
        silence: 12,
        lag: 1,
        roundTrip: 3.25,
      },
      ...{ sent: traffic(), received: traffic(), queued: { messages: 0, bytes: 0 } },
    });
    Object.assign(node, { peers: () => [peer()] });
    const page = await open(shown, '#/nodes');
    await until(clock, page, shows('other:9000'));
    const before = messages;
    messages += 500;
    await until(clock, page, shows('500/s'));
    assert.equal(before, 0);
    assert.include(await textOf(page, '.peer-row'), 'round trip 3.3\u202fms');
    node.spawn(pool(Worker, { size: 3 }), { name: 'workers' });
    await page.evaluate(`location.hash = '#/pools'`);
    await until(clock, page, `document.querySelectorAll('.workers li').length === 3`);
    const ends = { shape: 'box', consumed: 7, failed: 0, restarts: 0, role: 'actor', type: 'Step' };
    const nodes = ['from', 'to'].map((name, layer) => ({ ...ends, name, spot: { layer, row: 0 } }));
    const edge = {
      kind: 'event',
      source: 'from',
      destination: 'to',
      label: '',
      size: 10,
      way: [] as object[],
    };
    edge.way = nodes.map(({ spot }) => spot);
    const view = { nodes, edges: [{ ...edge, length: 9, in: 7, out: 0, dropped: 0 }], lost: { overflow: 2 } };
    node.instruments.exhibit({ kind: 'flow', name: 'orders', view: () => view });
    await page.evaluate(`location.hash = '#/flows'`);
    await until(clock, page, `document.querySelectorAll('.flow .edge.full path').length === 1`);
    assert.deepEqual(await textsOf(page, '.flow .node text:not(.second)'), ['from', 'to']);
    assert.equal(await textOf(page, '.flow .edge .second'), '9 of 10 wait');
  });

  it('shows a real node at the other end of a link', async () => {
    const start = (port = 0) =>
      Node.start({
        ...{ address: `127.0.0.1:${port}`, logger: silentLogger },
        remoting: { insecure: true, heartbeatInterval: 50, phi: 8 },
      });
    const [node, other] = await Promise.all([start(), start()]);
    try {
      const board = await dashboard(node, { port: 0, interval: 100 });
      let received = 0;
      other.spawn(() => void received++, { name: 'sink' });
      const sink = node.lookup(`${other.address}/sink`);
      const { page, faults } = await openPage(`${board.url}#/nodes`);
      opened.push({ page, faults });
      await page.waitForFunction(shows('This node is connected to no other.'));
      for (let i = 0; i < 500; i++) sink.tell(i);
      await page.waitForFunction(`document.querySelectorAll('.peer-row').length === 1`);
      const cells = async () =>
        Object.fromEntries(
          (await textsOf(page, '.peer-row .cell')).map(
            text =>
              /^(sent|received|waiting|round trip|last heard|loop late by)(.*)$/.exec(text)?.slice(1) ?? [
                '',
                text,
              ],
          ),
        );
      await page.waitForFunction(`/round trip \\d/.test(document.querySelector('.peer-row').textContent)`);
      await page.waitForFunction(`document.querySelector('.peer-row .state').textContent === '●up'`);
      assert.equal(await textOf(page, '.peer-name strong'), other.address);
      const [{ sent, roundTrip, suspicion } = assert.fail()] = node.peers();
      assert.equal(received, 500);
      assert.equal(sent.messages, 500);
      assert.isDefined(roundTrip);
      assert.isDefined(suspicion);
      const told = await cells();
      assert.match(told.sent, /^ 500 .*B/);
      assert.match(told['round trip'], /^ [\d.]+\u202fms$/);
      assert.match(told['last heard'], /^ [\d.]+\u202fms ago$/);
      assert.match(told['loop late by'], /^ [\d.]+\u202fms phi \d+\.\d$/);
      sink.tell('more').tell('more');
      await page.waitForFunction(`document.querySelector('.peer-row [title="502 messages"]') !== null`);
      await other.stop();
      await page.waitForFunction(shows('This node is connected to no other.'));
      assert.deepEqual(faults, []);
      opened.pop();
      await page.browserContext().close(); // before the node that serves it stops
    } finally {
      await Promise.all([node.stop(), other.stop()]);
    }
  });

  it('says what is stuck, whom it is about and what to do, and which restarts are left', async () => {
    const shown = await showNode(
      {},
      { supervision: oneForOne({ decide: () => Restart, max: 3, within: 600_000 }) },
    );
    const { node, clock } = shown;
    const page = await open(shown);
    const badge = '.views .badge';
    await until(clock, page, shows('Busiest'));
    assert.equal(await textOf(page, badge), '');
    letCircle(node);
    await until(clock, page, `document.querySelector('${badge}').textContent === '1, 1 grave'`);
    assert.isTrue(await page.evaluate(`document.querySelector('${badge}').matches('.is-critical')`));
    node.spawn(Worker, { name: 'worker' }).tell('fail').tell('fail');
    const slow = letGrow(shown);
    await page.keyboard.press('9');
    await until(clock, page, `document.querySelectorAll('.budget-row.row').length === 1`);
    await until(clock, page, shows('of /slow (function) only grows'));
    assert.deepEqual(
      (await textsOf(page, '.finding-row')).map(text =>
        /^\W(\w+?)(askCycle|mailbox|budget)for/.exec(text)?.slice(1),
      ),
      [
        ['critical', 'askCycle'],
        ['warning', 'mailbox'],
        ['notice', 'budget'],
      ],
    );
    assert.include(await textOf(page, '.finding-row .c-text'), '/anna → /bert → /anna: each has waited');
    assert.include(await textOf(page, '.finding-row .c-advice'), 'Let one of them tell instead of ask');
    assert.match(await textOf(page, '.finding-row .c-since'), /^for \d+\.\d\u202fs$/);
    assert.match(await textOf(page, '.watched'), /^watched for \d+\.\d\u202fs/);
    assert.deepEqual(await textsOf(page, '.budget-row.row .cell'), [
      ...['/worker', 'child of /', '1 of 3', 'within 10 min 0 s', 'so far 2'],
    ]);
    assert.equal(await textOf(page, badge), '2, 2 grave');

    await page.focus('.finding-row .whole');
    await page.keyboard.press('Enter');
    await until(clock, page, `document.querySelector('.detail h2')?.textContent.includes('askCycle')`);
    node.lookup('/anna').kill();
    await until(clock, page, `document.querySelector('.detail h2').textContent.includes('it is over')`);
    await page.click('.detail .close');
    slow.kill();
    await until(clock, page, `document.querySelector('${badge}').textContent === ''`);
    await page.click('.finding-row .c-subjects a:last-of-type');
    await until(clock, page, `document.querySelector('h1').title === '/worker'`);
    node.lookup('/worker').stop();
    node.lookup('/bert').stop(); // restarted, as what it asked has ended
    await page.keyboard.press('9');
    await until(clock, page, shows('Nothing is stuck.'));
    await until(clock, page, shows('No child of a supervisor has been restarted.'));
  });

  it('asks for the token, and lets who has it act', async () => {
    const shown = await showNode({ token, control: true });
    const { node, clock } = shown;
    const seen: unknown[] = [];
    node.spawn(message => void seen.push(message), { name: 'told' });
    const page = await open(shown, '');
    const login = async (given: string) => {
      await page.type('#token', given);
      await Promise.all([page.waitForNavigation(), page.click('button')]);
    };
    await login('not the token at all');
    assert.include(await textOf(page, '[role=alert]'), 'not the token');
    opened[0]?.faults.splice(0); // the browser tells of the answer 401
    await login(token);
    await page.evaluate(`location.hash = '#/actor?path=/told'`);
    await until(clock, page, shows('Send'));
    await page.type('.control input', '{ "n": 1 }');
    await page.keyboard.press('Enter');
    await until(clock, page, shows('/told was sent a message.'));
    assert.deepEqual(seen, [{ n: 1 }]);
    const does = async (nth: number) => {
      await page.click(`.control > .buttons button:nth-child(${nth})`);
      await page.click('dialog .grave');
    };
    await does(1);
    await until(clock, page, shows('/told was told to restart.'));
    await page.click('.control > .buttons button:nth-child(3)');
    await page.keyboard.press('Escape');
    await clock.settle();
    assert.isFalse(node.lookup('/told').isStopped);
    await does(2);
    await until(clock, page, shows('There is no actor at this path now'));
  });

  it('goes on when the node is started again, with the events of the new one', async () => {
    const before = await showNode();
    before.node.spawn(Parent, { name: 'old' }).tell(60);
    await before.clock.settle();
    const page = await open(before, '#/events');
    const { clock } = before;
    const subjects = `[...document.querySelectorAll('.event-row .c-subject')].map(one => one.textContent).join(' ')`;
    await until(clock, page, `${subjects}.startsWith('/old/child-59 ')`);
    await page.click('.pause');
    await before.board.close();
    await until(clock, page, shows('no connection: trying again'));
    const after = await showNode({ port: before.board.port }, { random: () => 0.25 }); // another incarnation
    for (const name of ['new-1', 'new-2']) after.node.spawn(Worker, { name });
    await until(after.clock, page, `document.querySelector('.pause').textContent === 'Go on (2 new)'`);
    await page.click('.pause');
    await until(after.clock, page, `${subjects}.startsWith('/new-2 /new-1 /old')`);
    opened[0]?.faults.splice(0); // refused connections
  });

  it('takes any address', async () => {
    const shown = await showNode();
    shown.node.spawn(Worker, { name: 'worker' });
    const page = await open(shown, '#/tree?open=%25,%2525zz');
    await until(shown.clock, page, `${keys} === '/worker'`);
    for (const hash of ['#/colour', '#/actor', '#/actor?path=%25&tab=__proto__', '#/stuck?x', '#']) {
      await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
      await until(shown.clock, page, `document.querySelectorAll('h1').length === 1`);
    }
  });

  it('says when the connection breaks, and comes back by itself', async () => {
    const shown = await showNode();
    const { node, clock, board } = shown;
    const page = await open(shown, '#/tree');
    await until(clock, page, shows('No actor lives here yet.'));
    await board.close();
    await until(clock, page, shows('no connection: trying again'));
    node.spawn(Worker, { name: 'late' });
    await dashboard(node, { port: board.port });
    await until(clock, page, `${keys} === '/late'`);
    opened[0]?.faults.splice(0); // refused connections
  });
});
